// Digest numbers: from what the database counted to what is told. Pure; a figure that cannot be known is left out.
import type {
  AtRiskRow,
  ClusterRow,
  Cohort,
  DayRow,
  Digest,
  DigestPeriod,
  DigestRows,
  Normal,
  Span,
  SpanRows,
  Theme,
} from '../model/digest.ts';
import { DAY_MS } from '../model/duration.ts';
import { addDays, daysBetween, localTime } from './calendar.ts';
import { changesOf } from './changes.ts';
import { comparedSpans } from './digest-period.ts';
import { LIKELY } from './health.ts';
import { normalOf } from './normal.ts';

/** A day in a chart is compared with the same weekday of this many weeks before. */
const WEEKS = 4;
/** Days in the charts, at least. */
const CHART_DAYS = { daily: 14, weekly: 28, monthly: 28 };
/** What waits is told of as of now, so only of periods that have just ended. */
const FRESH_MS = 4 * DAY_MS;

/** What people's work costs, as configured; without it nothing is said about time and money. */
export interface DigestRates {
  /** Minutes that an answer takes an agent who writes it, and one who checks a draft. */
  minutes?: { byHand: number; withDraft: number };
  /** Cost of an agent's hour. */
  cost?: { hour: number; currency: string };
}

/** The span that the charts and their normals need, up to the end of the period. */
export function chartSpan(period: DigestPeriod): { first: string; last: string; timeZone: string } {
  const { last, timeZone } = period;
  return { first: addDays(chartStart(period), -7 * WEEKS), last, timeZone };
}

function chartStart({ kind, first, last }: DigestPeriod): string {
  const shown = Math.max(CHART_DAYS[kind], daysBetween(first, last) + 1);
  return addDays(last, 1 - shown);
}

/** Makes a digest of what was counted. `nameOf` gives a category's name for people. */
export function composeDigest(
  period: DigestPeriod,
  rows: DigestRows,
  options: {
    now: Date;
    rates: DigestRates;
    nameOf(category: string | null): string;
    promotions: Digest['promotions'];
  },
): Digest {
  const { now, rates, nameOf } = options;
  const spans = comparedSpans(period);
  const [span = { from: now, to: now }, ...earlier] = spans;
  const [counted = EMPTY, ...before] = rows.spans;
  const known = before.filter((_, n) => isKnown(earlier[n], rows.since, period.timeZone));
  const { all: cohort, resolved } = counted;
  const digest: Digest = {
    period,
    span,
    now,
    volume: {
      received: cohort.received,
      rejected: cohort.rejected,
      normal: normalOf(known.map(({ all }) => all.received)),
    },
    response: cohort.response,
    resolved,
    due: cohort.due,
    backlog: now.getTime() - span.to.getTime() < FRESH_MS ? rows.backlog : null,
    answered: { ...cohort.answered, total: answeredIn(cohort) },
    saved: savedBy(cohort, rates),
    cost: costOf(cohort, resolved.n, rates, rows.modelCost),
    changes: [],
    themes: themesOf(counted, known, nameOf),
    days: daysOf(period, rows),
    // What one ticket tells is no pattern.
    clusters: rows.clusters.filter(
      ({ kind, isNew, reports, before: earlierReports }) =>
        kind !== 'feature_request' && reports > 1 && (isNew || reports > earlierReports),
    ),
    requests: {
      clusters: rows.clusters.filter(({ kind }) => kind === 'feature_request').sort(byCompanies),
      tickets: rows.requested,
    },
    gaps: rows.gaps.map(({ category, n }) => ({ category, n, name: nameOf(category) })),
    atRisk: atRiskOf(rows),
    left: rows.left,
    recovered: rows.recovered,
    ...(rows.outreach && { outreach: rows.outreach }),
    promotions: options.promotions,
  };
  return { ...digest, changes: changesOf(digest, known) };
}

/** Feature requests: first what most companies ask for, then what those pay most who ask. */
function byCompanies(a: ClusterRow, b: ClusterRow): number {
  return b.accounts - a.accounts || (b.mrr ?? 0) - (a.mrr ?? 0) || b.reports - a.reports || a.id - b.id;
}

/** Each company once, whatever speaks against it; the largest first. */
function atRiskOf({ leaving, frail }: DigestRows): AtRiskRow[] {
  const words = new Map(leaving.map((row) => [row.account, row]));
  const low = frail.map(({ risk, ...row }) => {
    const tickets = words.get(row.account)?.tickets ?? [];
    words.delete(row.account);
    const { account, plan, mrr, renewalAt, health, reasons } = row;
    const likely = risk !== null && risk >= LIKELY ? risk : null;
    return { account, plan, mrr, renewalAt, health, risk: likely, reasons, tickets };
  });
  const rest = [...words.values()].map((row) => ({ ...row, health: null, risk: null, reasons: [] }));
  return [...low, ...rest].sort(
    (a, b) => (b.mrr ?? 0) - (a.mrr ?? 0) || (a.health ?? 100) - (b.health ?? 100),
  );
}

const NO_PROMISES = { known: 0, late: 0 };
const NOBODY: Cohort['answered'] = {
  auto: { n: 0, rating: null },
  assisted: { n: 0, rating: null },
  agent: { n: 0, rating: null },
};
const EMPTY: SpanRows = {
  all: {
    received: 0,
    rejected: 0,
    response: null,
    answered: NOBODY,
    due: { first_answer: NO_PROMISES, resolution: NO_PROMISES },
  },
  resolved: { n: 0, confirmed: 0, spread: null },
  byCategory: [],
};

/** An earlier span tells what is normal only when tickets were recorded from its first day on. */
function isKnown(span: Span | undefined, since: Date | null, timeZone: string): boolean {
  if (!span || !since) return false;
  return localTime(since, timeZone).day <= localTime(span.from, timeZone).day;
}

function answeredIn({ answered }: Cohort): number {
  return answered.auto.n + answered.assisted.n + answered.agent.n;
}

function savedBy({ answered }: Cohort, { minutes }: DigestRates): Digest['saved'] {
  if (!minutes) return null;
  const { byHand, withDraft } = minutes;
  return { minutes: answered.auto.n * byHand + answered.assisted.n * Math.max(0, byHand - withDraft) };
}

/** People's time on the answers of the period, and the language model, by the tickets that were resolved in it. */
function costOf(
  { answered }: Cohort,
  resolved: number,
  { minutes, cost }: DigestRates,
  modelCost: number,
): Digest['cost'] {
  if (!minutes || !cost || resolved === 0) return null;
  const worked = answered.agent.n * minutes.byHand + answered.assisted.n * minutes.withDraft;
  const model = modelCost / resolved;
  return { perResolution: ((worked / 60) * cost.hour) / resolved + model, model, currency: cost.currency };
}

function themesOf(
  counted: SpanRows,
  known: SpanRows[],
  nameOf: (category: string | null) => string,
): Theme[] {
  const earlier = (category: string | null) =>
    known.map(({ byCategory }) => byCategory.find((one) => one.category === category)?.cohort.received ?? 0);
  return counted.byCategory
    .map(({ category, cohort, resolved }) => ({
      category,
      name: nameOf(category),
      received: cohort.received,
      normal: normalOf(earlier(category)),
      response: cohort.response,
      resolution: resolved.spread,
    }))
    .sort((a, b) => b.received - a.received || a.name.localeCompare(b.name));
}

function daysOf(period: DigestPeriod, { days, since }: DigestRows): Digest['days'] {
  const byDay = new Map(days.map((row): [string, DayRow] => [row.day, row]));
  const received = (day: string) => byDay.get(day)?.received ?? 0;
  const sinceDay = since ? localTime(since, period.timeZone).day : null;
  const result: Digest['days'] = [];
  for (let day = chartStart(period); day <= period.last; day = addDays(day, 1)) {
    const before = Array.from({ length: WEEKS }, (_, n) => addDays(day, -7 * (n + 1)));
    const known: Normal | null = normalOf(
      before.filter((earlier) => sinceDay !== null && sinceDay <= earlier).map(received),
    );
    result.push({
      day,
      received: received(day),
      normal: known?.mean ?? null,
      current: day >= period.first,
      response: byDay.get(day)?.response ?? null,
    });
  }
  return result;
}
