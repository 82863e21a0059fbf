// The card of a burst: what many tickets at once are about, and how far they are.
import type { Block, Card, Tone } from '../model/card.ts';
import { PRIORITIES, type TicketStatus, ticketKey } from '../model/ticket.ts';
import { count, line } from './words.ts';

/** What the card says of one ticket. */
interface BurstLine {
  id: number;
  status: TicketStatus;
  level: string | null;
  summary: string | null;
  customer: string | null;
}

/** Tickets that are listed; the others are in the thread. */
const LISTED = 10;

/** "12 more about Exports", with the newest of them. `id`: the burst's; `tickets`: newest first. */
export function burstCard(id: number, topic: string, tickets: BurstLine[]): Card {
  const title = `${tickets.length} more about ${line(topic, 80)}`;
  const waiting = tickets.filter(({ status }) => status === 'open' || status === 'awaiting_agent');
  const words = (one: BurstLine) =>
    [one.level, one.customer && line(one.customer, 60), line(one.summary ?? 'No summary yet', 120)]
      .filter(Boolean)
      .join(' · ');
  const blocks: Block[] = [
    { type: 'header', text: title },
    {
      type: 'text',
      style: 'body',
      text: progressOf(waiting.length, tickets.length - waiting.length),
    },
    {
      type: 'fields',
      fields: tickets.slice(0, LISTED).map((one) => ({ label: ticketKey(one.id), value: words(one) })),
    },
    {
      type: 'context',
      text: `${tickets.length > LISTED ? `and ${tickets.length - LISTED} more. ` : ''}Each has its own card in this thread; notes there begin with their ticket, as in “${ticketKey(tickets[0]?.id ?? 1042)} she called”`,
    },
  ];
  const tone = PRIORITIES.find((level) => waiting.some((one) => one.level === level)) ?? 'neutral';
  return {
    tone: waiting.length === 0 ? ('good' satisfies Tone) : tone,
    fallback: title,
    ref: { ticketId: `B-${id}`, draftVersion: 0 },
    blocks,
  };
}

function progressOf(waiting: number, done: number): string {
  if (waiting === 0) return 'All of them are taken care of';
  const wait = `${count(waiting, 'waits', 'wait')} for an agent`;
  return done === 0 ? wait : `${wait}, ${done} taken care of`;
}

/** What stays in the thread of a ticket that got a card of its own. `key`: `T-1042`. */
export function movedCard(key: string): Card {
  const text = `${key} is P1 now and has a card of its own`;
  return { tone: 'neutral', fallback: text, ref: null, blocks: [{ type: 'text', style: 'muted', text }] };
}
