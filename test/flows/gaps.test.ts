// Knowledge gaps: what many ask and no article answers, until an article answers it, and when it comes up again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { merge } from '../../src/flows/cluster-merge.ts';
import { findGaps } from '../../src/flows/find-gaps.ts';
import { importKnowledge } from '../../src/flows/knowledge.ts';
import { publishArticle } from '../../src/flows/publish.ts';
import { sendDue } from '../../src/flows/reply.ts';
import type { Intent } from '../../src/model/platform.ts';
import { openLocalEngine } from '../support/model-engine.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';
import { NO_WORDS } from '../support/writer.ts';

const ASKED = 'Can I pay my subscription by bank transfer?';
const ANSWER =
  'Yes: choose “Bank transfer” under Settings › Billing. It is open to yearly plans; write to ana@team.example if you pay monthly.';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace();
  // Who belongs together is told by the test, and what can be answered.
  w.engine.fingerprints = async () => [];
  const draft = w.engine.draft;
  w.engine.draft = async (input) => ({ ...(await draft(input)), answerable: false });
});
afterEach(() => w.close());

async function cluster(): Promise<number> {
  const { rows } = await w.pool.query(
    `insert into cluster (kind, title, first_seen, last_seen) values ('question', 'Paying by bank transfer', now(), now())
     returning id::float8 as id`,
  );
  return rows[0].id;
}

async function ask(clusterId: number, ...names: string[]): Promise<number[]> {
  const tickets = [];
  for (const name of names) {
    w.clock.advance(60_000);
    const customer = { email: `${name}@other.example`, name };
    const { ticketId, messageId } = await w.write(ASKED, { customer });
    await w.work();
    await w.pool.query(
      'insert into cluster_member (cluster_id, message_id, ticket_id, score, at) values ($1, $2, $3, 1, $4)',
      [clusterId, messageId, ticketId, w.clock.now()],
    );
    tickets.push(ticketId ?? 0);
  }
  return tickets;
}

async function answer(tickets: number[], words = ANSWER): Promise<void> {
  for (const ticketId of tickets)
    await w.press('ana', ticketId, { kind: 'edit', text: `Hi there,\n\n${words}\n\nBest,\nAna` });
  w.clock.advance(60_000);
  await sendDue(w.deps);
}

const alerts = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('A-'));
const words = () => JSON.stringify(alerts().at(-1)?.card.blocks);
const press = (intent: Intent) =>
  act(w.deps, {
    ref: alerts().at(-1)?.card.ref ?? null,
    agent: { platform: 'console', userId: 'ana@team.example' },
    intent,
  });

test('from questions that nobody could answer to the published article, which answers the next one', async () => {
  const local = await openLocalEngine();
  w.deps.engine = { ...local, fingerprints: async () => [] };
  const id = await cluster();
  const tickets = await ask(id, 'ada', 'bob', 'cyd');
  await findGaps(w.deps);
  expect(alerts()).toHaveLength(1);
  expect(words()).toContain('3 customers asked this; for 3 of 3 messages no draft held.');
  expect(words()).toContain('Nobody has answered it at length yet');
  expect(words()).not.toContain('Publish');

  await answer(tickets);
  await findGaps(w.deps);
  expect(alerts()).toHaveLength(1);
  expect(words()).toContain('Yes: choose “Bank transfer”');
  expect(words()).not.toMatch(/Nobody has answered|Hi there|Best,|ana@team/);

  const values = {
    title: 'Pay by bank transfer',
    body: `${ASKED} Yes, on yearly plans: Settings › Billing.`,
  };
  await press({ type: 'submit', form: 'edit_article', values: { ...values, body: ' ' } });
  await press({ type: 'submit', form: 'edit_article', values });
  await ask(id, 'dot');
  await findGaps(w.deps);
  expect(words()).toContain('4 customers asked this');
  expect(words()).toContain('Yes, on yearly plans');
  await press({ type: 'act', act: 'publish' });
  expect(words()).toContain('Published by Ana');
  expect(await w.store.allArticles()).toMatchObject([
    { id: 'deskhand/pay-by-bank-transfer-a1.md', ...values },
  ]);

  const [next] = await ask(id, 'eve');
  expect(await w.store.latestDraft(next ?? 0)).toMatchObject({
    answerable: true,
    sources: [{ kind: 'article', id: 'deskhand/pay-by-bank-transfer-a1.md' }],
    text: expect.stringContaining('Yes, on yearly plans'),
  });
  await local.close();
});

describe('a gap that people decided about', () => {
  const decide = { published: 'publish', on_it: 'on_it', false_alarm: 'false_alarm' } as const;

  test.each([
    ['published', 3, 'Since the article about it was published, 3 customers asked this'],
    ['on_it', 3, 'Since somebody looked after it, 3 customers asked this'],
    ['false_alarm', 6, 'Since somebody said that it needs no article, 6 customers asked this'],
  ] as const)('%s: comes up again when %i more customers are not helped', async (status, more, said) => {
    const id = await cluster();
    await answer(await ask(id, 'ada', 'bob', 'cyd'));
    await findGaps(w.deps);
    await press({ type: 'act', act: decide[status] });
    for (let i = 1; i < more; i++) await ask(id, `more${i}`);
    await findGaps(w.deps);
    expect(alerts()).toHaveLength(1);
    await ask(id, 'last');
    for (let i = 0; i < 2; i++) await findGaps(w.deps);
    expect(alerts()).toHaveLength(2);
    expect(words()).toContain(said);
    expect(words()).toContain('Yes: choose “Bank transfer”');
  });

  test('asks for twice as many with each word that it needs no article', async () => {
    const id = await cluster();
    const more = (count: number) => ask(id, ...Array.from({ length: count }, (_, i) => `${count}-${i}`));
    for (const [count, cards] of [
      [3, 1],
      [6, 2],
      [11, 2],
      [12, 3],
    ] as const) {
      await more(count);
      await findGaps(w.deps);
      expect(alerts()).toHaveLength(cards);
      if (count !== 11) await press({ type: 'act', act: 'false_alarm' });
    }
  });

  test('is over when drafts hold again', async () => {
    const id = await cluster();
    await answer(await ask(id, 'ada', 'bob', 'cyd'));
    await findGaps(w.deps);
    await press({ type: 'act', act: 'publish' });
    const tickets = await ask(id, 'dot', 'eve', 'fay', 'gus');
    await w.pool.query('update draft set answerable = true where ticket_id = any($1)', [tickets]);
    await findGaps(w.deps);
    expect(alerts()).toHaveLength(1);
  });

  test('comes back with an article when somebody is on it and the answers are there', async () => {
    const id = await cluster();
    const tickets = await ask(id, 'ada', 'bob', 'cyd');
    await findGaps(w.deps);
    await press({ type: 'act', act: 'on_it' });
    await findGaps(w.deps);
    expect(alerts()).toHaveLength(1);
    await answer(tickets);
    for (let i = 0; i < 2; i++) await findGaps(w.deps);
    expect(alerts()).toHaveLength(2);
    expect(words()).toContain('"3 customers asked this');
    expect(words()).toContain('Publish');
  });

  test('is known by the cluster that it was merged into', async () => {
    const [id, into] = [await cluster(), await cluster()];
    await answer(await ask(id, 'ada', 'bob', 'cyd'));
    await findGaps(w.deps);
    await w.store.transaction((tx) => merge(tx, id, into, 'Ana'));
    await ask(into, 'dot');
    await findGaps(w.deps);
    expect(alerts()).toHaveLength(1);
    expect(words()).toContain('4 customers asked this');
  });
});

test('two who ask are not many, and what was answered as drafted is no gap', async () => {
  const few = await cluster();
  await answer(await ask(few, 'ada', 'bob'));
  await findGaps(w.deps);
  const held = await cluster();
  await answer(await ask(held, 'cyd', 'dot', 'eve'));
  await w.pool.query('update draft set answerable = true');
  await w.pool.query('update outcome set error = 0');
  await findGaps(w.deps);
  expect(alerts()).toEqual([]);
});

test('a language model’s article is written once, from the replies without their letters', async () => {
  const told: { replies: string[] }[] = [];
  w.deps.writer = {
    ...NO_WORDS,
    article: async (material) => {
      told.push(material);
      return { title: 'Paying by bank transfer', body: 'Choose “Bank transfer” under Settings › Billing.' };
    },
  };
  await answer(await ask(await cluster(), 'ada', 'bob', 'cyd'));
  for (let i = 0; i < 2; i++) await findGaps(w.deps);
  expect(told).toHaveLength(1);
  expect(JSON.stringify(told)).not.toMatch(/Hi there|Best,|ana@team/);
  expect(words()).toContain('A language model wrote the article from what your agents answered');
});

describe('a published article', () => {
  test('is written into the knowledge folder, as the next start reads it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'knowledge-'));
    w.deps.knowledgeFolder = folder;
    const article = { title: 'A: "b"', body: 'Text.', category: 'billing/refund', language: 'en' };
    await publishArticle(w.deps, 7, article);
    await importKnowledge(folder, { store: w.store, clock: w.clock });
    expect(await w.store.allArticles()).toMatchObject([
      { ...article, id: expect.stringMatching(/a-b-a7\.md$/) },
    ]);
    await rm(folder, { recursive: true });
  });

  test('stands in the database alone where the folder cannot be written, and no import takes it away', async () => {
    w.deps.knowledgeFolder = '/dev/null/knowledge';
    await publishArticle(w.deps, 7, { title: 'Refunds', body: 'Text.', category: null, language: 'en' });
    expect(await w.store.allArticles()).toMatchObject([{ id: 'deskhand/refunds-a7.md' }]);
  });
});
