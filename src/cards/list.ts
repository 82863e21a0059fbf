// Cards that list tickets: what a command found, and what waits for somebody today.
import type { Block, Card } from '../model/card.ts';
import { type Ticket, type TicketStatus, ticketKey } from '../model/ticket.ts';
import { titledCard } from './titled.ts';
import { line } from './words.ts';

/** What a list shows of a ticket. */
export type ListedTicket = Pick<
  Ticket,
  'id' | 'status' | 'subject' | 'category' | 'priority' | 'analysis' | 'assignee'
>;

const STATUS_WORDS: Record<TicketStatus, string> = {
  open: 'being read',
  awaiting_agent: 'waiting',
  sending: 'sending',
  awaiting_customer: 'answered',
  snoozed: 'snoozed',
  resolved: 'resolved',
};

/** How many tickets a list shows; the others are counted. */
export const LISTED = 15;

/** The first of so many tickets. */
interface Listed {
  rows: ListedTicket[];
  total: number;
}

/** Tickets in a table. `categoryName`: what people call a category. */
export function listCard(title: string, tickets: Listed, categoryName: (id: string) => string): Card {
  return titledCard(title, ...ticketTable(tickets, LISTED, categoryName));
}

/** What one person has, what waits for anybody, and the day's figures. */
export function todayCard(today: {
  mine: Listed;
  waiting: Listed;
  figures: { label: string; value: string }[];
  categoryName(id: string): string;
}): Card {
  const { mine, waiting, figures, categoryName } = today;
  return titledCard(
    `Today: ${mine.total} yours, ${waiting.total} waiting`,
    { type: 'fields', fields: figures },
    { type: 'text', style: 'strong', text: 'Taken by you' },
    ...ticketTable(mine, 10, categoryName),
    { type: 'divider' },
    { type: 'text', style: 'strong', text: 'Waiting for an agent' },
    ...ticketTable(waiting, 10, categoryName),
  );
}

function ticketTable(
  { rows: tickets, total }: Listed,
  most: number,
  categoryName: (id: string) => string,
): Block[] {
  const shown = tickets.slice(0, most);
  if (shown.length === 0) return [{ type: 'text', style: 'muted', text: 'Nothing here.' }];
  const rows = shown.map(({ id, priority, analysis, subject, category, status, assignee }) => [
    ticketKey(id),
    priority?.level ?? '–',
    line(analysis?.summary || subject || (category ? categoryName(category) : '–'), 120),
    [STATUS_WORDS[status], assignee && `${line(assignee, 40)} has it`].filter(Boolean).join(' · '),
  ]);
  const missing = total - shown.length;
  // What all of them have in common the title says.
  const alike = rows.every((row) => row[3] === rows[0]?.[3]) && rows.length > 1;
  const columns = ['Ticket', 'Priority', 'About', 'State'].slice(0, alike ? 3 : 4);
  return [
    { type: 'table', columns, rows: rows.map((row) => row.slice(0, columns.length)) },
    ...(missing > 0 ? [{ type: 'context' as const, text: `and ${missing} more` }] : []),
  ];
}
