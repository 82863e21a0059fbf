// The dashboard: what people ask of it, and what its page is told.
import { z } from 'zod';
import type { AlertStatus } from './alert.ts';
import type { Chart } from './chart.ts';
import type { Backlog, Change, ClusterRow, Cohort, Digest, Spread, Theme } from './digest.ts';
import type { Mode } from './draft.ts';
import { type PriorityLevel, priorityLevelSchema, type RepliedBy, type TicketStatus } from './ticket.ts';

const word = z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters');

/** Stands for tickets without the thing that is filtered by: not sorted into a category, a customer without a plan. */
export const NONE = 'none';

/** A part of all tickets; every condition optional, all together. */
export const ticketSliceSchema = z.object({
  category: word.optional(),
  /** Of the customer's account. */
  plan: word.optional(),
  channel: word.optional(),
  priority: priorityLevelSchema.optional(),
  /** Name of an agent who has taken the ticket or decided something on it. */
  agent: word.optional(),
});
export type TicketSlice = z.infer<typeof ticketSliceSchema>;

/** Longest period, in days. */
export const LONGEST_PERIOD = 366;

const day = z.iso.date('must be a day such as 2026-03-02');

/** Days, both inclusive, and the part of the tickets. */
export const dashboardQuerySchema = ticketSliceSchema.extend({ from: day.optional(), to: day.optional() });
export type DashboardQuery = TicketSlice & { from: string; to: string };

/** Which figure the tickets stand behind. */
const VIEWS = [
  'tickets',
  'response',
  'answered',
  'resolved',
  'backlog',
  'clusters',
  'requests',
  'gaps',
  'accounts',
  'left',
  'outreach',
] as const;

/** Which of a view's tickets. */
const STATUSES = [
  'due',
  'late',
  'resolution_due',
  'resolution_late',
  'overdue',
  'resolution_overdue',
  'rejected',
  'confirmed',
  'rated',
] as const;
const ANSWERERS = ['auto', 'assisted', 'agent', 'bot'] as const;

/** Narrows a view down to one part of its figure. */
export const drillSchema = z.object({
  view: z.enum(VIEWS, `must be one of ${VIEWS.join(', ')}`),
  /**
   * `due`: whose first answer was due or has come, `late`: came after that or is missing; `overdue`: of those that wait.
   * The same of the resolution with `resolution_` in front.
   */
  status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
  /** Who answered; `bot`: alone, or a person with its draft. */
  by: z.enum(ANSWERERS, `must be one of ${ANSWERERS.join(', ')}`).optional(),
  /** One local day of the period. */
  day: day.optional(),
  /** A category, beside the one that everything is filtered by. */
  topic: word.optional(),
  /** `C-7` */
  cluster: z
    .string()
    .regex(/^C-\d{1,9}$/, 'must look like C-7')
    .optional(),
  /** Name of a company. */
  account: word.optional(),
});
export type Drill = z.infer<typeof drillSchema>;

/** A ticket in a list. */
export interface TicketLine {
  id: number;
  subject: string | null;
  customer: string | null;
  account: string | null;
  plan: string | null;
  channel: string;
  category: string | null;
  priority: PriorityLevel | null;
  status: TicketStatus;
  repliedBy: RepliedBy | null;
  assignee: string | null;
  csat: number | null;
  createdAt: Date;
  /** Seconds from opening; null: not yet. */
  answeredIn: number | null;
  resolvedIn: number | null;
  late: boolean;
  /** Where its card stands in the console: `support/12`; null: it has none there. */
  post: string | null;
}

/** What a category may do by itself, and what is missing until then. */
export interface Autonomy {
  category: string;
  name: string;
  mode: Mode;
  /** The taxonomy says that a person always sends. */
  neverAuto: boolean;
  /** Drafts whose outcome is known, and how many of them were mistakes. */
  reviewed: number;
  errors: number;
  /** Least confidence from which outcomes prove the configured risk; null: not proven. */
  threshold: number | null;
  /** Reviewed tickets without a mistake until it may be; null when proven or never. */
  missing: number | null;
}

/** How an account fares, where that is recorded. */
export interface AccountLine {
  account: string;
  plan: string | null;
  mrr: number | null;
  renewalAt: Date | null;
  /** Name or address of whoever looks after it. */
  owner: string | null;
  /** 0 (about to leave) .. 100. */
  health: number;
  /** Likelihood to leave within 30 days; null while too few have left to learn it from. */
  risk: number | null;
  /** The weightiest first. */
  reasons: string[];
  /** Its health on the days before, oldest first. */
  past: { day: string; health: number }[];
  /** What became of the newest warning. */
  alert: { id: number; status: AlertStatus; by: string | null; at: Date } | null;
}

/** What customers wish for, or cannot find, by the companies that say so and what they pay. */
export interface Ranked {
  id: number;
  title: string;
  customers: number;
  accounts: number;
  mrr: number | null;
}

/** What the product and its customers say without being asked. */
export interface Signals {
  query: DashboardQuery;
  timeZone: string;
  now: Date;
  /** `atRisk`: by the rule that alerts and digests go by. */
  accounts: (AccountLine & { atRisk: boolean })[];
  requests: Ranked[];
  friction: Ranked[];
}

/** What the page can filter by. */
export interface SliceChoices {
  categories: { id: string; name: string }[];
  channels: string[];
  plans: string[];
  agents: string[];
}

type ChartName = 'volume' | 'response' | 'share';

/** Everything on the page but lists of tickets. What is not known is null or empty, and is then not shown. */
export interface Dashboard {
  query: DashboardQuery;
  timeZone: string;
  now: Date;
  /** First day of records; null: no ticket yet. */
  since: string | null;
  /** Two sentences: what the numbers say. */
  lead: string;
  /** What is compared with. */
  normal: string;
  volume: Digest['volume'];
  response: Spread | null;
  resolved: Digest['resolved'];
  due: Cohort['due'];
  backlog: Backlog | null;
  answered: Digest['answered'];
  saved: Digest['saved'];
  cost: Digest['cost'];
  changes: Change[];
  charts: Partial<Record<ChartName, { title: string; alt: string; chart: Chart }>>;
  days: Digest['days'];
  themes: Theme[];
  clusters: ClusterRow[];
  requests: Digest['requests'];
  gaps: Digest['gaps'];
  atRisk: Digest['atRisk'];
  left: Digest['left'];
  recovered: Digest['recovered'];
  outreach: Digest['outreach'] | null;
  autonomy: Autonomy[];
  choices: SliceChoices;
}

/** The same as JSON has it. */
export type Wire<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Wire<T[Key]> } : T;
