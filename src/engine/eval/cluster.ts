// Lets labelled texts arrive one by one and clusters them blindly: what `deskhand eval cluster` prints.
import type { ClusterProfile } from '../../model/cluster.ts';
import type { Embedder } from '../../ports.ts';
import { createClusterIndex, JOIN } from '../local/clustering.ts';
import { weighTerms } from '../local/fingerprint.ts';
import { joined, profileOf } from '../local/profiles.ts';
import { embedAll, type LabelledRow, type OnProgress } from './classify.ts';
import { type Agreement, agreement } from './partition.ts';

export interface ClusterReport extends Agreement {
  /** Texts. */
  n: number;
  /** The same as it stood before the nightly merge. */
  onlineAmi: number;
  onlineAri: number;
  onlineClusters: number;
  /** Finding and updating a text's cluster, without its embedding. */
  msPerText: number;
  /** The embedding of a text. */
  msPerEmbedding: number;
}

/** Clusters the texts in the order of the file, then merges once, as the bot does at night. Labels only judge. */
export async function evaluateClusters(
  rows: LabelledRow[],
  { embedder, onProgress = () => {} }: { embedder: Embedder; onProgress?: OnProgress },
): Promise<ClusterReport> {
  const embeddingStarted = performance.now();
  const vectors = await embedAll(
    embedder,
    rows.map((row) => row.text),
    (done) => onProgress(done, rows.length),
  );
  const started = performance.now();
  const index = createClusterIndex(embedder.dimensions);
  const profiles = new Map<number, ClusterProfile>();
  const found = rows.map(({ text }, i) => {
    const own = profileOf({
      kind: 'question',
      fault: 0,
      categories: {},
      vector: vectors[i] ?? new Float32Array(embedder.dimensions),
      terms: weighTerms(null, text),
      signatures: [],
    });
    const [best] = index.nearest(own, 1);
    const before = best && best.score >= JOIN ? profiles.get(best.id) : undefined;
    const id = best && before ? best.id : i;
    const profile = before ? joined(before, own) : own;
    profiles.set(id, profile);
    index.set(id, profile);
    return id;
  });
  const msPerText = (performance.now() - started) / Math.max(1, rows.length);
  const moved = new Map(index.ids().map((id) => [id, index.home(id)?.into]));
  const settled = (id: number): number => {
    const into = moved.get(id);
    return into === undefined ? id : settled(into);
  };
  const truth = rows.map((row) => row.label);
  const online = agreement(truth, found);
  return {
    n: rows.length,
    ...agreement(truth, found.map(settled)),
    onlineAmi: online.ami,
    onlineAri: online.ari,
    onlineClusters: online.clusters,
    msPerText,
    msPerEmbedding: (started - embeddingStarted) / Math.max(1, rows.length),
  };
}
