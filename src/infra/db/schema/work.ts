// Drafts, decisions, the outbox and cards: the work on a ticket and its trace.
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
import type { Evidence } from '../../../model/calibration.ts';
import type { Decision, DecisionKind } from '../../../model/decision.ts';
import type { DraftStatus, ModelUse, Reason, RouteDecision, Source } from '../../../model/draft.ts';
import type { OutboxStatus } from '../../../model/outbox.ts';
import type { MessageRef } from '../../../model/platform.ts';
import { id, ref, time } from './columns.ts';
import { conversation, ticket } from './conversations.ts';

export const draft = pgTable(
  'draft',
  {
    id: id(),
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    version: integer().notNull(),
    status: text().$type<DraftStatus>().notNull().default('pending'),
    text: text().notNull(),
    language: text().notNull(),
    sources: jsonb().$type<Source[]>().notNull(),
    confidence: doublePrecision().notNull(),
    reasons: jsonb().$type<Reason[]>().notNull(),
    /** Null: an agent's words, or from before evidence was kept. */
    evidence: jsonb().$type<Evidence>(),
    answerable: boolean().notNull(),
    engine: text().notNull(),
    /** Null: no language model took part. */
    model: jsonb().$type<ModelUse>(),
    routing: jsonb().$type<RouteDecision>().notNull(),
    basedOnSeq: integer().notNull(),
    author: text(),
    createdAt: time().notNull(),
  },
  (t) => [
    uniqueIndex().on(t.ticketId, t.version),
    index('draft_gap').on(t.ticketId).where(sql`${t.version} = 1 and not ${t.answerable}`),
    // At most one version of a ticket can be approved at a time.
    uniqueIndex('draft_one_pending').on(t.ticketId).where(sql`${t.status} = 'pending'`),
  ],
);

export const decision = pgTable(
  'decision',
  {
    id: id(),
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    draftVersion: integer(),
    kind: text().$type<DecisionKind>().notNull(),
    decision: jsonb().$type<Decision>().notNull(),
    by: text().notNull(),
    byEmail: text(),
    at: time().notNull(),
    undoneAt: time(),
  },
  (t) => [index().on(t.ticketId), index().on(t.at)],
);

export const outbox = pgTable(
  'outbox',
  {
    id: id(),
    /** Idempotency key: the same for every attempt at this row. */
    key: text().notNull(),
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    draftId: ref()
      .notNull()
      .references(() => draft.id),
    channel: text().notNull(),
    text: text().notNull(),
    /** Resolve the ticket once it is sent. */
    resolveAfter: boolean().notNull().default(false),
    by: text().notNull(),
    status: text().$type<OutboxStatus>().notNull().default('queued'),
    /** End of the undo window, or of the back-off after a failed attempt. */
    sendAfter: time().notNull(),
    attempts: integer().notNull().default(0),
    leaseUntil: time(),
    lastError: text(),
    providerId: text(),
    createdAt: time().notNull(),
    sentAt: time(),
  },
  (t) => [
    uniqueIndex().on(t.key),
    // A draft version is sent at most once.
    uniqueIndex().on(t.draftId),
    index().on(t.ticketId),
    index('outbox_open')
      .on(t.conversationId, t.id)
      .where(sql`${t.status} in ('queued', 'sending', 'unknown')`),
  ],
);

/** Where a card that is about something else than a ticket stands: a digest, a cluster, a proposal. */
export const postedCard = pgTable(
  'posted_card',
  {
    id: id(),
    /** What it is about: `C-7`, `digest-2026-03-02`. */
    key: text().notNull(),
    platform: text().notNull(),
    channel: text().notNull(),
    /** Null while the post is under way. */
    message: jsonb().$type<MessageRef>(),
    postedAt: time().notNull(),
    /** Hash of what it shows. */
    digest: text(),
    /** Thread posts that stand under it, by their keys. */
    thread: jsonb().$type<string[]>().notNull().default([]),
  },
  (t) => [uniqueIndex().on(t.key, t.platform, t.channel)],
);

/** Many tickets of one category at once in one channel: their cards stand in the thread of one message. */
export const burst = pgTable(
  'burst',
  {
    id: id(),
    platform: text().notNull(),
    channel: text().notNull(),
    category: text().notNull(),
    startedAt: time().notNull(),
    /** When the newest card joined. */
    lastAt: time().notNull(),
  },
  (t) => [index().on(t.platform, t.channel, t.category, t.lastAt)],
);

/** Where a ticket's card stands on each platform channel. */
export const card = pgTable(
  'card',
  {
    id: id(),
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    platform: text().notNull(),
    channel: text().notNull(),
    /** Null while the post is under way. */
    message: jsonb().$type<MessageRef>(),
    /** Newest message of the ticket that stands in the card's thread. */
    threadSeq: integer().notNull().default(0),
    postedAt: time().notNull(),
    /** Hash of what the card shows, so that an unchanged card costs no call. */
    digest: text(),
    /** The ticket's `rev` that it shows. */
    rev: integer().notNull().default(0),
    /** Somebody is drawing it until then, at most. */
    leaseUntil: time(),
    /** Quiet hours: not posted before. */
    heldUntil: time(),
    /** The message in whose thread it stands, when many of its kind came at once. */
    burstId: ref().references(() => burst.id),
    /** `platform:channel` that could not be reached: this card stands in the fallback channel instead. */
    insteadOf: text(),
    /** Why nothing can be shown there any more; another card stands instead. */
    failure: text(),
  },
  (t) => [
    uniqueIndex().on(t.ticketId, t.platform, t.channel),
    index().on(t.platform, t.channel, t.postedAt),
    index().on(t.postedAt),
    index('card_held').on(t.heldUntil).where(sql`${t.heldUntil} is not null`),
    index().on(t.burstId),
  ],
);
