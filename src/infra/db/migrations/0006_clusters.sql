CREATE TABLE "cluster_apart" (
	"low" bigint NOT NULL,
	"high" bigint NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cluster_apart_low_high_pk" PRIMARY KEY("low","high")
);
--> statement-breakpoint
CREATE TABLE "cluster_refusal" (
	"message_id" bigint NOT NULL,
	"part" integer NOT NULL,
	"cluster_id" bigint NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cluster_refusal_message_id_part_cluster_id_pk" PRIMARY KEY("message_id","part","cluster_id")
);
--> statement-breakpoint
ALTER TABLE "cluster_member" DROP CONSTRAINT "cluster_member_cluster_id_message_id_pk";--> statement-breakpoint
ALTER TABLE "ticket" ADD COLUMN "clustered_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "ticket" SET "clustered_seq" = "drafted_seq";--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "title_by" text;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "profile" jsonb;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "confirmed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "confirmed_because" text;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "muted_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "dismissed_by" text;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "rev" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "cluster" ADD COLUMN "presented_rev" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD COLUMN "part" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD CONSTRAINT "cluster_member_message_id_part_pk" PRIMARY KEY("message_id","part");--> statement-breakpoint
ALTER TABLE "cluster_member" ADD COLUMN "print" jsonb;--> statement-breakpoint
ALTER TABLE "cluster_member" ADD COLUMN "vector" "bytea";--> statement-breakpoint
ALTER TABLE "cluster_member" ADD COLUMN "by" text;--> statement-breakpoint
ALTER TABLE "cluster_apart" ADD CONSTRAINT "cluster_apart_low_cluster_id_fk" FOREIGN KEY ("low") REFERENCES "public"."cluster"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_apart" ADD CONSTRAINT "cluster_apart_high_cluster_id_fk" FOREIGN KEY ("high") REFERENCES "public"."cluster"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_refusal" ADD CONSTRAINT "cluster_refusal_message_id_message_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."message"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_refusal" ADD CONSTRAINT "cluster_refusal_cluster_id_cluster_id_fk" FOREIGN KEY ("cluster_id") REFERENCES "public"."cluster"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ticket_unclustered" ON "ticket" USING btree ("id") WHERE "ticket"."drafted_seq" > "ticket"."clustered_seq";--> statement-breakpoint
CREATE INDEX "cluster_version_index" ON "cluster" USING btree ("version");--> statement-breakpoint
CREATE INDEX "cluster_last_seen_index" ON "cluster" USING btree ("last_seen");--> statement-breakpoint
CREATE INDEX "cluster_unpresented" ON "cluster" USING btree ("id") WHERE "cluster"."confirmed_at" is not null and "cluster"."rev" > "cluster"."presented_rev";--> statement-breakpoint
CREATE INDEX "cluster_member_cluster_id_at_index" ON "cluster_member" USING btree ("cluster_id","at");