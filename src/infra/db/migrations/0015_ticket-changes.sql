-- Notes which days a change of a ticket concerns; src/infra/db/schema/day-figures.ts says what for.
CREATE FUNCTION note_ticket_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ticket_change (at)
    SELECT DISTINCT moment FROM unnest(ARRAY[OLD.created_at, OLD.resolved_at, NEW.created_at, NEW.resolved_at]) moment
    WHERE moment IS NOT NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER ticket_changed
  AFTER INSERT OR DELETE OR UPDATE OF category, outreach, resolution, replied_by, csat, due_at, created_at,
    first_response_at, resolved_at, reopened_at ON ticket
  FOR EACH ROW EXECUTE FUNCTION note_ticket_change();
