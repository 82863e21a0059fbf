// Hashed word and character n-grams with TF-IDF weights: the features that catch names, codes and typos.

/** Size of the hash space. */
export const HASH_BITS = 17;
export const HASH_SIZE = 2 ** HASH_BITS;
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
  const words = text
    .slice(0, FEATURE_CHARS)
    .toLowerCase()
    .replace(/[’`´]/g, "'")
    .match(/[\p{L}\p{N}]+(?:['_.-][\p{L}\p{N}]+)*|[?!]/gu);
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

/** Inverse document frequencies over the hash space (smoothed as in scikit-learn's TfidfTransformer). */
export function inverseFrequencies(documents: Iterable<Map<number, number>>): Float32Array {
  const seen = new Float32Array(HASH_SIZE);
  let total = 0;
  for (const counts of documents) {
    total += 1;
    for (const feature of counts.keys()) seen[feature] = (seen[feature] ?? 0) + 1;
  }
  return seen.map((n) => Math.log((1 + total) / (1 + n)) + 1);
}

/** A unit row with 1 + log(count), times the inverse document frequency. */
export function weighFeatures(counts: Map<number, number>, idf: Float32Array): SparseRow {
  const index = new Int32Array(counts.size);
  const value = new Float32Array(counts.size);
  let norm = 0;
  let i = 0;
  for (const [feature, count] of counts) {
    const weight = (1 + Math.log(count)) * (idf[feature] ?? 1);
    index[i] = feature;
    value[i] = weight;
    norm += weight * weight;
    i += 1;
  }
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let k = 0; k < value.length; k += 1) value[k] = (value[k] ?? 0) * scale;
  return { index, value };
}
