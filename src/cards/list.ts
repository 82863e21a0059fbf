// Cards that list tickets: what a command found, and what waits for somebody today.
import type { Block, Card } from '../model/card.ts';
import { type Ticket, ticketKey } from '../model/ticket.ts';
import { line } from './words.ts';

/** What a list shows of a ticket. */
export type ListedTicket = Pick<
  Ticket,
  'id' | 'status' | 'subject' | 'category' | 'priority' | 'analysis' | 'assignee'
>;

/** How many tickets a list shows; the others are counted. */
const SHOWN = 15;

/** Tickets in a table. `categoryName`: what people call a category. */
export function listCard(title: string, tickets: ListedTicket[], categoryName: (id: string) => string): Card {
  return {
    tone: 'neutral',
    fallback: title,
    ref: null,
    blocks: [{ type: 'header', text: title }, ...ticketTable(tickets, SHOWN, categoryName)],
  };
}

/** What one person has, what waits for anybody, and the day's figures. */
export function todayCard(today: {
  mine: ListedTicket[];
  waiting: ListedTicket[];
  figures: { label: string; value: string }[];
  categoryName(id: string): string;
}): Card {
  const { mine, waiting, figures, categoryName } = today;
  const title = `Today: ${mine.length} yours, ${waiting.length} waiting`;
  return {
    tone: 'neutral',
    fallback: title,
    ref: null,
    blocks: [
      { type: 'header', text: title },
      { type: 'fields', fields: figures },
      { type: 'text', style: 'strong', text: 'Taken by you' },
      ...ticketTable(mine, 10, categoryName),
      { type: 'divider' },
      { type: 'text', style: 'strong', text: 'Waiting for an agent' },
      ...ticketTable(waiting, 10, categoryName),
    ],
  };
}

function ticketTable(tickets: ListedTicket[], most: number, categoryName: (id: string) => string): Block[] {
  const shown = tickets.slice(0, most);
  if (shown.length === 0) return [{ type: 'text', style: 'muted', text: 'Nothing here.' }];
  const rows = shown.map(({ id, priority, analysis, subject, category, status, assignee }) => [
    ticketKey(id),
    priority?.level ?? '–',
    line(analysis?.summary ?? subject ?? (category ? categoryName(category) : '–'), 180),
    [status.replaceAll('_', ' '), assignee].filter(Boolean).join(' · '),
  ]);
  const missing = tickets.length - shown.length;
  return [
    { type: 'table', columns: ['Ticket', 'Priority', 'About', 'State'], rows },
    ...(missing > 0 ? [{ type: 'context' as const, text: `and ${missing} more` }] : []),
  ];
}
