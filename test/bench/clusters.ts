// Clusters: the time of one message among many, and the simulated year with messages read by the real engine.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig, SHIPPED_CONFIG } from '../../src/config.ts';
import { createClusterIndex, JOIN } from '../../src/engine/local/clustering.ts';
import { createLocalEmbedder } from '../../src/engine/local/embedder.ts';
import { weighTerms } from '../../src/engine/local/fingerprint.ts';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { joined, profileOf } from '../../src/engine/local/profiles.ts';
import { allModules } from '../../src/main/adapters.ts';
import { withShippedVectors } from '../../src/main/sample-vectors.ts';
import { kindSchema } from '../../src/model/analysis.ts';
import type { ClusterProfile } from '../../src/model/cluster.ts';
import type { VectorStore } from '../../src/ports.ts';
import { type Figure, ms, percentile } from './figures.ts';
import { createMessageSource } from './messages.ts';
import { log } from './stage.ts';
import { measureYear } from './year.ts';

const DIMENSIONS = 512;
const CATEGORIES = 20;
/** The times of so many messages make one figure. */
const LATEST = 500;
const TRIM_EVERY = 1_000;

/** The engine learns the kinds of messages some seconds after the last solved ticket, and nobody is told when. */
const KINDS_LEARNED_MS = 30_000;

const historyLine = z.object({ text: z.string(), category: z.string(), kind: kindSchema, reply: z.string() });
const exampleLine = z.object({ text: z.string(), label: z.string() });

/** Both: the time once so many messages have come, and the year. */
export async function measureClusters(size: { messages: number[]; days: number }): Promise<Figure[]> {
  return [...(await measureTime(size.messages, 1)), ...(await measureReadYear(size.days, 1))];
}

/**
 * Time of one message once `sizes` messages have come, nearly all of them different; only those that are timed look
 * for their like, the others open clusters. Vectors are hashed words.
 */
async function measureTime(sizes: number[], seed: number): Promise<Figure[]> {
  const source = await createMessageSource(seed, 'clusters');
  const index = createClusterIndex(DIMENSIONS);
  const clusters = new Map<number, ClusterProfile>();
  const figures: Figure[] = [];
  let times: number[] = [];
  for (let n = 1; n <= (sizes.at(-1) ?? 0); n += 1) {
    const own = hashed(source.next().text, `c${n % CATEGORIES}`);
    const timed = sizes.some((size) => n > size - LATEST && n <= size);
    const started = performance.now();
    const [best] = timed ? index.nearest(own, 1, new Date(n * 1_000)) : [];
    const before = best && best.score >= JOIN ? clusters.get(best.id) : undefined;
    const id = best && before ? best.id : n;
    const profile = before ? joined(before, own) : own;
    clusters.set(id, profile);
    index.set(id, profile, [new Date(n * 1_000)]);
    if (timed) times.push(performance.now() - started);
    if (n % TRIM_EVERY === 0) trim(clusters, index.ids());
    if (!sizes.includes(n)) continue;
    figures.push({
      name: `finding and updating a message's cluster at ${n.toLocaleString('en')} messages`,
      value: `p50 ${ms(percentile(times, 0.5))}, p95 ${ms(percentile(times, 0.95))}`,
    });
    times = [];
  }
  return figures;
}

/** What the index has let go the bot has in its database: kept here it would only busy the garbage collector. */
function trim(clusters: Map<number, ClusterProfile>, held: number[]): void {
  const ids = new Set(held);
  for (const id of clusters.keys()) if (!ids.has(id)) clusters.delete(id);
}

function hashed(text: string, category: string): ClusterProfile {
  const terms = weighTerms(null, text);
  const vector = new Float32Array(DIMENSIONS);
  for (const term of Object.keys(terms)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < term.length; i += 1) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
    vector[(hash >>> 0) % DIMENSIONS] = 1;
  }
  const length = Math.hypot(...vector) || 1;
  return profileOf({
    kind: 'question',
    fault: 0.15,
    categories: { [category]: 0.8 },
    vector: vector.map((value) => value / length),
    terms,
    signatures: [],
  });
}

/** Keeps nothing: the embedder remembers what was read during the run. */
const forgetful: VectorStore = { get: async () => new Map(), put: async () => {} };

/**
 * The engine learns from the sample's solved tickets and every other labelled example, and reads the rest, which it
 * has not seen, as the year's background.
 */
async function measureReadYear(days: number, seed: number): Promise<Figure[]> {
  const solved = [...(await sample('history-1', historyLine)), ...(await sample('history-2', historyLine))];
  const examples = await sample('examples', exampleLine);
  const taught = examples.filter((_, i) => i % 2 === 0);
  const embedder = createLocalEmbedder({ log, vectors: withShippedVectors(forgetful) });
  const engine = await createLocalEngine({
    taxonomy: loadConfig(allModules).taxonomy,
    embedder,
    examples: [
      ...solved.map(({ text, category }) => ({ text, category })),
      ...taught.map(({ text, label }) => ({ text, category: label })),
    ].map((example) => ({ ...example, corrected: false })),
    log,
    clock: { now: () => new Date() },
  });
  await engine.addExemplars(
    solved.map((ticket, i) => ({ ...ticket, id: `T-${i}`, quality: 1, language: 'en', plan: null })),
  );
  await engine.calibrated;
  await setTimeout(KINDS_LEARNED_MS);
  const read = async (texts: string[]) =>
    (await Promise.all(texts.map((text) => engine.fingerprints({ subject: null, text }, null)))).flatMap(
      ([first]) => (first ? [first] : []),
    );
  const pool = examples.filter((_, i) => i % 2 === 1).map(({ text }) => text);
  const figures = await measureYear({ days, perDay: 40, seed }, pool, read);
  await engine.close();
  await embedder.close();
  return figures;
}

async function sample<T>(name: string, schema: z.ZodType<T>): Promise<T[]> {
  const content = await readFile(join(SHIPPED_CONFIG, 'sample', `${name}.jsonl`), 'utf8');
  const rows = content.split('\n').filter((line) => line.trim());
  return rows.flatMap((line) => schema.safeParse(JSON.parse(line)).data ?? []);
}
