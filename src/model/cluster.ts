// Clusters: messages that report the same thing.

export type ClusterStatus = 'open' | 'confirmed' | 'dismissed' | 'fixed' | 'merged';

/** The tracker's issue of a cluster. */
export interface ClusterIssue {
  tracker: string;
  id: string;
  url: string;
  state: string;
}
