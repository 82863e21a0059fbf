// The directions of clusters, relative to what is usual, in one matrix: who is closest to a report in meaning.

/** The mean is taken anew when so much more has been seen. */
const DRIFT = 1.1;
/** Reports' worth of a zero mean, so that the first few do not stand for all. */
const PRIOR = 10;

export interface Centroids {
  /** Adds or replaces; `sum` is of `size` unit vectors. */
  set(id: number, sum: Float32Array, size: number): void;
  remove(id: number): void;
  /** Counts into the mean without being found. */
  observe(vector: Float32Array): void;
  /** The direction of a sum of `size` unit vectors, relative to the mean; a unit vector, or zeros. */
  direction(sum: Float32Array, size: number): Float32Array;
  /** -1..1; 0 for an unknown id. */
  cosine(id: number, direction: Float32Array): number;
  /** The closest ids, best first. */
  closest(direction: Float32Array, limit: number): number[];
}

/** Mean-centred cosines: encoders of sentences put all texts of one trade into a narrow cone (Mu & Viswanath 2018). */
export function createCentroids(dimensions: number): Centroids {
  const slots = new Map<number, number>();
  /** Who has a slot: rows of the matrix are gone through as they lie in memory. */
  const ids: (number | undefined)[] = [];
  const free: number[] = [];
  const kept = new Map<number, { sum: Float32Array; size: number }>();
  const total = new Float64Array(dimensions);
  const mean = new Float32Array(dimensions);
  let matrix = new Float32Array(64 * dimensions);
  let seen = 0;
  let meanOf = 0;

  function count(vector: Float32Array, size: number, by: 1 | -1): void {
    seen += by * size;
    for (let i = 0; i < dimensions; i += 1) total[i] = (total[i] ?? 0) + by * (vector[i] ?? 0);
    if (seen > meanOf * DRIFT || seen < meanOf / DRIFT) recentre();
  }

  function recentre(): void {
    meanOf = seen;
    for (let i = 0; i < dimensions; i += 1) mean[i] = (total[i] ?? 0) / (seen + PRIOR);
    for (const [id, { sum, size }] of kept) write(slots.get(id) ?? 0, sum, size);
  }

  function direction(sum: Float32Array, size: number): Float32Array {
    const out = new Float32Array(dimensions);
    let norm = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const value = (sum[i] ?? 0) / Math.max(1, size) - (mean[i] ?? 0);
      out[i] = value;
      norm += value * value;
    }
    // A report without words has no direction, not the opposite of what is usual.
    const scale = norm > 0 && sum.some((value) => value !== 0) ? 1 / Math.sqrt(norm) : 0;
    for (let i = 0; i < dimensions; i += 1) out[i] = (out[i] ?? 0) * scale;
    return out;
  }

  function write(slot: number, sum: Float32Array, size: number): void {
    if ((slot + 1) * dimensions > matrix.length) {
      const grown = new Float32Array(matrix.length * 2);
      grown.set(matrix);
      matrix = grown;
    }
    matrix.set(direction(sum, size), slot * dimensions);
  }

  function dot(slot: number, vector: Float32Array): number {
    const at = slot * dimensions;
    // Four sums at a time: the processor need not wait for each addition.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < dimensions; i += 4) {
      a += (matrix[at + i] ?? 0) * (vector[i] ?? 0);
      b += (matrix[at + i + 1] ?? 0) * (vector[i + 1] ?? 0);
      c += (matrix[at + i + 2] ?? 0) * (vector[i + 2] ?? 0);
      d += (matrix[at + i + 3] ?? 0) * (vector[i + 3] ?? 0);
    }
    return a + b + c + d;
  }

  return {
    set(id, sum, size) {
      const before = kept.get(id);
      const slot = slots.get(id) ?? free.pop() ?? ids.length;
      slots.set(id, slot);
      ids[slot] = id;
      kept.set(id, { sum, size });
      write(slot, sum, size);
      if (before) count(before.sum, before.size, -1);
      count(sum, size, 1);
    },
    remove(id) {
      const slot = slots.get(id);
      if (slot === undefined) return;
      ids[slot] = undefined;
      free.push(slot);
      slots.delete(id);
      // It has been seen all the same: the mean keeps it.
      kept.delete(id);
    },
    observe: (vector) => count(vector, 1, 1),
    direction,
    cosine(id, vector) {
      const slot = slots.get(id);
      return slot === undefined ? 0 : dot(slot, vector);
    },
    closest(vector, limit) {
      const best: { id: number; score: number }[] = [];
      let worst = Number.NEGATIVE_INFINITY;
      for (const [slot, id] of ids.entries()) {
        if (id === undefined) continue;
        const score = dot(slot, vector);
        if (best.length >= limit && score <= worst) continue;
        best.push({ id, score });
        if (best.length < 4 * limit) continue;
        best.sort((a, b) => b.score - a.score);
        best.length = limit;
        worst = best.at(-1)?.score ?? worst;
      }
      best.sort((a, b) => b.score - a.score);
      return best.slice(0, limit).map(({ id }) => id);
    },
  };
}
