CREATE TABLE "account_health" (
	"account_id" bigint NOT NULL,
	"day" text NOT NULL,
	"health" double precision NOT NULL,
	"risk" double precision,
	"reasons" jsonb NOT NULL,
	CONSTRAINT "account_health_account_id_day_pk" PRIMARY KEY("account_id","day")
);
--> statement-breakpoint
CREATE TABLE "alert" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alert_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"account_id" bigint,
	"reason" text NOT NULL,
	"strength" double precision NOT NULL,
	"title" text NOT NULL,
	"body" jsonb NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"presented_version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outreach" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outreach_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" bigint NOT NULL,
	"customer_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"proposal_id" bigint,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "proposal_recipient" ALTER COLUMN "ticket_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "ticket" ADD COLUMN "outreach" text;--> statement-breakpoint
ALTER TABLE "customer_event" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "customer_event" ADD COLUMN "considered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "proposal_recipient" ADD COLUMN "channel" text;--> statement-breakpoint
ALTER TABLE "account_health" ADD CONSTRAINT "account_health_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert" ADD CONSTRAINT "alert_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outreach" ADD CONSTRAINT "outreach_event_id_customer_event_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."customer_event"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outreach" ADD CONSTRAINT "outreach_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outreach" ADD CONSTRAINT "outreach_proposal_id_proposal_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_health_day_index" ON "account_health" USING btree ("day");--> statement-breakpoint
CREATE INDEX "alert_account_id_reason_created_at_index" ON "alert" USING btree ("account_id","reason","created_at");--> statement-breakpoint
CREATE INDEX "alert_unpresented" ON "alert" USING btree ("id") WHERE "alert"."version" > "alert"."presented_version";--> statement-breakpoint
CREATE UNIQUE INDEX "outreach_event_id_index" ON "outreach" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "outreach_customer_id_created_at_index" ON "outreach" USING btree ("customer_id","created_at");--> statement-breakpoint
CREATE INDEX "outreach_proposal_id_index" ON "outreach" USING btree ("proposal_id");--> statement-breakpoint
CREATE UNIQUE INDEX "customer_event_external_id_index" ON "customer_event" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "customer_event_new" ON "customer_event" USING btree ("id") WHERE not "customer_event"."considered";