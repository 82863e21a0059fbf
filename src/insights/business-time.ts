// Business time: hours in which somebody is at work, counted and added across nights, weekends, holidays and summer time.
import { AppError } from '../model/errors.ts';
import type { OpeningHours } from '../model/service-level.ts';
import { zonedInstant } from '../model/zone.ts';
import { addDays, localTime, startOfDay, weekdayOf } from './calendar.ts';

/** Spans `[begin, end)` of one local day in which somebody is at work, in epoch milliseconds, in order. */
type OpenSpans = readonly (readonly [begin: number, end: number])[];

/** When somebody is at work. */
export interface OfficeHours {
  timeZone: string;
  /** Null: round the clock. */
  spansOf: ((day: string) => OpenSpans) | null;
}

/** Somebody is always there. */
export const ROUND_THE_CLOCK: OfficeHours = { timeZone: 'UTC', spansOf: null };

/** Longest stretch without an open hour that is looked through, in days; behind it the hours are a mistake. */
const LONGEST_CLOSURE = 400;
/** Days that are remembered. */
const REMEMBERED = 1_000;

/** Opening hours of a week on the clocks of a zone; on holidays (`2026-12-25`) nobody is there. */
export function officeHours(
  { timeZone, week }: OpeningHours,
  isHoliday: (day: string) => boolean = () => false,
): OfficeHours {
  const days = new Map<string, OpenSpans>();
  return {
    timeZone,
    spansOf(day) {
      const known = days.get(day);
      if (known) return known;
      const spans = isHoliday(day) ? [] : spansOn(day, timeZone, week[weekdayOf(day)] ?? []);
      if (days.size >= REMEMBERED) days.clear();
      days.set(day, spans);
      return spans;
    },
  };
}

/** Hours that summer time skips are not there; an hour that comes twice counts twice. */
function spansOn(
  day: string,
  timeZone: string,
  hours: readonly { from: string; to: string }[],
): [number, number][] {
  const at = (time: string) =>
    (time === '24:00'
      ? startOfDay(addDays(day, 1), timeZone)
      : (zonedInstant(day, time, timeZone) ?? startOfDay(day, timeZone))
    ).getTime();
  let last = Number.NEGATIVE_INFINITY;
  const spans: [number, number][] = [];
  for (const { from, to } of hours) {
    const begin = Math.max(at(from), last);
    const end = at(to);
    if (end <= begin) continue;
    spans.push([begin, end]);
    last = end;
  }
  return spans;
}

/**
 * The first moment at which `ms` of business time have passed since `from`; `from` itself when that is none.
 * Throws AppError `never_open` when nobody is at work for more than a year.
 */
export function addBusinessTime(from: Date, ms: number, hours: OfficeHours): Date {
  if (ms <= 0) return from;
  if (!hours.spansOf) return new Date(from.getTime() + ms);
  let left = ms;
  let day = localTime(from, hours.timeZone).day;
  for (let closed = 0; closed < LONGEST_CLOSURE; day = addDays(day, 1)) {
    closed++;
    for (const [begin, end] of hours.spansOf(day)) {
      const start = Math.max(begin, from.getTime());
      if (start >= end) continue;
      if (left <= end - start) return new Date(start + left);
      left -= end - start;
      closed = 0;
    }
  }
  throw new AppError('never_open', `nobody is at work for ${LONGEST_CLOSURE} days after ${day}`);
}

/** Business time from one moment to a later one, in milliseconds; 0 when it is not later. */
export function businessTimeBetween(from: Date, to: Date, hours: OfficeHours): number {
  if (to <= from) return 0;
  if (!hours.spansOf) return to.getTime() - from.getTime();
  let sum = 0;
  const last = localTime(to, hours.timeZone).day;
  for (let day = localTime(from, hours.timeZone).day; day <= last; day = addDays(day, 1))
    for (const [begin, end] of hours.spansOf(day))
      sum += Math.max(0, Math.min(end, to.getTime()) - Math.max(begin, from.getTime()));
  return sum;
}
