// Finds the macro that a message asks for: the closest of the lines that tell how customers put it.

import type { MacroParts } from './macros.ts';
import { contentWords, cosine } from './retrieval.ts';

/** Macros whose words are compared, of those that are closest in meaning. */
const CANDIDATES = 40;

/** A message or a part of it that may hold the question. */
export interface Piece {
  text: string;
  vector: Float32Array;
}

export interface MacroQuery {
  pieces: Piece[];
  language: string;
  /** Probability of each category, as far as known. */
  categories: Map<string, number>;
}

export interface MacroHit {
  macro: MacroParts;
  /** The line that is closest, in the customers' words. */
  line: string;
  /** -1..1: of the closest line. */
  cosine: number;
  /** 0..1: how much of the piece's weight in rare words the macro knows. */
  coverage: number;
  /** 0..1: likeness in letters of the closest line (Dice, of runs of three). */
  letters: number;
  /** 0..1: the classifier's probability of the macro's category. */
  topic: number;
  /** Log-odds-like: for the order. */
  score: number;
}

interface Line {
  text: string;
  vector: Float32Array;
  letters: Set<string>;
}
interface Entry {
  macro: MacroParts;
  lines: Line[];
  words: Set<string>;
}

export interface MacroIndex {
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

export function createMacroIndex(): MacroIndex {
  const entries = new Map<string, Entry>();
  const frequency = new Map<string, number>();

  function count({ words }: Entry, by: 1 | -1): void {
    for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + by);
  }

  function idf(word: string): number {
    return Math.log(1 + (entries.size + 1) / ((frequency.get(word) ?? 0) + 0.5));
  }

  function remove(id: string): void {
    const entry = entries.get(id);
    if (entry) count(entry, -1);
    entries.delete(id);
  }

  /** How well one piece fits one macro. */
  function compare({ text, vector }: Piece, { macro, lines, words }: Entry, query: MacroQuery): MacroHit {
    const asked = trigrams(text);
    let [best, likeness, letters] = [lines[0], -1, 0];
    for (const line of lines) {
      const near = cosine(vector, line.vector);
      if (near > likeness) [best, likeness] = [line, near];
      letters = Math.max(letters, dice(asked, line.letters));
    }
    let [mass, shared] = [0, 0];
    for (const word of new Set(contentWords(text))) {
      mass += idf(word);
      if (words.has(word)) shared += idf(word);
    }
    const coverage = mass > 0 ? shared / mass : 0;
    const topic = query.categories.get(macro.article.category ?? '') ?? 0;
    const score =
      WEIGHTS.cosine * likeness +
      WEIGHTS.coverage * coverage +
      WEIGHTS.letters * letters +
      WEIGHTS.topic * topic;
    return { macro, line: best?.text ?? '', cosine: likeness, coverage, letters, topic, score };
  }

  return {
    add(macro, pieces) {
      remove(macro.article.id);
      const lines = pieces.map(({ text, vector }) => ({ text, vector, letters: trigrams(text) }));
      const words = new Set(
        contentWords(
          [...macro.asked, macro.article.title, ...macro.answers.map(({ text }) => text)].join('\n'),
        ),
      );
      const entry = { macro, lines, words };
      entries.set(macro.article.id, entry);
      count(entry, 1);
    },
    retain(keep) {
      for (const id of [...entries.keys()]) if (!keep(id)) remove(id);
    },
    find(query, fits, limit) {
      const near = [...entries.values()]
        .filter(({ macro }) => macro.article.language === query.language && fits(macro))
        .map((entry) => ({ entry, nearness: nearnessOf(entry, query) }))
        .sort((a, b) => b.nearness - a.nearness)
        .slice(0, CANDIDATES);
      return near
        .map(({ entry }) =>
          query.pieces
            .map((piece) => compare(piece, entry, query))
            .reduce((a, b) => (b.score > a.score ? b : a)),
        )
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
  };
}

const WEIGHTS = { cosine: 6, coverage: 3, letters: 3, topic: 1.5 };

/** Distance in score from which a macro is clearly ahead. */
const LEAD = 2;

/** 0..1: how far the best macro is ahead of the next one. */
export function macroLead([best, next]: MacroHit[]): number {
  return best ? Math.max(0, Math.min(1, (best.score - (next?.score ?? 0)) / LEAD)) : 0;
}

/** 0..1: how surely the best macro answers what is asked. */
export function macroSupport(hits: MacroHit[], language: string): number {
  const [best] = hits;
  if (!best) return 0;
  // The encoder reads English: elsewhere only words and letters speak.
  if (language !== 'en' && best.coverage + best.letters < 0.8) return 0;
  return 1 / (1 + Math.exp(-(best.score + macroLead(hits) - 7)));
}

function nearnessOf({ lines }: Entry, { pieces }: MacroQuery): number {
  let best = -1;
  for (const { vector } of pieces)
    for (const line of lines) best = Math.max(best, cosine(vector, line.vector));
  return best;
}

/** Runs of three letters of a text, word by word, with its ends marked. */
function trigrams(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const marked = ` ${word} `;
    for (let i = 0; i + 3 <= marked.length; i += 1) found.add(marked.slice(i, i + 3));
  }
  return found;
}

function dice(a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const one of a) if (b.has(one)) shared += 1;
  return a.size + b.size > 0 ? (2 * shared) / (a.size + b.size) : 0;
}
