// The ticket card in each state: what it says, which buttons it has, and what it never does with customers' words.
import { describe, expect, it } from 'vitest';
import { ticketCard } from '../../src/cards/ticket.ts';
import type { Block, Card } from '../../src/model/card.ts';
import {
  aDecision,
  aDraft,
  aMessage,
  anAnalysis,
  anOutbox,
  aTicket,
  aView,
  NOW,
} from '../support/ticket-views.ts';

function block<T extends Block['type']>(card: Card, type: T): Extract<Block, { type: T }> | undefined {
  return card.blocks.find((b): b is Extract<Block, { type: T }> => b.type === type);
}

function buttons(card: Card): string[] {
  return block(card, 'actions')?.buttons.map((b) => b.label) ?? [];
}

function menu(card: Card): string[] {
  return block(card, 'actions')?.menu.map((b) => b.id) ?? [];
}

const outcome = (card: Card) => block(card, 'outcome')?.text ?? null;
const quotes = (card: Card) => card.blocks.filter((b) => b.type === 'quote');

describe('a card that waits for an agent', () => {
  const card = ticketCard(aView());

  it('says on its first line how urgent it is, about what, from whom, and when it is due', () => {
    expect(block(card, 'header')?.chips?.map((c) => c.text)).toEqual([
      'P2',
      'T-1042',
      'Invoice copies',
      'Margaret Oyelaran, Northgate Lifts Ltd',
      'Enterprise',
      'due 11:45',
    ]);
    expect(block(card, 'header')?.text).toBe(
      'Wants the January and February invoices sent to their accountant',
    );
  });

  it('gives the three strongest reasons for the priority', () => {
    expect(block(card, 'text')).toMatchObject({
      label: 'P2 because',
      text: 'renews in 14 days · Enterprise, €1,850 a month · asks for Thursday',
    });
  });

  it('does not give the running out of time as a reason for the priority, which it does not move', () => {
    const { priority } = aTicket();
    const factors = [{ name: 'timeLeft', points: 8, text: 'late' }, ...(priority?.factors ?? [])];
    const late = ticketCard(aView({ ticket: aTicket({ priority: priority && { ...priority, factors } }) }));
    expect(block(late, 'text')).toEqual(block(card, 'text'));
  });

  it('names who has set the priority, and what it would rest on without them', () => {
    const set = ticketCard(aView({ ticket: aTicket({ priorityBy: 'Ana' }) }));
    expect(block(set, 'text')).toMatchObject({
      label: 'P2 set by Ana',
      text: 'we had scored it 64 of 100: renews in 14 days · Enterprise, €1,850 a month · asks for Thursday',
    });
  });

  it('offers approve, edit and escalate, and the rest in the menu', () => {
    expect(buttons(card)).toEqual(['Approve & send', 'Edit', 'Escalate']);
    expect(menu(card)).toEqual(
      expect.arrayContaining([
        'take',
        'form:assign',
        'form:snooze',
        'form:reclassify',
        'form:prioritise',
        'form:link',
        'form:flag',
        'form:note',
        'show',
      ]),
    );
  });

  it('shows the confidence with reasons, and how far the category is from answering alone', () => {
    expect(block(card, 'confidence')).toMatchObject({
      value: 0.91,
      hint: '23 more reviewed tickets until auto',
    });
  });

  it('says nothing of how sure one is of words that an agent wrote', () => {
    expect(block(ticketCard(aView({ draft: aDraft({ author: 'Ana' }) })), 'confidence')).toBeUndefined();
  });

  it('names at most three sources', () => {
    const many = Array.from({ length: 9 }, () => aDraft().sources).flat();
    const crowded = ticketCard(aView({ draft: aDraft({ sources: many }) }));
    expect(block(crowded, 'sources')?.items).toHaveLength(3);
  });

  it('names a context source that could not be asked', () => {
    const view = aView({ context: [{ source: 'stripe', facts: [], error: 'no answer within 2 s' }] });
    const warning = ticketCard(view).blocks.find((b) => b.type === 'text' && b.style === 'warning');
    expect(warning).toMatchObject({ text: 'stripe could not be asked: no answer within 2 s' });
  });

  it('carries the ticket and the version of the draft that its buttons speak of', () => {
    expect(card.ref).toEqual({ ticketId: 'T-1042', draftVersion: 1 });
  });
});

describe('every state has its own line and buttons', () => {
  const cases: { state: string; card: Card; says: string | null; offers: string[] }[] = [
    {
      state: 'being read',
      card: ticketCard(aView({ draft: null, working: true })),
      says: null,
      offers: ['Write reply', 'Escalate'],
    },
    {
      state: 'spam',
      card: ticketCard(
        aView({
          draft: null,
          ticket: aTicket({ status: 'awaiting_agent', analysis: anAnalysis({ spam: 0.97 }) }),
        }),
      ),
      says: 'Looks like spam, so no reply was drafted',
      offers: ['Close as spam', 'Write reply'],
    },
    {
      state: 'with a draft that nobody should rely on',
      card: ticketCard(
        aView({
          draft: aDraft({
            confidence: 0.12,
            routing: {
              ...aDraft().routing,
              route: 'escalate',
              reasons: ['its confidence of 12.0 % is too low to suggest it'],
            },
          }),
        }),
      ),
      says: 'For a person to write, since its confidence of 12.0 % is too low to suggest it',
      offers: ['Edit', 'Approve & send', 'Escalate'],
    },
    {
      state: 'without a draft because of a failure',
      card: ticketCard(
        aView({ draft: null, ticket: aTicket({ failure: 'No draft could be made: the model is silent' }) }),
      ),
      says: 'the model is silent',
      offers: ['Write reply', 'Answer with a macro…', 'Escalate'],
    },
    {
      state: 'an agent’s own text',
      card: ticketCard(aView({ draft: aDraft({ author: 'Ben' }) })),
      says: null,
      offers: ['Approve & send', 'Edit', 'Drop this text'],
    },
    {
      state: 'observed',
      card: ticketCard(aView({ draft: aDraft({ routing: { ...aDraft().routing, mode: 'observe' } }) })),
      says: 'Observing this category',
      offers: ['Write reply', 'Approve & send', 'Escalate'],
    },
    {
      state: 'unanswerable',
      card: ticketCard(aView({ draft: aDraft({ answerable: false }) })),
      says: 'Nothing we know answers this',
      offers: ['Complete the reply', 'Answer with a macro…', 'Escalate'],
    },
    {
      state: 'escalated',
      card: ticketCard(
        aView({
          ticket: aTicket({ escalatedTo: 'billing' }),
          decisions: [aDecision({ kind: 'escalate', to: 'billing', reason: 'refund above my limit' })],
        }),
      ),
      says: 'Escalated to billing by Ana 10:28: refund above my limit',
      offers: ['Reply', 'Approve & send', 'Escalate again'],
    },
    {
      state: 'escalated with a holding reply, which nobody should send by one press',
      card: ticketCard(
        aView({ ticket: aTicket({ escalatedTo: 'billing' }), draft: aDraft({ answerable: false }) }),
      ),
      says: 'Escalated to billing',
      offers: ['Reply', 'Escalate again'],
    },
    {
      state: 'stale',
      card: ticketCard(
        aView({
          messages: [aMessage(), aMessage({ id: 2, seq: 2, text: 'Never mind, found one' })],
          working: true,
        }),
      ),
      says: 'The customer wrote again; a new draft is being written',
      offers: ['Escalate'],
    },
    {
      state: 'sending',
      card: ticketCard(aView({ ticket: aTicket({ status: 'sending' }), outbox: anOutbox() })),
      says: 'Ana approved · sending at 10:30:10',
      offers: ['Undo'],
    },
    {
      state: 'sent after an edit',
      card: ticketCard(
        aView({
          ticket: aTicket({ status: 'awaiting_customer' }),
          decisions: [aDecision({ kind: 'edit', text: 'Both are on their way.' })],
          outbox: anOutbox({ status: 'sent', sentAt: NOW }),
        }),
      ),
      says: 'Sent by Ana 10:30 · edited',
      offers: [],
    },
    {
      state: 'sent by itself',
      card: ticketCard(
        aView({
          ticket: aTicket({ status: 'awaiting_customer' }),
          draft: aDraft({ confidence: 0.97, status: 'sent' }),
          outbox: anOutbox({ status: 'sent', by: 'Deskhand', sentAt: NOW }),
        }),
      ),
      says: 'Sent by Deskhand 10:30 (auto, 97 %)',
      offers: [],
    },
    {
      state: 'failed',
      card: ticketCard(aView({ outbox: anOutbox({ status: 'failed', lastError: 'mailbox full' }) })),
      says: 'Not sent: mailbox full',
      offers: ['Retry', 'Edit', 'Escalate'],
    },
    {
      state: 'unknown whether sent',
      card: ticketCard(aView({ outbox: anOutbox({ status: 'unknown', lastError: 'connection reset' }) })),
      says: 'It is not known whether the reply left (connection reset)',
      offers: ['Send again', 'Mark as sent'],
    },
    {
      state: 'undone',
      card: ticketCard(aView({ outbox: anOutbox({ status: 'cancelled', lastError: 'Ana undid it' }) })),
      says: 'Sending was stopped: Ana undid it',
      offers: ['Approve & send', 'Edit', 'Escalate'],
    },
    {
      state: 'snoozed',
      card: ticketCard(
        aView({ ticket: aTicket({ status: 'snoozed', snoozedUntil: new Date('2026-03-03T08:00:00Z') }) }),
      ),
      says: 'Snoozed until Tue 09:00',
      offers: ['Approve & send', 'Edit'],
    },
    {
      state: 'snoozed before anything was drafted',
      card: ticketCard(
        aView({
          ticket: aTicket({ status: 'snoozed', snoozedUntil: new Date('2026-03-03T08:00:00Z') }),
          draft: null,
        }),
      ),
      says: 'Snoozed until Tue 09:00',
      offers: ['Reply'],
    },
    {
      state: 'resolved, confirmed',
      card: ticketCard(
        aView({ ticket: aTicket({ status: 'resolved', resolution: 'confirmed', resolvedAt: NOW }) }),
      ),
      says: 'Resolved 10:30 · the customer confirmed it',
      offers: [],
    },
    {
      state: 'resolved, assumed',
      card: ticketCard(
        aView({ ticket: aTicket({ status: 'resolved', resolution: 'assumed', resolvedAt: NOW }) }),
      ),
      says: 'Resolved 10:30 · no further word from the customer',
      offers: [],
    },
    {
      state: 'closed as spam',
      card: ticketCard(
        aView({
          ticket: aTicket({ status: 'resolved', resolution: 'rejected', resolvedAt: NOW }),
          decisions: [aDecision({ kind: 'reject', reason: 'spam' })],
        }),
      ),
      says: 'Closed without a reply by Ana 10:30 · spam',
      offers: [],
    },
  ];
  it.each(cases)('$state', ({ card, says, offers }) => {
    if (says === null) expect(outcome(card)).toBeNull();
    else expect(outcome(card)).toContain(says);
    expect(buttons(card)).toEqual(offers);
  });

  it('a ticket that somebody took says so and can be given back', () => {
    const card = ticketCard(aView({ ticket: aTicket({ assignee: 'Bruno' }) }));
    expect(block(card, 'header')?.chips?.at(-1)?.text).toBe('Bruno has it');
    expect(menu(card)).toContain('release');
    expect(menu(card)).not.toContain('take');
  });

  it('a failure of an older version does not hide the new draft', () => {
    const view = aView({
      draft: aDraft({ version: 2 }),
      outbox: anOutbox({ status: 'failed', draftVersion: 1 }),
    });
    expect(buttons(ticketCard(view))).toContain('Approve & send');
  });

  it('a resolved ticket names who answered; a draft that was made after the reply did not leave', () => {
    const ticket = aTicket({ status: 'resolved', resolvedAt: NOW });
    const outbox = anOutbox({ status: 'sent', by: 'Bruno', draftVersion: 1 });
    const decisions = [aDecision({ kind: 'resolve' })];
    const answered = ticketCard(aView({ ticket, outbox, decisions }));
    expect(outcome(answered)).toBe('Resolved by Ana 10:30');
    expect(quotes(answered).at(-1)?.label).toBe('Reply by Bruno');
    const again = ticketCard(aView({ ticket, outbox, decisions, draft: aDraft({ version: 2 }) }));
    expect(quotes(again).at(-1)?.label).toBe('Draft, not sent · version 2');
  });

  it('an undone edit no longer counts', () => {
    const view = aView({ decisions: [aDecision({ kind: 'edit', text: 'Wrong words' }, { undoneAt: NOW })] });
    expect(quotes(ticketCard(view)).at(-1)?.text).toContain('Hi Margaret');
  });
});

describe("the customer's words", () => {
  it('all unanswered messages are quoted, what was answered is not', () => {
    const view = aView({
      messages: [
        aMessage({ seq: 1, text: 'first' }),
        aMessage({ id: 2, seq: 2, direction: 'outbound', author: 'Ana', text: 'answer' }),
        aMessage({ id: 3, seq: 3, text: 'second' }),
        aMessage({ id: 4, seq: 4, text: 'third' }),
      ],
      draft: aDraft({ basedOnSeq: 4 }),
    });
    const customer = quotes(ticketCard(view)).filter((q) => q.of === 'customer');
    expect(customer.map((q) => q.text)).toEqual(['second', 'third']);
  });

  it('a long message is cut where one can see it', () => {
    const view = aView({ messages: [aMessage({ text: 'word '.repeat(1000) })] });
    const [quote] = quotes(ticketCard(view));
    expect(quote?.cut).toBe(true);
    expect(quote?.text).toMatch(/word …$/);
    expect(quote?.text.length).toBeLessThanOrEqual(900);
  });

  it('a long draft is cut at about 600 characters', () => {
    const card = ticketCard(aView({ draft: aDraft({ text: 'word '.repeat(1000) }) }));
    const draft = quotes(card).find((q) => q.of === 'draft');
    expect(draft).toMatchObject({ cut: true });
    expect(draft?.text.length).toBeGreaterThan(500);
    expect(draft?.text.length).toBeLessThanOrEqual(600);
    expect(draft?.label).toBe('Draft · the rest under Edit');
  });

  it('a draft that is only a little longer is shown whole', () => {
    const text = `${'word '.repeat(150)}\n\nBest,\nThe team`;
    const [draft] = quotes(ticketCard(aView({ draft: aDraft({ text }) }))).filter((q) => q.of === 'draft');
    expect(draft).toMatchObject({ cut: false, label: 'Draft' });
    expect(draft?.text).toMatch(/The team$/);
  });

  it('a holding reply does not say how sure one is of it', () => {
    expect(block(ticketCard(aView({ draft: aDraft({ answerable: false }) })), 'confidence')).toBeUndefined();
  });

  it('direction marks and control characters cannot rewrite what stands beside them', () => {
    const view = aView({ messages: [aMessage({ author: 'Eve\u202eevil', text: 'a\u0000b\u2066c' })] });
    const [quote] = quotes(ticketCard(view));
    expect(quote?.label).toMatch(/^Eveevil · /);
    expect(quote?.text).toBe('abc');
  });

  it('a customer without name, account or text still gets a card', () => {
    const view = aView({
      customer: { ...aView().customer, name: null, email: null, account: null },
      messages: [],
      draft: null,
      ticket: aTicket({ analysis: null, subject: null, priority: null, category: null, dueAt: null }),
    });
    expect(ticketCard(view).fallback).toBe('T-1042 · Unknown customer: Message from Unknown customer');
  });
});
