// Promises to customers and how they stand, and what history has taught about priorities.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import type { PriorityFit } from '../../../model/priority.ts';
import type { ServiceTarget } from '../../../model/service-level.ts';
import { id, ref, time } from './columns.ts';
import { ticket } from './conversations.ts';

/** One promise of a ticket. */
export const serviceClock = pgTable(
  'service_clock',
  {
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    target: text().$type<ServiceTarget>().notNull(),
    limitMs: bigint({ mode: 'number' }).notNull(),
    /** Counted in business hours; else round the clock. */
    businessHours: boolean().notNull(),
    dueAt: time().notNull(),
    warnAt: time().notNull(),
    escalateAt: time().notNull(),
    /** Time that had passed when the promise became as strict as it is. */
    earlierMs: bigint({ mode: 'number' }).notNull().default(0),
    /** Since when it stands still. */
    pausedAt: time(),
    warnedAt: time(),
    escalatedAt: time(),
    /** When it had been due, once it was late. */
    breachedAt: time(),
  },
  (t) => [
    primaryKey({ columns: [t.ticketId, t.target] }),
    index('service_clock_running').on(t.warnAt).where(sql`${t.pausedAt} is null and ${t.breachedAt} is null`),
    index('service_clock_breached').on(t.breachedAt).where(sql`${t.breachedAt} is not null`),
  ],
);

/** Each look at history; the newest counts. */
export const priorityFit = pgTable('priority_fit', {
  id: id(),
  at: time().notNull(),
  n: integer().notNull(),
  bad: integer().notNull(),
  configuredAuc: doublePrecision(),
  learnedAuc: doublePrecision(),
  shifts: jsonb().$type<PriorityFit['shifts']>().notNull(),
  verdict: text().notNull(),
});
