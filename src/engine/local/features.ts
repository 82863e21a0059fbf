// Hashed word and character n-grams with TF-IDF weights: the features that catch names, codes and typos.
import { plain } from './text.ts';

/** Size of the hash space. */
const HASH_SIZE = 2 ** 17;
/** Longest text that is read, in characters: n-grams of more change nothing but the time. */
const FEATURE_CHARS = 4000;

/** A sparse row: distinct feature numbers with their weights. */
export interface SparseRow {
  index: Int32Array;
  value: Float32Array;
}

function hash(text: string, seed: number): number {
  let h = seed ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h & (HASH_SIZE - 1);
}

/** Counts of the hashed word 1-2-grams and, inside padded words, character 3-5-grams of a text. */
export function countFeatures(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (feature: number) => counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const words = plain(text.slice(0, FEATURE_CHARS).toLowerCase()).match(
    /[\p{L}\p{N}]+(?:['_.-][\p{L}\p{N}]+)*|[?!]/gu,
  );
  let previous = '^';
  for (const word of words ?? []) {
    add(hash(word, 1));
    add(hash(`${previous} ${word}`, 2));
    previous = word;
    const padded = ` ${word.slice(0, 40)} `;
    for (let size = 3; size <= 5; size += 1)
      for (let from = 0; from + size <= padded.length; from += 1)
        add(hash(padded.slice(from, from + size), size + 10));
  }
  return counts;
}

/** The features that a training has seen. Only they get weights: a small part of the hash space. */
export interface FeatureSpace {
  /** Row of weights of each hashed feature; -1 when it was never seen. */
  rowOf: Int32Array;
  /** Inverse document frequency of each row. */
  idf: Float32Array;
  /** That of a feature which no document had. */
  unseenIdf: number;
}

/** Numbers the features of some documents and weighs them (smoothed as in scikit-learn's TfidfTransformer). */
export function learnFeatures(documents: Map<number, number>[]): FeatureSpace {
  const rowOf = new Int32Array(HASH_SIZE).fill(-1);
  const seen: number[] = [];
  for (const counts of documents)
    for (const feature of counts.keys()) {
      const row = rowOf[feature] ?? -1;
      if (row >= 0) seen[row] = (seen[row] ?? 0) + 1;
      else rowOf[feature] = seen.push(1) - 1;
    }
  const idf = Float32Array.from(seen, (n) => Math.log((1 + documents.length) / (1 + n)) + 1);
  return { rowOf, idf, unseenIdf: Math.log(1 + documents.length) + 1 };
}

/** The space with rows at the end for those features of a document that it had none for. */
export function withFeatures(space: FeatureSpace, counts: Map<number, number>): FeatureSpace {
  const fresh = [...counts.keys()].filter((feature) => (space.rowOf[feature] ?? -1) < 0);
  if (!fresh.length) return space;
  const rowOf = space.rowOf.slice();
  const idf = new Float32Array(space.idf.length + fresh.length).fill(space.unseenIdf);
  idf.set(space.idf);
  for (const [i, feature] of fresh.entries()) rowOf[feature] = space.idf.length + i;
  return { ...space, rowOf, idf };
}

/** The weights 1 + log(count), times the inverse document frequency, of a unit row; unseen features only count in its length. */
export function weighFeatures(counts: Map<number, number>, space: FeatureSpace): SparseRow {
  const index = new Int32Array(counts.size);
  const value = new Float32Array(counts.size);
  let norm = 0;
  let known = 0;
  for (const [feature, count] of counts) {
    const row = space.rowOf[feature] ?? -1;
    const weight = (1 + Math.log(count)) * (row < 0 ? space.unseenIdf : (space.idf[row] ?? 1));
    norm += weight * weight;
    if (row < 0) continue;
    index[known] = row;
    value[known] = weight;
    known += 1;
  }
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let k = 0; k < known; k += 1) value[k] = (value[k] ?? 0) * scale;
  return { index: index.subarray(0, known), value: value.subarray(0, known) };
}
