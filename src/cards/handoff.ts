// The handoff summary: what the next person needs to take over, without asking the customer again.
import type { Block, Card } from '../model/card.ts';
import { ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { decisionWords } from './details.ts';
import { lastDecision, unanswered } from './state.ts';
import { contextBlocks, headerOf, summaryOf } from './ticket.ts';
import { count, cut, line, plain, time, writtenBy } from './words.ts';

/** What somebody is told to whom a ticket was assigned. */
export function assignedWords(view: TicketView, by: string): string {
  return `${ticketKey(view.ticket.id)} · ${line(by, 60)} assigned this to you: ${summaryOf(view)}`;
}

/** Who escalated and why, the problem, what was tried and said, what is known, what is missing. */
export function handoffCard(view: TicketView): Card {
  const { ticket, customer, draft } = view;
  const decision = lastDecision(view, 'escalate');
  const to = line(ticket.escalatedTo ?? 'a person', 60);
  const reason = decision?.decision.kind === 'escalate' ? decision.decision.reason : null;
  const answered = view.messages.filter((m) => m.direction === 'outbound');
  const asked = ticket.analysis?.questions ?? [];
  const words: Block[] = unanswered(view.messages).map((message) => ({
    type: 'quote',
    of: 'customer',
    label: writtenBy(message, view),
    ...cut(plain(message.text), 1500, 30),
  }));
  const done = view.decisions.filter((d) => !d.undoneAt && d.kind !== 'escalate').slice(-5);
  return {
    tone: ticket.priority?.level ?? 'warning',
    fallback: `${ticketKey(ticket.id)} · Handoff to ${to}: ${summaryOf(view)}`,
    ref: null,
    blocks: [
      headerOf(view),
      {
        type: 'outcome',
        tone: 'warning',
        text: `Handed to ${to}${decision ? ` by ${line(decision.by, 60)} ${time(decision.at, view)}` : ''}${reason ? `: ${line(reason, 600)}` : ''}`,
      },
      ...(asked.length > 0
        ? [
            {
              type: 'text' as const,
              style: 'body' as const,
              label: 'Asked',
              text: asked.map((q) => line(q, 200)).join('\n'),
            },
          ]
        : []),
      ...words,
      {
        type: 'fields',
        title: 'So far',
        fields: [
          { label: 'Conversation', value: count(view.messages.length, 'message') },
          {
            label: 'Answered',
            value:
              answered.length > 0
                ? `${answered.length}, last ${time(answered.at(-1)?.at ?? view.now, view)}`
                : 'not yet',
          },
          ...(customer.email ? [{ label: 'Reach', value: line(customer.email, 100) }] : []),
          ...done.map((d) => ({
            label: time(d.at, view),
            value: `${line(d.by, 60)} ${decisionWords(d.decision, view)}`,
          })),
        ],
      },
      ...(draft
        ? [
            {
              type: 'quote' as const,
              of: 'draft' as const,
              label: draft.answerable
                ? 'Draft so far, not sent'
                : 'Holding reply, not sent: nothing we know answers this',
              ...cut(plain(draft.text), 700, 16),
            },
          ]
        : []),
      ...contextBlocks(view, 12),
    ],
  };
}
