CREATE TABLE "attachment" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attachment_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"message_id" bigint NOT NULL,
	"name" text NOT NULL,
	"content_type" text NOT NULL,
	"size" integer NOT NULL,
	"url" text,
	"omitted" text,
	"content" "bytea"
);
--> statement-breakpoint
CREATE TABLE "conversation" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "conversation_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"customer_id" bigint NOT NULL,
	"next_seq" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "message" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "message_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"conversation_id" bigint NOT NULL,
	"ticket_id" bigint,
	"seq" integer NOT NULL,
	"direction" text NOT NULL,
	"channel" text NOT NULL,
	"external_id" text NOT NULL,
	"thread_id" text,
	"author" text NOT NULL,
	"subject" text,
	"text" text NOT NULL,
	"full_text" text,
	"automatic" text,
	"thread" jsonb,
	"at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ticket" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ticket_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1001 CACHE 1),
	"conversation_id" bigint NOT NULL,
	"customer_id" bigint NOT NULL,
	"import_id" text,
	"channel" text NOT NULL,
	"subject" text,
	"status" text DEFAULT 'open' NOT NULL,
	"category" text,
	"kind" text,
	"category_by" text,
	"priority_by" text,
	"priority" jsonb,
	"analysis" jsonb,
	"context" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"assignee" text,
	"escalated_to" text,
	"resolution" text,
	"replied_by" text,
	"bug_link" text,
	"csat" integer,
	"snoozed_until" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"first_response_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	"reopened_at" timestamp (3) with time zone,
	"inbound_seq" integer DEFAULT 0 NOT NULL,
	"drafted_seq" integer DEFAULT 0 NOT NULL,
	"instructions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"rev" integer DEFAULT 1 NOT NULL,
	"presented_rev" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"retry_at" timestamp (3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"external_id" text,
	"name" text NOT NULL,
	"domain" text,
	"plan" text,
	"mrr" double precision,
	"renewal_at" timestamp (3) with time zone,
	"seats" integer,
	"owner" text,
	"churned_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "address" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "address_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"customer_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "customer_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint,
	"name" text,
	"language" text,
	"title" text,
	"opted_out" boolean DEFAULT false NOT NULL,
	"usage" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer_event" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "customer_event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"customer_id" bigint NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "article" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"url" text,
	"category" text,
	"plans" jsonb NOT NULL,
	"language" text NOT NULL,
	"product" text,
	"body" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cluster" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cluster_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"centroid" "bytea",
	"size" integer DEFAULT 0 NOT NULL,
	"first_seen" timestamp (3) with time zone NOT NULL,
	"last_seen" timestamp (3) with time zone NOT NULL,
	"merged_into" bigint,
	"issue" jsonb
);
--> statement-breakpoint
CREATE TABLE "cluster_member" (
	"cluster_id" bigint NOT NULL,
	"message_id" bigint NOT NULL,
	"ticket_id" bigint,
	"score" double precision NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cluster_member_cluster_id_message_id_pk" PRIMARY KEY("cluster_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "embedding" (
	"embedder" text NOT NULL,
	"hash" text NOT NULL,
	"vector" "bytea" NOT NULL,
	CONSTRAINT "embedding_embedder_hash_pk" PRIMARY KEY("embedder","hash")
);
--> statement-breakpoint
CREATE TABLE "example" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "example_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint,
	"text" text NOT NULL,
	"category" text NOT NULL,
	"corrected" integer DEFAULT 0 NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exemplar" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"reply" text NOT NULL,
	"category" text NOT NULL,
	"kind" text,
	"language" text NOT NULL,
	"plan" text,
	"quality" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outcome" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outcome_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"draft_id" bigint NOT NULL,
	"category" text NOT NULL,
	"kind" text NOT NULL,
	"error" integer NOT NULL,
	"confidence" double precision NOT NULL,
	"edit_share" double precision,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy" (
	"category" text PRIMARY KEY NOT NULL,
	"mode" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "value" (
	"owner" text NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "value_owner_key_pk" PRIMARY KEY("owner","key")
);
--> statement-breakpoint
CREATE TABLE "card" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "card_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"platform" text NOT NULL,
	"channel" text NOT NULL,
	"message" jsonb,
	"thread_seq" integer DEFAULT 0 NOT NULL,
	"posted_at" timestamp (3) with time zone NOT NULL,
	"digest" text
);
--> statement-breakpoint
CREATE TABLE "decision" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "decision_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"draft_version" integer,
	"kind" text NOT NULL,
	"decision" jsonb NOT NULL,
	"by" text NOT NULL,
	"by_email" text,
	"at" timestamp (3) with time zone NOT NULL,
	"undone_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "draft" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "draft_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"text" text NOT NULL,
	"language" text NOT NULL,
	"sources" jsonb NOT NULL,
	"confidence" double precision NOT NULL,
	"reasons" jsonb NOT NULL,
	"answerable" boolean NOT NULL,
	"engine" text NOT NULL,
	"routing" jsonb NOT NULL,
	"based_on_seq" integer NOT NULL,
	"author" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"ticket_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"draft_id" bigint NOT NULL,
	"channel" text NOT NULL,
	"text" text NOT NULL,
	"resolve_after" boolean DEFAULT false NOT NULL,
	"by" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"send_after" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"last_error" text,
	"provider_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_message_id_message_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."message"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message" ADD CONSTRAINT "message_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message" ADD CONSTRAINT "message_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "address" ADD CONSTRAINT "address_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer" ADD CONSTRAINT "customer_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_event" ADD CONSTRAINT "customer_event_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD CONSTRAINT "cluster_member_cluster_id_cluster_id_fk" FOREIGN KEY ("cluster_id") REFERENCES "public"."cluster"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD CONSTRAINT "cluster_member_message_id_message_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."message"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD CONSTRAINT "cluster_member_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "example" ADD CONSTRAINT "example_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exemplar" ADD CONSTRAINT "exemplar_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_draft_id_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card" ADD CONSTRAINT "card_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision" ADD CONSTRAINT "decision_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draft" ADD CONSTRAINT "draft_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_draft_id_draft_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."draft"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachment_message_id_index" ON "attachment" USING btree ("message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversation_customer_id_index" ON "conversation" USING btree ("customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "message_channel_external_id_index" ON "message" USING btree ("channel","external_id");--> statement-breakpoint
CREATE UNIQUE INDEX "message_conversation_id_seq_index" ON "message" USING btree ("conversation_id","seq");--> statement-breakpoint
CREATE INDEX "message_ticket_id_seq_index" ON "message" USING btree ("ticket_id","seq");--> statement-breakpoint
CREATE INDEX "message_thread" ON "message" USING btree ("channel","thread_id") WHERE "message"."thread_id" is not null;--> statement-breakpoint
CREATE INDEX "ticket_conversation_id_index" ON "ticket" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "ticket_created_at_index" ON "ticket" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "ticket_import_id_index" ON "ticket" USING btree ("import_id");--> statement-breakpoint
CREATE INDEX "ticket_backlog" ON "ticket" USING btree ("status") WHERE "ticket"."status" <> 'resolved';--> statement-breakpoint
CREATE INDEX "ticket_unfinished" ON "ticket" USING btree ("id") WHERE "ticket"."inbound_seq" > "ticket"."drafted_seq" or "ticket"."rev" > "ticket"."presented_rev";--> statement-breakpoint
CREATE INDEX "ticket_snoozed" ON "ticket" USING btree ("snoozed_until") WHERE "ticket"."status" = 'snoozed';--> statement-breakpoint
CREATE UNIQUE INDEX "account_external_id_index" ON "account" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "account_domain_index" ON "account" USING btree ("domain");--> statement-breakpoint
CREATE UNIQUE INDEX "address_kind_value_index" ON "address" USING btree ("kind","value");--> statement-breakpoint
CREATE INDEX "address_customer_id_index" ON "address" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "customer_account_id_index" ON "customer" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "customer_event_customer_id_at_index" ON "customer_event" USING btree ("customer_id","at");--> statement-breakpoint
CREATE INDEX "cluster_member_ticket_id_index" ON "cluster_member" USING btree ("ticket_id");--> statement-breakpoint
CREATE UNIQUE INDEX "example_ticket_id_index" ON "example" USING btree ("ticket_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outcome_draft_id_index" ON "outcome" USING btree ("draft_id");--> statement-breakpoint
CREATE INDEX "outcome_category_index" ON "outcome" USING btree ("category");--> statement-breakpoint
CREATE UNIQUE INDEX "card_ticket_id_platform_channel_index" ON "card" USING btree ("ticket_id","platform","channel");--> statement-breakpoint
CREATE INDEX "decision_ticket_id_index" ON "decision" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "decision_at_index" ON "decision" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "draft_ticket_id_version_index" ON "draft" USING btree ("ticket_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "draft_one_pending" ON "draft" USING btree ("ticket_id") WHERE "draft"."status" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_key_index" ON "outbox" USING btree ("key");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_draft_id_index" ON "outbox" USING btree ("draft_id");--> statement-breakpoint
CREATE INDEX "outbox_ticket_id_index" ON "outbox" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "outbox_open" ON "outbox" USING btree ("conversation_id","id") WHERE "outbox"."status" in ('queued', 'sending', 'unknown');