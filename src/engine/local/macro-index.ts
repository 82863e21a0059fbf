// Finds the macro that a message asks for, from how customers put it: meaning, words and letters, and the topic.

import type { KnowledgeArticle } from '../../ports.ts';
import {
  countFeatures,
  type FeatureSpace,
  learnFeatures,
  type SparseRow,
  weighFeatures,
} from './features.ts';
import type { MacroParts } from './macros.ts';
import { contentWords, cosine } from './retrieval.ts';

/** A message, or a sentence of it that may hold the question; and what of a macro it is compared with. */
export interface Piece {
  text: string;
  vector: Float32Array;
}

export interface MacroQuery {
  /** The whole first. */
  pieces: Piece[];
  language: string;
  /** Probability of each category, as far as known. */
  categories: Map<string, number>;
}

export interface MacroHit {
  macro: MacroParts;
  /** -1..1: closeness in meaning, relative to what is usual among macros. */
  meaning: number;
  /** 0..1: likeness in words and letters. */
  words: number;
  /** 0..1: the classifier's probability of the macro's category. */
  topic: number;
  /** -1..1: closeness in meaning of its title. */
  title: number;
  /** 0..1: how much of the message's weight in rare words the macro knows. */
  coverage: number;
  /** The same of the articles that it rests on. */
  background: number;
  /** Of all: log-odds of being the one that is asked for, up to a number that all macros share. */
  score: number;
  /** 0..1: its share of the probability, among all macros for this customer. */
  share: number;
}

export interface MacroIndex {
  /** Adds or replaces. */
  add(macro: MacroParts, lines: Piece[]): void;
  /** Removes all macros whose id does not satisfy `keep`. */
  retain(keep: (id: string) => boolean): void;
  /** The best macros that fit, best first, each once. `fits`: whether a macro is for this customer and topic. */
  find(query: MacroQuery, fits: (macro: MacroParts) => boolean, limit: number): MacroHit[];
}

/** What of a macro is compared with what customers write. */
export function linesOf({ article, asked, answers }: MacroParts): string[] {
  return [article.title, ...asked, ...answers.slice(-1).map(({ text }) => text)];
}

/**
 * Worth of each sign that a macro is asked for: a softmax over all macros, fitted on the held-out lines of the sample's
 * 268 macros, each looked for by the others. It finds 43.5 % of 2,207 at once and 69.5 % among the first three (39 and
 * 65 % with closeness, words, topic and coverage weighed by hand; 28 % by kernel ridge with a class for each macro).
 * On real tickets, whose many words a macro seldom knows all, coverage counts a little more than on lines.
 */
const WORTH = { meaning: 5.5, words: 2, title: 2.3, topic: 1.6, coverage: 3, background: 3.5 };
/** Probability that any topic has at least; its worth counts for each tenfold above. */
const LEAST_TOPIC = 0.01;
/** The score of "none of them": below that of nine of ten right macros, so that the best of a few must fit, too. */
const NO_MACRO = 6;

interface Centre {
  macro: MacroParts;
  /** Centres of its lines, in both spaces: they find it better than its closest line does. */
  meaning: Float32Array;
  words: SparseRow;
  title: Float32Array;
  /** Stems of all that it says and is asked, and of the articles that it rests on. */
  stems: { own: Set<string>; background: Set<string> };
}
type ArticleAt = (url: string) => KnowledgeArticle | undefined;

interface Space {
  mean: Float32Array;
  features: FeatureSpace;
  centres: Centre[];
  /** Weight of a stem: the rarer among macros, the more. */
  rarity(stem: string): number;
}

/** `articleAt`: the article at an address, as of the last change of any macro. */
export function createMacroIndex(articleAt: ArticleAt): MacroIndex {
  const entries = new Map<string, { macro: MacroParts; lines: Piece[] }>();
  let space: Space | null = null;
  return {
    add(macro, lines) {
      entries.set(macro.article.id, { macro, lines });
      space = null;
    },
    retain(keep) {
      for (const id of [...entries.keys()]) if (!keep(id)) entries.delete(id);
      space = null;
    },
    find(query, fits, limit) {
      space ??= span([...entries.values()], articleAt);
      const { centres, rarity } = space;
      const allowed = centres.filter(({ macro }) => macro.article.language === query.language && fits(macro));
      const best = new Map<Centre, MacroHit>();
      for (const piece of query.pieces)
        for (const [centre, hit] of compare(piece, space, allowed, query.categories))
          if (hit.score > (best.get(centre)?.score ?? Number.NEGATIVE_INFINITY)) best.set(centre, hit);
      const asked = new Set(contentWords(query.pieces[0]?.text ?? ''));
      const hits = [...best].map(([{ stems }, hit]) => {
        const coverage = known(asked, stems.own, rarity);
        const background = known(asked, stems.background, rarity);
        const score = hit.score + WORTH.coverage * coverage + WORTH.background * background;
        return { ...hit, coverage, background, score };
      });
      const top = Math.max(...hits.map(({ score }) => score));
      const odds = hits.reduce((sum, { score }) => sum + Math.exp(score - top), Math.exp(NO_MACRO - top));
      return hits
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map((hit) => ({ ...hit, share: Math.exp(hit.score - top) / odds }));
    },
  };
}

/** Learns what is usual among the lines, and the centre of each macro's. */
function span(entries: { macro: MacroParts; lines: Piece[] }[], articleAt: ArticleAt): Space {
  const lines = entries.flatMap((entry) => entry.lines);
  const counts = new Map(lines.map((line) => [line, countFeatures(line.text)]));
  const features = learnFeatures([...counts.values()]);
  const mean = average(lines.map(({ vector }) => vector));
  const centres = entries.map(({ macro, lines: own }) => ({
    macro,
    meaning: unit(average(own.map(({ vector }) => direction(vector, mean)))),
    words: centreOf(own.map((line) => weighFeatures(counts.get(line) ?? new Map(), features))),
    title: direction(own[0]?.vector ?? mean, mean),
    stems: {
      own: stemsOf([macro.article]),
      background: stemsOf((macro.article.macro?.sources ?? []).flatMap((url) => articleAt(url) ?? [])),
    },
  }));
  const having = new Map<string, number>();
  for (const { stems } of centres)
    for (const stem of stems.own) having.set(stem, (having.get(stem) ?? 0) + 1);
  const rarity = (stem: string) => Math.log(1 + (centres.length + 1) / ((having.get(stem) ?? 0) + 0.5));
  return { mean, features, centres, rarity };
}

function stemsOf(articles: KnowledgeArticle[]): Set<string> {
  return new Set(articles.flatMap(({ title, body }) => contentWords(`${title}\n${body}`)));
}

function compare(
  { text, vector }: Piece,
  { mean, features }: Space,
  centres: Centre[],
  categories: Map<string, number>,
): [Centre, MacroHit][] {
  const meant = direction(vector, mean);
  const said = new Float32Array(features.idf.length);
  const row = weighFeatures(countFeatures(text), features);
  for (const [i, feature] of row.index.entries()) said[feature] = row.value[i] ?? 0;
  return centres.map((centre) => {
    const { macro } = centre;
    const meaning = cosine(meant, centre.meaning);
    const words = product(said, centre.words);
    const topic = categories.get(macro.article.category ?? '') ?? 0;
    const title = cosine(meant, centre.title);
    const score =
      WORTH.meaning * meaning +
      WORTH.words * words +
      WORTH.title * title +
      WORTH.topic * Math.log10((topic + LEAST_TOPIC) / LEAST_TOPIC);
    return [centre, { macro, meaning, words, title, topic, coverage: 0, background: 0, score, share: 0 }];
  });
}

/** 0..1: the share of the asked stems' weight that is among those known. */
function known(asked: Set<string>, stems: Set<string>, rarity: Space['rarity']): number {
  let [all, shared] = [0, 0];
  for (const stem of asked) {
    all += rarity(stem);
    if (stems.has(stem)) shared += rarity(stem);
  }
  return all > 0 ? shared / all : 0;
}

function product(dense: Float32Array, { index, value }: SparseRow): number {
  let sum = 0;
  for (let i = 0; i < index.length; i += 1) sum += (dense[index[i] ?? 0] ?? 0) * (value[i] ?? 0);
  return sum;
}

function average(vectors: Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [d, value] of vector.entries()) sum[d] = (sum[d] ?? 0) + value;
  return sum.map((value) => value / Math.max(1, vectors.length));
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(cosine(vector, vector));
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}

/** The vector relative to what is usual, as a unit vector. */
function direction(vector: Float32Array, mean: Float32Array): Float32Array {
  return unit(vector.map((value, d) => value - (mean[d] ?? 0)));
}

/** The sum of sparse rows, as a unit row. */
function centreOf(rows: SparseRow[]): SparseRow {
  const sum = new Map<number, number>();
  for (const { index, value } of rows)
    for (const [i, feature] of index.entries()) sum.set(feature, (sum.get(feature) ?? 0) + (value[i] ?? 0));
  return { index: Int32Array.from(sum.keys()), value: unit(Float32Array.from(sum.values())) };
}

/** Distance in score from which a macro is clearly ahead. */
const LEAD = 2;

/** 0..1: how far the best macro is ahead of the next one. */
export function macroLead([best, next]: MacroHit[]): number {
  if (!best) return 0;
  return next ? Math.max(0, Math.min(1, (best.score - next.score) / LEAD)) : 1;
}

/** Log-odds that the article which was found on other ways is one that the macro rests on. */
const AGREEMENT = 0.7;

/**
 * 0..1: how surely a macro answers what is asked; `confirmed`: it rests on the article that was found by
 * itself. Its share of the probability tells most, then how much of the words it knows: AUROC 0.81 for "says what the
 * reply said" on the sample's history, 0.71 for "is the macro of this held-out line" (0.80 and 0.67 by a model of all
 * signs). Stretched to what a person who read 35 of the pairs held for right; the worth of a confirmation is set by hand.
 */
export function macroSupport(best: MacroHit | undefined, language: string, confirmed: boolean): number {
  if (!best) return 0;
  // The encoder reads English: elsewhere only words speak.
  if (language !== 'en' && best.words < 0.15) return 0;
  const logit = 3.9 * best.share + 1.3 * best.coverage - 1.75 + (confirmed ? AGREEMENT : 0);
  return 1 / (1 + Math.exp(-logit));
}
