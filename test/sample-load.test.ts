// The sample workspace: its labelled examples teach the classifier beside the history, and its Monday is heard once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createLocalEmbedder, embeddable } from '../src/engine/local/embedder.ts';
import { cosine } from '../src/engine/local/retrieval.ts';
import { contentHash } from '../src/engine/local/text.ts';
import { openDatabase } from '../src/infra/db/index.ts';
import { createStore } from '../src/infra/db/queries/index.ts';
import { createLog } from '../src/infra/log.ts';
import { createAdapterStore } from '../src/infra/store.ts';
import { loadSample, playStream } from '../src/main/sample.ts';
import { readShippedVectors, withShippedVectors } from '../src/main/sample-vectors.ts';
import { createMemoryStore } from './support/adapter-memory.ts';
import { createTestDatabase } from './support/database.ts';
import { silentLog } from './support/silent-log.ts';

const exampleSchema = z.object({ text: z.string(), label: z.string() });
const EXAMPLES = join(import.meta.dirname, '../config/sample/examples.jsonl');
const database = await createTestDatabase();
const handle = openDatabase(database.url, { log: createLog({ level: 'silent' }), max: 2 });
const store = createStore(handle.db);
const clock = { now: () => new Date('2026-05-04T08:00:00Z') };

const memory = createAdapterStore(handle.db, 'deskhand');
const load = () => loadSample({ store, memory, clock });

beforeAll(load);
afterAll(async () => {
  await handle.close();
  await database.drop();
});

test('every labelled example is among what the classifier reads at the start', async () => {
  const lines = readFileSync(EXAMPLES, 'utf8').split('\n').filter(Boolean);
  const read = new Set(
    (await store.recentExamples(20_000)).map(({ text, category }) => `${category} ${text}`),
  );
  const missing = lines
    .map((line) => exampleSchema.parse(JSON.parse(line)))
    .filter(({ text, label }) => !read.has(`${label} ${text}`));
  expect(missing).toEqual([]);
});

test('a second load adds nothing', async () => {
  const before = (await store.recentExamples(20_000)).length;
  await load();
  expect((await store.recentExamples(20_000)).length).toBe(before);
});

test('the Monday stops at once when the bot does, and goes on where it stopped', async () => {
  const memory = createMemoryStore();
  const heard: string[] = [];
  const play = (fast: boolean, most: number) => {
    const ending = new AbortController();
    return playStream(
      {
        memory,
        log: silentLog,
        async receive({ externalId }) {
          if (heard.push(externalId) === most) ending.abort();
          return { messageId: heard.length, ticketId: null, duplicate: false };
        },
        tell: async () => undefined,
      },
      { fast, signal: ending.signal },
    );
  };
  await play(false, 1);
  expect(heard).toHaveLength(1);
  await play(true, 40);
  expect(heard).toHaveLength(40);
  await play(true, Number.POSITIVE_INFINITY);
  expect(heard).toHaveLength(90);
  expect(new Set(heard).size).toBe(90);
});

test('the shipped vectors are those of the texts as they are, so that nothing is computed at the first start', async () => {
  const shipped = await readShippedVectors();
  const texts = (await store.recentExamples(20_000)).map(({ text }) => text);
  const hashes = new Set(shipped.hashes);
  const stale = texts.filter((text) => !hashes.has(contentHash(embeddable(text))));
  expect(stale, 'npm run sample:vectors brings the file up to date').toEqual([]);

  const some = texts.filter((_, i) => i % 150 === 0);
  const fresh = createLocalEmbedder({ log: createLog({ level: 'silent' }) });
  const computed = await fresh.embed(some);
  await fresh.close();
  expect(fresh.id).toBe(shipped.embedder);
  for (const [i, text] of some.entries()) {
    const known = shipped.vector(contentHash(embeddable(text)));
    expect(cosine(known ?? new Float32Array(512), computed[i] ?? new Float32Array(512))).toBeGreaterThan(
      0.999,
    );
  }
});

test('what the database has no vector of is looked up among the shipped ones, and nothing else is', async () => {
  const { embedder, hashes } = await readShippedVectors();
  const [first = '', second = ''] = hashes;
  const own = new Float32Array(512).fill(0.5);
  const vectors = withShippedVectors({
    get: async (_, asked) => new Map(asked.filter((hash) => hash === first).map((hash) => [hash, own])),
    put: async () => {},
  });
  const found = await vectors.get(embedder, [first, second, 'unheard of']);
  expect([...found.keys()]).toEqual([first, second]);
  expect(found.get(first)).toBe(own);
  expect(await vectors.get('another encoder', [second])).toEqual(new Map());
});
