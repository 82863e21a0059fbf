CREATE TABLE "feedback" (
	"draft_id" bigint NOT NULL,
	"by" text NOT NULL,
	"helpful" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "feedback_draft_id_by_pk" PRIMARY KEY("draft_id","by")
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_draft_id_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."draft"("id") ON DELETE no action ON UPDATE no action;