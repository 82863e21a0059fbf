CREATE TABLE "model_call" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "model_call_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"day" text NOT NULL,
	"ticket_id" bigint,
	"step" text NOT NULL,
	"model" text NOT NULL,
	"prompt" text NOT NULL,
	"input_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"cost" double precision NOT NULL,
	"outcome" text NOT NULL,
	"milliseconds" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "draft" ADD COLUMN "model" jsonb;--> statement-breakpoint
ALTER TABLE "model_call" ADD CONSTRAINT "model_call_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_call_day_index" ON "model_call" USING btree ("day");--> statement-breakpoint
CREATE INDEX "model_call_ticket_id_index" ON "model_call" USING btree ("ticket_id");