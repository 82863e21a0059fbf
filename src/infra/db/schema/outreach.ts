// Events that are a reason to write to a customer, alerts to our own people, and how accounts fare.
import { sql } from 'drizzle-orm';
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { AlertBody, AlertKind, AlertStatus } from '../../../model/alert.ts';
import type { OutreachKind, OutreachStatus } from '../../../model/outreach.ts';
import { id, ref, time } from './columns.ts';
import { account, customer, customerEvent } from './customers.ts';
import { proposal } from './tracking.ts';

/** What became of an event that is a reason to write: one row an event and customer. */
export const outreach = pgTable(
  'outreach',
  {
    id: id(),
    eventId: ref()
      .notNull()
      .references(() => customerEvent.id),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    kind: text().$type<OutreachKind>().notNull(),
    status: text().$type<OutreachStatus>().notNull(),
    /** Why nothing was proposed, in words. */
    reason: text(),
    proposalId: ref().references(() => proposal.id),
    createdAt: time().notNull(),
  },
  (t) => [uniqueIndex().on(t.eventId), index().on(t.customerId, t.createdAt), index().on(t.proposalId)],
);

export const alert = pgTable(
  'alert',
  {
    id: id(),
    kind: text().$type<AlertKind>().notNull(),
    /** Null for alerts about the product. */
    accountId: ref().references(() => account.id),
    /** What it warns of, for one alert per reason: `unresolved`, `expansion`, `gap:billing/refund:de`. */
    reason: text().notNull(),
    /** How strong the signal was, 0..1: what a false alarm raises the bar to. */
    strength: doublePrecision().notNull(),
    title: text().notNull(),
    body: jsonb().$type<AlertBody>().notNull(),
    status: text().$type<AlertStatus>().notNull().default('open'),
    createdAt: time().notNull(),
    decidedBy: text(),
    decidedAt: time(),
    /** Grows with everything its card shows; the card shows `presentedVersion`. */
    version: integer().notNull().default(1),
    presentedVersion: integer().notNull().default(0),
  },
  (t) => [
    index().on(t.accountId, t.reason, t.createdAt),
    index('alert_unpresented').on(t.id).where(sql`${t.version} > ${t.presentedVersion}`),
  ],
);

/** How an account fared on a day. */
export const accountHealth = pgTable(
  'account_health',
  {
    accountId: ref()
      .notNull()
      .references(() => account.id),
    /** `YYYY-MM-DD` in the workspace's time zone. */
    day: text().notNull(),
    /** 0 (about to leave) .. 100. */
    health: doublePrecision().notNull(),
    /** Likelihood to leave within 30 days as learned; null while too few have left to learn from. */
    risk: doublePrecision(),
    reasons: jsonb().$type<{ name: string; points: number; text: string }[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.day] }), index().on(t.day)],
);
