// What was counted of whole days, kept so that a year need not be counted again, and which days have changed since.
import { index, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { CategoryDay } from '../../../model/digest.ts';
import { time } from './columns.ts';

/** A day as counted when it was over. What has changed since stands in `ticket_change`. */
export const dayFigures = pgTable(
  'day_figures',
  {
    zone: text().notNull(),
    /** `YYYY-MM-DD` in `zone`; it lasted from `starts` (inclusive) to `ends` (exclusive). */
    day: text().notNull(),
    starts: time().notNull(),
    ends: time().notNull(),
    categories: json().$type<CategoryDay[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.zone, t.day] })],
);

/**
 * Moments at which a ticket was opened or resolved that something was changed of: days they lie in must be counted
 * again. Written by triggers on `ticket` and `service_clock` in the transaction of the change, so that no figure is ever
 * out of date.
 */
export const ticketChange = pgTable('ticket_change', { at: time().notNull() }, (t) => [index().on(t.at)]);
