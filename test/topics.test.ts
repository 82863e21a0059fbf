// Topics that are added to the taxonomy's file while the bot runs: known to the engine and to people at once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../src/config.ts';
import { createLocalEngine } from '../src/engine/local/index.ts';
import { createTopics } from '../src/main/topics.ts';
import type { LabelledText } from '../src/model/engine.ts';
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
let told: string[];
const log: Log = {
  ...silentLog,
  info: (fields) => void told.push(JSON.stringify(fields)),
  warn: (fields) => void warnings.push(JSON.stringify(fields)),
};
const save = (taxonomy: unknown) => writeFile(join(folder, 'taxonomy.yaml'), stringify(taxonomy));

beforeEach(async () => {
  warnings = [];
  told = [];
  folder = await mkdtemp(join(tmpdir(), 'deskhand-topics-'));
  await configure(sample);
});
afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function configure(taxonomy: unknown, yaml = '{}\n') {
  await save(taxonomy);
  await writeFile(join(folder, 'deskhand.yaml'), yaml);
  config = loadConfig([], {}, join(folder, 'deskhand.yaml'));
}

async function startWith(taxonomy: unknown, yaml?: string) {
  await configure(taxonomy, yaml);
  return start();
}

async function start(examples: LabelledText[] = []) {
  const topics = createTopics(config, { log });
  const { taxonomy } = topics;
  engine = await createLocalEngine({
    taxonomy,
    embedder: wordEmbedder(),
    examples,
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

describe('a topic that was taken out', () => {
  const withLevers = { ...sample, categories: [...sample.categories, LEVERS] };
  const squeaks = 'the turquoise lever squeaks';
  const topicOf = async (text: string) => {
    const { category, runnersUp } = await engine.analyse(ticket(text));
    return [category, ...runnersUp.map((other) => other.category)];
  };

  test('is given to no message any more, nor shown to people, and the log names it', async () => {
    const topics = await startWith(withLevers);
    expect((await topicOf(squeaks))[0]).toBe(LEVERS.id);
    await save(sample);
    await topics.refresh(engine);
    expect(await topicOf(squeaks)).not.toContain(LEVERS.id);
    expect(topics.taxonomy.categories.map(({ id }) => id)).toEqual(sample.categories.map(({ id }) => id));
    expect(told.join()).toContain(LEVERS.id);
  });

  test('is found again once it is put back', async () => {
    const topics = await startWith(withLevers);
    await save(sample);
    await topics.refresh(engine);
    await save(withLevers);
    await topics.refresh(engine);
    expect((await topicOf(squeaks))[0]).toBe(LEVERS.id);
  });

  test('stays where the configuration still names it, and the log says where', async () => {
    const topics = await startWith(withLevers, `modes: { categories: { ${LEVERS.id}: auto } }\n`);
    await save(sample);
    await topics.refresh(engine);
    expect(topics.taxonomy.categories.map(({ id }) => id)).toContain(LEVERS.id);
    expect(warnings.join()).toContain('modes.categories');
  });

  test('does not come back with history', async () => {
    await start([{ text: squeaks, category: LEVERS.id, corrected: true }]);
    await engine.calibrated;
    expect(await topicOf(squeaks)).not.toContain(LEVERS.id);
  });
});
