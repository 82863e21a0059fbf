// Clusters: messages that report the same thing.

import type { Kind } from './analysis.ts';

export type ClusterStatus = 'open' | 'confirmed' | 'dismissed' | 'fixed' | 'merged';

/** The tracker's issue of a cluster. */
export interface ClusterIssue {
  tracker: string;
  id: string;
  url: string;
  state: string;
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
