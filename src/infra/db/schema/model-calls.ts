// Calls of the language model: the budget's ledger and the trace of who was asked what.
import { doublePrecision, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { id, ref, time } from './columns.ts';
import { ticket } from './conversations.ts';

export const modelCall = pgTable(
  'model_call',
  {
    id: id(),
    at: time().notNull(),
    /** Date in the workspace's time zone, which budgets are counted by. */
    day: text().notNull(),
    /** Null: not on behalf of a ticket. */
    ticketId: ref().references(() => ticket.id, { onDelete: 'set null' }),
    /** `analyse`, `draft`, … */
    step: text().notNull(),
    model: text().notNull(),
    /** Name and content hash: `draft@3f2a91c0d4e5`. */
    prompt: text().notNull(),
    inputTokens: integer().notNull(),
    outputTokens: integer().notNull(),
    cost: doublePrecision().notNull(),
    /** `ok`, or the code of the failure. */
    outcome: text().notNull(),
    milliseconds: integer().notNull(),
  },
  (t) => [index().on(t.day), index().on(t.ticketId)],
);
