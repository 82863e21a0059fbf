// Clock times of a place: from what people of a time zone write to the instant that they mean, and back.
import { DAY_MS } from './duration.ts';

/** Whether this runtime knows an IANA name of a zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** Milliseconds that a zone's clocks are ahead of UTC at an instant. `timeZone` is an IANA name. */
export function zoneOffset(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(at.getTime() / 1_000) * 1_000;
}

/**
 * The instant of a local date (`2026-03-02`) and time (`09:00`, seconds are ignored) in a zone; null when there is
 * no such day or time. A time that summer time skips becomes the one an hour after it, and of one that comes twice the
 * first counts.
 */
export function zonedInstant(date: string, time: string, timeZone: string): Date | null {
  const day = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date.trim());
  const clock = /^(\d{1,2}):(\d\d)(?::\d\d)?$/.exec(time.trim());
  if (!day || !clock) return null;
  const [year = 0, month = 0, dayOfMonth = 0] = day.slice(1).map(Number);
  const [hour = 0, minute = 0] = clock.slice(1, 3).map(Number);
  const wall = Date.UTC(year, month - 1, dayOfMonth, hour, minute);
  const back = new Date(wall);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== dayOfMonth) return null;
  if (hour > 23 || minute > 59) return null;
  // The clocks may change around then: those of the day before count unless they show another time by then.
  const by = (day: number) => wall - zoneOffset(new Date(wall + day * DAY_MS), timeZone);
  const shows = (instant: number) => instant + zoneOffset(new Date(instant), timeZone) === wall;
  return new Date(!shows(by(-1)) && shows(by(1)) ? by(1) : by(-1));
}

/** The local date (`2026-03-02`) of an instant in a zone, `days` days later. */
export function zonedDate(at: Date, timeZone: string, days = 0): string {
  const local = new Date(at.getTime() + zoneOffset(at, timeZone));
  local.setUTCDate(local.getUTCDate() + days);
  return local.toISOString().slice(0, 10);
}
