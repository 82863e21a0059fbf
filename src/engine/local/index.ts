// The local engine: understands and drafts without a key and without a network.

import { KINDS, kindSchema } from '../../model/analysis.ts';
import type { Customer } from '../../model/customer.ts';
import { errorText } from '../../model/errors.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { Clock, DraftInput, Embedder, Engine, LabelledText, Log } from '../../ports.ts';
import type { Found } from './answering.ts';
import { classify, type TrainingText } from './classifier.ts';
import { composeDraft } from './drafting.ts';
import { createExemplarIndex } from './exemplar-index.ts';
import { reusableReply } from './exemplars.ts';
import { fingerprint, partsOf } from './fingerprint.ts';
import { inProducts } from './fitting.ts';
import { createKnowledgeIndex } from './knowledge-index.ts';
import { detectLanguage } from './language.ts';
import { CORRECTION_WEIGHT, createLearner } from './learner.ts';
import type { Piece } from './macro-index.ts';
import { answerOf, type MacroParts } from './macros.ts';
import { cosine } from './retrieval.ts';
import { QUICK_REWRITES } from './rewriting.ts';
import { glanceAt, signalTexts } from './signals.ts';
import { createStanding } from './standing.ts';
import { cleanText, sentences, wordCount } from './text.ts';
import { startSignalTraining } from './trainer.ts';
import { analyse, type Reading, readTicket } from './understanding.ts';

/** Who is embedded first. */
const PERSON_WAITS = 0;
const ARTICLES = 3;
const HISTORY = 5;
/** Texts of history that are embedded at a time, between which other work gets its turn. */
const CHUNK = 64;
/** Signals whose examples are of no kind in particular. */
const OTHER_SIGNALS = ['other', 'thanks', 'spam', 'injection'];
/** Solved tickets arrive in a row; the kinds are learned from them once the row ends. */
const KIND_PAUSE_MS = 4000;
/** Macros that are looked at for one question. */
const MACROS = 6;
/** Sentences of one question that are searched by themselves. */
const QUERY_SENTENCES = 6;

export interface LocalEngineOptions {
  taxonomy: Taxonomy;
  embedder: Embedder;
  /** Labelled history; embedded in the background. */
  examples: LabelledText[];
  log: Log;
  clock: Clock;
}

/**
 * Starts the engine. It answers as soon as this resolves, from the taxonomy's examples; history is read in the
 * background (`progress`) and a full training follows. The embedder stays the caller's to close.
 */
export async function createLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { taxonomy, embedder, examples, log, clock } = options;
  const starters = taxonomy.categories.flatMap((category) =>
    [category.name, ...category.examples].map((text, i) => ({
      text,
      category: category.id,
      isName: i === 0,
    })),
  );
  const signalStarters = signalTexts(taxonomy);
  const starterVectors = await embedder.embed(
    [...starters, ...signalStarters].map(({ text }) => text),
    ARTICLES,
  );
  const vectorAt = (i: number) => starterVectors[i] ?? new Float32Array(embedder.dimensions);
  const starterTexts = starters.map(
    (starter, i): TrainingText => ({ ...starter, vector: vectorAt(i), importance: 1 }),
  );
  const kindStarters = signalStarters.flatMap(({ text, signals: [signal = 'other'] }, i): TrainingText[] => {
    const kind = kindSchema.safeParse(signal).data ?? (OTHER_SIGNALS.includes(signal) ? 'other' : null);
    return kind ? [{ text, category: kind, vector: vectorAt(starters.length + i), importance: 1 }] : [];
  });
  const categoryIds = taxonomy.categories.map((category) => category.id);
  const [signals, learner, kinds] = await Promise.all([
    // What belongs to a category carries none of the foreign signals: ordinary messages teach what spam is not.
    startSignalTraining([
      ...signalStarters.map((example, i) => ({ ...example, vector: vectorAt(starters.length + i) })),
      ...starterTexts.map(({ text, vector, category }) => ({ text, vector, signals: [signalOf(category)] })),
    ]).model,
    createLearner(starterTexts, categoryIds, { log }),
    createLearner(kindStarters, [...KINDS], { log, pauseMs: KIND_PAUSE_MS }),
    // The trainings need stored vectors alone; what customers write needs the encoder.
    embedder.embed(['ready'], PERSON_WAITS),
  ]);

  const knowledge = createKnowledgeIndex((texts) => embedder.embed(texts, ARTICLES));
  const exemplars = createExemplarIndex((reply) => reusableReply(reply, knowledge.known()) !== null);
  const standing = createStanding();
  const teams = new Map(taxonomy.categories.map(({ id, team }) => [id, team]));
  let indexed = 0;
  let total = examples.length;
  let closed = false;

  async function readHistory(): Promise<void> {
    for (let from = 0; from < examples.length && !closed; from += CHUNK) {
      const chunk = examples.slice(from, from + CHUNK);
      const vectors = await embedder.embed(
        chunk.map((example) => example.text),
        HISTORY,
      );
      learner.add(
        chunk.flatMap((example, i) => {
          const vector = vectors[i];
          const importance = example.corrected ? CORRECTION_WEIGHT : 1;
          return vector ? [{ text: example.text, category: example.category, vector, importance }] : [];
        }),
      );
      indexed += chunk.length;
    }
    if (closed) return;
    const training = learner.retrain();
    calibration = training.done;
    await training.fitted;
  }
  let calibration: Promise<void> = Promise.resolve();
  let trained = false;
  const learned = readHistory().catch((error: unknown) => {
    if (!closed) log.error({ error: errorText(error) }, 'history was not read');
  });
  const calibrated = learned
    .then(() => calibration)
    .then(() => {
      trained = true;
    });

  /** Counts work in `progress` while it runs. */
  async function counted<T>(amount: number, work: () => Promise<T>): Promise<T> {
    total += amount;
    try {
      return await work();
    } finally {
      indexed += amount;
    }
  }

  /**
   * What is known for one question. The first of its pieces is the whole of it, others are sentences; `context` is the
   * message, where it asks several things.
   */
  function findFor(
    question: string,
    pieces: Piece[],
    context: Piece | null,
    { analysis, customer }: DraftInput,
  ): Found {
    const vectors = pieces.map(({ vector }) => vector);
    const [whole = new Float32Array(embedder.dimensions)] = vectors;
    const topic = context ?? { text: question, vector: whole };
    const { ranked } = classify(learner.model(), topic.text, topic.vector);
    const weighed = standing.weigh(ranked, Boolean(customer.account?.plan));
    const categories = new Map(
      weighed.slice(0, 5).map(({ category, probability }) => [category, probability]),
    );
    const language = analysis.language === 'und' ? 'en' : analysis.language;
    const query = { text: question, vectors, language, categories };
    const team = teams.get(analysis.category);
    return {
      question,
      articles: knowledge.findPassages(query, 8, ({ parts }) => inProducts(parts.article, customer)),
      exemplars: exemplars.search(query, 5),
      macros: knowledge.findMacros(
        { pieces, context, language, categories },
        (macro) => mayUse(macro, customer, team),
        MACROS,
      ),
    };
  }

  async function findAll(
    input: DraftInput,
    reading: Reading,
  ): Promise<{ found: Found[]; whole: Found | null }> {
    if (reading.questions.length > 1) {
      const [whole = new Float32Array(embedder.dimensions), ...each] = await embedder.embed(
        [reading.topic, ...reading.questions],
        PERSON_WAITS,
      );
      const message = { text: reading.topic, vector: whole };
      return {
        // A second question leans on the first ("and does it repeat?"): the whole lends it its topic.
        found: reading.questions.map((text, i) =>
          findFor(text, [{ text, vector: middle(each[i] ?? whole, whole) }], message, input),
        ),
        whole: findFor(reading.topic, [message], null, input),
      };
    }
    const texts = [reading.topic, ...tellingSentences(reading.topic)];
    const vectors = await embedder.embed(texts, PERSON_WAITS);
    const pieces = texts.flatMap((text, i) => (vectors[i] ? [{ text, vector: vectors[i] }] : []));
    return { found: [findFor(reading.topic, pieces, null, input)], whole: null };
  }

  return {
    id: 'local-1',
    async analyse(input) {
      const reading = readTicket(input);
      const asked = reading.questions.length > 1 ? reading.questions : [];
      const vectors = await embedder.embed([reading.topic, ...asked], PERSON_WAITS);
      const models = { categories: learner.model(), kinds: kinds.model(), signals, standing };
      return analyse(reading, vectors, models, input);
    },
    async draft(input) {
      const reading = readTicket(input);
      const asked = await findAll(input, reading);
      const { coverage, articleAt, hasMacro } = knowledge;
      const known = knowledge.known();
      return composeDraft(input, { ...asked, known, coverage, articleAt, hasMacro, now: clock.now() });
    },
    rewrites: () => QUICK_REWRITES,
    async fingerprints({ subject, text }, analysis) {
      const parts = partsOf(text);
      const texts = parts.map((part, i) => (subject && i === 0 ? `${subject}\n${part}` : part));
      const vectors = await embedder.embed(texts, HISTORY);
      return texts.map((whole, i) => {
        const vector = vectors[i] ?? new Float32Array(embedder.dimensions);
        const models = { categories: learner.model(), kinds: kinds.model(), signals };
        return fingerprint(
          whole,
          { title: i === 0 ? subject : null, vector },
          models,
          texts.length > 1 ? null : analysis,
        );
      });
    },
    async similarity(a, b) {
      const [x, y] = await embedder.embed([a, b], PERSON_WAITS);
      return x && y ? Math.min(1, Math.max(0, cosine(x, y))) : 0;
    },
    glance: glanceAt,
    async similarTickets(text, limit) {
      const [vector] = await embedder.embed([text], PERSON_WAITS);
      if (!vector) return [];
      const language = detectLanguage(text);
      const clean = cleanText(text).text;
      return exemplars
        .search({ text: clean, vectors: [vector], language: language === 'und' ? 'en' : language }, limit)
        .filter((hit) => hit.cosine >= 0.35)
        .map(({ item, cosine: score }) => ({
          id: item.data.id,
          text: item.data.text,
          reply: item.data.reply,
          reusable: reusableReply(item.data.reply, knowledge.known()),
          score: Math.min(1, Math.max(0, score)),
        }));
    },
    async searchKnowledge(question, options) {
      const [vector] = await embedder.embed([question], PERSON_WAITS);
      return vector ? knowledge.search(question, vector, options) : [];
    },
    async learn({ text, category, corrected }) {
      const [vector] = await embedder.embed([text], PERSON_WAITS);
      if (!vector) return;
      learner.correct({ text, category, vector, importance: corrected ? CORRECTION_WEIGHT : 1 });
    },
    async addExemplars(list) {
      total += list.length;
      for (let from = 0; from < list.length && !closed; from += CHUNK) {
        const chunk = list.slice(from, from + CHUNK);
        const vectors = await embedder.embed(
          chunk.map((exemplar) => exemplar.text),
          HISTORY,
        );
        for (const [i, exemplar] of chunk.entries()) {
          const vector = vectors[i];
          if (!vector) continue;
          const { kind, text } = exemplar;
          if (kind) kinds.collect({ text, category: kind, vector, importance: 1 });
          exemplars.add(exemplar, vector);
          standing.add(exemplar.id, exemplar.category, exemplar.plan !== null);
        }
        indexed += chunk.length;
      }
    },
    setArticles: (list) => knowledge.set(list, counted),
    progress: () => ({ ready: trained && indexed >= total, indexed, total }),
    learned,
    calibrated,
    async close() {
      closed = true;
      await Promise.all([learner.close(), kinds.close(), knowledge.close()]);
      await calibrated;
    },
  };
}

/** Whether a macro answers this customer: made for the team, about a product in use, with an answer for the plan. */
function mayUse(macro: MacroParts, customer: Customer, team: string | undefined): boolean {
  const { article } = macro;
  const forTeam = !article.macro?.team || article.macro.team === team;
  return forTeam && inProducts(article, customer) && answerOf(macro, customer) !== null;
}

/** What the examples of a category are examples of besides. */
function signalOf(category: string): string {
  if (/spam/.test(category)) return 'spam';
  return /complaint/.test(category) ? 'frustrated' : 'ordinary';
}

/** Sentences of a longer text that may hold the question by themselves. */
function tellingSentences(text: string): string[] {
  const all = sentences(text).filter((sentence) => wordCount(sentence) >= 4);
  return all.length > 1 ? all.slice(0, QUERY_SENTENCES) : [];
}

/** The direction between two unit vectors. */
function middle(a: Float32Array, b: Float32Array): Float32Array {
  const sum = a.map((value, i) => value + (b[i] ?? 0));
  const norm = Math.sqrt(cosine(sum, sum));
  return norm > 0 ? sum.map((value) => value / norm) : sum;
}
