// Figures of days: kept for days that are over, so that a year is read and not counted, and counted now where they are not.
import { addDays, localTime, startOfDay } from '../insights/calendar.ts';
import { dayRow, daysIn } from '../insights/day-figures.ts';
import { NONE, type TicketSlice } from '../model/dashboard.ts';
import type { CategoryDay, DayFigures, DayRow, DaySpan, Span } from '../model/digest.ts';
import type { FlowDeps } from './deps.ts';

/** Days counted by one query. */
const AT_ONCE = 31;

/** The figures of every day of a span in which something happened; the order is not defined. */
export async function figuresOfDays(
  { store, clock }: Pick<FlowDeps, 'store' | 'clock'>,
  span: Span,
  { timeZone, slice = {} }: { timeZone: string; slice?: TicketSlice },
): Promise<DayFigures[]> {
  const recorded = await recordedIn({ store, clock }, span, timeZone);
  if (!recorded) return [];
  const days = daysIn(recorded, timeZone);
  // Only the first and the last can be cut.
  const isWhole = ({ day, from, to }: DaySpan) =>
    from.getTime() === startOfDay(day, timeZone).getTime() &&
    to.getTime() === startOfDay(addDays(day, 1), timeZone).getTime();
  const first = days.find(isWhole);
  const last = days.findLast(isWhole);
  const { category, ...others } = slice;
  const canRead = Object.values(others).every((condition) => condition === undefined);
  const kept = first && last && canRead ? await store.keptDays(timeZone, first.day, last.day) : [];
  const known = new Set(kept.map(({ day }) => day));
  const counted = await store.countDays(
    days.filter(({ day }) => !known.has(day)),
    clock.now(),
    slice,
  );
  if (category === undefined) return [...kept, ...counted];
  const wanted = category === NONE ? null : category;
  const own = kept.map(({ day, categories }) => {
    return { day, categories: categories.filter((one) => one.category === wanted) };
  });
  return [...own, ...counted];
}

/** The part of a span in which there can be tickets, in whole days unless the span cuts them; null: none. */
async function recordedIn(
  { store, clock }: Pick<FlowDeps, 'store' | 'clock'>,
  span: Span,
  timeZone: string,
): Promise<Span | null> {
  const since = await store.firstTicketAt();
  if (!since) return null;
  const dayOf = (at: Date) => localTime(at, timeZone).day;
  const from = Math.max(span.from.getTime(), startOfDay(dayOf(since), timeZone).getTime());
  const to = Math.min(span.to.getTime(), startOfDay(addDays(dayOf(clock.now()), 2), timeZone).getTime());
  return from < to ? { from: new Date(from), to: new Date(to) } : null;
}

/** What came in on each day of a span, oldest first; days without a ticket are missing. */
export async function figuresByDay(
  deps: Pick<FlowDeps, 'store' | 'clock' | 'settings'>,
  span: Span,
  slice?: TicketSlice,
): Promise<DayRow[]> {
  const { timeZone } = deps.settings.workspace;
  const days = (await figuresOfDays(deps, span, { timeZone, slice })).map(dayRow);
  return days.filter(({ received }) => received > 0).sort((a, b) => a.day.localeCompare(b.day));
}

/**
 * Keeps the figures of days that are over, and counts those again of which something has changed. A day with a promise
 * that is neither kept nor broken is not kept: it is broken without any change. One process at a time.
 */
export async function keepDays(
  { store, clock, withKey }: Pick<FlowDeps, 'store' | 'clock' | 'withKey'>,
  timeZone: string,
): Promise<void> {
  await withKey('day-figures', async () => {
    const kept = new Set(await store.forgetChangedDays(timeZone));
    const since = await store.firstTicketAt();
    if (!since) return;
    const now = clock.now();
    const from = startOfDay(localTime(since, timeZone).day, timeZone);
    const to = startOfDay(localTime(now, timeZone).day, timeZone);
    const missing = daysIn({ from, to }, timeZone).filter(({ day }) => !kept.has(day));
    while (missing.length > 0) {
      const days = missing.splice(0, AT_ONCE);
      const counted = new Map(
        (await store.countDays(days, now)).map(({ day, categories }) => [day, categories]),
      );
      const rows = days.map(({ day, from: starts, to: ends }) => {
        return { zone: timeZone, day, starts, ends, categories: counted.get(day) ?? [] };
      });
      const isSettled = ({ due }: CategoryDay) => due.first_answer.pending + due.resolution.pending === 0;
      await store.keepDays(rows.filter(({ categories }) => categories.every(isSettled)));
    }
  });
}
