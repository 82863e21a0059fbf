// What clusters are compared by, as sums over their members: adding, taking away, naming the most frequent.
import type { ClusterProfile, Fingerprint } from '../../model/cluster.ts';

const MOST_TERMS = 256;

/** The name with the largest number; undefined of none. */
export function most<Name extends string>(numbers: Partial<Record<Name, number>>): Name | undefined {
  let best: Name | undefined;
  for (const name in numbers)
    if (best === undefined || (numbers[name] ?? 0) > (numbers[best] ?? 0)) best = name;
  return best;
}

/** The terms that most members say; a cluster keeps no more than 256. */
export function commonTerms(terms: ClusterProfile['terms']): ClusterProfile['terms'] {
  const all = Object.entries(terms);
  if (all.length <= MOST_TERMS) return terms;
  return Object.fromEntries(all.sort(([, a], [, b]) => b - a).slice(0, MOST_TERMS));
}

/** A report as a cluster of one. */
export function profileOf({
  vector,
  terms,
  signatures,
  kind,
  fault,
  categories,
}: Fingerprint): ClusterProfile {
  return {
    size: 1,
    fault,
    vector,
    terms,
    signatures: Object.fromEntries(signatures.map((signature) => [signature, 1])),
    kinds: { [kind]: 1 },
    categories,
  };
}

/** A cluster without members. */
export function emptyProfile(dimensions: number): ClusterProfile {
  return {
    size: 0,
    fault: 0,
    vector: new Float32Array(dimensions),
    terms: {},
    signatures: {},
    kinds: {},
    categories: {},
  };
}

/** Two clusters as one; with `by` -1, the first without the second, which must be a part of it. */
export function joined(a: ClusterProfile, b: ClusterProfile, by: 1 | -1 = 1): ClusterProfile {
  return {
    size: a.size + by * b.size,
    fault: a.fault + by * b.fault,
    vector: a.vector.map((value, i) => value + by * (b.vector[i] ?? 0)),
    terms: commonTerms(summed(a.terms, b.terms, by)),
    signatures: summed(a.signatures, b.signatures, by),
    kinds: summed(a.kinds, b.kinds, by),
    categories: summed(a.categories, b.categories, by),
  };
}

/** What is all but nothing is left out, so that taking away what was added leaves no trace. */
function summed(
  a: Partial<Record<string, number>>,
  b: Partial<Record<string, number>>,
  by: 1 | -1,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const sum = (a[key] ?? 0) + by * (b[key] ?? 0);
    if (sum > 1e-6) sums[key] = sum;
  }
  return sums;
}
