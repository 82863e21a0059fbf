-- Days count broken promises of resolutions, too: a change of such a promise concerns the day of its ticket.
CREATE FUNCTION note_promise_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF COALESCE(NEW.target, OLD.target) = 'resolution' THEN
    INSERT INTO ticket_change (at)
      SELECT created_at FROM ticket WHERE id = COALESCE(NEW.ticket_id, OLD.ticket_id);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER promise_changed
  AFTER INSERT OR DELETE OR UPDATE OF due_at, paused_at, breached_at ON service_clock
  FOR EACH ROW EXECUTE FUNCTION note_promise_change();
--> statement-breakpoint
-- Days that were counted without them are counted again.
DELETE FROM day_figures;
