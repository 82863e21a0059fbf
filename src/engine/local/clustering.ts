// Online clustering: finds the cluster a report belongs to, by meaning, words and error signatures, in bounded time.
import type { ClusterProfile, Fingerprint } from '../../model/cluster.ts';
import { createCentroids } from './centroids.ts';

/** Clusters that are searched; single reports that nobody joined for long go first. */
const MOST_CLUSTERS = 4096;
/** How many go at once when that is reached, so that making room is rare. */
const ROOM = 256;
/** Clusters that are looked at closely for each kind of evidence. */
const CANDIDATES = 32;
/** Telling terms of a report that clusters are looked up by. */
const LOOKED_UP = 16;
/** Terms that a cluster keeps: those that most of its members say. */
const MOST_TERMS = 256;
/** Terms whose frequency is remembered; beyond that those said once are forgotten. */
const MOST_FREQUENCIES = 200_000;

/** What speaks for or against a match besides meaning and words. Chosen on the history of the sample workspace. */
const WEIGHTS = { signature: 0.35, otherSignature: -0.1, category: 0.06, otherKind: -0.04 };
/**
 * The share of the meaning in a comparison; the words have the rest. Half for a line or two; less for a long
 * report, whose vector blurs while its words get ever more telling.
 */
const MEANING = { least: 0.2, most: 0.5, shortTerms: 40 };
/**
 * Evidence (1 is sameness) from which a report joins a cluster. This and the next were chosen on samples of
 * banking77.train and CLINC150 train.
 */
export const JOIN = 0.33;
/** Evidence from which two clusters become one at night; small ones were only made apart by a few words. */
const MERGE = 0.5;
const MERGE_SMALL = 0.26;
const SMALL = 3;

export interface Match {
  id: number;
  /** Summed evidence; comparable with JOIN. */
  score: number;
  /** Error codes, exceptions or endpoints that both have. */
  shared: string[];
}

export interface ClusterIndex {
  /** Adds a cluster, or replaces what is known of it. */
  set(id: number, profile: ClusterProfile): void;
  remove(id: number): void;
  /** Counts a report into what is usual without opening a cluster. */
  observe(print: Fingerprint): void;
  /** The clusters that a report, or another cluster, is most like, best first. Takes the same time however many reports there are. */
  nearest(profile: ClusterProfile, limit: number): Match[];
  /** Clusters that belong into a larger one, surest first. */
  mergers(): { from: number; into: number; score: number }[];
  size(): number;
}

interface Entry {
  profile: ClusterProfile;
  /** Length of its vector of weighted terms. */
  norm: number;
  kind: string | undefined;
}

/** Clusters of vectors with so many `dimensions`. Holds at most 4,096 in memory (about 8 MB of vectors). */
export function createClusterIndex(dimensions: number): ClusterIndex {
  const centroids = createCentroids(dimensions);
  /** Least recently changed first. */
  const entries = new Map<number, Entry>();
  /** Latest clusters that have a term or a signature; ids that are gone are skipped. */
  const having = new Map<string, number[]>();
  const frequency = new Map<string, number>();
  let seen = 0;
  let weighedAt = 0;

  function count({ terms, size }: ClusterProfile, by: 1 | -1): void {
    seen += by * size;
    for (const [term, weight] of Object.entries(terms))
      frequency.set(term, (frequency.get(term) ?? 0) + by * Math.min(size, weight));
    if (frequency.size > MOST_FREQUENCIES)
      for (const [term, times] of frequency) if (times <= 1) frequency.delete(term);
    if (seen <= weighedAt * 1.1) return;
    weighedAt = seen;
    for (const entry of entries.values()) entry.norm = lengthOf(entry.profile.terms);
  }

  function rarity(term: string): number {
    return Math.log((seen + 1) / (Math.max(0, frequency.get(term) ?? 0) + 1)) + 1;
  }

  function lengthOf(terms: ClusterProfile['terms']): number {
    let sum = 0;
    for (const [term, weight] of Object.entries(terms)) sum += (weight * rarity(term)) ** 2;
    return Math.sqrt(sum);
  }

  function wordCosine(terms: [string, number][], norm: number, other: Entry): number {
    let sum = 0;
    for (const [term, weight] of terms) {
      const theirs = other.profile.terms[term];
      if (theirs !== undefined) sum += weight * theirs * rarity(term) ** 2;
    }
    return norm > 0 && other.norm > 0 ? sum / (norm * other.norm) : 0;
  }

  function post(key: string, id: number): void {
    const ids = having.get(key);
    if (!ids) having.set(key, [id]);
    else if (!ids.includes(id)) {
      ids.push(id);
      if (ids.length > 2 * CANDIDATES) ids.shift();
    }
  }

  function makeRoom(): void {
    const leaving = [...entries].sort(
      ([, a], [, b]) => Number(a.profile.size > 1) - Number(b.profile.size > 1),
    );
    for (const [id] of leaving.slice(0, ROOM)) drop(id);
    for (const [key, ids] of having) {
      const left = ids.filter((id) => entries.has(id));
      if (left.length > 0) having.set(key, left);
      else having.delete(key);
    }
  }

  function drop(id: number): void {
    entries.delete(id);
    centroids.remove(id);
  }

  function nearest(profile: ClusterProfile, limit: number): Match[] {
    const direction = centroids.direction(profile.vector, profile.size);
    const terms = Object.entries(profile.terms);
    const norm = lengthOf(profile.terms);
    const meaning = meaningShare(terms.length / Math.max(1, profile.size));
    const telling = terms
      .map(([term, weight]) => ({ term, weight: weight * rarity(term) }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, LOOKED_UP);
    const candidates = new Set([
      ...centroids.closest(direction, CANDIDATES),
      ...telling.flatMap(({ term }) => having.get(term) ?? []),
      ...Object.keys(profile.signatures).flatMap((signature) => having.get(signatureKey(signature)) ?? []),
    ]);
    const matches: Match[] = [];
    for (const id of candidates) {
      const entry = entries.get(id);
      if (!entry || entry.profile === profile) continue;
      const { score, shared } = sides(profile, entry);
      const alike =
        meaning * centroids.cosine(id, direction) + (1 - meaning) * wordCosine(terms, norm, entry);
      matches.push({ id, shared, score: score + alike });
    }
    return matches.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
  }

  return {
    set(id, profile) {
      const before = entries.get(id);
      if (before) count(before.profile, -1);
      entries.delete(id);
      const kept = { ...profile, terms: commonTerms(profile.terms) };
      count(kept, 1);
      entries.set(id, {
        profile: kept,
        norm: lengthOf(kept.terms),
        kind: most(kept.kinds),
      });
      centroids.set(id, kept.vector, kept.size);
      for (const term of Object.keys(kept.terms)) post(term, id);
      for (const signature of Object.keys(kept.signatures)) post(signatureKey(signature), id);
      if (entries.size > MOST_CLUSTERS) makeRoom();
    },
    remove: drop,
    observe(print) {
      const profile = profileOf(print);
      count(profile, 1);
      centroids.observe(print.vector);
    },
    nearest,
    mergers() {
      const found = [...entries].flatMap(([from, { profile }]) => {
        const larger = nearest(profile, 5).find(({ id }) => {
          const size = entries.get(id)?.profile.size ?? 0;
          return size > profile.size || (size === profile.size && id < from);
        });
        const least = profile.size <= SMALL ? MERGE_SMALL : MERGE;
        return larger && larger.score >= least ? [{ from, into: larger.id, score: larger.score }] : [];
      });
      return found.sort((a, b) => b.score - a.score);
    },
    size: () => entries.size,
  };
}

/** What speaks for or against a match besides meaning and words. */
function sides(profile: ClusterProfile, other: Entry): { score: number; shared: string[] } {
  const signatures = Object.keys(profile.signatures);
  const theirs = Object.keys(other.profile.signatures);
  const shared = signatures.filter((signature) => theirs.includes(signature));
  let score = 0;
  if (shared.length > 0) score += WEIGHTS.signature;
  else if (signatures.length > 0 && theirs.length > 0) score += WEIGHTS.otherSignature;
  score += WEIGHTS.category * overlap(profile, other.profile);
  if (other.kind !== most(profile.kinds)) score += WEIGHTS.otherKind;
  return { score, shared };
}

/** 0..1: how likely a member of the one is about the same category as a member of the other. */
function overlap(a: ClusterProfile, b: ClusterProfile): number {
  let sum = 0;
  for (const [category, probability] of Object.entries(a.categories))
    sum += (probability / a.size) * ((b.categories[category] ?? 0) / b.size);
  return sum;
}

function meaningShare(terms: number): number {
  const { least, most: whole, shortTerms } = MEANING;
  return least + (whole - least) * Math.min(1, shortTerms / Math.max(1, terms));
}

const signatureKey = (signature: string) => `! ${signature}`;

/** The name with the largest number; undefined of none. */
export function most<Name extends string>(numbers: Partial<Record<Name, number>>): Name | undefined {
  let best: Name | undefined;
  for (const name in numbers)
    if (best === undefined || (numbers[name] ?? 0) > (numbers[best] ?? 0)) best = name;
  return best;
}

function commonTerms(terms: ClusterProfile['terms']): ClusterProfile['terms'] {
  const all = Object.entries(terms);
  if (all.length <= MOST_TERMS) return terms;
  return Object.fromEntries(all.sort(([, a], [, b]) => b - a).slice(0, MOST_TERMS));
}

/** A report as a cluster of one. */
export function profileOf({ vector, terms, signatures, kind, categories }: Fingerprint): ClusterProfile {
  return {
    size: 1,
    vector,
    terms,
    signatures: Object.fromEntries(signatures.map((signature) => [signature, 1])),
    kinds: { [kind]: 1 },
    categories,
  };
}

/** Two clusters as one; with `by` -1, the first without the second, which must be a part of it. */
export function joined(a: ClusterProfile, b: ClusterProfile, by: 1 | -1 = 1): ClusterProfile {
  return {
    size: a.size + by * b.size,
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
