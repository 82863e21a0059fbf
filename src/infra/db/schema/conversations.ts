// Conversations, tickets and messages: what was said, in order, and the problems inside it.
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Analysis } from '../../../model/analysis.ts';
import type { ContextFacts } from '../../../model/customer.ts';
import type { AutomaticKind, Direction, ThreadContext } from '../../../model/message.ts';
import type { OutreachKind } from '../../../model/outreach.ts';
import type { Priority, RepliedBy, Resolution, TicketStatus } from '../../../model/ticket.ts';
import { bytes, id, ref, time } from './columns.ts';
import { customer } from './customers.ts';

/** Everything one customer and the team said to each other. `nextSeq` hands out the order. */
export const conversation = pgTable(
  'conversation',
  {
    id: id(),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    nextSeq: integer().notNull().default(1),
    createdAt: time().notNull().defaultNow(),
  },
  (t) => [uniqueIndex().on(t.customerId)],
);

export const ticket = pgTable(
  'ticket',
  {
    id: ref().primaryKey().generatedAlwaysAsIdentity({ startWith: 1001 }),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    /** Id in the system it was imported from. */
    importId: text(),
    channel: text().notNull(),
    subject: text(),
    /** Why we wrote first; null: the customer did. */
    outreach: text().$type<OutreachKind>(),
    status: text().$type<TicketStatus>().notNull().default('open'),
    category: text(),
    kind: text(),
    /** A person's word on category and priority outranks the engine's. */
    categoryBy: text(),
    priorityBy: text(),
    priority: jsonb().$type<Priority>(),
    analysis: jsonb().$type<Analysis>(),
    context: jsonb().$type<ContextFacts[]>().notNull().default([]),
    assignee: text(),
    escalatedTo: text(),
    /** Names of agents who are reading it. */
    looking: jsonb().$type<string[]>().notNull().default([]),
    resolution: text().$type<Resolution>(),
    repliedBy: text().$type<RepliedBy>(),
    bugLink: text(),
    csat: integer(),
    snoozedUntil: time(),
    dueAt: time(),
    createdAt: time().notNull(),
    firstResponseAt: time(),
    resolvedAt: time(),
    reopenedAt: time(),
    /** Newest message that asks for an answer, and newest one the engine has answered with a draft. */
    inboundSeq: integer().notNull().default(0),
    draftedSeq: integer().notNull().default(0),
    /** Newest message whose problems have been compared with those of others. */
    clusteredSeq: integer().notNull().default(0),
    /** Rewrites that agents asked for and no draft has taken up yet. */
    instructions: jsonb().$type<string[]>().notNull().default([]),
    /** Grows with every visible change; the card shows `presentedRev`. */
    rev: integer().notNull().default(1),
    presentedRev: integer().notNull().default(0),
    /** Why the last try to bring the ticket up to date failed, and when the sweeper may try again. */
    failure: text(),
    retryAt: time(),
    failures: integer().notNull().default(0),
  },
  (t) => [
    index().on(t.conversationId),
    index().on(t.createdAt),
    uniqueIndex().on(t.importId),
    index('ticket_backlog').on(t.status).where(sql`${t.status} <> 'resolved'`),
    index('ticket_unfinished')
      .on(t.id)
      .where(sql`${t.inboundSeq} > ${t.draftedSeq} or ${t.rev} > ${t.presentedRev}`),
    index('ticket_unclustered').on(t.id).where(sql`${t.draftedSeq} > ${t.clusteredSeq}`),
    index('ticket_resolved').on(t.resolvedAt).where(sql`${t.resolvedAt} is not null`),
    index().on(t.channel),
    index().on(t.assignee).where(sql`${t.assignee} is not null`),
    index('ticket_request').on(t.createdAt).where(sql`${t.kind} = 'feature_request'`),
    index('ticket_leaving').on(t.createdAt).where(sql`(${t.analysis} ->> 'churnRisk')::float8 >= 0.6`),
    index('ticket_snoozed').on(t.snoozedUntil).where(sql`${t.status} = 'snoozed'`),
  ],
);

export const message = pgTable(
  'message',
  {
    id: id(),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    ticketId: ref().references(() => ticket.id),
    seq: integer().notNull(),
    direction: text().$type<Direction>().notNull(),
    channel: text().notNull(),
    externalId: text().notNull(),
    threadId: text(),
    author: text().notNull(),
    subject: text(),
    text: text().notNull(),
    fullText: text(),
    automatic: text().$type<AutomaticKind>(),
    thread: jsonb().$type<ThreadContext>(),
    at: time().notNull(),
    receivedAt: time().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex().on(t.channel, t.externalId),
    uniqueIndex().on(t.conversationId, t.seq),
    index().on(t.ticketId, t.seq),
    index('message_thread').on(t.channel, t.threadId).where(sql`${t.threadId} is not null`),
  ],
);

export const attachment = pgTable(
  'attachment',
  {
    id: id(),
    messageId: ref()
      .notNull()
      .references(() => message.id),
    name: text().notNull(),
    contentType: text().notNull(),
    size: integer().notNull(),
    url: text(),
    omitted: text(),
    content: bytes(),
  },
  (t) => [index().on(t.messageId)],
);
