// Writing to customers first: from an event to a message that is proposed, held back, sent and measured.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { figuresByDay } from '../../src/flows/day-figures.ts';
import { optOut } from '../../src/flows/opt-out.ts';
import { considerEvents } from '../../src/flows/outreach.ts';
import { recordEvent } from '../../src/flows/record-event.ts';
import { sendDue } from '../../src/flows/reply.ts';
import type { CustomerEvent } from '../../src/model/customer.ts';
import type { Intent } from '../../src/model/platform.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';
import { NO_WORDS } from '../support/writer.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MARIA = { email: 'maria@acme.example', name: 'Maria Silva' };
const INVOICE = {
  invoice: 'in_7',
  number: 'INV-7',
  amount: 49,
  currency: 'EUR',
  url: 'https://pay.example/7',
};

let w: Workspace;
let events = 0;

beforeEach(async () => {
  w = await openWorkspace({ send: { undoSeconds: 0 } });
});
afterEach(() => w.close());

async function reopen(yaml: Record<string, unknown>) {
  await w.close();
  w = await openWorkspace({ send: { undoSeconds: 0 }, ...yaml });
}

async function happens(type: string, more: Partial<CustomerEvent> = {}) {
  events++;
  await recordEvent(w.deps, { id: `evt-${events}`, customer: MARIA, type, data: INVOICE, ...more });
  await w.work();
  await considerEvents(w.deps);
}

const proposals = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('P-'));
const words = (index = -1) => JSON.stringify(proposals().at(index)?.card.blocks);

async function onProposal(intent: Intent, index = -1) {
  const ref = proposals().at(index)?.card.ref;
  if (!ref) throw new Error('no proposal');
  const reply = await act(w.deps, {
    ref,
    agent: { platform: 'console', userId: 'ana@team.example' },
    intent,
  });
  await sendDue(w.deps);
  await w.work();
  return reply;
}
const approve = (index = -1) => onProposal({ type: 'act', act: 'send_all' }, index);

async function rows(table: 'outreach' | 'ticket' | 'customer_event') {
  return (await w.pool.query(`select * from ${table} order by id`)).rows;
}
async function figures() {
  const now = w.clock.now();
  return w.store.outreachFigures({ from: new Date(0), to: new Date(now.getTime() + DAY) });
}

describe('a failed payment', () => {
  test('becomes a proposed message, and an approval sends it as a ticket of its own', async () => {
    await happens('payment_failed');
    expect(proposals()).toHaveLength(1);
    expect(words()).toContain('Write to Maria Silva: their payment failed');
    expect(words()).toContain('(INV-7, €49.00)');
    expect(w.email.sent).toEqual([]);
    expect(await rows('ticket')).toEqual([]);

    await approve();
    expect(w.email.sent).toMatchObject([
      {
        to: { email: 'maria@acme.example' },
        subject: 'Your payment did not go through',
        text: expect.stringMatching(
          /^Hi Maria,\n\nWe could not charge[\s\S]*https:\/\/pay.example\/7[\s\S]*“stop”[\s\S]*support team$/,
        ),
      },
    ]);
    expect(await rows('ticket')).toMatchObject([{ outreach: 'payment_failed', status: 'awaiting_customer' }]);
    expect(words()).toContain('sent to 1');
  });

  const polish = () =>
    w.store.transaction(async (tx) => tx.updateCustomer(await tx.ensureCustomer(MARIA), { language: 'pl' }));

  test.each([
    ['fr', 'Votre paiement n’est pas passé', '(INV-7, 49,00 €)'],
    ['de', 'Ihre Zahlung ist nicht durchgegangen', '(INV-7, 49,00 €)'],
    ['pl', 'Your payment did not go through', '(INV-7, €49.00)'],
  ])('is written in the customer’s language: %s', async (language, subject, about) => {
    await w.store.transaction(async (tx) => tx.updateCustomer(await tx.ensureCustomer(MARIA), { language }));
    await happens('payment_failed');
    await approve();
    expect(w.email.sent[0]?.subject).toBe(subject);
    expect(w.email.sent[0]?.text.replace(/\s/g, ' ')).toContain(about);
  });

  test('in a language that we cannot write, the card says that it is in English', async () => {
    await polish();
    await happens('payment_failed');
    expect(words()).toContain('Who writes Polish gets it in English, because no language model is set up');
  });

  test('a language model translates it; the card says so, and it never leaves alone', async () => {
    await polish();
    const asked: string[] = [];
    w.deps.settings.outreach.mode = 'auto';
    w.deps.writer = {
      ...NO_WORDS,
      translate: async (language, texts) => {
        asked.push(language);
        return {
          ...texts,
          subject: 'Płatność nie powiodła się',
          body: 'Dzień dobry,\n\nnie udało się pobrać płatności ({about}).',
          link: 'Tutaj: {link}',
          stop: 'Odpowiedz „stop”.',
        };
      },
    };
    await happens('payment_failed');
    expect(asked).toEqual(['pl']);
    expect(words()).toContain('Translated into Polish by the language model.');
    expect(w.email.sent).toEqual([]);
    await approve();
    expect(w.email.sent[0]).toMatchObject({
      subject: 'Płatność nie powiodła się',
      text: expect.stringMatching(/^Dzień dobry,\n\nnie udało się[\s\S]*INV-7[\s\S]*„stop”/),
    });
  });

  test('told again under the same id, or pressed twice, it is one message', async () => {
    for (let i = 0; i < 3; i++)
      await recordEvent(w.deps, { id: 'evt_same', customer: MARIA, type: 'payment_failed', data: INVOICE });
    await Promise.all([considerEvents(w.deps), considerEvents(w.deps), considerEvents(w.deps)]);
    expect(proposals()).toHaveLength(1);
    expect(await rows('customer_event')).toHaveLength(1);
    await Promise.all([approve(), approve(), approve()]);
    expect(w.email.sent).toHaveLength(1);
  });

  test('paid before we were told of the failure: nothing is proposed', async () => {
    w.clock.advance(HOUR);
    await happens('payment_succeeded', { at: '2026-03-02T09:30:00Z' });
    await happens('payment_failed', { at: '2026-03-02T09:00:00Z' });
    expect(proposals()).toEqual([]);
    expect(await rows('outreach')).toMatchObject([{ status: 'skipped', reason: 'has paid meanwhile' }]);
  });

  test('paid while the card waits: it is taken back, and a late press sends nothing', async () => {
    await happens('payment_failed');
    await happens('payment_succeeded');
    expect(words()).toContain('has paid meanwhile');
    expect(words()).toContain('Dismissed by Deskhand');
    await approve();
    expect(w.email.sent).toEqual([]);
  });

  test('another invoice that is paid settles nothing', async () => {
    await happens('payment_failed');
    await happens('payment_succeeded', { data: { invoice: 'in_8' } });
    expect(words()).toContain('waits for approval');
  });

  test('a link that is not https is left out, and markup stays text', async () => {
    const data = { ...INVOICE, number: '<b>@everyone</b>\n\nHi', url: 'javascript:alert(1)' };
    await happens('payment_failed', { data });
    await approve();
    expect(w.email.sent[0]?.text).not.toContain('javascript');
    expect(w.email.sent[0]?.text).toContain('(<b>@everyone</b> Hi, €49.00)');
  });
});

describe('nobody is written to', () => {
  const skipped = async () => (await rows('outreach')).map(({ reason }) => reason);

  test('who wants no messages', async () => {
    await happens('opted_out');
    await happens('payment_failed');
    expect(await skipped()).toEqual(['wants no messages from us']);
  });

  test('who has an angry ticket open; also when it comes while the card waits', async () => {
    await happens('payment_failed', { customer: { email: 'bob@acme.example' } });
    const analyse = w.engine.analyse;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), frustration: 0.9 });
    await w.write('This is outrageous!');
    await w.write('I am furious!', { customer: { email: 'bob@acme.example' } });
    await w.work();
    await happens('payment_failed');
    expect(await skipped()).toEqual([null, 'is upset (T-1001): better in your own words']);
    await approve();
    expect(w.email.sent).toEqual([]);
    expect(words()).toContain('is upset (T-1002)');
  });

  test('whom no channel reaches, whose company has left, and about old news', async () => {
    await happens('payment_failed', { customer: { externalId: 'cus_1' } });
    await happens('churned', { customer: { email: 'eve@left.example' }, account: { name: 'Left Ltd' } });
    await happens('payment_failed', { customer: { email: 'eve@left.example' } });
    await happens('payment_failed', { at: '2026-02-01' });
    expect(await skipped()).toEqual([
      'no channel reaches them',
      'their company has left us',
      'it happened more than 7 days ago',
    ]);
  });

  test('twice within a week', async () => {
    await happens('payment_failed');
    await happens('renewal_near', { data: {} });
    expect(await skipped()).toEqual([null, 'another message is proposed to them: P-1']);
    await approve();
    await happens('renewal_near', { data: {} });
    expect((await skipped())[2]).toBe('was written to within the last 7 days');
    w.clock.advance(8 * DAY);
    await happens('renewal_near', { data: {} });
    expect(proposals()).toHaveLength(2);
  });

  test('twice by two messages that are approved at the same moment', async () => {
    const data = { incident: 'inc-1', title: 'Exports are slow' };
    await happens('incident', { data });
    await happens('incident', { customer: { email: 'bob@acme.example' }, data });
    const maria = String((await w.store.recipientsOf(1))[0]?.id);
    await onProposal({ type: 'submit', form: 'choose', values: { leave_out: maria } });
    await happens('payment_failed');
    expect(proposals()).toHaveLength(2);
    await onProposal({ type: 'submit', form: 'choose', values: { leave_out: '' } }, 0);
    await Promise.all([approve(0), approve(1)]);
    await sendDue(w.deps);
    const told = w.email.sent.map(({ to }) => to.email).sort();
    expect(told).toEqual(['bob@acme.example', 'maria@acme.example']);
    // Whichever came second says why it holds her back: the other was on its way, or still about to be approved.
    expect(words(0) + words(1)).toMatch(
      /was written to within the last 7 days|another message is proposed to them/,
    );
  });

  test('when the mode says so', async () => {
    await reopen({ outreach: { mode: 'observe', events: { incident: 'off' } } });
    await happens('payment_failed');
    await happens('incident');
    expect(await rows('outreach')).toMatchObject([{ kind: 'payment_failed', status: 'observed' }]);
    expect(proposals()).toEqual([]);
  });
});

describe('quiet hours', () => {
  test('what is approved in them leaves when they end', async () => {
    w.clock.set('2026-03-02T22:00:00Z');
    await happens('payment_failed');
    await approve();
    expect(w.email.sent).toEqual([]);
    w.clock.set('2026-03-03T08:00:01Z');
    await sendDue(w.deps);
    expect(w.email.sent).toHaveLength(1);
  });

  test.each([
    ['payment_succeeded', 'has paid meanwhile'],
    ['opted_out', 'wants no messages from us'],
  ])('what is settled before they end does not leave: %s', async (type, reason) => {
    w.clock.set('2026-03-02T22:00:00Z');
    await happens('payment_failed');
    await approve();
    w.clock.advance(HOUR);
    await happens(type);
    w.clock.set('2026-03-03T08:00:01Z');
    await sendDue(w.deps);
    await w.work();
    expect(w.email.sent).toEqual([]);
    expect(words()).toContain(reason);
    expect(words()).toContain('sent to 0');
    expect(await rows('ticket')).toMatchObject([{ status: 'resolved', resolution: 'rejected' }]);
    expect(await figures()).toMatchObject([{ sent: 0, settled: 0 }]);
  });

  test('who is upset before they end is not written to; who asks something else is', async () => {
    w.clock.set('2026-03-02T22:00:00Z');
    await happens('payment_failed');
    await happens('payment_failed', { customer: { email: 'bob@acme.example', name: 'Bob' } });
    await approve(0);
    await approve(1);
    const analyse = w.engine.analyse;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), frustration: 0.9 });
    await w.write('The exports are empty, for the third time!', { customer: MARIA, subject: 'Exports' });
    await w.work();
    w.engine.analyse = analyse;
    await w.write('How do I add a user?', { customer: { email: 'bob@acme.example' }, subject: 'Users' });
    await w.work();
    w.clock.set('2026-03-03T08:00:01Z');
    await sendDue(w.deps);
    await w.work();
    expect(w.email.sent.map(({ to }) => to.email)).toEqual(['bob@acme.example']);
    expect(words(0)).toContain('is upset (T-1003)');
  });

  test('can be switched off', async () => {
    await reopen({ outreach: { quietHours: false } });
    w.clock.set('2026-03-02T22:00:00Z');
    await happens('payment_failed');
    await approve();
    expect(w.email.sent).toHaveLength(1);
  });
});

describe('an incident', () => {
  test('is one card for all whom it affects, who may be chosen', async () => {
    const data = { incident: 'inc-1', title: 'Exports are slow' };
    for (const name of ['ada', 'bob', 'cyd'])
      await happens('incident', { customer: { email: `${name}@acme.example`, name }, data });
    expect(proposals()).toHaveLength(1);
    expect(words()).toContain('Approve & send to 3');
    const [ada] = await w.store.recipientsOf(1);
    await onProposal({ type: 'submit', form: 'choose', values: { leave_out: String(ada?.id) } });
    await approve();
    expect(w.email.sent.map(({ to }) => to.email)).toEqual(['bob@acme.example', 'cyd@acme.example']);
    // Somebody whom it meets later gets a card of their own.
    await happens('incident', { customer: { email: 'dot@acme.example' }, data });
    expect(proposals()).toHaveLength(2);
    expect(words()).toContain('Approve & send"');
  });
});

describe('mode auto', () => {
  async function decideMany(n: number) {
    for (let i = 0; i < n; i++) {
      const customer = { email: `c${i}@acme${i}.example` };
      await recordEvent(w.deps, { customer, type: 'payment_failed', data: {} });
    }
    await considerEvents(w.deps);
    await considerEvents(w.deps);
    for (let i = 0; i < proposals().length; i++) await approve(i);
  }

  test('asks until approvals have earned it, then sends and says why', async () => {
    await reopen({ outreach: { mode: 'auto' }, modes: { risk: 0.3 } });
    await happens('payment_failed');
    expect(words()).toContain('more approvals until messages like this go alone');
    await approve();
    await decideMany(10);
    const asked = w.email.sent.length;
    await happens('payment_failed', { customer: { email: 'last@later.example' } });
    await sendDue(w.deps);
    expect(w.email.sent).toHaveLength(asked + 1);
    expect(words()).toContain('Approved by Deskhand');
    const { rows: drafts } = await w.pool.query('select routing from draft order by id desc limit 1');
    expect(drafts[0].routing).toMatchObject({ route: 'auto', reasons: [expect.stringContaining('Earned')] });
  });

  test('is lost by messages that left alone after which customers wanted no more', async () => {
    await reopen({ outreach: { mode: 'auto' }, modes: { risk: 0.3 } });
    await happens('payment_failed');
    await approve();
    await decideMany(10);
    await happens('payment_failed', { customer: { email: 'alone@later.example' } });
    expect(words()).toContain('Approved by Deskhand');
    w.clock.advance(HOUR);
    await happens('opted_out', { customer: { email: 'alone@later.example' } });
    await happens('payment_failed', { customer: { email: 'last@later.example' } });
    expect(words()).toContain('waits for approval');
  });

  test('is not earned by messages that people dismissed', async () => {
    await reopen({ outreach: { mode: 'auto' }, modes: { risk: 0.3 } });
    for (let i = 0; i < 12; i++) {
      await happens('payment_failed', { customer: { email: `c${i}@acme${i}.example` } });
      await onProposal({ type: 'act', act: 'dismiss' });
    }
    await happens('payment_failed', { customer: { email: 'last@later.example' } });
    expect(words()).toContain('waits for approval');
  });
});

describe('what came of it', () => {
  test('paid afterwards, answered, and wants no more', async () => {
    await happens('payment_failed');
    await approve();
    w.clock.advance(HOUR);
    await happens('payment_succeeded');
    expect(await figures()).toMatchObject([
      { kind: 'payment_failed', events: 1, proposed: 1, sent: 1, settled: 1, replied: 0, optedOut: 0 },
    ]);
    w.clock.advance(HOUR);
    // The customer answers the mail; its thread leads to the ticket.
    await w.pool.query("update message set thread_id = 'thread-1' where direction = 'outbound'");
    await w.write('Stop, please.', { customer: MARIA, threadId: 'thread-1' });
    await w.work();
    expect(await figures()).toMatchObject([{ settled: 1, replied: 1, optedOut: 1 }]);
    expect(await rows('ticket')).toHaveLength(1);
    w.clock.advance(30 * DAY);
    await happens('payment_failed');
    expect((await rows('outreach')).at(-1)).toMatchObject({ reason: 'wants no messages from us' });
  });

  test('carries the way out of it, until the customer answers', async () => {
    await happens('payment_failed');
    await approve();
    expect(w.email.sent[0]?.unsubscribe).toEqual({ url: 'https://desk.example/unsubscribe/1' });
    await w.write('The invoices page is empty, how come?', { customer: MARIA });
    await w.work();
    const ticketId = (await rows('ticket')).length + 1_000;
    await w.press('ana', ticketId, { kind: 'approve' });
    w.clock.advance(60_000);
    await sendDue(w.deps);
    expect(w.email.sent.at(-1)).not.toHaveProperty('unsubscribe');
  });

  test('the mail that a mail program’s button writes is understood, whatever thread it is in', async () => {
    await happens('payment_failed');
    await w.write('unsubscribe', { customer: MARIA, subject: 'unsubscribe' });
    await considerEvents(w.deps);
    expect(words()).toContain('wants no messages from us');
    await w.store.transaction((tx) => optOut(tx, 1, w.clock.now()));
    expect(await rows('customer_event')).toMatchObject([{ type: 'payment_failed' }, { type: 'opted_out' }]);
  });

  test('stands behind /deskhand signals', async () => {
    await happens('payment_failed');
    await approve();
    w.clock.advance(60_000);
    const reply = await act(w.deps, {
      ref: null,
      agent: { platform: 'console', userId: 'ana@team.example' },
      intent: { type: 'command', text: 'signals' },
    });
    expect(JSON.stringify(reply)).toContain('["Failed payment","1","0","0","0"]');
  });

  test('a message of ours is not counted among what customers asked', async () => {
    await happens('payment_failed');
    await approve();
    const now = w.clock.now().getTime();
    const span = { from: new Date(now - DAY), to: new Date(now + DAY) };
    expect(await figuresByDay(w.deps, span)).toEqual([]);
  });
});
