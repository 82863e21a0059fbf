CREATE TABLE "burst" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "burst_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"platform" text NOT NULL,
	"channel" text NOT NULL,
	"category" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "value" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "rev" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "lease_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "held_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "burst_id" bigint;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "instead_of" text;--> statement-breakpoint
ALTER TABLE "card" ADD COLUMN "failure" text;--> statement-breakpoint
CREATE INDEX "burst_platform_channel_category_last_at_index" ON "burst" USING btree ("platform","channel","category","last_at");--> statement-breakpoint
ALTER TABLE "card" ADD CONSTRAINT "card_burst_id_burst_id_fk" FOREIGN KEY ("burst_id") REFERENCES "public"."burst"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "value_expiring" ON "value" USING btree ("expires_at") WHERE "value"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "card_platform_channel_posted_at_index" ON "card" USING btree ("platform","channel","posted_at");--> statement-breakpoint
CREATE INDEX "card_held" ON "card" USING btree ("held_until") WHERE "card"."held_until" is not null;--> statement-breakpoint
CREATE INDEX "card_burst_id_index" ON "card" USING btree ("burst_id");