// Clusters: messages that report the same thing.
import type { Kind } from './analysis.ts';
import type { IssueState } from './issue.ts';

export type ClusterStatus = 'open' | 'confirmed' | 'dismissed' | 'fixed' | 'merged';

/** The tracker's issue of a cluster. */
export interface ClusterIssue {
  tracker: string;
  id: string;
  url: string;
  state: IssueState;
  /** Reported again after it was fixed. */
  regression?: boolean;
}

/** What one report is compared by: its meaning, its words and the hard facts in it. Plain data, the same from either engine. */
export interface Fingerprint {
  kind: Kind;
  /** 0..1: how surely it tells of something broken, whatever it is called. */
  fault: number;
  /** Probabilities of what it may be about. */
  categories: Record<string, number>;
  /** Direction of its meaning, a unit vector; all zeros when there was nothing to read. */
  vector: Float32Array;
  /** Word stems and pairs of neighbouring stems with how much each says: repeated words and those of a title more. */
  terms: Record<string, number>;
  /** Error codes, exceptions and endpoints in one spelling each: two reports that share one mean the same fault. */
  signatures: string[];
}

/** What a cluster is compared by: sums over its members, so that members can be added and taken away exactly. */
export interface ClusterProfile {
  size: number;
  fault: number;
  vector: Float32Array;
  terms: Record<string, number>;
  signatures: Record<string, number>;
  kinds: Partial<Record<Kind, number>>;
  categories: Record<string, number>;
}

/** What the card of a cluster is drawn from. */
export interface ClusterView {
  id: number;
  kind: Kind;
  title: string;
  status: ClusterStatus;
  /** Grows with everything that the card shows. */
  rev: number;
  /** Engineers are told of it. */
  confirmed: boolean;
  /** What made it certain, in words. */
  because: string | null;
  firstSeen: Date;
  lastSeen: Date;
  reports: number;
  customers: number;
  /** Customers of the last 24 hours. */
  today: number;
  /** How often such reports come of its category: `{ of: 'Exports', rate: '0.3 a day' }`; null: nothing to compare with yet. */
  usual: { of: string; rate: string } | null;
  accounts: number;
  /** Monthly revenue of the accounts; null where none is known. */
  mrr: number | null;
  plans: string[];
  /** Error codes, exceptions and endpoints, the most frequent first. */
  signatures: { name: string; times: number }[];
  /** Versions, browsers and systems that reports name. */
  environment: { name: string; times: number }[];
  channels: { name: string; times: number }[];
  /** How it comes about, as the most precise report tells. */
  steps: string[];
  /** Words of different customers, personal data removed. */
  quotes: { text: string; plan: string | null; at: Date }[];
  issue: ClusterIssue | null;
  /** Issues of the tracker that look the same, while the cluster has none. */
  lookAlikes: { tracker: string; title: string; url: string }[];
  /** Why the tracker and this may not agree at the moment, in words; null: they do. */
  trouble: string | null;
  /** Something that engineers should hear of again: what, since when, how often, and the newest words. */
  news: ClusterNews | null;
  mutedUntil: Date | null;
  dismissedBy: string | null;
  /** The cluster that stands for this one now. */
  mergedInto: number | null;
  now: Date;
  timeZone: string;
}

/** `regression`: reported again after its issue was fixed; `growth`: unusually often, long after engineers were told. */
export interface ClusterNews {
  kind: 'regression' | 'growth';
  at: Date;
  /** For a regression, when it was fixed. */
  fixedAt: Date | null;
  reports: number;
  quote: string;
}

/** `7` -> `C-7`, the id that people see. */
export function clusterKey(id: number): string {
  return `C-${id}`;
}

/** `C-7` (or `7`, any case) -> 7; null when it is not a cluster's id. */
export function parseClusterKey(key: string): number | null {
  const match = /^(?:c-)?(\d{1,12})$/i.exec(key.trim());
  return match ? Number(match[1]) : null;
}
