// The whole local engine over its port: answers at once, learns, and has an outcome for any text.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { analysisSchema } from '../../src/model/analysis.ts';
import { draftProposalSchema } from '../../src/model/draft.ts';
import type { Taxonomy } from '../../src/model/taxonomy.ts';
import type { Embedder, Engine, LabelledText } from '../../src/ports.ts';
import { article, draftInput, silent, taxonomy, ticket, wordEmbedder } from './samples.ts';

const clock = { now: () => new Date('2026-03-02T08:00:00Z') };
let engine: Engine;
async function start(
  examples: LabelledText[] = [],
  embedder: Embedder = wordEmbedder(),
  more: Taxonomy['categories'] = [],
): Promise<Engine> {
  const topics = { ...taxonomy, categories: [...taxonomy.categories, ...more] };
  engine = await createLocalEngine({ taxonomy: topics, embedder, examples, log: silent, clock });
  return engine;
}
const topic = (id: string) => ({ id, name: id, description: '', team: '', neverAuto: false, examples: [] });
afterEach(() => engine.close());

describe('the local engine', () => {
  it('answers from the taxonomy while history is still being read', async () => {
    const words = wordEmbedder();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Embedder = {
      ...words,
      async embed(texts, priority) {
        if ((priority ?? 1) >= 5) await held;
        return words.embed(texts);
      },
    };
    await start([{ text: 'invoice please', category: 'billing/invoice-copy', corrected: false }], slow);
    expect(engine.progress()).toEqual({ ready: false, indexed: 0, total: 1 });
    const found = await engine.analyse(ticket('I forgot my password and cannot log in'));
    expect(found.category).toBe('account/login');
    release();
    await vi.waitFor(() => expect(engine.progress().ready).toBe(true), { timeout: 120_000 });
  });

  it('understands and drafts in the agreed shapes', async () => {
    await start();
    await engine.setArticles([article()]);
    const input = ticket('Where can I download my invoice as PDF?');
    const analysis = analysisSchema.parse(await engine.analyse(input));
    expect(analysis).toMatchObject({ category: 'billing/invoice-copy', language: 'en', thanksOnly: false });
    const draft = draftProposalSchema.parse(await engine.draft({ ...draftInput(''), ...input, analysis }));
    expect(draft.answerable).toBe(true);
    expect(draft.sources[0]?.id).toBe('download-invoice');
  });

  it('reads a question with no telling word in the light of the whole message', async () => {
    await start();
    await engine.setArticles([
      article({
        id: 'reset',
        title: 'Reset your password',
        body: 'The link in the reset mail works for an hour.\n\n## Steps\n1. Click **Forgot password?** for a fresh link.',
        category: 'account/login',
      }),
      article({
        id: 'backups',
        title: 'How long backups are good',
        body: 'Backups are good for 35 days, and so long they are kept.',
        category: 'account/privacy',
      }),
    ]);
    const input = ticket(
      'The reset link in your mail for my password is too old to use. How long are those good for? And where do I ask for a fresh reset link?',
    );
    const analysis = await engine.analyse(input);
    expect(analysis.questions[0]).toBe('How long are those good for?');
    const { sources } = await engine.draft({ ...draftInput(''), ...input, analysis });
    expect(sources.map(({ id }) => id)).toEqual(['reset']);
  });

  it('takes articles back, and embeds only what changed', async () => {
    const words = wordEmbedder();
    await start([], words);
    await engine.setArticles([article(), article({ id: 'second', title: 'Second thing' })]);
    const before = words.asked.length;
    await engine.setArticles([article(), article({ id: 'second', title: 'Second thing, renamed' })]);
    expect(words.asked.slice(before).every((text) => text.startsWith('Second thing, renamed'))).toBe(true);
    await engine.setArticles([]);
    const input = ticket('Where can I download my invoice as PDF?');
    const draft = await engine.draft({ ...draftInput(''), ...input, analysis: await engine.analyse(input) });
    expect(draft).toMatchObject({ answerable: false, sources: [] });
  });

  it('applies a correction at once, also to a category without examples', async () => {
    await start([], wordEmbedder(), [topic('hardware/levers')]);
    const text = 'the turquoise lever squeaks';
    await engine.learn({ text, category: 'hardware/levers', corrected: true });
    expect((await engine.analyse(ticket(text))).category).toBe('hardware/levers');
  });

  it('finds solved tickets like one, best first', async () => {
    await start();
    const exemplar = {
      reply: 'Click PDF.',
      category: 'billing/invoice-copy',
      kind: 'question' as const,
      language: 'en',
      plan: null,
      quality: 1,
    };
    await engine.addExemplars([
      { ...exemplar, id: 'T-1', text: 'How do I download an invoice as PDF?' },
      { ...exemplar, id: 'T-2', text: 'The lift technician cannot see the calendar' },
    ]);
    const similar = await engine.similarTickets('download invoice PDF', 5);
    expect(similar[0]).toMatchObject({ id: 'T-1', reply: 'Click PDF.' });
    expect(await engine.similarity('download invoice', 'invoice download')).toBeGreaterThan(0.9);
    expect(await engine.similarity('', 'x')).toBe(0);
  });

  it('takes a repeated complaint in a thread for no new neutral question', async () => {
    await start();
    const at = clock.now();
    const first = await engine.analyse(ticket('The CSV export stops at 90 percent'));
    const again = await engine.analyse({
      ...ticket(''),
      messages: [
        { direction: 'inbound', text: 'The CSV export stops at 90 percent', at },
        { direction: 'outbound', text: 'Please clear the cache.', at },
        { direction: 'inbound', text: 'no change', at },
        { direction: 'outbound', text: 'Please try another browser.', at },
        { direction: 'inbound', text: 'still broken', at },
      ],
    });
    expect(again.category).toBe('reports/exports');
    expect(again.attempts).toBeGreaterThanOrEqual(3);
    expect(again.frustration).toBeGreaterThan(first.frustration);
  });

  it.each(['hello??', 'nothing arrived', "doesn't work yet", 'I am still waiting'])(
    'counts "%s" as another try',
    async (said) => {
      await start();
      const at = clock.now();
      const again = await engine.analyse({
        ...ticket(''),
        messages: [
          { direction: 'inbound', text: 'My password reset mail never comes', at },
          { direction: 'inbound', text: said, at },
        ],
      });
      expect(again.attempts).toBe(2);
    },
  );

  it.each([
    'TypeError: Cannot read properties of undefined\n    at renderRow (app.js:1231:14)',
    'Exception in thread "main" java.net.SocketTimeoutException: Read timed out',
    'it would be nice if GET /v2/jobs did not answer 502 on our +1 page',
  ])('takes hard signs for a fault: %s', async (text) => {
    await start();
    expect((await engine.analyse(ticket(text))).kind).toBe('bug');
  });
});

describe('any text has an outcome', () => {
  const log = Array.from(
    { length: 10_000 },
    (_, i) => `2026-03-02T08:00:00 ERROR job ${i} failed with EXP-504`,
  ).join('\n');
  it.each([
    ['nothing', '', 'The message is empty.'],
    ['white space', ' \n\t ', 'The message is empty.'],
    ['only emoji', '😡😡😡', 'no words'],
    ['one word', 'help', null],
    ['numbers', '12345 67890', 'no words'],
    ['200,000 characters', 'the export is slow and we wait. '.repeat(6250), 'cut after'],
    ['a base64 blob', `logo: ${'iVBORw0KGgo'.repeat(9000)}`, 'encoded block'],
    ['a log of 10,000 lines', log, 'log lines'],
    ['mixed scripts', 'Привет hello 你好 مرحبا invoice', null],
    ['half a surrogate', 'broken \uD83D text', null],
    [
      'French',
      "Bonjour, où puis-je trouver ma facture du mois dernier s'il vous plaît ?",
      'Written in French',
    ],
    ['markup', '<script>alert(1)</script> <b>invoice</b>', null],
  ])('%s', async (_, text, note) => {
    await start();
    await engine.setArticles([article()]);
    const input = ticket(text);
    const analysis = analysisSchema.parse(await engine.analyse(input));
    if (note) expect(analysis.notes.join(' ')).toContain(note);
    expect(analysis.summary.length).toBeLessThanOrEqual(140);
    const draft = draftProposalSchema.parse(await engine.draft({ ...draftInput(''), ...input, analysis }));
    expect(draft.text.length).toBeLessThan(4000);
  });

  it('no knowledge at all: the draft says so and goes to a person', async () => {
    await start();
    const input = ticket('Where can I download my invoice?');
    const analysis = await engine.analyse(input);
    const draft = await engine.draft({ ...draftInput(''), ...input, analysis });
    expect(draft).toMatchObject({ answerable: false, sources: [] });
    expect(draft.reasons.length).toBeGreaterThan(0);
  });

  it('two categories with the same examples: both stay candidates', async () => {
    await start();
    for (const category of ['billing/invoice-copy', 'account/login'])
      await engine.learn({ text: 'the violet form is gone', category, corrected: false });
    await engine.learn({
      text: 'the violet form is gone',
      category: 'billing/invoice-copy',
      corrected: false,
    });
    const { category, runnersUp } = await engine.analyse(ticket('the violet form is gone'));
    const candidates = [category, ...runnersUp.map((other) => other.category)];
    expect(candidates).toEqual(expect.arrayContaining(['billing/invoice-copy', 'account/login']));
  });

  it('a category with one example can be found', async () => {
    await start([], wordEmbedder(), [topic('hardware/fax')]);
    await engine.learn({ text: 'the fax machine hums', category: 'hardware/fax', corrected: true });
    expect((await engine.analyse(ticket('our fax machine hums'))).category).toBe('hardware/fax');
  });

  it('no messages at all', async () => {
    await start();
    const analysis = analysisSchema.parse(await engine.analyse({ ...ticket(''), messages: [] }));
    expect(analysis.notes).toContain('The message is empty.');
  });
});
