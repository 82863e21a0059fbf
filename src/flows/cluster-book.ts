// What this process remembers of all clusters, so that a report is compared without asking the database for each.
import { type ClusterIndex, createClusterIndex } from '../engine/local/clustering.ts';
import { AppError } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';

/** Clusters that are read at the start: the latest. */
const MOST = 4_096;
/** Solved tickets that tell at the start what is usual. */
const USUAL = 200;
/** How often, and after which pauses, people's corrections wait for the one who is writing. */
const TRIES = 40;
const PAUSE_MS = 50;

/** Remembers the sums of clusters as of a version; `index` is null until the first look. */
export interface ClusterBook {
  index: ClusterIndex | null;
  version: number;
  /** Length of the vectors. */
  dimensions: number;
}

/** An empty one; the first look fills it. */
export function createClusterBook(): ClusterBook {
  return { index: null, version: 0, dimensions: 0 };
}

/**
 * Runs `work` while nobody else, in any process, changes clusters, with an index that has everybody's changes.
 * Throws AppError `clusters_busy` (retryable) when somebody else goes on for two seconds.
 */
export async function withClusters<T>(deps: FlowDeps, work: (index: ClusterIndex) => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const done = await deps.withKey('clusters', async () => ({ value: await work(await upToDate(deps)) }));
    if (done) return done.value;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new AppError('clusters_busy', 'The clusters are being changed at this moment.', {
    retryable: true,
    retryAfterMs: 1_000,
  });
}

/** Takes in what has changed since the last look, here or in another process. Inside `withClusters`: two at once would mix. */
export async function upToDate(deps: FlowDeps): Promise<ClusterIndex> {
  const { clusters: book, store } = deps;
  const index = book.index ?? (await firstLook(deps));
  for (const row of await store.clustersSince(book.version, MOST)) {
    book.version = Math.max(book.version, row.version);
    const { id, profile } = row;
    const gone = row.mergedInto !== null || row.size === 0 || profile?.vector.length !== book.dimensions;
    if (gone || !profile) index.remove(id);
    else index.set(id, profile, row.times);
  }
  return index;
}

/** What is usual is learned from solved tickets, so that common words do not make the first reports alike. */
async function firstLook({ clusters: book, store, engine }: FlowDeps): Promise<ClusterIndex> {
  const solved = await store.recentExemplars(USUAL);
  const prints = [];
  for (const { text } of solved) prints.push(...(await engine.fingerprints({ subject: null, text }, null)));
  const [print] = prints.length > 0 ? prints : await engine.fingerprints({ subject: null, text: '-' }, null);
  book.dimensions = print?.vector.length ?? 0;
  const index = createClusterIndex(book.dimensions);
  for (const one of prints) index.observe(one);
  book.index = index;
  return index;
}
