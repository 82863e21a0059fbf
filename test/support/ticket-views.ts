// Made-up tickets in every state, for tests of cards and for looking at the console.
import type { Analysis } from '../../src/model/analysis.ts';
import { REWRITES } from '../../src/model/card.ts';
import type { DecisionRecord } from '../../src/model/decision.ts';
import type { Draft } from '../../src/model/draft.ts';
import type { Message } from '../../src/model/message.ts';
import type { Ticket } from '../../src/model/ticket.ts';
import type { OutboxView, TicketView } from '../../src/model/view.ts';
import { calmAnalysis } from './calm-analysis.ts';

/** A Monday at half past ten in Paris. */
export const NOW = new Date('2026-03-02T09:30:00Z');

const minutes = (n: number) => new Date(NOW.getTime() + n * 60_000);

export function anAnalysis(over: Partial<Analysis> = {}): Analysis {
  return calmAnalysis({
    categoryConfidence: 0.93,
    runnersUp: [{ category: 'billing/payment-failed', probability: 0.04 }],
    questions: ['Could you send the January and February invoices to our accountant?'],
    sentiment: 0.1,
    frustration: 0.1,
    urgency: 0.4,
    spam: 0.01,
    outOfScope: 0.1,
    churnRisk: 0.2,
    summary: 'Wants the January and February invoices sent to their accountant',
    ...over,
  });
}

export function aMessage(over: Partial<Message> = {}): Message {
  return {
    id: 1,
    ticketId: 1042,
    seq: 1,
    direction: 'inbound',
    channel: 'email',
    author: 'Margaret Oyelaran',
    text: 'Hello,\n\nour accountant is closing the quarter and the January and February invoices never reached her. Could you send both again, please? She needs them by Thursday.\n\nKind regards,\nMargaret',
    fullText: null,
    at: minutes(-12),
    attachments: [],
    ...over,
  };
}

export function aDraft(over: Partial<Draft> = {}): Draft {
  return {
    id: 7,
    ticketId: 1042,
    version: 1,
    status: 'pending',
    text: 'Hi Margaret,\n\nOf course. Both invoices are in your account under Settings → Billing → Documents, where your accountant can download them with a viewer seat at no cost.\n\nI have also asked for copies of January (CL-20817) and February (CL-20931) to be sent to accounts@northgatelifts.example; they should arrive within the hour.\n\nBest regards,\nAna from Crewlane',
    language: 'en',
    sources: [
      {
        kind: 'article',
        id: 'a1',
        title: 'Download or resend an invoice',
        url: 'https://help.crewlane.example/invoices',
        passage:
          'Owners and viewers find every invoice under Settings → Billing → Documents and can resend it to any address.',
        score: 0.91,
      },
      {
        kind: 'exemplar',
        id: 'T-871',
        title: 'Accountant needs last quarter’s invoices',
        url: null,
        passage: 'Both PDFs are under Documents; I have resent them to your bookkeeper.',
        score: 0.84,
      },
    ],
    confidence: 0.91,
    reasons: [
      { effect: 'up', text: '14 of 15 drafts of this category were sent unchanged' },
      { effect: 'up', text: 'A help article answers exactly this' },
      { effect: 'down', text: 'A deadline is mentioned' },
    ],
    answerable: true,
    engine: 'local-1',
    routing: {
      route: 'suggest',
      mode: 'suggest',
      threshold: null,
      reasons: ['the category is in mode suggest'],
      reviewsUntilAuto: 23,
    },
    basedOnSeq: 1,
    author: null,
    createdAt: minutes(-11),
    ...over,
  };
}

export function aTicket(over: Partial<Ticket> = {}): Ticket {
  return {
    id: 1042,
    conversationId: 1,
    customerId: 1,
    status: 'awaiting_agent',
    subject: 'Invoices for our accountant',
    channel: 'email',
    category: 'billing/invoice-copy',
    priority: {
      level: 'P2',
      score: 64,
      factors: [
        { name: 'renewal', points: 22, text: 'renews in 14 days' },
        { name: 'plan', points: 18, text: 'Enterprise, €1,850 a month' },
        { name: 'deadline', points: 12, text: 'asks for Thursday' },
        { name: 'channel', points: 2, text: 'e-mail' },
      ],
    },
    priorityBy: null,
    analysis: anAnalysis(),
    assignee: null,
    escalatedTo: null,
    looking: [],
    resolution: null,
    repliedBy: null,
    snoozedUntil: null,
    failure: null,
    dueAt: minutes(75),
    createdAt: minutes(-12),
    firstResponseAt: null,
    resolvedAt: null,
    reopenedAt: null,
    ...over,
  };
}

export function aDecision(
  decision: DecisionRecord['decision'],
  over: Partial<DecisionRecord> = {},
): DecisionRecord {
  return {
    id: 1,
    ticketId: 1042,
    draftVersion: 1,
    kind: decision.kind,
    decision,
    by: 'Ana',
    at: minutes(-2),
    undoneAt: null,
    ...over,
  };
}

export function anOutbox(over: Partial<OutboxView> = {}): OutboxView {
  return {
    status: 'queued',
    sendAfter: new Date(NOW.getTime() + 10_000),
    lastError: null,
    by: 'Ana',
    sentAt: null,
    draftVersion: 1,
    ...over,
  };
}

/** Names by id. */
export const CATEGORIES = new Map([
  ['billing/invoice-copy', 'Invoice copies'],
  ['billing/payment-failed', 'Failed payments'],
  ['calendar/sync', 'Calendar sync'],
  ['exports/csv', 'Exports'],
  ['api/webhooks', 'Webhooks'],
]);

/** A ticket that waits for an agent; `over` makes it another one. */
export function aView(over: Partial<TicketView> = {}): TicketView {
  const ticket = over.ticket ?? aTicket();
  return {
    ticket,
    due: ticket.dueAt && { target: 'first_answer', at: ticket.dueAt, pressing: ticket.dueAt < NOW },
    customer: {
      id: 1,
      name: 'Margaret Oyelaran',
      email: 'margaret.oyelaran@northgatelifts.example',
      language: 'en',
      title: 'Operations Director',
      optedOut: false,
      usage: { jobsLast30d: 1630, exportsUsed: true },
      account: {
        id: 1,
        externalId: 'acc_1001',
        name: 'Northgate Lifts Ltd',
        domain: 'northgatelifts.example',
        plan: 'Enterprise',
        mrr: 1850,
        renewalAt: new Date('2026-03-16T00:00:00Z'),
        seats: 140,
        owner: 'ana@crewlane.example',
        churnedAt: null,
      },
    },
    messages: [aMessage()],
    draft: aDraft(),
    offers: { rewrites: REWRITES, macros: true },
    decisions: [],
    outbox: null,
    context: [
      {
        source: 'Crewlane',
        facts: [
          { label: 'Revenue', value: '€1,850 a month' },
          { label: 'Renewal', value: '16 Mar' },
          { label: 'Seats', value: '140' },
          { label: 'Jobs, 30 days', value: '1,630' },
        ],
      },
    ],
    similarCount: 3,
    categoryName: (id) => CATEGORIES.get(id) ?? id,
    fileUrl: (id) => `http://localhost:3000/api/attachments/${id}`,
    now: NOW,
    timeZone: 'Europe/Paris',
    working: false,
    ...over,
  };
}
