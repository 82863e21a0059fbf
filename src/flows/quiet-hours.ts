// Quiet hours: cards of low priority wait for their end.
import type { QuietHours } from '../config/schema.ts';
import { zonedDate, zonedInstant } from '../model/zone.ts';

/** The end of the quiet hours that `now` is in; null outside of them. */
export function quietUntil(
  now: Date,
  { from, to }: Pick<QuietHours, 'from' | 'to'>,
  timeZone: string,
): Date | null {
  // The hours that begin today, and those of yesterday that may last until this morning.
  for (const days of [-1, 0]) {
    const begin = zonedInstant(zonedDate(now, timeZone, days), from, timeZone);
    const end = zonedInstant(zonedDate(now, timeZone, from < to ? days : days + 1), to, timeZone);
    if (begin && end && begin <= now && now < end) return end;
  }
  return null;
}
