// The sample workspace teaches the classifier its labelled examples beside the history.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../src/infra/db/index.ts';
import { createStore } from '../src/infra/db/queries/index.ts';
import { createLog } from '../src/infra/log.ts';
import { loadSample } from '../src/main/sample.ts';
import { createTestDatabase } from './support/database.ts';

const exampleSchema = z.object({ text: z.string(), label: z.string() });
const EXAMPLES = join(import.meta.dirname, '../config/sample/examples.jsonl');
const database = await createTestDatabase();
const handle = openDatabase(database.url, { log: createLog({ level: 'silent' }), max: 2 });
const store = createStore(handle.db);
const clock = { now: () => new Date('2026-05-04T08:00:00Z') };

beforeAll(() => loadSample(store, clock));
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
  await loadSample(store, clock);
  expect((await store.recentExamples(20_000)).length).toBe(before);
});
