// Sums of days: what became of the tickets of a whole span, all together and by category.
import type {
  CategoryDay,
  Cohort,
  DayFigures,
  DayRow,
  DaySpan,
  Resolved,
  Span,
  SpanRows,
  Spread,
} from '../model/digest.ts';
import type { ServiceTarget } from '../model/service-level.ts';
import { addDays, localTime, startOfDay } from './calendar.ts';

/** The local days that a span touches, the first and the last cut where it begins and ends. */
export function daysIn({ from, to }: Span, timeZone: string): DaySpan[] {
  const days: DaySpan[] = [];
  let day = localTime(from, timeZone).day;
  for (let at = from; at < to; day = addDays(day, 1)) {
    const end = startOfDay(addDays(day, 1), timeZone);
    days.push({ day, from: at, to: end < to ? end : to });
    at = end;
  }
  return days;
}

/** The span as a whole, from the figures of its days. */
export function sumDays(days: DayFigures[]): SpanRows {
  const all = days.flatMap(({ categories }) => categories);
  const byCategory = Map.groupBy(all, ({ category }) => category);
  return {
    all: cohortOf(all),
    resolved: resolvedOf(all),
    byCategory: [...byCategory].map(([category, own]) => ({
      category,
      cohort: cohortOf(own),
      resolved: resolvedOf(own),
    })),
  };
}

/** What the charts show of a day. */
export function dayRow({ day, categories }: DayFigures): DayRow {
  const { received, response } = cohortOf(categories);
  return { day, received, response };
}

function cohortOf(days: CategoryDay[]): Cohort {
  const sum = (of: (one: CategoryDay) => number) => days.reduce((total, one) => total + of(one), 0);
  const by = (who: keyof CategoryDay['answered']) => {
    const rated = sum(({ answered }) => answered[who].rated);
    return {
      n: sum(({ answered }) => answered[who].n),
      rating: rated === 0 ? null : { n: rated, mean: sum(({ answered }) => answered[who].stars) / rated },
    };
  };
  const promised = (target: ServiceTarget) => ({
    known: sum(({ due }) => due[target].known),
    late: sum(({ due }) => due[target].late),
  });
  return {
    received: sum(({ received }) => received),
    rejected: sum(({ rejected }) => rejected),
    response: spreadOf(days.map(({ response }) => response)),
    answered: { auto: by('auto'), assisted: by('assisted'), agent: by('agent') },
    due: { first_answer: promised('first_answer'), resolution: promised('resolution') },
  };
}

function resolvedOf(days: CategoryDay[]): Resolved {
  const spread = spreadOf(days.map(({ resolution }) => resolution));
  return {
    n: spread?.n ?? 0,
    confirmed: days.reduce((total, { confirmed }) => total + confirmed, 0),
    spread,
  };
}

/** Median and 90th percentile, between two cases in proportion, as PostgreSQL's percentile_cont has it. */
function spreadOf(lists: number[][]): Spread | null {
  const n = lists.reduce((total, { length }) => total + length, 0);
  if (n === 0) return null;
  const sorted = new Float64Array(n);
  let at = 0;
  for (const list of lists) {
    sorted.set(list, at);
    at += list.length;
  }
  sorted.sort();
  const quantile = (share: number) => {
    const place = share * (n - 1);
    const low = sorted[Math.floor(place)] ?? 0;
    return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place - Math.floor(place));
  };
  return { n, median: quantile(0.5), p90: quantile(0.9) };
}
