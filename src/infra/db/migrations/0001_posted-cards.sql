CREATE TABLE "posted_card" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "posted_card_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"platform" text NOT NULL,
	"channel" text NOT NULL,
	"message" jsonb,
	"posted_at" timestamp (3) with time zone NOT NULL,
	"digest" text,
	"thread" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "posted_card_key_platform_channel_index" ON "posted_card" USING btree ("key","platform","channel");