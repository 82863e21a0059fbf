// Finds known duplicates among bug reports: what `deskhand eval retrieve` prints.
import type { Embedder } from '../../ports.ts';
import { createClusterIndex } from '../local/clustering.ts';
import { signaturesOf, weighTerms } from '../local/fingerprint.ts';
import { profileOf } from '../local/profiles.ts';
import { embedAll, type OnProgress } from './classify.ts';

export interface ReportRow {
  id: string;
  title: string;
  body: string;
}

export interface RetrieveReport {
  /** Reports that are searched. */
  n: number;
  /** Reports with a known duplicate in the corpus: each is one query. */
  queries: number;
  /** Share of queries whose first hit is a duplicate. */
  recallAt1: number;
  /** Share of queries with a duplicate among the first five. */
  recallAt5: number;
  /** Mean of 1 / rank of the first duplicate; hits beyond the fiftieth count 0. */
  mrr: number;
  /** A search, without the embedding of its text. */
  msPerQuery: number;
}

const DEPTH = 50;

/** Searches for each report of `pairs` among all others, as a new message is compared with known clusters. */
export async function evaluateRetrieval(
  corpus: ReportRow[],
  pairs: { id: string; duplicate_of: string }[],
  { embedder, onProgress = () => {} }: { embedder: Embedder; onProgress?: OnProgress },
): Promise<RetrieveReport> {
  const texts = corpus.map(({ title, body }) => `${title}\n${body}`);
  const vectors = await embedAll(embedder, texts, (done) => onProgress(done, texts.length));
  const profiles = corpus.map(({ title, body }, i) =>
    profileOf({
      kind: 'bug',
      fault: 0,
      categories: {},
      vector: vectors[i] ?? new Float32Array(embedder.dimensions),
      terms: weighTerms(title, body),
      signatures: signaturesOf(texts[i] ?? ''),
    }),
  );
  const index = createClusterIndex(embedder.dimensions);
  for (const [i, profile] of profiles.entries()) index.set(i, profile);
  const numbers = new Map(corpus.map(({ id }, i) => [id, i]));
  const duplicates = new Map<number, Set<number>>();
  for (const pair of pairs) {
    const [report, other] = [numbers.get(pair.id), numbers.get(pair.duplicate_of)];
    if (report !== undefined && other !== undefined && report !== other)
      duplicates.set(report, (duplicates.get(report) ?? new Set()).add(other));
  }
  const started = performance.now();
  const ranks = [...duplicates].map(([report, others]) => {
    const profile = profiles[report];
    const hits = profile ? index.nearest(profile, DEPTH + 1).filter(({ id }) => id !== report) : [];
    return hits.findIndex(({ id }) => others.has(id)) + 1;
  });
  const share = (most: number) =>
    ranks.filter((rank) => rank > 0 && rank <= most).length / Math.max(1, ranks.length);
  return {
    n: corpus.length,
    queries: ranks.length,
    recallAt1: share(1),
    recallAt5: share(5),
    mrr: ranks.reduce((sum, rank) => sum + (rank > 0 ? 1 / rank : 0), 0) / Math.max(1, ranks.length),
    msPerQuery: (performance.now() - started) / Math.max(1, ranks.length),
  };
}
