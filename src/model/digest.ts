// The numbers of a digest: what the database counted, and what is told of it.
import { z } from 'zod';
import type { Kind } from './analysis.ts';
import type { ClusterIssue } from './cluster.ts';
import type { AccountLine, Drill } from './dashboard.ts';
import type { ServiceTarget } from './service-level.ts';
import type { PriorityLevel, RepliedBy } from './ticket.ts';

export const DIGEST_KINDS = ['daily', 'weekly', 'monthly'] as const;
export type DigestKind = (typeof DIGEST_KINDS)[number];

/** From `from` (inclusive) to `to` (exclusive). */
export interface Span {
  from: Date;
  to: Date;
}

/** Whole local days, `YYYY-MM-DD`, both inclusive. */
export const digestPeriodSchema = z.object({
  kind: z.enum(DIGEST_KINDS),
  first: z.iso.date(),
  last: z.iso.date(),
  timeZone: z.string(),
});
export type DigestPeriod = z.infer<typeof digestPeriodSchema>;

/** How long something took, in seconds; `n` cases. */
export interface Spread {
  n: number;
  median: number;
  p90: number;
}

/** How customers rated, 1 to 5. */
export interface Rating {
  n: number;
  mean: number;
}

/** Promises of one kind whose time has come, or that were kept before: how many, and how many were broken. */
export interface Due {
  known: number;
  late: number;
}

/** What became of the tickets that were opened in one span. */
export interface Cohort {
  received: number;
  /** Of these, spam and what needed no reply. */
  rejected: number;
  response: Spread | null;
  answered: Record<RepliedBy, { n: number; rating: Rating | null }>;
  due: Record<ServiceTarget, Due>;
}

/** Tickets that were resolved in one span, whenever they were opened; rejected and reopened ones are left out. */
export interface Resolved {
  n: number;
  /** Because the customer said so or rated; the others by silence or an agent's word. */
  confirmed: number;
  spread: Spread | null;
}

/** What the database counted in one span: all tickets, and those of each category (null: not analysed). */
export interface SpanRows {
  all: Cohort;
  resolved: Resolved;
  byCategory: { category: string | null; cohort: Cohort; resolved: Resolved }[];
}

export interface DayRow {
  /** `YYYY-MM-DD` in the digest's time zone. */
  day: string;
  received: number;
  response: Spread | null;
}

const n = z.int();
const answeredBySchema = z.object({ n, rated: n, stars: n });
/** Promises that were due, those that were broken or are now, and those that can still be kept. */
const promisesSchema = z.object({ known: n, late: n, pending: n });

/** What became of the tickets of one category that were opened on a day, and how those resolved on it had fared. */
export const categoryDaySchema = z.object({
  /** Null: not analysed. */
  category: z.string().nullable(),
  received: n,
  rejected: n,
  /** Who wrote the first answers; of those that were rated, the sum of the ratings. */
  answered: z.object({ auto: answeredBySchema, assisted: answeredBySchema, agent: answeredBySchema }),
  due: z.object({ first_answer: promisesSchema, resolution: promisesSchema }),
  /** Whole seconds from opening to the first answer, one for each ticket that has one, in any order. */
  response: z.array(n),
  /** The same to the resolution, of the tickets resolved on the day; and how many of these customers confirmed. */
  resolution: z.array(n),
  confirmed: n,
});
export type CategoryDay = z.infer<typeof categoryDaySchema>;

/** One local day, or a part of it, as counted. */
export interface DayFigures {
  day: string;
  categories: CategoryDay[];
}

/** A local day, or the part of it that is looked at. */
export interface DaySpan extends Span {
  day: string;
}

/** What waits for us at the moment. */
export interface Backlog {
  total: number;
  byPriority: Record<PriorityLevel | 'none', number>;
  /** Without a first answer, or not solved, though it was due. */
  overdue: Record<ServiceTarget, number>;
  oldest: Date | null;
}

export interface ClusterRow {
  id: number;
  kind: Kind;
  title: string;
  /** First seen within the period. */
  isNew: boolean;
  /** Tickets of the period, and of the span as long before it. */
  reports: number;
  before: number;
  /** Of all its tickets. */
  accounts: number;
  mrr: number | null;
  issue: ClusterIssue | null;
}

/** A company some of whose messages read as if it may leave. */
export interface LeavingRow {
  account: string;
  plan: string | null;
  mrr: number | null;
  renewalAt: Date | null;
  tickets: number[];
}

/** A company that may leave: its health is low, it is likely to leave by what was learned, or messages of the period read like it. */
export interface AtRiskRow extends LeavingRow {
  /** 0 (about to leave) .. 100; null: not recorded, or neither low nor likely to leave. */
  health: number | null;
  /** Learned likelihood to leave within 30 days, where that is why it is at risk; else null. */
  risk: number | null;
  /** In words, the weightiest first. */
  reasons: string[];
}

/** A company that left. */
export interface LeftRow {
  account: string;
  mrr: number | null;
  at: Date;
  /** Tickets of its last 30 days with us. */
  tickets: number;
}

/** A company that was at risk and is well again, and who said that they look after it. */
export interface RecoveredRow {
  account: string;
  mrr: number | null;
  by: string | null;
}

/** Everything that a digest is made from, as counted. */
export interface DigestRows {
  /** The period first, then the same days one, two, … weeks (months) before. */
  spans: SpanRows[];
  /** Days up to the end of the period, oldest first; days without a ticket are missing. */
  days: DayRow[];
  /** When the oldest ticket was opened; null when there is none. */
  since: Date | null;
  backlog: Backlog;
  clusters: ClusterRow[];
  /** Tickets that ask for a feature. */
  requested: number;
  /** Tickets whose draft found no answer in articles or history, by category. */
  gaps: { category: string | null; n: number }[];
  leaving: LeavingRow[];
  /** Companies whose recorded health is low or whose risk to leave is high. */
  frail: Pick<AccountLine, 'account' | 'plan' | 'mrr' | 'renewalAt' | 'health' | 'risk' | 'reasons'>[];
  /** Companies that left within the period. */
  left: LeftRow[];
  /** Companies that were warned of and whose health came back within the period. */
  recovered: RecoveredRow[];
  /** What the language model cost in the period; 0 without one. */
  modelCost: number;
  /** Messages that we wrote first. */
  outreach?: WrittenFirst;
}

/** Messages that we wrote first to customers, and what came of them. */
export interface WrittenFirst {
  sent: number;
  settled: number;
  replied: number;
  optedOut: number;
}

/** What is usual for such a span: the mean of `spans` earlier ones, and how far they lie apart. */
export interface Normal {
  mean: number;
  deviation: number;
  spans: number;
}

export interface Theme {
  category: string | null;
  name: string;
  received: number;
  /** Null: not enough history. */
  normal: Normal | null;
  response: Spread | null;
  resolution: Spread | null;
}

export interface Change {
  /** What it is about, in a word or two. */
  about: string;
  /** A sentence that stands for itself. */
  text: string;
  tone: 'good' | 'warning' | 'neutral';
  /** The tickets behind its number. */
  drill: Drill;
}

/** A digest, ready to be drawn or printed. What is not known is null or empty, and is then left out. */
export interface Digest {
  period: DigestPeriod;
  span: Span;
  now: Date;
  volume: { received: number; rejected: number; normal: Normal | null };
  response: Spread | null;
  resolved: Resolved;
  due: Cohort['due'];
  /** Null for a period that ended long ago: what waited then is not recorded. */
  backlog: Backlog | null;
  answered: Cohort['answered'] & { total: number };
  saved: { minutes: number } | null;
  /** Per resolution; `model` is the language model's part of it. */
  cost: { perResolution: number; model: number; currency: string } | null;
  changes: Change[];
  /** Its first sentences in a language model's words, checked against the facts. */
  prose?: string;
  themes: Theme[];
  days: { day: string; received: number; normal: number | null; current: boolean; response: Spread | null }[];
  clusters: ClusterRow[];
  requests: { clusters: ClusterRow[]; tickets: number };
  gaps: { category: string | null; name: string; n: number }[];
  atRisk: AtRiskRow[];
  left: LeftRow[];
  recovered: RecoveredRow[];
  outreach?: WrittenFirst;
  /** Categories whose outcomes prove that they may be answered alone. */
  promotions: { category: string; name: string; mode: string; reviewed: number; threshold: number }[];
}
