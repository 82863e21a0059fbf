// Cards of bugs, proposed messages, alerts and articles: each button pressed on the platform's wire, the effect seen at its far end.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showAlerts } from '../../src/flows/alerts.ts';
import { memberKey } from '../../src/flows/cluster-correct.ts';
import { considerEvents } from '../../src/flows/outreach.ts';
import { recordEvent } from '../../src/flows/record-event.ts';
import { keepTrack } from '../../src/flows/track.ts';
import { createSampleTracker } from '../../src/main/sample-tracker.ts';
import type { AlertKind } from '../../src/model/alert.ts';
import type { ActionId } from '../../src/model/card.ts';
import type { Tracker } from '../../src/ports.ts';
import { createMemoryStore } from '../support/adapter-memory.ts';
import { appears, type Chat, type ChatWorld, openChat, type Person, type Seen, until } from './chat-world.ts';

const REFUSED = /role is "viewer"|not in the list of agents/;
const REPORTS = [
  'The report export stops at 90 percent and then fails with EXP-504',
  'Our report export hangs and ends with EXP-504, please help',
  'EXP-504 again when I export the big report',
];

/** Runs the suite on a workspace of its own, in which two customers are enough for a bug. */
export function subjectCardsContract(name: string, build: () => Promise<ChatWorld>): void {
  describe(`${name}: cards that are not about a ticket`, { timeout: 180_000 }, () => {
    let chat: Chat;
    let tracker: Tracker;
    beforeEach(async () => {
      chat = await openChat(await build(), {
        clusters: { customers: 2, growth: 1_000 },
        send: { undoSeconds: 0 },
      });
      const { engine, deps, clock } = chat.desk;
      const calm = engine.analyse;
      engine.analyse = async (input) => ({
        ...(await calm(input)),
        kind: 'bug',
        category: 'reports/exports',
      });
      tracker = createSampleTracker({
        platform: () => undefined,
        memory: createMemoryStore(),
        clock,
        publicUrl: 'https://desk.example',
      });
      deps.trackers = new Map([['sample', tracker]]);
    });
    afterEach(async () => {
      expect(chat.world.refused()).toEqual([]);
      await chat.close();
    });

    const cards = (key: string) =>
      chat.heads().filter(({ notification }) => notification.includes(`(${key}`));
    const card = (key: string): Promise<Seen> => appears(`the card of ${key}`, () => cards(key)[0]);
    const press = async (person: Person, key: string, action: ActionId, times?: number) =>
      chat.world.press(person, await card(key), action, times);
    const told = (person: Person) =>
      chat.said(person) + (chat.world.shown?.(person) ?? '') + JSON.stringify(chat.world.form(person));
    const hears = (person: Person, words: string | RegExp) =>
      until(() => expect(told(person)).toMatch(words));
    const shows = (key: string, words: string | RegExp) =>
      until(() => expect(cards(key).map(({ text }) => text)).toEqual([expect.stringMatching(words)]));
    const sent = () => chat.desk.email.sent.map(({ to, text }) => `${to.email}: ${text}`);

    /** Opens a form of a card, and sends it off with these values. */
    async function fill(person: Person, key: string, action: ActionId, values: Record<string, string>) {
      await press(person, key, action);
      const form = await appears('the form', () => chat.world.form(person));
      await chat.world.submit(person, values);
      return form;
    }

    /** So many customers report the same; its card is there. */
    async function bug(reports = 2): Promise<string> {
      for (const [n, text] of REPORTS.slice(0, reports).entries()) {
        await chat.desk.write(text, { customer: { email: `c${n}@acme.example`, name: `Customer ${n}` } });
        await chat.desk.work();
      }
      await shows('C-1', `${reports} customers`);
      return 'C-1';
    }
    const statusOf = async (id: number) => (await chat.desk.store.getCluster(id))?.status;
    const issues = () => tracker.search('report export fails hangs', 9, AbortSignal.timeout(1_000));

    describe('a bug', () => {
      it('becomes one issue, whoever presses however often, and its card says which', async () => {
        const key = await bug();
        const seen = await card(key);
        await press('vera', key, 'create_issue');
        await hears('vera', REFUSED);
        await press('stranger', key, 'create_issue');
        await hears('stranger', REFUSED);
        expect(await issues()).toEqual([]);

        await press('ana', key, 'create_issue', 2);
        await shows(key, 'CREW-1');
        await hears('ana', 'Made CREW-1');
        await chat.world.press('ben', seen, 'create_issue');
        await hears('ben', 'There is an issue already: CREW-1');
        expect(await issues()).toHaveLength(1);
        expect((await card(key)).actions).not.toContain('create_issue');
      });

      it('is linked to an issue that is there, and then to another', async () => {
        const key = await bug();
        for (const title of ['Something else', 'The report export fails'])
          await tracker.create({ title, parts: [], marker: title }, AbortSignal.timeout(1_000));
        await fill('ana', key, 'form:link_issue', { url: 'CREW-2' });
        await shows(key, 'CREW-2');
        await hears('ana', 'Linked to CREW-2');
        await fill('ben', key, 'form:link_issue', { url: 'CREW-2' });
        await hears('ben', 'linked to CREW-2 already');
        await fill('ben', key, 'form:link_issue', { url: 'CREW-1' });
        await shows(key, 'CREW-1');
      });

      it.each([
        ['not_bug', 'Not a bug, says Ana', 'is_bug'],
        ['mute', 'Muted until', 'unmute'],
      ] as const)('%s holds however often it is pressed, until it is taken back', async (on, words, off) => {
        const key = await bug();
        const seen = await card(key);
        await press('vera', key, on);
        await hears('vera', REFUSED);
        await press('ana', key, on);
        await shows(key, words);
        const over = await card(key);
        await chat.world.press('ben', seen, on);
        await hears('ben', 'That was said already');
        await shows(key, words);

        await press('ana', key, off);
        await until(() => expect(cards(key)[0]?.text).not.toContain(words));
        await chat.world.press('vera', over, off);
        await chat.world.press('ben', over, off);
        await until(() => expect(told('ben').match(/said already/g)).toHaveLength(2));
        expect((await card(key)).actions).toContain(on);
        expect(await statusOf(1)).toBe('confirmed');
      });

      it('is renamed, split and merged again', async () => {
        const key = await bug(3);
        const renamed = await fill('ana', key, 'form:rename', { title: 'Exports are down' });
        expect(renamed.values.title).toMatch(/export/i);
        await shows(key, 'Exports are down');

        // Where a form is shown without asking, its values are refused.
        await press('vera', key, 'form:rename');
        await until(() => expect(chat.world.form('vera') ?? REFUSED.exec(told('vera'))).toBeTruthy());
        if (chat.world.form('vera')) await chat.world.submit('vera', { title: 'Vera was here' });
        await hears('vera', REFUSED);
        await shows(key, 'Exports are down');

        const [first] = await chat.desk.store.membersOf(1);
        if (!first) throw new Error('no report');
        await fill('ana', key, 'form:split', { reports: memberKey(first) });
        await hears('ana', 'They are C-2 now');
        await shows(key, '2 customers');

        await fill('ben', key, 'form:merge', { into: 'C-2' });
        await hears('ben', 'C-1 is part of C-2 now');
        await shows(key, 'The same as C-2, which goes on');
        expect((await card(key)).actions).toEqual([]);
        expect(await chat.desk.store.membersOf(2)).toHaveLength(3);
      });
    });

    describe('a proposed message', () => {
      /** A bug is fixed at the tracker, so a message to those who reported it is proposed. */
      async function fixed(): Promise<string> {
        const key = await bug(3);
        await press('ana', key, 'create_issue');
        await shows(key, 'CREW-1');
        chat.desk.clock.advance(60_000);
        await tracker.close?.('CREW-1', 'fixed', 'Devin');
        await chat.desk.store.markIssueStale('sample', 'CREW-1');
        await keepTrack(chat.desk.deps);
        await shows('P-1', 'c0@acme.example|Customer 0');
        return 'P-1';
      }

      it('goes with other words, to all but one, by one approval, once', async () => {
        const key = await fixed();
        const [first] = await chat.desk.store.recipientsOf(1);
        await fill('ana', key, 'form:choose', { leave_out: String(first?.id) });
        await shows(key, 'left out by Ana');
        const form = await fill('ana', key, 'form:edit_message', { en: '{greeting}\n\nFixed in 4.2.' });
        expect(form.values.en).toContain('{greeting}');
        await shows(key, 'Fixed in 4.2.');

        const seen = await card(key);
        await press('vera', key, 'send_all');
        await hears('vera', REFUSED);
        expect(sent()).toEqual([]);
        await press('ana', key, 'send_all', 2);
        await shows(key, 'Approved by Ana');
        await chat.deliver();
        const expected = [1, 2].map((n) =>
          expect.stringMatching(`^c${n}@acme.example: [\\s\\S]*Fixed in 4.2.`),
        );
        expect(sent().sort()).toEqual(expected);
        await chat.world.press('ben', seen, 'send_all');
        await hears('ben', 'Ana approved this already');
        await chat.deliver();
        expect(sent()).toHaveLength(2);
        expect((await card(key)).actions).toEqual([]);
      });

      it('that was dismissed is sent to nobody', async () => {
        const key = await fixed();
        const seen = await card(key);
        await press('ana', key, 'dismiss');
        await shows(key, 'Dismissed by Ana');
        await chat.world.press('ben', seen, 'send_all');
        await hears('ben', 'Ana dismissed this already');
        await chat.deliver();
        expect(sent()).toEqual([]);
      });

      it('to a customer whose payment failed is edited and sent', async () => {
        const customer = { email: 'maria@acme.example', name: 'Maria' };
        const data = { number: 'INV-7', amount: 49, currency: 'EUR' };
        await recordEvent(chat.desk.deps, { customer, type: 'payment_failed', data });
        await considerEvents(chat.desk.deps);
        await shows('P-1', 'INV-7');
        const seen = await card('P-1');
        await fill('ana', 'P-1', 'form:edit_message', { en: '{greeting}\n\nAbout {about}.' });
        await shows('P-1', 'About INV-7');
        await press('ana', 'P-1', 'send_all');
        await shows('P-1', 'Approved by Ana');
        await chat.world.press('ben', seen, 'dismiss');
        await hears('ben', 'Ana approved this already');
        await chat.deliver();
        expect(sent()).toEqual([
          expect.stringMatching(/^maria@acme\.example: [\s\S]*About INV-7, €49\.00\./),
        ]);
      });
    });

    describe('an alert', () => {
      const article = {
        title: 'Pay by invoice',
        body: 'Choose “Invoice”.',
        category: null,
        language: 'en',
      };
      async function alert(kind: AlertKind): Promise<string> {
        const { store, deps, clock } = chat.desk;
        const accountId = await store.transaction((tx) => tx.upsertAccount({ name: 'Acme' }));
        const id = await store.insertAlert({
          kind,
          accountId: kind === 'gap' ? null : accountId,
          reason: kind,
          strength: 1,
          title: 'Acme <!channel> @everyone',
          body: {
            reasons: ['They said so.'],
            facts: [],
            quotes: [],
            article: kind === 'gap' ? article : null,
          },
          createdAt: clock.now(),
        });
        await showAlerts(deps);
        await shows(`A-${id}`, 'They said so.');
        return `A-${id}`;
      }

      it.each([
        ['risk', 'on_it', 'Ana is on it', 'on_it'],
        ['risk', 'false_alarm', 'False alarm, says Ana', 'false_alarm'],
        ['expansion', 'on_it', 'Ana is on it', 'on_it'],
        ['gap', 'on_it', 'Ana is on it', 'on_it'],
        ['gap', 'false_alarm', 'No article is missing, says Ana', 'false_alarm'],
      ] as const)('%s: %s is said once, and by whom', async (kind, action, words, status) => {
        const key = await alert(kind);
        const seen = await card(key);
        expect(seen.mentions).toEqual([]);
        await press('vera', key, action);
        await hears('vera', REFUSED);
        await press('ana', key, action, 2);
        await shows(key, words);
        await chat.world.press('ben', seen, 'on_it');
        await hears('ben', 'Ana dealt with this already');
        await shows(key, words);
        expect(await chat.desk.store.getAlert(1)).toMatchObject({ status, decidedBy: 'Ana' });
        expect((await card(key)).actions).toEqual([]);
      });

      it('of a missing article: it is edited and published, and drafts know it', async () => {
        const known: string[] = [];
        Object.assign(chat.desk.engine, {
          setArticles: async (all: { title: string; body: string }[]) =>
            void known.push(...all.map(({ title, body }) => `${title}: ${body}`)),
        });
        const key = await alert('gap');
        const form = await fill('ana', key, 'form:edit_article', { body: 'Yes, on yearly plans.' });
        expect(form.values).toEqual({ title: 'Pay by invoice', body: 'Choose “Invoice”.' });
        await shows(key, 'Yes, on yearly plans.');
        const seen = await card(key);
        await press('vera', key, 'publish');
        await hears('vera', REFUSED);
        await press('ana', key, 'publish', 2);
        await shows(key, 'Published by Ana');
        await chat.world.press('ben', seen, 'publish');
        await hears('ben', 'Ana dealt with this already');
        expect(known).toEqual(['Pay by invoice: Yes, on yearly plans.']);
      });
    });
  });
}
