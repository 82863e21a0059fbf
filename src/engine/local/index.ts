// The local engine: understands and drafts without a key and without a network.

import { KINDS, kindSchema } from '../../model/analysis.ts';
import { AppError, errorText } from '../../model/errors.ts';
import { asShare } from '../../model/probability.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { Clock, Embedder, Engine, LabelledText, Log } from '../../ports.ts';
import { type TrainingText, withTopics } from './classifier.ts';
import { composeDraft } from './drafting.ts';
import { createExemplarIndex } from './exemplar-index.ts';
import { reusableReply } from './exemplars.ts';
import { createFinder } from './finding.ts';
import { fingerprint, partsOf } from './fingerprint.ts';
import { createKnowledgeIndex } from './knowledge-index.ts';
import { detectLanguage } from './language.ts';
import { CORRECTION_WEIGHT, createLearner } from './learner.ts';
import { chosenMacro } from './macros.ts';
import { cosine } from './retrieval.ts';
import { QUICK_REWRITES } from './rewriting.ts';
import { glanceAt, signalTexts } from './signals.ts';
import { createStanding } from './standing.ts';
import { cleanText } from './text.ts';
import { createTopicJudge } from './topics.ts';
import { startSignalTraining } from './trainer.ts';
import { analyse, readTicket } from './understanding.ts';

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
  const knowledge = createKnowledgeIndex((texts) => embedder.embed(texts, ARTICLES), starterTexts);
  const standing = createStanding();
  const judgeTopic = createTopicJudge(knowledge, standing);
  // What belongs to a category carries none of the foreign signals: ordinary messages teach what spam is not.
  const signalTraining = startSignalTraining([
    ...signalStarters.map((example, i) => ({ ...example, vector: vectorAt(starters.length + i) })),
    ...starterTexts.map(({ text, vector, category }) => ({ text, vector, signals: [signalOf(category)] })),
  ]);
  const [firstSignals, learner, kinds] = await Promise.all([
    signalTraining.fitted,
    createLearner(starterTexts, categoryIds, {
      log,
      // Who wrote it is not known by then.
      judge: (model, text) => judgeTopic(model, text, true),
    }),
    createLearner(kindStarters, [...KINDS], { log, pauseMs: KIND_PAUSE_MS }),
    // The trainings need stored vectors alone; what customers write needs the encoder.
    embedder.embed(['ready'], PERSON_WAITS),
  ]);
  let signals = firstSignals;
  /** By the taxonomy as it is now: topics come and go while the bot runs, and history knows some that it never had. */
  const topics = () => withTopics(learner.model(), new Set(taxonomy.categories.map(({ id }) => id)));

  const exemplars = createExemplarIndex((reply) => reusableReply(reply, knowledge.known()) !== null);
  const heard = new Set<string>();
  const finder = createFinder({
    taxonomy,
    knowledge,
    exemplars,
    judgeTopic,
    categories: topics,
    embed: (texts) => embedder.embed(texts, PERSON_WAITS),
  });
  let indexed = 0;
  let total = examples.length;
  let closed = false;

  /** Embeds history, a part at a time, and has each part taken in. */
  async function embedded<T extends { text: string }>(
    history: T[],
    take: (part: [T, Float32Array][]) => void,
  ): Promise<void> {
    for (let from = 0; from < history.length && !closed; from += CHUNK) {
      const part = history.slice(from, from + CHUNK);
      const vectors = await embedder.embed(
        part.map(({ text }) => text),
        HISTORY,
      );
      take(part.flatMap((one, i): [T, Float32Array][] => (vectors[i] ? [[one, vectors[i]]] : [])));
      indexed += part.length;
    }
  }

  async function readHistory(): Promise<void> {
    await embedded(examples, (chunk) =>
      learner.add(
        chunk.map(([{ text, category, corrected }, vector]) => ({
          text,
          category,
          vector,
          importance: corrected ? CORRECTION_WEIGHT : 1,
        })),
      ),
    );
    if (closed) return;
    const training = learner.retrain();
    calibration = training.done;
    await training.fitted;
  }
  let calibration: Promise<void> = Promise.resolve();
  let trained = false;
  const history = readHistory().catch((error: unknown) => {
    if (!closed) log.error({ error: errorText(error) }, 'history was not read');
  });
  const situations = signalTraining.model.then(
    (model) => {
      signals = model;
    },
    (error: unknown) => {
      if (!closed) log.warn({ error: errorText(error) }, 'situations are told by plain words alone');
    },
  );
  const learned = Promise.all([history, situations]).then(() => undefined);
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

  return {
    id: 'local-1',
    async analyse(input) {
      const reading = readTicket(input);
      const asked = reading.questions.length > 1 ? reading.questions : [];
      const vectors = await embedder.embed([reading.topic, ...asked], PERSON_WAITS);
      const models = { categories: topics(), kinds: kinds.model(), signals, judgeTopic };
      return analyse(reading, vectors, models, input);
    },
    async draft(input) {
      const wish = chosenMacro(input.instructions);
      const chosen = wish && finder.macroNamed(input, wish.title);
      if (wish && !chosen)
        throw new AppError(
          'cannot_rewrite',
          `No macro for this customer is called “${wish.title.slice(0, 80)}”: “Answer with a macro” lists those there are.`,
        );
      const asked = await finder.find(input, readTicket(input));
      const { coverage, articleAt, hasMacro } = knowledge;
      const known = knowledge.known();
      const instructions = wish?.others ?? input.instructions;
      return composeDraft(
        { ...input, instructions },
        { ...asked, chosen, known, coverage, articleAt, hasMacro, now: clock.now() },
      );
    },
    offers: () => ({ rewrites: QUICK_REWRITES, macros: knowledge.hasMacros() }),
    async macros(input, limit) {
      const found = await finder.macros(input, readTicket(input), limit);
      return [...new Set(found.map(({ article }) => article.title))];
    },
    async fingerprints({ subject, text }, analysis) {
      const parts = partsOf(text);
      const texts = parts.map((part, i) => (subject && i === 0 ? `${subject}\n${part}` : part));
      const vectors = await embedder.embed(texts, HISTORY);
      return texts.map((whole, i) => {
        const vector = vectors[i] ?? new Float32Array(embedder.dimensions);
        const models = { categories: topics(), kinds: kinds.model(), signals };
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
      return x && y ? asShare(cosine(x, y)) : 0;
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
          score: asShare(score),
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
      await embedded(list, (chunk) => {
        for (const [exemplar, vector] of chunk) {
          const { id, text, kind, category, plan } = exemplar;
          // A ticket that is heard of again teaches its kind once.
          if (kind && !heard.has(id)) kinds.collect({ text, category: kind, vector, importance: 1 });
          heard.add(id);
          exemplars.add(exemplar, vector);
          standing.add(id, category, plan !== null);
        }
      });
    },
    setArticles: (list) => knowledge.set(list, counted),
    progress: () => ({ ready: trained && indexed >= total, indexed, total }),
    learned,
    calibrated,
    async close() {
      closed = true;
      await Promise.all([learner.close(), kinds.close(), knowledge.close(), signalTraining.stop()]);
      await calibrated;
    },
  };
}

/** What the examples of a category are examples of besides. */
function signalOf(category: string): string {
  if (/spam/.test(category)) return 'spam';
  if (/cancel/.test(category)) return 'leaving';
  return /complaint/.test(category) ? 'frustrated' : 'ordinary';
}
