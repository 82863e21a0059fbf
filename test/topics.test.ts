// Topics that are added to the taxonomy's file while the bot runs: known to the engine and to people at once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../src/config.ts';
import { createLocalEngine } from '../src/engine/local/index.ts';
import { createTopics } from '../src/main/topics.ts';
import type { Engine, Log } from '../src/ports.ts';
import { taxonomy as sample, ticket, wordEmbedder } from './engine/samples.ts';
import { silentLog } from './support/silent-log.ts';
import { testClock } from './support/workspace.ts';

const LEVERS = {
  id: 'hardware/levers',
  name: 'Levers',
  description: 'Squeaking and broken levers.',
  team: 'workshop',
  examples: ['the turquoise lever squeaks', 'my lever is broken off', 'lever stuck in the lower position'],
};

let folder: string;
let config: Config;
let engine: Engine;
let warnings: string[];
const log: Log = { ...silentLog, warn: (fields) => void warnings.push(JSON.stringify(fields)) };
const save = (taxonomy: unknown) => writeFile(join(folder, 'taxonomy.yaml'), stringify(taxonomy));

beforeEach(async () => {
  warnings = [];
  folder = await mkdtemp(join(tmpdir(), 'deskhand-topics-'));
  await save(sample);
  await writeFile(join(folder, 'deskhand.yaml'), '{}\n');
  config = loadConfig([], {}, join(folder, 'deskhand.yaml'));
});
afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function start() {
  const topics = createTopics(config, { log });
  const { taxonomy } = topics;
  engine = await createLocalEngine({
    taxonomy,
    embedder: wordEmbedder(),
    examples: [],
    log,
    clock: testClock(),
  });
  return topics;
}

test('a topic that was added is found, named and has its team', async () => {
  const topics = await start();
  const { categories } = topics.taxonomy;
  await save({ ...sample, categories: [...sample.categories, LEVERS] });
  await topics.refresh(engine);
  expect(categories.find(({ id }) => id === LEVERS.id)).toMatchObject({ name: 'Levers', team: 'workshop' });
  expect((await engine.analyse(ticket('a turquoise lever is squeaking'))).category).toBe(LEVERS.id);
});

test('a file with a fault changes nothing, and the log names the fault', async () => {
  const topics = await start();
  await save({ ...sample, categories: [...sample.categories, { ...LEVERS, id: 'Not an id' }] });
  await topics.refresh(engine);
  expect(topics.taxonomy.categories).toHaveLength(sample.categories.length);
  expect(warnings.join()).toContain('Not an id');
});

test('a topic that was taken out stays until the next start', async () => {
  const topics = await start();
  await save({ ...sample, categories: [LEVERS] });
  await topics.refresh(engine);
  expect(topics.taxonomy.categories.map(({ id }) => id)).toEqual([
    LEVERS.id,
    ...sample.categories.map(({ id }) => id),
  ]);
});
