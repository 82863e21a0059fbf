// What the pictures show: a ticket that waits, one that is settled, its thread, and a bug that several customers report.
import { clusterCard } from '../../src/cards/cluster.ts';
import { ticketForm } from '../../src/cards/forms.ts';
import { threadCard } from '../../src/cards/notes.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import type { Card, Form } from '../../src/model/card.ts';
import type { ClusterView } from '../../src/model/cluster.ts';
import {
  aDecision,
  aDraft,
  aMessage,
  anAnalysis,
  aTicket,
  aView,
  NOW,
} from '../../test/support/ticket-views.ts';

const before = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

const pending = aView();

/** A ticket in few words, for looking at several at once. */
const brief = (level: 'P1' | 'P4', id: number, summary: string, words: string) =>
  aView({
    ticket: aTicket({
      id,
      category: null,
      priority: { level, score: level === 'P1' ? 92 : 12, factors: [] },
      analysis: anAnalysis({ summary }),
    }),
    messages: [aMessage({ text: words })],
    draft: null,
    due: null,
    context: [],
    similarCount: 0,
  });

const urgent = brief('P1', 1047, 'Nobody can open the schedule', 'Nobody here can open today’s schedule.');
const calm = brief('P4', 1043, 'Wishes for a darker calendar', 'A darker calendar would be lovely.');

const reply =
  'Hi Margaret,\n\nOf course. Both invoices are on their way to accounts@northgatelifts.example, and your accountant can download them any time under Settings → Billing → Documents.\n\nBest regards,\nAna from Crewlane';

const settled = aView({
  ticket: aTicket({ status: 'awaiting_customer' }),
  decisions: [aDecision({ kind: 'edit', text: reply, then: 'keep' }, { at: before(2) })],
  draft: aDraft({ status: 'sent' }),
  outbox: {
    status: 'sent',
    sendAfter: before(2),
    lastError: null,
    by: 'Ana',
    sentAt: before(2),
    draftVersion: 1,
  },
});

const bug: ClusterView = {
  id: 12,
  kind: 'bug',
  title: 'CSV export stops with EXP-504',
  status: 'confirmed',
  rev: 4,
  confirmed: true,
  because: '5 customers within 2 hours, where one a day is usual',
  firstSeen: before(118),
  lastSeen: before(9),
  reports: 7,
  customers: 5,
  today: 5,
  usual: { of: 'Exports', rate: '0.3 a day' },
  accounts: 4,
  mrr: 4230,
  plans: ['Enterprise', 'Team'],
  signatures: [{ name: 'EXP-504', times: 4 }],
  environment: [
    { name: 'Chrome 141', times: 3 },
    { name: 'Windows 11', times: 2 },
  ],
  channels: [
    { name: 'email', times: 5 },
    { name: 'livechat', times: 2 },
  ],
  steps: ['Open Jobs and choose a month', 'Press Export, CSV', 'The bar stops at 40 %'],
  quotes: [
    {
      text: 'Every export of last month stops at 40 % and then says EXP-504. Smaller ones work.',
      plan: 'Enterprise',
      at: before(31),
    },
    {
      text: 'The export for payroll hangs, error EXP-504. Payroll is on Friday!',
      plan: 'Team',
      at: before(9),
    },
  ],
  issue: null,
  lookAlikes: [],
  trouble: null,
  news: null,
  mutedUntil: null,
  dismissedBy: null,
  mergedInto: null,
  now: NOW,
  timeZone: pending.timeZone,
};

export interface Scenes {
  /** The most urgent ticket, and one that can wait. */
  urgent: Card;
  calm: Card;

  pending: Card;
  settled: Card;
  /** Posts of the pending card's thread. */
  thread: Card[];
  /** An agent's words in that thread. */
  said: string;
  edit: Form;
  escalate: Form;
  bug: Card;
}

/** The same scenes for every platform. */
export function scenes(): Scenes {
  const directory = {
    agents: [{ name: 'Ana', email: 'ana@crewlane.example' }],
    teams: ['billing', 'engineering'],
    categories: [],
    timeZone: pending.timeZone,
    now: NOW,
  };
  return {
    urgent: ticketCard(urgent),
    calm: ticketCard(calm),
    pending: ticketCard(pending),
    settled: ticketCard(settled),
    thread: [
      threadCard(
        aMessage({ seq: 2, at: before(6), text: 'Her address changed: accounts@northgatelifts.example' }),
        pending,
      ),
    ],
    said: 'I called her. Both invoices go to the new address today.',
    edit: ticketForm('edit', pending, directory),
    escalate: ticketForm('escalate', pending, directory),
    bug: clusterCard(bug),
  };
}
