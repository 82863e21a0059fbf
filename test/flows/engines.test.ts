// The same way of a message with either engine, and with a language model that is down.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendDue } from '../../src/flows/reply.ts';
import type { Engine } from '../../src/ports.ts';
import { type ModelDouble, startModelDouble } from '../support/model-double.ts';
import { createTestModelEngine, openLocalEngine } from '../support/model-engine.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const ASKED = 'Where can I download my invoice as PDF?';
const from = (name: string) => ({ customer: { email: `${name}@${name}.example`, name: 'Maria Lind' } });

describe.each(['the local engine', 'the language model', 'a language model that is down'])(
  'with %s',
  (which) => {
    const down = which.includes('down');
    const withModel = which === 'the language model';
    let w: Workspace;
    let local: Engine;
    let double: ModelDouble;
    beforeAll(async () => {
      [w, local, double] = await Promise.all([openWorkspace(), openLocalEngine(), startModelDouble()]);
      if (down)
        for (const asked of ['analyse', 'draft', 'rewrite'] as const)
          double.on(asked, () => ({ status: 503 }));
      const model = createTestModelEngine(double, local, {}, { clock: w.clock, ledger: w.store });
      w.deps.engine = which === 'the local engine' ? local : model.engine;
    });
    afterAll(async () => {
      await Promise.all([w.close(), double.stop()]);
      await local.close();
    });

    async function write(text: string, more: Parameters<Workspace['write']>[1]): Promise<number> {
      return (await w.write(text, more)).ticketId ?? 0;
    }

    it('a question becomes a draft with its source on a card, and the approved reply reaches the customer', async () => {
      const ticketId = await write(ASKED, from('asks'));
      await w.work();
      const draft = await w.store.latestDraft(ticketId);
      expect(draft).toMatchObject({
        status: 'pending',
        answerable: true,
        engine: withModel ? 'model first' : 'local-1',
        sources: [{ kind: 'article', id: 'download-invoice' }],
        routing: { route: 'suggest' },
      });
      expect(draft?.text).toMatch(/^Hi Maria,\n\n[\s\S]*Settings › Invoices[\s\S]*The support team$/);
      expect(JSON.stringify(w.platform.posts.at(-1)?.card)).toContain('Download an invoice');

      await w.press('ana', ticketId, { kind: 'approve' });
      w.clock.advance(11_000);
      await sendDue(w.deps);
      expect(w.email.sent.at(-1)).toMatchObject({ text: draft?.text });
    });

    it('what nothing answers goes to a person with an honest holding reply', async () => {
      const ticketId = await write('Do you sponsor the football club of our village?', from('odd'));
      await w.work();
      const draft = await w.store.latestDraft(ticketId);
      expect(draft).toMatchObject({ answerable: false, sources: [], routing: { route: 'escalate' } });
      expect(draft?.confidence).toBeLessThanOrEqual(0.2);
    });

    it('a new message makes the draft stale, and the next version takes both into account', async () => {
      const ticketId = await write(ASKED, { ...from('again'), threadId: 'again' });
      await w.work();
      await w.write('I mean the invoice of June, as PDF', { ...from('again'), threadId: 'again' });
      await w.work();
      const drafts = await w.store.draftsOf(ticketId);
      expect(drafts.map(({ status }) => status)).toEqual([
        expect.stringMatching(/stale|superseded/),
        'pending',
      ]);
    });

    it('a rewriting asked for in the thread makes a shorter version with the same sources', async () => {
      const ticketId = await write(ASKED, from('shorter'));
      await w.work();
      await w.say('ana', ticketId, '@deskhand shorter');
      await w.work();
      const [before, after] = await w.store.draftsOf(ticketId);
      expect(after).toMatchObject({ version: 2, status: 'pending', sources: before?.sources });
      expect(after?.text.length).toBeLessThan(before?.text.length ?? 0);
    });

    it.each([
      ['no words', '12345 😀'],
      ['one word', 'invoice'],
      ['an encoded block', `see ${'QUJD'.repeat(60)}`],
    ])('%s has an outcome that a person sees', async (name, text) => {
      const ticketId = await write(text, from(name.replaceAll(' ', '')));
      await w.work();
      expect(await w.store.latestDraft(ticketId)).toMatchObject({ status: 'pending' });
    });

    it('the card and the record say what part the model had, and what it cost', async () => {
      const ticketId = await write(ASKED, from('cost'));
      await w.work();
      const draft = await w.store.latestDraft(ticketId);
      const spent = await w.store.modelSpentFor(ticketId);
      const reasons = draft?.reasons.map(({ text }) => text).join(' ');
      if (withModel) {
        expect(draft?.model).toMatchObject({ name: 'first', prompts: [expect.stringMatching(/^draft@/)] });
        expect(spent.cost).toBeGreaterThan(draft?.model?.cost ?? 1);
        expect(await w.store.modelSpentOn('2026-03-02')).toMatchObject({ tokens: expect.any(Number) });
      } else {
        expect(draft?.model).toBeNull();
        expect(spent).toEqual({ tokens: 0, cost: 0 });
      }
      if (down) expect(reasons).toContain('written without the language model');
    });
  },
);
