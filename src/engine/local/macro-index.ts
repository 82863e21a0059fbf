// Finds the macro that a message asks for: a classifier of macros, taught how customers put it, with topic and words.
import { asShare, logistic } from '../../model/probability.ts';
import { tally } from '../../model/tally.ts';
import { type ClassifierModel, classify, type TrainingText } from './classifier.ts';
import type { MacroParts } from './macros.ts';
import { contentWords, cosine, coverageOf, rarityOf } from './retrieval.ts';
import { startTraining, type Training } from './trainer.ts';

/** A message, or a sentence of it that may hold the question; and what of a macro it is compared with. */
export interface Piece {
  text: string;
  vector: Float32Array;
}

/** A message of a topic. */
export interface Starter extends Piece {
  category: string;
}

export interface MacroQuery {
  /** The question first, then sentences of it. */
  pieces: Piece[];
  /** The message that the question is one of several in. */
  context: Piece | null;
  language: string;
  /** Probability of each category, as far as known. */
  categories: Map<string, number>;
}

export interface MacroHit {
  macro: MacroParts;
  /** 0..1: how much of the message's weight in rare words is in the ways to put it. */
  put: number;
  /** -1..1: closeness in meaning of the closest way to put it. */
  meaning: number;
  /** Of likelihood, topic and words: the higher, the more surely it is the one that is asked for. */
  score: number;
  /** 0..1: probability that any macro which hands over is asked for instead. */
  handOver: number;
}

export interface MacroIndex {
  /** Adds or replaces. It is found from the next training on. */
  add(macro: MacroParts, lines: Piece[]): void;
  /** Removes all macros whose id does not satisfy `keep`. */
  retain(keep: (id: string) => boolean): void;
  /** Learns how the macros are asked for, in a worker: about 10 s for 12,000 lines. A later call replaces it. */
  train(): Promise<void>;
  /** The best macros that fit, best first, each once. `fits`: whether a macro is for this customer and topic. */
  find(query: MacroQuery, fits: (macro: MacroParts) => boolean, limit: number): MacroHit[];
  /** Which topics' macros are asked for in such words, adding up to 1, and how many examples taught that; null while none did. */
  about(piece: Piece): { topics: Map<string, number>; examples: number } | null;
  /** Those whose title has all words of `name`, the shortest first. */
  named(name: string): MacroParts[];
  close(): Promise<void>;
}

/** What of a macro customers' words are compared with. */
export function linesOf({ article, asked, answers }: MacroParts): string[] {
  // Words that hold are nearly the same in all macros that hand over.
  if (article.macro?.handsOver) return [article.title, ...asked];
  return [article.title, ...asked, ...answers.slice(-1).map(({ text }) => text)];
}

/**
 * Worth of each sign that a macro is asked for: a softmax over all macros, fitted on 247 solved tickets of the sample's
 * history and 72 messages of a made-up morning, for which people named the macro that answers. Fitted on half of the
 * tickets it finds that of the others at once for 66 %, among the first three for 83 %.
 */
const WORTH = { likelihood: 1.17, topic: 1.53, coverage: 3.73 };
/** Share of the piece that speaks most for a macro in its likelihood; the rest is that of the whole. */
const TELLING = 0.7;
/**
 * Share of a question's own words where a message asks several things: the rest of the message says most. Of 70 such
 * questions of a made-up morning 29 found their macro by their own words, 53 so.
 */
const OWN = 0.5;
/**
 * The same for whether a person must settle it: one question about a case does not make cases of the others. With this and
 * topics of their own, 61 of 90 made-up messages with several questions get all their answers, 58 without.
 */
const OWN_CASE = 0.85;
/** Probability that any topic has at least; its worth counts for each tenfold above. */
const LEAST_TOPIC = 0.01;

interface Entry {
  macro: MacroParts;
  lines: Piece[];
  /** Stems of what it says, and of how it is asked for. */
  said: Set<string>;
  put: Set<string>;
}

/** A topic of the taxonomy with fewer macros than this is not covered by them: most of what it is about they do not answer. */
const COVERS = 6;
/** Closeness in meaning from which an example of a topic asks for a macro. */
const ASKS_FOR = 0.7;

/** `starters`: messages of each topic as the taxonomy gives them. */
export function createMacroIndex(starters: Starter[] = []): MacroIndex {
  const entries = new Map<string, Entry>();
  let model: ClassifierModel | null = null;
  let training: Training<ClassifierModel> | null = null;
  let calls = 0;
  /** Examples of macros that the model has learned from. */
  let examples = 0;
  let rarity = rarityAmong([]);
  const handsOver = (id: string) => entries.get(id)?.macro.article.macro?.handsOver ?? false;

  return {
    add(macro, lines) {
      const said = stemsOf([macro.article.title, ...macro.answers.map(({ text }) => text)]);
      entries.set(macro.article.id, { macro, lines, said, put: stemsOf(macro.asked) });
    },
    retain(keep) {
      for (const id of [...entries.keys()]) if (!keep(id)) entries.delete(id);
    },
    async train() {
      calls += 1;
      const call = calls;
      await training?.stop();
      if (call !== calls) return;
      const all = [...entries.values()];
      const texts = all.flatMap(({ macro, lines }) =>
        lines.map((line): TrainingText => ({ ...line, category: macro.article.id, importance: 1 })),
      );
      const own = texts.length;
      if (!own) return;
      texts.push(...rivals(all, starters));
      training = startTraining(texts, [], { quick: true });
      // One that a later call stopped leaves the word to that.
      const trained = await training.model.catch((error: unknown) => {
        if (call === calls) throw error;
        return null;
      });
      if (!trained || call !== calls) return;
      model = trained;
      examples = own;
      rarity = rarityAmong(all);
    },
    find(query, fits, limit) {
      if (!model) return [];
      const { pieces, context } = query;
      const asked = new Set(contentWords((context ?? pieces[0])?.text ?? ''));
      const own = likelihoodsOf(model, pieces, handsOver);
      const around = context && likelihoodsOf(model, [context], handsOver);
      const handOver = around ? OWN_CASE * own.handOver + (1 - OWN_CASE) * around.handOver : own.handOver;
      const found = [...own.likelihoods].flatMap(([id, alone]) => {
        const entry = entries.get(id);
        const likelihood = around ? OWN * alone + (1 - OWN) * (around.likelihoods.get(id) ?? alone) : alone;
        if (!entry || entry.macro.article.language !== query.language || !fits(entry.macro)) return [];
        const topic = query.categories.get(entry.macro.article.category ?? '') ?? 0;
        const coverage = coverageOf(asked, entry.said, rarity);
        const score =
          WORTH.likelihood * likelihood +
          WORTH.topic * Math.log10((topic + LEAST_TOPIC) / LEAST_TOPIC) +
          WORTH.coverage * coverage;
        return [{ ...entry, score }];
      });
      return found
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(({ macro, lines, put, score }) => ({
          macro,
          score,
          handOver,
          put: coverageOf(asked, put, rarity),
          meaning: closeness(pieces, lines),
        }));
    },
    about({ text, vector }) {
      if (!model) return null;
      const topics = new Map<string, number>();
      for (const { category: id, probability } of classify(model, text, vector).ranked) {
        const topic = isRival(id) ? id.slice(RIVAL.length) : (entries.get(id)?.macro.article.category ?? '');
        topics.set(topic, (topics.get(topic) ?? 0) + probability);
      }
      return { topics, examples };
    },
    named(name) {
      const words = contentWords(name);
      return [...entries.values()]
        .map(({ macro }) => macro)
        .filter(({ article: { title } }) => {
          const said = new Set(contentWords(title));
          return title === name || (words.length > 0 && words.every((word) => said.has(word)));
        })
        .sort((a, b) => a.article.title.length - b.article.title.length);
    },
    async close() {
      await training?.stop();
    },
  };
}

/** Begins the name of a class that is no macro. */
const RIVAL = 'topic ';
const isRival = (id: string) => id.startsWith(RIVAL);

/**
 * What else is asked where a topic has few macros, as classes beside them: a classifier that knows nothing but three
 * macros finds one of them in everything.
 */
function rivals(entries: Entry[], starters: Starter[]): TrainingText[] {
  const macros = tally(entries.map(({ macro }) => macro.article.category ?? ''));
  return starters
    .filter(({ category }) => (macros.get(category) ?? 0) < COVERS)
    .filter((starter) => !entries.some(({ lines }) => closeness([starter], lines) >= ASKS_FOR))
    .map(({ text, vector, category }) => ({ text, vector, category: RIVAL + category, importance: 1 }));
}

/** Log-probability of each macro, by the whole and the piece that speaks most for it; and that any hands over, by the whole. */
function likelihoodsOf(
  model: ClassifierModel,
  [whole, ...parts]: Piece[],
  handsOver: (id: string) => boolean,
): { likelihoods: Map<string, number>; handOver: number } {
  const likelihoods = new Map<string, number>();
  if (!whole) return { likelihoods, handOver: 0 };
  let [handOver, elsewhere] = [0, 0];
  const rankings = [whole, ...parts].map(({ text, vector }) => classify(model, text, vector).ranked);
  const best = new Map<string, number>();
  for (const { category, probability } of rankings.flat())
    best.set(category, Math.max(best.get(category) ?? 0, probability));
  for (const { category, probability } of rankings[0] ?? []) {
    const telling = log(best.get(category) ?? 0);
    likelihoods.set(category, TELLING * telling + (1 - TELLING) * log(probability));
    if (handsOver(category)) handOver += probability;
    else if (isRival(category)) elsewhere += probability;
  }
  // What no macro is about is handed over as often as where nothing is known.
  if (handOver > 0) handOver += elsewhere * logistic(ODDS.unknown);
  return { likelihoods, handOver };
}

const log = (probability: number) => Math.log(Math.max(probability, 1e-9));

function closeness(pieces: Piece[], lines: Piece[]): number {
  return Math.max(0, ...pieces.flatMap((piece) => lines.map((line) => cosine(piece.vector, line.vector))));
}

function stemsOf(texts: string[]): Set<string> {
  return new Set(texts.flatMap(contentWords));
}

/** Weight of a stem: the rarer among macros, the more. */
function rarityAmong(entries: Entry[]): (stem: string) => number {
  const having = tally(entries.flatMap(({ said }) => [...said]));
  return (stem) => rarityOf(having.get(stem) ?? 0, entries.length);
}

/** Distance in score from which a macro is clearly ahead. */
const LEAD = 2;

/** 0..1: how far the best macro is ahead of the next one. */
export function macroLead([best, next]: MacroHit[]): number {
  if (!best) return 0;
  return next ? asShare((best.score - next.score) / LEAD) : 1;
}

/** Log-odds that the article which was found on other ways is one that the macro rests on. */
const AGREEMENT = 0.7;

/** Log-odds of handing over where no macro does, and bounds of those where some do. */
const ODDS = { unknown: -2, most: 6 };
/** What these log-odds count against an answer. */
const AGAINST = 0.53;

/** Log-odds that a macro which hands over is asked for, less what they are where nothing is known of it. */
function handOverOdds({ handOver }: MacroHit): number {
  if (handOver === 0) return 0;
  const odds = Math.log(handOver / (1 - handOver));
  return Math.min(ODDS.most, Math.max(-ODDS.most, odds)) - ODDS.unknown;
}

/**
 * Closeness in meaning under which a macro is about something else, however much likelier than the others: of the sample's
 * macros none is found right from so far away.
 */
const LEAST_MEANING = 0.35;

/**
 * 0..1: how surely a macro answers what is asked; `confirmed`: it rests on the article that was found by itself. Fitted on
 * the sample's history, 520 tickets of which people said whether and by which macro they are answered (247 are), and
 * the made-up morning: right macros are told from wrong ones and from what nothing answers with an AUROC of 0.81 and
 * 0.88 (by the score alone 0.80 and 0.86).
 */
export function macroSupport(best: MacroHit | undefined, language: string, confirmed: boolean): number {
  if (!best) return 0;
  // The encoder reads English: elsewhere only words speak.
  if (language === 'en' ? best.meaning < LEAST_MEANING : best.put < 0.3) return 0;
  const odds = handOverOdds(best);
  const forIt = best.macro.article.macro?.handsOver ? odds + 2 * ODDS.unknown : -odds;
  return logistic(0.47 * best.score + AGAINST * forIt - 0.92 + (confirmed ? AGREEMENT : 0));
}

/** The support, 0..1, of an article, lessened where macros say that only a person settles this. */
export function lessHandOver(support: number, best: MacroHit | undefined): number {
  return best && support < 1
    ? logistic(Math.log(support / (1 - support)) - AGAINST * Math.max(0, handOverOdds(best)))
    : support;
}
