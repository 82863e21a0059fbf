// Days as people in a time zone see them: `YYYY-MM-DD`, their first moment, their weekday.
import { DAY_MS, MINUTE_MS } from '../model/duration.ts';

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, made);
  return made;
}

/** The day and the minute of the day (0 to 1439) that clocks in `timeZone` show at `at`. */
export function localTime(at: Date, timeZone: string): { day: string; minute: number } {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format(timeZone).formatToParts(at)) part[type] = value;
  return {
    day: `${part.year}-${part.month}-${part.day}`,
    minute: Number(part.hour) * 60 + Number(part.minute),
  };
}

/** The first moment of a day; where the clocks skip midnight, the moment they jump. */
export function startOfDay(day: string, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const there = localTime(new Date(midnight), timeZone);
  const ahead = daysBetween(day, there.day) * 24 * 60 + there.minute;
  const usual = midnight - ahead * MINUTE_MS;
  const isDay = (time: number) => localTime(new Date(time), timeZone).day === day;
  if (isDay(usual) && !isDay(usual - MINUTE_MS)) return new Date(usual);
  // The clocks change around then. Zones lie at most 14 hours from UTC, so every minute around its midnight is looked at.
  let before = -16 * 60;
  let within = 16 * 60;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (localTime(new Date(midnight + middle * MINUTE_MS), timeZone).day >= day) within = middle;
    else before = middle;
  }
  return new Date(midnight + within * MINUTE_MS);
}

/** The day `n` days later (earlier when negative). */
export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to the other; 0 for the same. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The weekday of a day; `sun` for what is no day. */
export function weekdayOf(day: string): Weekday {
  return WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 'sun';
}

/** True for `2026-02-28`, false for `2026-02-30`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && addDays(text, 0) === text;
}
