// Reasons to write to customers that stand in our own records, and what is checked before one is claimed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { deriveEvents } from '../../src/flows/derive-events.ts';
import { recordEvent } from '../../src/flows/record-event.ts';
import { sendDue } from '../../src/flows/reply.ts';
import type { CustomerEvent } from '../../src/model/customer.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const DAY = 86_400_000;
const MARIA = { email: 'maria@acme.example', name: 'Maria Silva' };

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace({ send: { undoSeconds: 0 } });
});
afterEach(() => w.close());

const proposals = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('P-'));
const words = (index = -1) => JSON.stringify(proposals().at(index)?.card.blocks);
async function approve() {
  const ref = proposals().at(-1)?.card.ref;
  if (!ref) throw new Error('no proposal');
  const agent = { platform: 'console', userId: 'ana@team.example' };
  await act(w.deps, { ref, agent, intent: { type: 'act', act: 'send_all' } });
  await sendDue(w.deps);
  await w.work();
}
async function rows(table: 'outreach' | 'ticket' | 'customer_event') {
  return (await w.pool.query(`select * from ${table} order by id`)).rows;
}

describe('reasons in our own records', () => {
  const tell = (type: string, days: number, data: CustomerEvent['data'] = {}, customer = MARIA) =>
    recordEvent(w.deps, {
      customer,
      type,
      at: new Date(w.clock.now().getTime() - days * DAY).toISOString(),
      data,
    });
  async function derive() {
    for (let i = 0; i < 2; i++) await deriveEvents(w.deps);
    await w.work();
  }

  test('the same error three times in a day is one reason', async () => {
    for (let i = 0; i < 3; i++) await tell('error', 0.1 * i, { code: 'EXP-504' });
    await tell('error', 0.1, { code: 'OTHER' });
    await derive();
    expect(proposals()).toHaveLength(1);
    expect(words()).toContain('EXP-504 3 times within a day');
  });

  describe('the same error again and again', () => {
    const errors = async () => {
      for (let i = 0; i < 3; i++) await tell('error', 0.01 * i, { code: 'export_timeout' });
      await derive();
    };

    test.each([
      [
        'names its code',
        'The page says EXPORT-TIMEOUT.',
        'question',
        'has told us of this error already (T-',
      ],
      ['is a bug report', 'The export never ends.', 'bug', 'has a bug report open that may be about it (T-'],
    ] as const)('is not asked about where an open ticket of theirs %s', async (_, text, kind, why) => {
      const { ticketId } = await w.write(text, { customer: MARIA });
      await w.work();
      await w.store.updateTicket(ticketId ?? 0, { kind });
      await errors();
      expect(proposals()).toHaveLength(0);
      expect(await rows('outreach')).toMatchObject([
        { status: 'skipped', reason: expect.stringContaining(why) },
      ]);
    });

    test('is not asked about either when they tell us while the card waits', async () => {
      await errors();
      expect(words()).toContain('no report of theirs names it');
      await w.write('I get EXPORT_TIMEOUT.', { customer: MARIA });
      await w.work();
      await approve();
      expect(w.email.sent).toEqual([]);
    });

    test('is told of as a known bug where engineers know its code', async () => {
      await w.pool.query(`insert into cluster (kind, title, status, first_seen, last_seen, profile, issue) values
        ('bug', 'Exports time out', 'confirmed', now(), now(), '{"signatures": {"EXPORT-TIMEOUT": 5}}',
         '{"tracker": "sample", "id": "CREW-7", "url": "https://tracker.example/7", "state": "open"}')`);
      await errors();
      expect(words()).toContain('A known bug: CREW-7 Exports time out.');
      expect(words()).toContain('https://tracker.example/7');
      await approve();
      expect(w.email.sent[0]?.text).toContain('we know about this problem, and our engineers have been told');
    });
  });

  test('signed up four days ago and not set up', async () => {
    await tell('signed_up', 4);
    await tell('signed_up', 4, {}, { email: 'done@acme.example', name: 'Done' });
    await tell('onboarded', 2, {}, { email: 'done@acme.example', name: 'Done' });
    await tell('signed_up', 1, {}, { email: 'new@acme.example', name: 'New' });
    await tell('signed_up', 60, {}, { email: 'lost@acme.example', name: 'Lost' });
    await derive();
    expect(proposals()).toHaveLength(1);
    expect(words()).toContain('Write to Maria Silva: they are stuck in onboarding');
  });

  test('a renewal is near and a ticket waits for us for days', async () => {
    const renewalAt = '2026-03-20';
    await w.store.transaction((tx) => tx.upsertAccount({ name: 'Acme', domain: 'acme.example', renewalAt }));
    await w.write('The exports are empty.', { customer: MARIA, subject: 'Empty exports' });
    await w.work();
    await derive();
    expect(proposals()).toEqual([]);
    w.clock.advance(3 * DAY);
    await derive();
    expect(words()).toContain('Renews on 2026-03-20; T-1001 waits for us.');
    expect(words()).toContain('Empty exports');
  });
});
