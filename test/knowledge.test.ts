// Articles stay fresh while the bot runs: changed, new and deleted files, and what was imported beside it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { importKnowledge } from '../src/flows/knowledge.ts';
import { openDatabase } from '../src/infra/db/index.ts';
import { createStore, type Store } from '../src/infra/db/queries/index.ts';
import { createKnowledge, knowledgeFolders } from '../src/main/knowledge.ts';
import type { KnowledgeArticle } from '../src/ports.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { silentLog } from './support/silent-log.ts';
import { testClock } from './support/workspace.ts';

let database: TestDatabase;
let handle: ReturnType<typeof openDatabase>;
let store: Store;
let folder: string;
let readings: KnowledgeArticle[][];
const clock = testClock();

function knowledgeOf(path: string | null) {
  const engine = {
    setArticles: async (articles: KnowledgeArticle[]) => {
      readings.push(articles);
    },
  };
  return createKnowledge({
    folders: { articles: path, macros: [] },
    store,
    engine,
    clock,
    log: silentLog,
    pollMs: 50,
  });
}

const write = (name: string, text: string) => writeFile(join(folder, name), `# ${name}\n\n${text}\n`);
const bodies = () => readings.at(-1)?.map(({ body }) => body.trim());

beforeEach(async () => {
  database = await createTestDatabase();
  handle = openDatabase(database.url, { log: silentLog, max: 2 });
  store = createStore(handle.db);
  folder = await mkdtemp(join(tmpdir(), 'deskhand-knowledge-'));
  readings = [];
  clock.advance(1_000);
});
afterEach(async () => {
  await handle.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

test('a file that is changed, added or deleted is known as soon as the folder is looked at', async () => {
  await write('a.md', 'The first.');
  const knowledge = knowledgeOf(folder);
  await knowledge.refresh();
  expect(bodies()).toEqual(['The first.']);

  clock.advance(1_000);
  await write('a.md', 'The first, corrected.');
  await write('b.md', 'The second.');
  await knowledge.refresh();
  expect(bodies()).toEqual(['The first, corrected.', 'The second.']);

  clock.advance(1_000);
  await rm(join(folder, 'a.md'));
  await knowledge.refresh();
  expect(bodies()).toEqual(['The second.']);
});

test('nothing is read again while nothing changes', async () => {
  await write('a.md', 'The first.');
  const knowledge = knowledgeOf(folder);
  await knowledge.refresh();
  await knowledge.refresh();
  expect(readings).toHaveLength(1);
});

test('a watched folder and imports beside the bot are followed without being asked', async () => {
  await write('a.md', 'The first.');
  const knowledge = knowledgeOf(folder);
  await knowledge.refresh();
  knowledge.watch();
  try {
    await write('b.md', 'The second.');
    await vi.waitFor(() => expect(bodies()).toContain('The second.'), { timeout: 120_000 });
    const elsewhere = await mkdtemp(join(tmpdir(), 'deskhand-imported-'));
    await writeFile(join(elsewhere, 'c.md'), '# c\n\nThe third.\n');
    await importKnowledge(elsewhere, { store, clock });
    await vi.waitFor(() => expect(bodies()).toContain('The third.'), { timeout: 120_000 });
    await rm(elsewhere, { recursive: true });
  } finally {
    knowledge.close();
  }
});

test('a folder that is gone leaves the articles as they were, and is found again when it is back', async () => {
  await write('a.md', 'The first.');
  const knowledge = knowledgeOf(folder);
  await knowledge.refresh();
  await rm(folder, { recursive: true });
  await expect(knowledge.refresh()).rejects.toThrow(/ENOENT/);
  expect(bodies()).toEqual(['The first.']);
});

test('macros beside the articles are read without being named, and a broken one stops no other', async () => {
  const [articles, macros] = [join(folder, 'knowledge'), join(folder, 'macros')];
  await Promise.all([mkdir(articles), mkdir(macros)]);
  await writeFile(join(articles, 'a.md'), '# A\n\nThe article.\n');
  await writeFile(join(macros, 'good.md'), '---\ntitle: Good\n---\n\nThe macro.\n');
  await writeFile(join(macros, 'bad.md'), '---\nsource: nowhere\n---\n\nThe other.\n');
  const folders = knowledgeFolders(join(folder, 'deskhand.yaml'), { folder: 'knowledge' });
  // Beside the configuration, wherever the process was started.
  expect([folders.articles, folders.macros[0]]).toEqual([articles, macros]);
  const engine = { setArticles: async (list: KnowledgeArticle[]) => void readings.push(list) };
  const reasons: unknown[] = [];
  const log = { ...silentLog, warn: (fields: Record<string, unknown>) => void reasons.push(fields.reason) };
  await createKnowledge({ folders, store, engine, clock, log }).refresh();
  expect(readings.at(-1)?.map(({ id, macro }) => [id, macro])).toEqual([
    ['knowledge/a.md', null],
    ['macros/good.md', { team: null, sources: [] }],
  ]);
  expect(reasons).toEqual([expect.stringMatching(/^bad\.md: front matter: title/)]);
});

test('macros in the articles’ own folder are macros and no articles, also when they come while the bot runs', async () => {
  const articles = join(folder, 'knowledge');
  await mkdir(articles);
  await writeFile(join(articles, 'a.md'), '# A\n\nThe article.\n');
  const folders = knowledgeFolders(join(folder, 'deskhand.yaml'), { folder: 'knowledge' });
  const engine = { setArticles: async (list: KnowledgeArticle[]) => void readings.push(list) };
  const knowledge = createKnowledge({ folders, store, engine, clock, log: silentLog });
  await knowledge.refresh();

  await mkdir(join(articles, 'macros'));
  await writeFile(join(articles, 'macros', 'm.md'), '---\ntitle: M\n---\n\nOpen it, {{first_name}}.\n');
  clock.advance(1_000);
  await knowledge.refresh();

  expect(readings.at(-1)?.map(({ id, macro }) => [id, macro])).toEqual([
    ['knowledge/a.md', null],
    ['macros/m.md', { team: null, sources: [] }],
  ]);
  const report = await importKnowledge(articles, { store, clock });
  expect(report.leftOut).toEqual([expect.stringMatching(/m\.md: a macro, for `deskhand import macros`/)]);
});
