// Online clustering: finds the cluster a report belongs to, by meaning, words and error signatures, in bounded time.
import type { Kind } from '../../model/analysis.ts';
import type { ClusterProfile, Fingerprint } from '../../model/cluster.ts';
import { createCentroids } from './centroids.ts';
import { commonTerms, most, profileOf } from './profiles.ts';

/** Clusters that are searched; single reports that nobody joined for long go first. */
const MOST_CLUSTERS = 4096;
/** How many go at once when that is reached, so that making room is rare. */
const ROOM = 256;
/** Clusters that are looked at closely for each kind of evidence. */
const CANDIDATES = 32;
/** Clusters near one that grows, which may turn out to be part of it. */
const AROUND = 50;
/** Telling terms of a report that clusters are looked up by. */
const LOOKED_UP = 16;
/** Terms whose frequency is remembered; beyond that those said once are forgotten. */
const MOST_FREQUENCIES = 200_000;

/** What speaks for or against a match besides meaning and words. Chosen on the sample workspace's stream. */
const WEIGHTS = { signature: 0.35, otherCode: -0.4, category: 0.16, otherKind: -0.04 };
/** An error code with a number: a report with another one is about another fault, however alike the words. */
const NUMBERED = /^[A-Z]+-?\d+$/;
/**
 * While many report one fault, another report of a fault is likely the same: so much for each doubling of the
 * reports within a day of it, up to four, less where the category differs.
 */
const BURST = { weight: 0.13, doublings: 4, hours: 24, otherCategory: 0.15 };
/**
 * A cluster that has grown large without such a burst is a topic, and a fault is rarely the topic's: so much against it
 * for each doubling of its members beyond four that is not of that day.
 */
const TOPIC = { weight: 0.12, doublings: 2 };
/** Times of members that are kept for that. */
const MOST_TIMES = 2 ** BURST.doublings;
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
/** `fault` from which a report tells of something broken, whatever its kind: "it stops at 90 %, is it me?" */
export const FAULTY = 0.5;

export interface Match {
  id: number;
  /** Summed evidence; comparable with JOIN. */
  score: number;
  /** Error codes, exceptions or endpoints that both have. */
  shared: string[];
  /** 0..1: how surely the report tells of something broken, now that others report this. */
  fault: number;
}

export interface ClusterIndex {
  /** Adds a cluster, or replaces what is known of it; `times` are those of its latest members. */
  set(id: number, profile: ClusterProfile, times?: Date[]): void;
  remove(id: number): void;
  /** Counts a report into what is usual without opening a cluster. */
  observe(print: Fingerprint): void;
  /** The clusters that a report, or another cluster, is most like, best first. The time grows with the clusters up to 4,096, and with reports not at all. */
  nearest(profile: ClusterProfile, limit: number, at?: Date): Match[];
  ids(): number[];
  /** The clusters that may belong into this one, or it into them. */
  around(id: number): number[];
  /** The larger cluster that this one belongs into; null: it stands for itself. */
  home(id: number): { into: number; score: number } | null;
  size(): number;
}

interface Entry {
  profile: ClusterProfile;
  /** Length of its vector of weighted terms. */
  norm: number;
  kind: Kind | undefined;
  times: Date[];
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

  /** Cosine of the words; `terms` with their weights and rarities multiplied in. */
  function wordCosine(terms: [string, number][], norm: number, other: Entry): number {
    let sum = 0;
    for (const [term, weight] of terms) {
      const theirs = other.profile.terms[term];
      if (theirs !== undefined) sum += weight * theirs;
    }
    return norm > 0 && other.norm > 0 ? sum / (norm * other.norm) : 0;
  }

  /** The clusters that have most of what a report says: its most telling terms, the rarer the more. */
  function alikeInWords(terms: [string, number][]): number[] {
    const telling = terms.toSorted(([, a], [, b]) => b - a).slice(0, LOOKED_UP);
    const shares = new Map<number, number>();
    for (const [term, weight] of telling)
      for (const id of having.get(term) ?? []) shares.set(id, (shares.get(id) ?? 0) + weight);
    return [...shares]
      .sort(([, a], [, b]) => b - a)
      .slice(0, CANDIDATES)
      .map(([id]) => id);
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

  function nearest(profile: ClusterProfile, limit: number, at?: Date): Match[] {
    const direction = centroids.direction(profile.vector, profile.size);
    const terms = Object.entries(profile.terms).map(([term, weight]): [string, number] => [
      term,
      weight * rarity(term) ** 2,
    ]);
    const norm = lengthOf(profile.terms);
    const meaning = meaningShare(terms.length / Math.max(1, profile.size));
    const candidates = new Set([
      ...centroids.closest(direction, CANDIDATES),
      ...alikeInWords(terms),
      ...Object.keys(profile.signatures).flatMap((signature) => having.get(signatureKey(signature)) ?? []),
    ]);
    const matches: Match[] = [];
    for (const id of candidates) {
      const entry = entries.get(id);
      if (!entry || entry.profile === profile) continue;
      const { score, shared, fault } = sides(profile, entry, at);
      const alike =
        meaning * centroids.cosine(id, direction) + (1 - meaning) * wordCosine(terms, norm, entry);
      matches.push({ id, shared, fault, score: score + alike });
    }
    return matches.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
  }

  return {
    set(id, profile, times = []) {
      const before = entries.get(id);
      if (before) count(before.profile, -1);
      entries.delete(id);
      const kept = { ...profile, terms: commonTerms(profile.terms) };
      count(kept, 1);
      entries.set(id, {
        profile: kept,
        norm: lengthOf(kept.terms),
        kind: kindOf(kept),
        times: times.slice(-MOST_TIMES),
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
    ids: () => [...entries.keys()],
    around(id) {
      const own = entries.get(id);
      return own ? nearest(own.profile, AROUND).map((match) => match.id) : [];
    },
    home(id) {
      const own = entries.get(id);
      if (!own) return null;
      const { profile, kind, times } = own;
      const larger = nearest(profile, 5, times.at(-1)).find((match) => {
        const size = entries.get(match.id)?.profile.size ?? 0;
        return size > profile.size || (size === profile.size && match.id < id);
      });
      const theirs = larger && entries.get(larger.id)?.kind;
      const sameKind = theirs === kind || (theirs === 'bug' && larger && larger.fault >= FAULTY);
      const least = sameKind && profile.size <= SMALL ? MERGE_SMALL : MERGE;
      return larger && larger.score >= least ? { into: larger.id, score: larger.score } : null;
    },
    size: () => entries.size,
  };
}

/** What the reports are, whatever each was taken for: a bug where most tell of something broken. Undefined: nobody knows. */
export function kindOf({ kinds, fault, size }: ClusterProfile): Kind | undefined {
  if (size > 0 && fault >= FAULTY * size) return 'bug';
  const { other: _, ...clear } = kinds;
  return most(clear);
}

/** What speaks for or against a match besides meaning and words. */
function sides(
  profile: ClusterProfile,
  other: Entry,
  at: Date | undefined,
): { score: number; shared: string[]; fault: number } {
  const signatures = Object.keys(profile.signatures);
  const theirs = Object.keys(other.profile.signatures);
  const shared = signatures.filter((signature) => theirs.includes(signature));
  let score = 0;
  if (shared.length > 0) score += WEIGHTS.signature;
  else if (hasCode(signatures) && hasCode(theirs)) score += WEIGHTS.otherCode;
  if (other.kind !== kindOf(profile)) score += WEIGHTS.otherKind;
  const alike = overlap(profile, other.profile);
  score += WEIGHTS.category * alike;
  const doublings = at && other.kind === 'bug' ? doublingsAround(other.times, at) : 0;
  const fault = suspected(profile.fault / Math.max(1, profile.size), doublings * alike);
  score += BURST.weight * doublings * near(alike) * fault;
  const old = Math.log2(Math.max(1, other.profile.size)) - TOPIC.doublings - doublings;
  score -= TOPIC.weight * Math.max(0, old) * (profile.fault / Math.max(1, profile.size));
  return { score, shared, fault };
}

const hasCode = (signatures: string[]) => signatures.some((one) => NUMBERED.test(one));

/** Doublings of the reports within a day of a time. What came before the first of them was no part of it. */
function doublingsAround(times: Date[], at: Date): number {
  const [first] = times;
  if (!first || at < first) return 0;
  const near = times.filter((time) => Math.abs(at.getTime() - time.getTime()) < BURST.hours * 3_600_000);
  return Math.min(BURST.doublings, Math.log2(Math.max(1, near.length)));
}

/** Where a fault is reported again and again, the odds rise that a message about the same part of the product tells of it. */
function suspected(fault: number, doublings: number): number {
  const odds = fault * (1 + doublings);
  return odds / (odds + 1 - fault);
}

/** Two reports that are surely about one category overlap by 1, but two classifiers' doubts multiply. */
function near(overlapping: number): number {
  return Math.min(1, BURST.otherCategory + 2 * overlapping);
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
