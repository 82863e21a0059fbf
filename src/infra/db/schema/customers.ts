// Customers, their accounts and addresses, and what other systems told about them.
import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Usage } from '../../../model/customer.ts';
import { id, ref, time } from './columns.ts';

export const account = pgTable(
  'account',
  {
    id: id(),
    externalId: text(),
    name: text().notNull(),
    domain: text(),
    plan: text(),
    mrr: doublePrecision(),
    renewalAt: time(),
    seats: integer(),
    owner: text(),
    churnedAt: time(),
    createdAt: time().notNull().defaultNow(),
  },
  (t) => [uniqueIndex().on(t.externalId), index().on(t.domain)],
);

export const customer = pgTable(
  'customer',
  {
    id: id(),
    accountId: ref().references(() => account.id),
    name: text(),
    language: text(),
    title: text(),
    optedOut: boolean().notNull().default(false),
    usage: jsonb().$type<Usage>().notNull().default({}),
    createdAt: time().notNull().defaultNow(),
  },
  (t) => [index().on(t.accountId)],
);

/** One customer has many addresses; `kind` is `email`, `id` or a channel's handle. */
export const address = pgTable(
  'address',
  {
    id: id(),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    kind: text().notNull(),
    value: text().notNull(),
  },
  (t) => [uniqueIndex().on(t.kind, t.value), index().on(t.customerId)],
);

export const customerEvent = pgTable(
  'customer_event',
  {
    id: id(),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    type: text().notNull(),
    at: time().notNull(),
    data: jsonb().$type<Usage>().notNull(),
    /** The sender's id of it: the same one is taken once. */
    externalId: text(),
    /** Outreach has looked at it. */
    considered: boolean().notNull().default(false),
  },
  (t) => [
    index().on(t.customerId, t.at),
    uniqueIndex().on(t.externalId),
    index('customer_event_new').on(t.id).where(sql`not ${t.considered}`),
  ],
);
