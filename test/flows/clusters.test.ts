// Clusters: reports of the same thing find each other, engineers are told once, and people's word is final.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Writer } from '../../src/engine/llm/writer.ts';
import { act } from '../../src/flows/actions.ts';
import { upToDate } from '../../src/flows/cluster-book.ts';
import { mergeClusters } from '../../src/flows/cluster-merge.ts';
import type { ActId, Card, FormId, OtherFormId } from '../../src/model/card.ts';
import type { EngineInput } from '../../src/ports.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';
import { NO_WORDS } from '../support/writer.ts';

const BUGS = [
  'The report export stops at 90 percent and then fails with EXP-504',
  'Export failed (EXP-504) on every large report since this morning',
  'Our report export hangs and ends with EXP-504, please help',
  'EXP-504 again when I export the jobs report',
  'Cannot export the big report, it says EXP-504',
  'Exporting reports gives EXP-504 after four minutes',
];

describe('clusters', () => {
  let shop: Workspace;
  beforeEach(async () => {
    shop = await openWorkspace({ clusters: { growth: 1000 } });
    const calm = shop.engine.analyse;
    shop.engine.analyse = async (input: EngineInput) => {
      const text = input.messages.at(-1)?.text ?? '';
      const analysis = await calm(input);
      return /[A-Z]{3}-\d|crash/.test(text)
        ? { ...analysis, kind: 'bug', category: 'reports/exports' }
        : analysis;
    };
  });
  afterEach(() => shop.close());

  let customers = 0;
  async function report(text: string, email = `c${++customers}@acme${customers}.example`) {
    const { ticketId } = await shop.write(text, { customer: { email, name: `Customer ${customers}` } });
    await shop.work();
    return ticketId ?? 0;
  }
  const pings = () => shop.platform.posts.filter(({ place }) => place.channel === 'bugs');
  const words = (card: Card | undefined) => JSON.stringify(card?.blocks);
  const bugs = async () => (await shop.store.clusterSummaries()).filter(({ kind }) => kind === 'bug');
  const by = { platform: 'console', userId: 'ana@team.example' };
  const press = (key: string, name: ActId) =>
    act(shop.deps, {
      ref: { ticketId: key, draftVersion: 1 },
      agent: by,
      intent: { type: 'act', act: name },
    });
  const open = (key: string, form: FormId) =>
    act(shop.deps, {
      ref: { ticketId: key, draftVersion: 1 },
      agent: by,
      intent: { type: 'open_form', form },
    });
  const submit = (key: string, form: OtherFormId, values: Record<string, string>) =>
    act(shop.deps, {
      ref: { ticketId: key, draftVersion: 1 },
      agent: by,
      intent: { type: 'submit', form, values },
    });

  it.each([3, 5, 7])(
    'tells engineers with report number %i of ten, as configured: once, on one card that keeps up',
    async (number) => {
      shop.deps.settings.clusters.customers = number;
      const told: [cards: number, updates: number][] = [];
      for (let i = 0; i < 10; i++) {
        await report(`${BUGS[i % BUGS.length]} (${i})`);
        told.push([pings().length, pings()[0]?.updates ?? 0]);
        if (i + 1 >= number) expect(words(pings()[0]?.card)).toContain(`"${i + 1} customers"`);
      }
      expect(told.map(([cards]) => cards)).toEqual(Array.from(told, (_, i) => (i + 1 < number ? 0 : 1)));
      const updates = told.slice(number - 1).map(([, times]) => times);
      expect(updates).toEqual(updates.toSorted((a, b) => a - b));
      expect(new Set(updates).size).toBe(updates.length);
      expect(pings()[0]?.card.fallback).toContain('EXP-504');
      expect(await bugs()).toMatchObject([{ status: 'confirmed', kind: 'bug' }]);
      const last = shop.platform.posts.findLast(({ card }) => card.ref?.ticketId.startsWith('T-'));
      expect(words(last?.card)).toContain('Same as 9 other customers: C-');
    },
  );

  describe('before so many customers report it', () => {
    /** One message a day. */
    async function past(messages: string[]) {
      for (const text of messages) {
        await report(text);
        shop.clock.advance(86_400_000);
      }
    }
    const QUESTIONS = Array.from({ length: 28 }, (_, i) => `Where do I find the export of month ${i}?`);

    it('tells them of four in a day where that is unusual, and says what is usual', async () => {
      shop.deps.settings.clusters.growth = 4;
      await past(['Columns crash in print', ...QUESTIONS]);
      for (const text of BUGS.slice(0, 3)) await report(text);
      expect(pings()).toHaveLength(0);
      await report(BUGS[3] ?? '');
      expect(pings()).toHaveLength(1);
      const because = '4 customers in a day, where less than one in ten days is usual';
      expect(words(pings()[0]?.card)).toContain(because);
      expect(words(pings()[0]?.card)).toContain('less than one in ten days about Exports');
    });

    it('not of four in a day where bugs are reported every day', async () => {
      shop.deps.settings.clusters.growth = 4;
      await past(Array.from({ length: 28 }, (_, i) => `QXA-${200 + i} in part${i} of tool${i}`));
      for (const text of BUGS.slice(0, 4)) await report(text);
      expect(pings()).toHaveLength(0);
    });

    it('tells nobody what is usual on the first day', async () => {
      for (const text of BUGS.slice(0, 5)) await report(text);
      expect(words(pings()[0]?.card)).not.toContain('Usual');
      shop.clock.advance(3 * 86_400_000);
      await report(BUGS[5] ?? '');
      expect(words(pings()[0]?.card)).toMatch(/"Usual","value":"[12]\.\d a day about Exports"/);
    });

    it.each([
      ['one P1 with an error code', BUGS[0], 'P1', true, 1],
      ['no P1 without one', 'The app crashes when I take a photo of the boiler', 'P1', true, 0],
      ['no P2', BUGS[0], 'P2', true, 0],
      ['no P1 where that is switched off', BUGS[0], 'P1', false, 0],
    ] as const)('tells them of %s', async (_, text, level, urgent, cards) => {
      shop.deps.settings.clusters.urgent = urgent;
      const { ticketId } = await shop.write(text ?? '');
      const priority = { level, score: 90, factors: [] };
      await shop.store.updateTicket(ticketId ?? 0, { priority, priorityBy: 'ana@team.example' });
      await shop.work();
      expect(pings()).toHaveLength(cards);
      if (cards) expect(words(pings()[0]?.card)).toContain('a P1 with EXP-504');
    });
  });

  describe('with a language model', () => {
    const named = (clusterName: Writer['clusterName']) => {
      shop.deps.writer = { ...NO_WORDS, clusterName };
    };

    it('names a bug when engineers are told of it, once, on the card that they have', async () => {
      const asked: string[][] = [];
      named(async (_, reports) => {
        asked.push(reports);
        return 'Export of large reports fails';
      });
      for (const text of BUGS) await report(text);
      expect(asked).toHaveLength(1);
      expect(asked[0]).toContain(BUGS[1]);
      expect(pings()).toHaveLength(1);
      expect(pings()[0]?.card.fallback).toContain('Export of large reports fails (EXP-504)');
      expect(await bugs()).toMatchObject([{ title: 'Export of large reports fails (EXP-504)' }]);
    });

    it('keeps the local name where the model has none, and a person’s name always', async () => {
      named(async () => null);
      for (const text of BUGS.slice(0, 5)) await report(text);
      expect((await bugs())[0]?.title).toContain('EXP-504');
      const other = ['Map tiles crash MAP-7', 'Map crash MAP-7 again', 'MAP-7 crash on the map'];
      await report(other[0] ?? '');
      const [map] = (await bugs()).filter(({ title }) => title.includes('MAP-7'));
      named(async () => {
        await submit(`C-${map?.id}`, 'rename', { title: 'Map is broken' });
        return 'Map tiles crash';
      });
      shop.deps.settings.clusters.customers = 3;
      for (const text of other.slice(1)) await report(text);
      expect((await bugs()).find(({ id }) => id === map?.id)?.title).toBe('Map is broken');
    });
  });

  describe('to who reports a bug that engineers were told of and that has no issue', () => {
    const draftOf = async (ticketId: number) => shop.store.latestDraft(ticketId);

    it('says that we know of it and look into it, and promises nothing', async () => {
      for (const text of BUGS.slice(0, 5)) await report(text);
      expect(pings()).toHaveLength(1);
      const ticketId = await report(BUGS[5] ?? '');
      const draft = await draftOf(ticketId);
      const [bug] = await bugs();
      expect(draft).toMatchObject({
        engine: 'known-issue',
        sources: [{ kind: 'issue', id: `C-${bug?.id}`, url: null }],
      });
      expect(draft?.text).toContain('other customers have reported it, too, and we are looking into it');
      expect(draft?.text).not.toMatch(/fixed|we will write|as soon as/i);
    });

    it('has a person read it first where it goes out in English for want of their language', async () => {
      for (const text of BUGS.slice(0, 5)) await report(text);
      const { analyse } = shop.engine;
      shop.engine.analyse = async (input: EngineInput) => ({ ...(await analyse(input)), language: 'pl' });
      const draft = await draftOf(await report(BUGS[5] ?? ''));
      expect(draft).toMatchObject({ engine: 'known-issue', language: 'en' });
      expect(draft?.routing.reasons.join()).toContain('Who writes Polish gets it in English');
    });

    it('says nothing of the kind before engineers were told, or once somebody said that it is no bug', async () => {
      for (const text of BUGS.slice(0, 3)) await report(text);
      const early = await report(BUGS[3] ?? '');
      expect(await draftOf(early)).toMatchObject({ engine: 'scripted' });
      await report(BUGS[4] ?? '');
      expect(pings()).toHaveLength(1);
      await press(`C-${(await bugs())[0]?.id}`, 'not_bug');
      const late = await report(BUGS[5] ?? '');
      expect(await draftOf(late)).toMatchObject({ engine: 'scripted' });
    });
  });

  it('tells engineers again when a bug they have known for long is suddenly reported often', async () => {
    shop.deps.settings.clusters.growth = 4;
    for (const text of BUGS) await report(text);
    expect(pings()).toHaveLength(1);
    shop.clock.advance(40 * 86_400_000);
    for (const text of BUGS.slice(0, 3)) await report(text);
    expect(pings()).toHaveLength(1);
    for (const text of BUGS.slice(2)) await report(text);
    expect(pings()).toHaveLength(2);
    expect(pings()[1]?.card.fallback).toContain('It grows again');
    expect(words(pings()[1]?.card)).toContain('7 reports in a day');
  });

  it('does not count one customer who writes again and again', async () => {
    for (const text of BUGS) await report(text, 'same@acme.example');
    expect(pings()).toHaveLength(0);
  });

  it('keeps another fault apart, and questions out', async () => {
    for (const text of BUGS) await report(text);
    await report('The mobile app crashes when I take a photo of the boiler');
    await report('Where can I find my invoice for last month?');
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length).sort()).toEqual([1, 6]);
  });

  it('tells engineers, in its name, quotes and forms, neither who reports a bug nor how to reach them', async () => {
    const names = ['Ada Byron', 'Bo Quist', 'Cyd Moreau', 'Dot Okafor', 'Eve Lindqvist'];
    for (const [i, name] of names.entries()) {
      const company = `${name.split(' ')[1]} Plumbing`;
      const text = [
        `${name} from ${company} here: ${BUGS[i]}. Call me on +49 170 1234567 or mail jo.doe@acme.example.`,
        `Regards,\n${name}\nHead of Pipes\n${company} Ltd · Quay Street 12`,
      ].join('\n\n');
      const domain = `firm${i}.example`;
      await shop.store.transaction((tx) => tx.upsertAccount({ name: `${company} Ltd`, domain }));
      const customer = { email: `c${i}@${domain}`, name };
      await shop.write(text, { subject: `${name}: EXP-504`, customer });
      await shop.work();
    }
    const form = await open(`C-${(await bugs())[0]?.id}`, 'split');
    const shown = `${words(pings()[0]?.card)} ${JSON.stringify(form)}`;
    expect(shown).toContain('EXP-504');
    for (const part of ['1234567', 'jo.doe', 'Plumbing', 'Pipes', 'Quay', ...names.join(' ').split(' ')])
      expect(shown).not.toContain(part);
  });

  it('tells of at most so many new bugs a day, and of the rest the next day', async () => {
    shop.deps.settings.clusters.pingsPerDay = 1;
    for (const text of BUGS) await report(text);
    for (const text of BUGS)
      await report(text.replaceAll('EXP-504', 'CAL-77').replaceAll(/export\w*/gi, 'calendar'));
    expect(pings()).toHaveLength(1);
    shop.clock.advance(25 * 3_600_000);
    await shop.deps.wake.clusters();
    await shop.work();
    expect(pings()).toHaveLength(2);
  });

  it('gives the category of a known bug to its vague reports, not to those that a person or the engine is sure of', async () => {
    const understand = shop.engine.analyse;
    let categoryConfidence = 1;
    shop.engine.analyse = async (input: EngineInput) => {
      const analysis = await understand(input);
      return categoryConfidence === 1
        ? analysis
        : { ...analysis, category: 'account/login', categoryConfidence };
    };
    const vague: number[] = [];
    for (const text of BUGS.slice(0, 5)) await report(text);
    for (const sure of [0.3, 0.9]) {
      categoryConfidence = sure;
      vague.push(await report(`${BUGS[5]} (${sure})`));
    }
    const categories = vague.map(async (id) => (await shop.store.getTicket(id))?.category);
    expect(await Promise.all(categories)).toEqual(['reports/exports', 'account/login']);
  });

  it('forgets no correction: what was taken out stays out, whatever comes', async () => {
    for (const text of BUGS) await report(text);
    const key = `C-${(await bugs())[0]?.id}`;
    const form = await open(key, 'split');
    if (form.kind !== 'form') throw new Error('no form');
    const field = form.form.fields[0];
    const first = field?.type === 'choices' ? (field.options[0]?.value ?? '') : '';
    expect(await submit(key, 'split', { reports: first })).toMatchObject({ ok: true });
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length).sort()).toEqual([1, 5]);
    await mergeClusters(shop.deps);
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length).sort()).toEqual([1, 5]);
  });

  it('merges by hand, redirects the old id, and adds up what the two are compared by', async () => {
    for (const text of BUGS) await report(text);
    for (let i = 0; i < 2; i++) await report('The app crashes when I take a photo of a boiler');
    const [a, b] = (await bugs()).sort((x, y) => x.ticketIds.length - y.ticketIds.length);
    expect(await submit(`C-${a?.id}`, 'merge', { into: `C-${b?.id}` })).toMatchObject({ ok: true });
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length)).toEqual([8]);
    expect((await shop.store.getCluster(b?.id ?? 0))?.profile?.size).toBe(8);
    expect(await submit(`C-${a?.id}`, 'rename', { title: 'Exports are down' })).toMatchObject({
      kind: 'card',
    });
    expect((await bugs())[0]).toMatchObject({ id: b?.id, title: 'Exports are down' });
    await report('The app crashes whenever I take a photo of a boiler');
    expect((await bugs())[0]?.ticketIds).toHaveLength(9);
    expect((await bugs())[0]?.title).toBe('Exports are down');
  });

  it('puts a ticket into the bug that an agent links it to, wherever it was, and leaves it there', async () => {
    for (const text of BUGS.slice(0, 4)) await report(text);
    const vague = await report('My commission sheet never arrives, is it me?');
    const other = await report('The app crashes when I take a photo of a boiler');
    const [bug] = (await bugs()).sort((a, b) => b.ticketIds.length - a.ticketIds.length);
    expect(bug?.ticketIds).toHaveLength(4);
    for (const id of [vague, other])
      await act(shop.deps, {
        ref: { ticketId: `T-${id}`, draftVersion: 1 },
        agent: by,
        intent: { type: 'decision', decision: { kind: 'link', issue: `c-${bug?.id}` } },
      });
    await shop.work();
    await mergeClusters(shop.deps);
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length)).toEqual([6]);
    expect(pings()).toHaveLength(1);
    const card = shop.platform.posts.find((post) => post.card.ref?.ticketId === `T-${vague}`)?.card;
    expect(words(card)).toContain(`Same as 5 other customers: C-${bug?.id}`);
  });

  it('says that something is no bug, and takes it back', async () => {
    for (const text of BUGS.slice(0, 5)) await report(text);
    const key = `C-${(await bugs())[0]?.id}`;
    await press(key, 'not_bug');
    expect(words(pings()[0]?.card)).toContain('Not a bug, says Ana');
    await report(BUGS[5] ?? '');
    expect(pings()).toHaveLength(1);
    expect(await bugs()).toMatchObject([{ status: 'dismissed' }]);
    await press(key, 'not_bug');
    expect(await bugs()).toMatchObject([{ status: 'dismissed' }]);
    await press(key, 'is_bug');
    expect(await bugs()).toMatchObject([{ status: 'confirmed' }]);
  });

  it('leaves a muted card as it is until the time is over', async () => {
    for (const text of BUGS.slice(0, 5)) await report(text);
    await press(`C-${(await bugs())[0]?.id}`, 'mute');
    const before = words(pings()[0]?.card);
    expect(before).toContain('Muted until');
    await report(BUGS[5] ?? '');
    expect(words(pings()[0]?.card)).toBe(before);
    shop.clock.advance(8 * 86_400_000);
    await shop.deps.wake.clusters();
    await shop.work();
    expect(words(pings()[0]?.card)).toContain('6 customers');
  });

  it.each([
    ['merge', { into: 'C-999' }, 'is no other cluster'],
    ['merge', {}, 'is no other cluster'],
    ['split', { reports: 'nonsense' }, 'Choose at least one report'],
    ['rename', { title: '   ' }, 'The name is empty'],
    ['link_issue', { url: 'x' }, 'No tracker is set up'],
  ] as const)('answers a wrong %s in words', async (form, values, answer) => {
    await report(BUGS[0] ?? '');
    const reply = await submit(`C-${(await bugs())[0]?.id}`, form, values);
    expect(reply).toMatchObject({ kind: 'notice', ok: false, text: expect.stringContaining(answer) });
  });

  it('opens the same cluster once when two processes compare at once', async () => {
    await Promise.all(BUGS.map((text, i) => shop.write(text, { customer: { email: `x${i}@x.example` } })));
    await shop.work();
    expect((await bugs()).map(({ ticketIds }) => ticketIds.length)).toEqual([6]);
    const index = await upToDate(shop.deps);
    expect(index.size()).toBe(1);
  });
});
