// Every kind of bad input has an outcome, and the card explains it: bad texts, thin knowledge, a model that misbehaves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { draftHeldAgain } from '../../src/flows/redraft.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import { sharedExamples, type Taxonomy } from '../../src/model/taxonomy.ts';
import type { Engine } from '../../src/ports.ts';
import { article, taxonomy, wordEmbedder } from '../engine/samples.ts';
import { type Asked, type ModelDouble, refinement, startModelDouble } from '../support/model-double.ts';
import { createTestModelEngine } from '../support/model-engine.ts';
import { silentLog } from '../support/silent-log.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
const engines: Engine[] = [];
beforeAll(async () => {
  w = await openWorkspace();
});
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await w.close();
});

/** A local engine that knows how invoices are downloaded, unless `articles` says otherwise. */
async function openEngine(categories: Taxonomy['categories'] = [], articles = [article()]): Promise<Engine> {
  const known = { ...taxonomy, categories: [...taxonomy.categories, ...categories] };
  const embedder = wordEmbedder();
  const local = await createLocalEngine({
    taxonomy: known,
    embedder,
    examples: [],
    log: silentLog,
    clock: w.clock,
  });
  engines.push(local);
  await local.setArticles(articles);
  w.deps.engine = local;
  return local;
}

const category = (id: string, examples: string[]) => ({
  id,
  name: id,
  description: '',
  team: 'support',
  neverAuto: false,
  examples,
});

let customers = 0;
/** Somebody new writes; what people then see. */
async function shown(text: string, more: Partial<InboundMessage> = {}) {
  customers += 1;
  const customer = { email: `c${customers}@bad.example`, name: 'Maria Lind' };
  const { ticketId } = await w.write(text, { customer, ...more });
  await w.work();
  const draft = await w.store.latestDraft(ticketId ?? 0);
  const ticket = await w.store.getTicket(ticketId ?? 0);
  return { card: JSON.stringify(w.platform.posts.at(-1)?.card), draft, ticket };
}

const photo = { name: 'broken-screen.png', contentType: 'image/png', content: new Uint8Array([1, 2, 3]) };
const log = Array.from(
  { length: 10_000 },
  (_, i) => `2026-03-02T08:00:00 ERROR job ${i} failed with EXP-504`,
);

describe('a message', () => {
  beforeAll(async () => void (await openEngine()));
  const ASKS_BACK = 'what we can help you with?';
  it.each<[string, string, Partial<InboundMessage>, string[], string]>([
    ['empty text', '', {}, ['The message is empty.', 'so a person must'], ASKS_BACK],
    [
      'only an image',
      '',
      { attachments: [photo] },
      ['There are no words, only files', 'Only files: broken-screen.png', 'broken-screen.png'],
      ASKS_BACK,
    ],
    [
      '200,000 characters',
      'the export is slow. '.repeat(10_000),
      {},
      ['cut after 20,000 characters'],
      'export is slow',
    ],
    ['one word', 'help', {}, ['Nothing we know answers this'], 'tell us a little more'],
    ['one telling word', 'Invoice. Invoice!', {}, ['Nothing we know answers this'], 'tell us a little more'],
    ['emoji only', '😡😡😡', {}, ['no words, only signs, numbers or emoji'], ASKS_BACK],
    [
      'mixed scripts',
      'Привет hello 你好 مرحبا invoice',
      {},
      ['Written in Russian: nothing is sent without a person'],
      'A colleague will look at it',
    ],
    ['base64 blobs', 'iVBORw0KGgo'.repeat(9_000), {}, ['only encoded data'], ASKS_BACK],
    [
      'logs of 10,000 lines',
      `The export breaks:\n${log.join('\n')}`,
      {},
      ['Only the first 30 of', 'log lines were read'],
      'EXP-504',
    ],
  ])('of %s', async (_name, text, more, says, drafted) => {
    const { card, draft } = await shown(text, more);
    for (const words of says) expect(card).toContain(words);
    expect(draft).toMatchObject({ status: 'pending', answerable: false, routing: { route: 'escalate' } });
    expect(draft?.text).toContain(drafted);
  });
});

describe('knowledge', () => {
  it('a category with one example is found', async () => {
    await openEngine([category('hardware/fax', ['the fax machine hums'])]);
    const { ticket } = await shown('our fax machine hums');
    expect(ticket?.category).toBe('hardware/fax');
  });

  it('of two categories with the same examples neither is certain, and the card names the other', async () => {
    const examples = ['the violet form is gone', 'where is the violet form?', 'I miss the violet form'];
    const twins = [category('forms/violet', examples), category('forms/lost', examples)];
    expect(sharedExamples({ ...taxonomy, categories: twins })).toHaveLength(3);
    await openEngine(twins);
    const { card, ticket } = await shown('the violet form is gone');
    const { category: first = '', runnersUp = [], categoryConfidence = 1 } = ticket?.analysis ?? {};
    expect([first, runnersUp[0]?.category].sort()).toEqual(['forms/lost', 'forms/violet']);
    expect(categoryConfidence).toBeLessThan(0.6);
    expect(card).toMatch(/Could as well be about: forms\/(lost|violet)/);
  });

  it('with no knowledge at all a person answers, and the card says why', async () => {
    await openEngine([], []);
    const { card, draft } = await shown('Where can I download my invoice as PDF?');
    expect(draft).toMatchObject({ answerable: false, sources: [], routing: { route: 'escalate' } });
    expect(card).toContain('Nothing we know answers this, so a person must');
  });
});

describe('articles that are still being read', () => {
  it('what nothing answered meanwhile is drafted again once they are known, unless somebody has taken it', async () => {
    const since = w.clock.now();
    const local = await openEngine([], []);
    const asked = await shown('Where can I download my invoice as PDF?');
    const taken = await shown('Where can I download the invoice of May as PDF?');
    expect([asked.draft?.answerable, taken.draft?.answerable]).toEqual([false, false]);
    await w.press('ana', taken.ticket?.id ?? 0, { kind: 'take' });
    await local.setArticles([article()]);
    await draftHeldAgain(w.deps, since);
    await w.work();
    expect(await w.store.latestDraft(asked.ticket?.id ?? 0)).toMatchObject({ version: 2, answerable: true });
    expect(await w.store.latestDraft(taken.ticket?.id ?? 0)).toMatchObject({ version: 1 });
  });
});

describe('a language model', () => {
  let double: ModelDouble;
  let local: Engine;
  beforeAll(async () => {
    [double, local] = await Promise.all([startModelDouble(), openEngine()]);
  });
  afterAll(() => double.stop());

  const refuse = async () =>
    Response.json({
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: null, refusal: 'I cannot' },
        },
      ],
    });
  it.each<[string, Parameters<ModelDouble['on']>[1] | null, string]>([
    ['wrong enums', () => ({ json: { ...refinement, kind: 'poem' } }), 'has not the form that was asked for'],
    ['cut JSON', () => ({ text: '{"category": "bil', finishReason: 'length' }), 'cut'],
    ['refusals', null, 'declined to answer'],
    ['429', () => ({ status: 429 }), 'takes no more requests'],
    ['500', () => ({ status: 500 }), '500'],
    ['silence', () => 'silence', 'gave no answer within'],
  ])('with %s: the local engine works instead, and the card says so', async (name, answer, why) => {
    double.reset();
    const asked: Asked[] = ['analyse', 'draft', 'verify'];
    if (answer) for (const prompt of asked) double.on(prompt, answer);
    const settings = name === 'silence' ? { timeoutMs: 300 } : {};
    const model = createTestModelEngine(double, local, settings, {
      clock: w.clock,
      ...(answer ? {} : { send: refuse }),
    });
    w.deps.engine = model.engine;
    const { card, draft } = await shown('Where can I download my invoice as PDF?');
    expect(card).toContain('Understood without the language model');
    // The cause stands there once.
    expect(card.split('without the language model: ')).toHaveLength(2);
    expect(card).toContain(why);
    expect(card).toContain('written without the language model');
    expect(draft).toMatchObject({ status: 'pending', answerable: true, engine: 'local-1' });
  });
});
