// When a digest is due, and which days it speaks of.
import type { DigestKind, DigestPeriod, Span } from '../model/digest.ts';
import { addDays, daysBetween, localTime, startOfDay, type Weekday, weekdayOf } from './calendar.ts';

/** When one channel gets its digests. */
export interface DigestTimes {
  /** `08:30` on the clocks of `timeZone`. */
  at: string;
  timeZone: string;
  days: readonly Weekday[];
  daily: boolean;
  /** Weekday of the weekly digest, which speaks of the seven days before it; null: none. */
  weekly: Weekday | null;
  /** On the first working day of a month, about the month before. */
  monthly: boolean;
}

/** Earlier spans that a period is compared with. */
const EARLIER = 4;
/** A long weekend with holidays; digests that were missed for longer are not made up for. */
const LONGEST_GAP = 7;

/** A day on which digests are posted: one of `days`, and no holiday. */
type IsHoliday = (day: string) => boolean;

function works(day: string, { days }: DigestTimes, isHoliday: IsHoliday): boolean {
  return days.includes(weekdayOf(day)) && !isHoliday(day);
}

/**
 * The digests that a channel should have had by `now` today. The hour is compared with the clocks on the wall, so
 * one that daylight saving skips is due as soon as they have jumped, and one that comes twice is due once.
 */
export function dueDigests(times: DigestTimes, now: Date, isHoliday: IsHoliday): DigestPeriod[] {
  const { day, minute } = localTime(now, times.timeZone);
  const [hours = 0, minutes = 0] = times.at.split(':').map(Number);
  if (minute < hours * 60 + minutes || !works(day, times, isHoliday)) return [];
  return [
    times.monthly && isFirstWorkingDay(day, `${day.slice(0, 7)}-01`, times, isHoliday)
      ? latestDigest('monthly', times, day)
      : null,
    times.weekly && isWeekly(day, times, isHoliday) ? latestDigest('weekly', times, day) : null,
    times.daily ? latestDigest('daily', times, day, isHoliday) : null,
  ].filter((period) => period !== null);
}

/**
 * The period of the digest that is posted on `today`: daily, all days since the one before (on Mondays Friday to
 * Sunday); weekly, the seven days before; monthly, the month before.
 */
export function latestDigest(
  kind: DigestKind,
  times: DigestTimes,
  today: string,
  isHoliday: IsHoliday = () => false,
): DigestPeriod {
  const last = addDays(today, -1);
  const { timeZone } = times;
  switch (kind) {
    case 'daily': {
      let first = last;
      while (!works(first, times, isHoliday) && daysBetween(first, last) < LONGEST_GAP - 1)
        first = addDays(first, -1);
      // No working day in reach: only yesterday is news.
      return { kind, first: works(first, times, isHoliday) ? first : last, last, timeZone };
    }
    case 'weekly': {
      const end = weekEnd(times, today);
      return { kind, first: addDays(end, -6), last: end, timeZone };
    }
    case 'monthly': {
      const end = addDays(`${today.slice(0, 7)}-01`, -1);
      return { kind, first: `${end.slice(0, 7)}-01`, last: end, timeZone };
    }
  }
}

/** The digest of one day, of the seven days up to it, or of its month. */
export function digestOf(kind: DigestKind, day: string, timeZone: string): DigestPeriod {
  switch (kind) {
    case 'daily':
      return { kind, first: day, last: day, timeZone };
    case 'weekly':
      return { kind, first: addDays(day, -6), last: day, timeZone };
    case 'monthly': {
      const first = `${day.slice(0, 7)}-01`;
      const next = `${addDays(first, 31).slice(0, 7)}-01`;
      return { kind, first, last: addDays(next, -1), timeZone };
    }
  }
}

/** The last day before the newest weekly digest's weekday, which is today or earlier. */
function weekEnd({ weekly }: DigestTimes, today: string): string {
  let day = today;
  while (weekdayOf(day) !== (weekly ?? 'mon')) day = addDays(day, -1);
  return addDays(day, -1);
}

/** The weekly digest comes on its weekday or, when that is a holiday, on the next working day of that week. */
function isWeekly(day: string, times: DigestTimes, isHoliday: IsHoliday): boolean {
  let start = day;
  while (weekdayOf(start) !== times.weekly) start = addDays(start, -1);
  return isFirstWorkingDay(day, start, times, isHoliday);
}

/** True when no working day from `start` on comes before `day`. */
function isFirstWorkingDay(day: string, start: string, times: DigestTimes, isHoliday: IsHoliday): boolean {
  let first = start;
  while (first < day && !works(first, times, isHoliday)) first = addDays(first, 1);
  return first === day;
}

/** A period of local days as moments, the end exclusive. */
export function spanOf({ first, last, timeZone }: Omit<DigestPeriod, 'kind'>): Span {
  return { from: startOfDay(first, timeZone), to: startOfDay(addDays(last, 1), timeZone) };
}

/**
 * The period and what it is compared with: the same weekdays of the four weeks before, or the four months before.
 * A period longer than a week is moved by whole weeks that do not overlap it.
 */
export function comparedSpans(period: DigestPeriod): Span[] {
  const { kind, first, last, timeZone } = period;
  const weeks = Math.ceil((daysBetween(first, last) + 1) / 7);
  const moved = Array.from({ length: EARLIER }, (_, n) => {
    if (kind !== 'monthly') {
      const days = -7 * weeks * (n + 1);
      return spanOf({ first: addDays(first, days), last: addDays(last, days), timeZone });
    }
    let month = first;
    for (let back = 0; back <= n; back++) month = `${addDays(month, -1).slice(0, 7)}-01`;
    return spanOf(digestOf('monthly', month, timeZone));
  });
  return [spanOf(period), ...moved];
}

/** `digest-2026-03-02`, `digest-2026-02-27-2026-03-01`, `digest-weekly-2026-02-23`: names one digest for ever. */
export function digestKey({ kind, first, last }: DigestPeriod): string {
  if (kind !== 'daily') return `digest-${kind}-${first}`;
  return first === last ? `digest-${first}` : `digest-${first}-${last}`;
}

/** Under which key it is posted: one of a period that is not over at `now` does not take the place of the whole one. */
export function postedKey(period: DigestPeriod, now: Date): string {
  return now < spanOf(period).to ? `${digestKey(period)}-so-far` : digestKey(period);
}
