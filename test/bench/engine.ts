// The local engine by itself: its start, its memory, understanding a short message, a correction, a full training.
import { readFile } from 'node:fs/promises';
import { memoryUsage } from 'node:process';
import { loadConfig } from '../../src/config.ts';
import { createLocalEmbedder } from '../../src/engine/local/embedder.ts';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { seeded } from '../../src/engine/local/linear.ts';
import { startTraining } from '../../src/engine/local/trainer.ts';
import { allModules } from '../../src/main/adapters.ts';
import { withShippedVectors } from '../../src/main/sample-vectors.ts';
import { type Figure, megabytes, ms, percentile, seconds } from './figures.ts';
import { createMessageSource } from './messages.ts';
import { log } from './stage.ts';

/** Messages of at most so many words count as short. */
const SHORT = 30;
const MESSAGES = 200;
const TRAINING = { texts: 10_000, categories: 77 };

export async function measureEngine(): Promise<Figure[]> {
  const { taxonomy } = loadConfig(allModules);
  const clock = { now: () => new Date() };
  const before = memoryUsage.rss();
  const starting = performance.now();
  const vectors = withShippedVectors({ get: async () => new Map(), put: async () => {} });
  const embedder = createLocalEmbedder({ log, vectors });
  const encoded = embedder.embed(['the first text']).then(() => performance.now() - starting);
  const engine = await createLocalEngine({ taxonomy, embedder, examples: [], log, clock });
  const startMs = performance.now() - starting;
  await engine.calibrated;

  const source = await createMessageSource(1, 'engine');
  const texts: string[] = [];
  while (texts.length < MESSAGES) {
    const { text } = source.next();
    if (text.split(/\s+/).length <= SHORT) texts.push(text);
  }
  const customer = {
    ...{ id: 1, name: null, email: null, language: null, title: null, optedOut: false },
    ...{ account: null, usage: {} },
  };
  const read = (text: string) =>
    engine.analyse({
      subject: null,
      messages: [{ direction: 'inbound', text, at: clock.now() }],
      customer,
      channel: 'api',
      contacts: { openTickets: 0, last30Days: 0 },
    });
  for (const text of texts.slice(0, 20)) await read(`${text} once to warm up`);
  const understanding = await timed(texts, read);
  const category = taxonomy.categories[0]?.id ?? 'general';
  const corrections = await timed(texts.slice(0, 40), (text) =>
    engine.learn({ text, category, corrected: true }),
  );
  const grown = memoryUsage.rss() - before;
  await engine.close();
  await embedder.close();
  return [
    { name: 'first text encoded', value: ms(await encoded) },
    { name: 'engine answers, encoder included', value: ms(startMs), aim: 'at most 1 s' },
    { name: 'memory of the engine with its encoder', value: megabytes(grown) },
    {
      name: `understanding a message of at most ${SHORT} words`,
      value: `p50 ${ms(percentile(understanding, 0.5))}, p95 ${ms(percentile(understanding, 0.95))}`,
      aim: 'p50 at most 20 ms',
    },
    {
      name: 'a correction of a message that was read before',
      value: `p50 ${ms(percentile(corrections, 0.5))}, p95 ${ms(percentile(corrections, 0.95))}`,
      aim: 'at most 50 ms',
    },
    {
      name: `full training, ${TRAINING.texts.toLocaleString('en')} texts in ${TRAINING.categories} categories`,
      value: seconds(await trainingMs()),
      aim: 'at most 60 s',
    },
  ];
}

/** Milliseconds that each piece of work takes, one after the other. */
async function timed(texts: string[], work: (text: string) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (const text of texts) {
    const started = performance.now();
    await work(text);
    all.push(performance.now() - started);
  }
  return all;
}

/** Made-up texts that resemble each other within a category; only their number and size matter here. */
async function trainingMs(): Promise<number> {
  const words =
    (await readFile(new URL('../../README.md', import.meta.url), 'utf8')).match(/[a-z]{3,}/g) ?? [];
  const random = seeded(1);
  const pick = (from: number, to: number) =>
    words[Math.floor((from + random() * (to - from)) * words.length)] ?? '';
  const texts = Array.from({ length: TRAINING.texts }, (_, i) => {
    const label = i % TRAINING.categories;
    const from = label / TRAINING.categories;
    const vector = Float32Array.from(
      { length: 512 },
      (_, d) => (d % TRAINING.categories === label ? 0.2 : 0) + random() / 20,
    );
    const text = Array.from({ length: 12 }, (_, k) => (k % 3 ? pick(0, 1) : pick(from, from + 0.02))).join(
      ' ',
    );
    return { text, vector, category: `category-${label}`, importance: 1 };
  });
  const started = performance.now();
  await startTraining(texts, []).model;
  return performance.now() - started;
}
