CREATE TABLE "calibration" (
	"id" integer PRIMARY KEY NOT NULL,
	"fitted" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rehearsal" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"evidence" jsonb NOT NULL,
	"error" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "draft" ADD COLUMN "evidence" jsonb;--> statement-breakpoint
ALTER TABLE "rehearsal" ADD CONSTRAINT "rehearsal_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;