CREATE TABLE "priority_fit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "priority_fit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"n" integer NOT NULL,
	"bad" integer NOT NULL,
	"configured_auc" double precision,
	"learned_auc" double precision,
	"shifts" jsonb NOT NULL,
	"verdict" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "service_clock" (
	"ticket_id" bigint NOT NULL,
	"target" text NOT NULL,
	"limit_ms" bigint NOT NULL,
	"business_hours" boolean NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"warn_at" timestamp (3) with time zone NOT NULL,
	"escalate_at" timestamp (3) with time zone NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"warned_at" timestamp (3) with time zone,
	"escalated_at" timestamp (3) with time zone,
	"breached_at" timestamp (3) with time zone,
	CONSTRAINT "service_clock_ticket_id_target_pk" PRIMARY KEY("ticket_id","target")
);
--> statement-breakpoint
ALTER TABLE "service_clock" ADD CONSTRAINT "service_clock_ticket_id_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "service_clock_running" ON "service_clock" USING btree ("warn_at") WHERE "service_clock"."paused_at" is null and "service_clock"."breached_at" is null;--> statement-breakpoint
CREATE INDEX "service_clock_breached" ON "service_clock" USING btree ("breached_at") WHERE "service_clock"."breached_at" is not null;