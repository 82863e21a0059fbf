// How well a clustering agrees with the truth: pure, over two labels for each text.
import { tally } from '../../model/tally.ts';

export interface Agreement {
  /** Adjusted mutual information, arithmetic mean of the entropies (Vinh, Epps and Bailey 2010); 0 = chance, 1 = the same. */
  ami: number;
  /** Adjusted Rand index (Hubert and Arabie 1985); 0 = chance, 1 = the same. */
  ari: number;
  /** Normalised mutual information, not corrected for chance. */
  nmi: number;
  /** Clusters found. */
  clusters: number;
}

/** Compares what was found with the truth; `truth[i]` and `found[i]` belong to one text. All 0 for fewer than two texts. */
export function agreement(truth: string[], found: number[]): Agreement {
  const n = truth.length;
  const rows = tally(truth);
  const columns = tally(found);
  const clusters = columns.size;
  if (n < 2) return { ami: 0, ari: 0, nmi: 0, clusters };
  const cells = tally(truth.map((label, i) => `${found[i]} ${label}`));
  let mutual = 0;
  let samePairs = 0;
  for (const [key, both] of cells) {
    const at = key.indexOf(' ');
    const ofRow = rows.get(key.slice(at + 1)) ?? 0;
    const ofColumn = columns.get(Number(key.slice(0, at))) ?? 0;
    mutual += (both / n) * Math.log((n * both) / (ofRow * ofColumn));
    samePairs += pairs(both);
  }
  const mean = (entropy([...rows.values()], n) + entropy([...columns.values()], n)) / 2;
  const expected = expectedMutual([...rows.values()], [...columns.values()], n);
  const [ofTruth, ofFound] = [sumOf(rows, pairs), sumOf(columns, pairs)];
  const expectedPairs = (ofTruth * ofFound) / pairs(n);
  return {
    ami: ratio(mutual - expected, mean - expected),
    ari: ratio(samePairs - expectedPairs, (ofTruth + ofFound) / 2 - expectedPairs),
    nmi: ratio(mutual, mean),
    clusters,
  };
}

const pairs = (n: number) => (n * (n - 1)) / 2;

function sumOf(counts: Map<unknown, number>, value: (count: number) => number): number {
  let sum = 0;
  for (const count of counts.values()) sum += value(count);
  return sum;
}

function entropy(counts: number[], n: number): number {
  return -counts.reduce((sum, count) => sum + (count / n) * Math.log(count / n), 0);
}

/** Mutual information that two random clusterings of these sizes have on average. */
function expectedMutual(rows: number[], columns: number[], n: number): number {
  const logFactorial = new Float64Array(n + 1);
  for (let i = 2; i <= n; i += 1) logFactorial[i] = (logFactorial[i - 1] ?? 0) + Math.log(i);
  const lf = (i: number) => logFactorial[i] ?? 0;
  let expected = 0;
  // Many rows are of one size: each pair of sizes is computed once.
  for (const [a, timesA] of tally(rows))
    for (const [b, timesB] of tally(columns))
      for (let both = Math.max(1, a + b - n); both <= Math.min(a, b); both += 1) {
        const chance = Math.exp(
          lf(a) +
            lf(b) +
            lf(n - a) +
            lf(n - b) -
            lf(n) -
            lf(both) -
            lf(a - both) -
            lf(b - both) -
            lf(n - a - b + both),
        );
        expected += timesA * timesB * (both / n) * Math.log((n * both) / (a * b)) * chance;
      }
  return expected;
}

/** 1 where neither side is more than chance: both put everything into one, or nothing together. */
function ratio(part: number, whole: number): number {
  return Math.abs(whole) < 1e-12 ? 1 : part / whole;
}
