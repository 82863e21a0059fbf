// What a category earns: which drafts count, as what, and when the bot sends alone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { autonomyOf } from '../../src/flows/autonomy.ts';
import { sendDue } from '../../src/flows/reply.ts';
import type { Evidence } from '../../src/model/calibration.ts';
import type { Exemplar } from '../../src/ports.ts';
import { scriptedDraft } from '../support/scripted-engine.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const CATEGORY = 'billing/invoice-copy';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace();
});
afterEach(() => w.close());

/** A ticket with a pending draft, of a customer of its own. */
async function asked(text: string): Promise<number> {
  const { ticketId } = await w.write(text, {
    threadId: text,
    customer: { email: `${text.length}@x.example` },
  });
  if (ticketId === null) throw new Error('no ticket');
  await w.deps.wake.ticket(ticketId);
  await w.work();
  return ticketId;
}

/** Drafts of one ticket that were sent as they were. */
async function judged(ticketId: number, count: number, draft: { confidence: number; evidence?: Evidence }) {
  for (let i = 0; i < count; i += 1) {
    const { id } = await w.store.insertDraft({
      ...draft,
      ticketId,
      text: 'x',
      language: 'en',
      sources: [],
      reasons: [],
      answerable: true,
      engine: 'test',
      routing: { route: 'suggest', mode: 'auto', threshold: null, reasons: [], reviewsUntilAuto: 1 },
      basedOnSeq: 1,
      createdAt: w.clock.now(),
      status: 'sent',
    });
    const { confidence } = draft;
    const outcome = { kind: 'unchanged', error: 0, confidence, at: w.clock.now() } as const;
    await w.store.recordOutcome({ ...outcome, ticketId, draftId: id, category: CATEGORY });
  }
}

/** Until replies have left that may still be called back. */
async function undoWindowEnds() {
  w.clock.advance(10_001);
  await sendDue(w.deps);
  await w.work();
}

const outcomes = async () => (await w.store.outcomesOf(CATEGORY)).map(({ error }) => error);

describe('what agents do with drafts', () => {
  it('tells whether they were right', async () => {
    const edited = await asked('Where is my invoice?');
    await w.press('ana', edited, { kind: 'edit', text: 'Something quite different was needed here' });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([true]);
    const sent = await asked('Totally unrelated topic');
    await w.press('ana', sent, { kind: 'approve' });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([false, true]);
    expect(w.engine.exemplars).toHaveLength(2);
    await w.press('ana', sent, { kind: 'flag', reason: 'wrong link' });
    expect(await outcomes()).toEqual([true, true]);
  });

  it('is measured on the draft that would have left alone, whatever agents had made of it', async () => {
    const send = async (id: number) => {
      await w.press('ana', id, { kind: 'approve' });
      await undoWindowEnds();
    };
    // Own words, another wording, a macro: each time the draft as it was would not have been sent.
    const own = await asked('Where is my invoice?');
    await w.say('ana', own, '@deskhand send: It went out this morning, to the address of your accountant.');
    await send(own);
    expect(await outcomes()).toEqual([true]);
    const { draft } = w.engine;
    const other =
      (engine: string): typeof draft =>
      async (input) => ({
        ...(await draft(input)),
        ...(input.instructions.length > 0 && { engine, text: 'It is attached. Anything else, just ask us.' }),
      });
    w.engine.draft = other('scripted');
    const shorter = await asked('Where do I find my receipts?');
    await w.say('ana', shorter, '@deskhand shorter');
    await w.work();
    await send(shorter);
    expect(await outcomes()).toEqual([true, true]);
    w.engine.draft = other('macro:macros/invoice.md');
    const macro = await asked('Please send the invoice');
    await w.say('ana', macro, '@deskhand macro Copy of an invoice');
    await w.work();
    await send(macro);
    expect(await outcomes()).toEqual([true, true, true]);
    expect(w.engine.exemplars).toHaveLength(3);
  });

  it('counts where the draft was written, once, after the category was put right', async () => {
    const id = await asked('The export is empty');
    w.engine.draft = async () => scriptedDraft('Choose the whole month above the export, then it is full.');
    await w.press('ana', id, { kind: 'reclassify', category: 'reports/exports' });
    await w.work();
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([true]);
    expect(await w.store.outcomesOf('reports/exports')).toEqual([]);
  });

  it.each([
    ['Hello Ana, you can cancel within 14 days and get your money back.', false],
    ['You can cancel within 30 days and get your money back.', true],
    ["You can't cancel within 14 days and get your money back.", true],
    ['You can cancel within 14 days and get your money back. Do not hesitate to ask!', false],
  ])('“%s” says another thing: %s', async (text, error) => {
    const long =
      'Whoever is the owner finds the button below the plan, and the rest goes by itself within minutes. ';
    w.engine.draft = async () =>
      scriptedDraft(`${long}You can cancel within 14 days and get your money back.`);
    const id = await asked('How do I cancel?');
    await w.press('ana', id, { kind: 'edit', text: `${long}${text}` });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([error]);
  });

  it('counts again as it was sent when agents take back that it was of no help', async () => {
    const judge = (id: number, what: 'helpful' | 'unhelpful') =>
      act(w.deps, {
        ref: { ticketId: `T-${id}`, draftVersion: 1 },
        agent: { platform: 'console', userId: 'ana@team.example' },
        intent: { type: 'act', act: what },
      });
    const edited = await asked('Where is my invoice?');
    await w.press('ana', edited, { kind: 'edit', text: 'Something quite different was needed here' });
    await undoWindowEnds();
    const sent = await asked('Where do I find my receipts?');
    await w.press('ana', sent, { kind: 'approve' });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([false, true]);
    for (const id of [edited, sent]) await judge(id, 'unhelpful');
    expect(await outcomes()).toEqual([true, true]);
    for (const id of [edited, sent]) await judge(id, 'helpful');
    expect(await outcomes()).toEqual([false, true]);
  });

  it('is not repeated to others once a customer came back unhappy', async () => {
    const qualities: number[] = [];
    w.engine.addExemplars = async (added: Partial<Exemplar>[]) => {
      qualities.push(...added.map(({ quality = -1 }) => quality));
    };
    const id = await asked('Where is my invoice?');
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    const { analyse } = w.engine;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), frustration: 0.9 });
    await asked('Where is my invoice?');
    expect(await outcomes()).toEqual([true]);
    expect(qualities).toEqual([0.7, 0]);
  });

  it('leaves holding replies out: they never leave alone', async () => {
    w.engine.draft = async () => ({ ...scriptedDraft('I have passed it on.'), answerable: false });
    const id = await asked('Why was I charged twice?');
    await w.press('ana', id, { kind: 'edit', text: 'The second charge is on its way back to your card.' });
    await undoWindowEnds();
    expect(await outcomes()).toEqual([]);
  });
});

describe('a category that has earned it', () => {
  it('sends alone, on record', async () => {
    await w.store.setPolicy(CATEGORY, 'auto', 'Ana', w.clock.now());
    const first = await asked('Where is my invoice?');
    expect(await w.store.latestDraft(first)).toMatchObject({ routing: { route: 'suggest', mode: 'auto' } });
    // 120 reviewed drafts without a mistake prove the bound of 3 %.
    await judged(first, 120, { confidence: 0.85 });
    const next = await asked('Invoice of June please');
    await undoWindowEnds();
    expect(w.email.sent).toMatchObject([{ by: 'Deskhand' }]);
    expect(await w.store.getTicket(next)).toMatchObject({ repliedBy: 'auto' });
    expect(await w.store.decisionsOf(next)).toMatchObject([{ kind: 'approve', by: 'Deskhand' }]);
  });

  it('loses it when it is taken out of the taxonomy', async () => {
    await w.store.setPolicy(CATEGORY, 'auto', 'Ana', w.clock.now());
    await judged(await asked('Where is my invoice?'), 120, { confidence: 0.85 });
    const { categories } = w.deps.taxonomy;
    w.deps.taxonomy = { ...w.deps.taxonomy, categories: categories.filter(({ id }) => id !== CATEGORY) };
    const next = await asked('Invoice of June please');
    expect(await w.store.latestDraft(next)).toMatchObject({ routing: { route: 'suggest', mode: 'auto' } });
  });

  it('loses it by a mistake too many, at once, and the channel is told once', async () => {
    await w.store.setPolicy(CATEGORY, 'auto', 'Ana', w.clock.now());
    await judged(await asked('Where is my invoice?'), 110, { confidence: 0.85 });
    const alone = await asked('Invoice of June please');
    await undoWindowEnds();
    expect(await w.store.latestDraft(alone)).toMatchObject({ routing: { route: 'auto' } });
    const told = () =>
      w.platform.posts.filter(({ card }) => JSON.stringify(card).includes('no longer leave alone'));
    for (let i = 0; i < 2; i += 1) await w.press('ana', alone, { kind: 'flag', reason: 'the wrong month' });
    expect(told()).toHaveLength(1);
    expect(JSON.stringify(told()[0]?.card)).toContain(
      `Replies on Invoice copies no longer leave alone: T-${alone} was one mistake too many.`,
    );
    const next = await asked('And the invoice of July, please');
    expect(await w.store.latestDraft(next)).toMatchObject({ routing: { route: 'suggest', mode: 'auto' } });
  });

  it('is proven on what its drafts would be given now, not on what they were given then', async () => {
    await w.store.setPolicy(CATEGORY, 'auto', 'Ana', w.clock.now());
    await judged(await asked('Where is my invoice?'), 120, { confidence: 0.6, evidence: { covered: 0.5 } });
    // Meanwhile drafts have turned out to be better than was thought: what got 0.6 gets more.
    const calibration = { bias: 2.2, weights: { covered: 4 }, outcomes: 400, rehearsed: 0 };
    await w.store.setCalibration(calibration, w.clock.now());
    const { threshold } = (await autonomyOf(w.deps)).find(({ category }) => category === CATEGORY) ?? {};
    expect(threshold).toBeCloseTo(0.985, 2);
    const { draft } = w.engine;
    const answer = (confidence: number) => {
      w.engine.draft = async (input) => ({ ...(await draft(input)), confidence });
    };
    // Better than 0.6, but worse than every draft that was judged.
    answer(0.9);
    const worse = await asked('And the one of May, for the other company?');
    expect(await w.store.latestDraft(worse)).toMatchObject({ routing: { route: 'suggest', mode: 'auto' } });
    answer(0.99);
    const alike = await asked('Invoice of June please');
    expect(await w.store.latestDraft(alike)).toMatchObject({ routing: { route: 'auto' } });
    await undoWindowEnds();
    expect(w.email.sent).toMatchObject([{ by: 'Deskhand' }]);
  });
});
