CREATE TABLE "issue" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issue_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"cluster_id" bigint NOT NULL,
	"tracker" text NOT NULL,
	"stage" text NOT NULL,
	"marker" text NOT NULL,
	"candidates" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"external_id" text,
	"key" text,
	"url" text,
	"title" text,
	"state" text DEFAULT 'open' NOT NULL,
	"state_name" text DEFAULT 'open' NOT NULL,
	"by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"fixed_at" timestamp (3) with time zone,
	"regressed_at" timestamp (3) with time zone,
	"reopened_at" timestamp (3) with time zone,
	"reported" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"retry_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "proposal" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "proposal_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"title" text NOT NULL,
	"reason" text NOT NULL,
	"missing" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"link" jsonb,
	"status" text DEFAULT 'open' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"texts" jsonb NOT NULL,
	"issue_id" bigint,
	"created_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"presented_version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "proposal_recipient" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "proposal_recipient_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"proposal_id" bigint NOT NULL,
	"customer_id" bigint NOT NULL,
	"ticket_id" bigint NOT NULL,
	"language" text NOT NULL,
	"about" text NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"outbox_key" text
);
--> statement-breakpoint
ALTER TABLE "issue" ADD CONSTRAINT "issue_cluster_id_cluster_id_fk" FOREIGN KEY ("cluster_id") REFERENCES "public"."cluster"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal" ADD CONSTRAINT "proposal_issue_id_issue_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issue"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_recipient" ADD CONSTRAINT "proposal_recipient_proposal_id_proposal_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_recipient" ADD CONSTRAINT "proposal_recipient_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_recipient" ADD CONSTRAINT "proposal_recipient_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "issue_cluster_id_index" ON "issue" USING btree ("cluster_id");--> statement-breakpoint
CREATE UNIQUE INDEX "issue_marker_index" ON "issue" USING btree ("marker");--> statement-breakpoint
CREATE INDEX "issue_tracker_external_id_index" ON "issue" USING btree ("tracker","external_id");--> statement-breakpoint
CREATE UNIQUE INDEX "proposal_key_index" ON "proposal" USING btree ("key");--> statement-breakpoint
CREATE INDEX "proposal_issue_id_index" ON "proposal" USING btree ("issue_id");--> statement-breakpoint
CREATE UNIQUE INDEX "proposal_recipient_proposal_id_customer_id_index" ON "proposal_recipient" USING btree ("proposal_id","customer_id");--> statement-breakpoint
CREATE INDEX "proposal_recipient_customer_id_index" ON "proposal_recipient" USING btree ("customer_id");