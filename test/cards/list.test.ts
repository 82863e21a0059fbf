// Lists of tickets: what a command found, and what waits.
import { expect, it } from 'vitest';
import { listCard } from '../../src/cards/list.ts';
import type { Ticket } from '../../src/model/ticket.ts';
import { aTicket } from '../support/ticket-views.ts';

const listed = (...tickets: Partial<Ticket>[]) => {
  const rows = tickets.map((one, n) => aTicket({ id: 1000 + n, ...one }));
  return listCard('Found', { rows, total: rows.length }, (id) => id).blocks.find(
    (block) => block.type === 'table',
  );
};

it('a list names state and owner where they differ', () => {
  const table = listed({ status: 'awaiting_agent', assignee: 'Ben' }, { status: 'resolved' });
  expect(table?.columns).toEqual(['Ticket', 'Priority', 'About', 'State']);
  expect(table?.rows.map((row) => row.at(-1))).toEqual(['waiting · Ben has it', 'resolved']);
});

it('what all of them have in common is left out', () => {
  const table = listed({ status: 'awaiting_agent' }, { status: 'awaiting_agent' });
  expect(table?.columns).toEqual(['Ticket', 'Priority', 'About']);
  expect(table?.rows.map((row) => row.length)).toEqual([3, 3]);
});

it('a ticket without a summary is named by its subject, else by its category', () => {
  const bare = { analysis: null, priority: null };
  const table = listed({ ...bare, subject: 'Late invoice' }, { ...bare, subject: null, category: 'billing' });
  expect(table?.rows.map((row) => row.slice(1, 3))).toEqual([
    ['–', 'Late invoice'],
    ['–', 'billing'],
  ]);
});
