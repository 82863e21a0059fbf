CREATE TABLE "day_figures" (
	"zone" text NOT NULL,
	"day" text NOT NULL,
	"starts" timestamp (3) with time zone NOT NULL,
	"ends" timestamp (3) with time zone NOT NULL,
	"categories" json NOT NULL,
	CONSTRAINT "day_figures_zone_day_pk" PRIMARY KEY("zone","day")
);
--> statement-breakpoint
CREATE TABLE "ticket_change" (
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "ticket_change_at_index" ON "ticket_change" USING btree ("at");--> statement-breakpoint
CREATE INDEX "ticket_channel_index" ON "ticket" USING btree ("channel");--> statement-breakpoint
CREATE INDEX "ticket_assignee_index" ON "ticket" USING btree ("assignee") WHERE "ticket"."assignee" is not null;--> statement-breakpoint
CREATE INDEX "ticket_request" ON "ticket" USING btree ("created_at") WHERE "ticket"."kind" = 'feature_request';--> statement-breakpoint
CREATE INDEX "ticket_leaving" ON "ticket" USING btree ("created_at") WHERE ("ticket"."analysis" ->> 'churnRisk')::float8 >= 0.6;--> statement-breakpoint
CREATE INDEX "draft_gap" ON "draft" USING btree ("ticket_id") WHERE "draft"."version" = 1 and not "draft"."answerable";