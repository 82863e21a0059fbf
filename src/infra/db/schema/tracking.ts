// Issues of trackers that belong to clusters, and messages that are proposed to customers.
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { IssueState, TrackerIssue } from '../../../model/issue.ts';
import type { ProposalKind, ProposalStatus, RecipientState } from '../../../model/proposal.ts';
import { cluster } from './clusters.ts';
import { id, ref, time } from './columns.ts';
import { ticket } from './conversations.ts';
import { customer } from './customers.ts';

/** The one issue of a cluster, from the wish for one on. */
export const issue = pgTable(
  'issue',
  {
    id: id(),
    clusterId: ref()
      .notNull()
      .references(() => cluster.id),
    tracker: text().notNull(),
    /** `suggested`: others that look the same were shown first; `making`: begun, maybe there; `made`. */
    stage: text().$type<'suggested' | 'making' | 'made'>().notNull(),
    /** Stands in the issue, so that it is found again when its creation was cut off. */
    marker: text().notNull(),
    candidates: jsonb().$type<TrackerIssue[]>().notNull().default([]),
    /** The tracker's id, and what people call it. */
    externalId: text(),
    key: text(),
    url: text(),
    title: text(),
    state: text().$type<IssueState>().notNull().default('open'),
    stateName: text().notNull().default('open'),
    /** Who made or linked it. */
    by: text().notNull(),
    createdAt: time().notNull(),
    checkedAt: time(),
    fixedAt: time(),
    /** A report after it was fixed, and when the tracker was told. */
    regressedAt: time(),
    reopenedAt: time(),
    /** Reports that the issue or its comment tells of. */
    reported: integer().notNull().default(0),
    /** The tracker's id of the comment about later reports. */
    commentId: text(),
    lastError: text(),
    retryAt: time(),
  },
  (t) => [uniqueIndex().on(t.clusterId), uniqueIndex().on(t.marker), index().on(t.tracker, t.externalId)],
);

/** A message that is proposed to several customers: one approval for all. */
export const proposal = pgTable(
  'proposal',
  {
    id: id(),
    kind: text().$type<ProposalKind>().notNull(),
    /** What it is made for, once: `fixed-7-2026-03-02T10:00:00.000Z`. */
    key: text().notNull(),
    title: text().notNull(),
    reason: text().notNull(),
    /** What people should know or add before they send, in words. */
    missing: jsonb().$type<string[]>().notNull().default([]),
    /** Where more about it stands. */
    link: jsonb().$type<{ title: string; url: string }>(),
    status: text().$type<ProposalStatus>().notNull().default('open'),
    /** Grows with every change, so that nobody approves what they did not see. */
    version: integer().notNull().default(1),
    /** What is written, by language; `{greeting}` and `{about}` are filled in for each customer. */
    texts: jsonb().$type<Record<string, string>>().notNull(),
    /** A person has changed the texts. */
    edited: boolean().notNull().default(false),
    /** What the messages are called, by language; null where they answer a ticket. */
    subjects: jsonb().$type<Record<string, string>>(),
    issueId: ref().references(() => issue.id),
    createdAt: time().notNull(),
    decidedBy: text(),
    decidedAt: time(),
    /** The card shows it as it was then. */
    presentedVersion: integer().notNull().default(0),
  },
  (t) => [uniqueIndex().on(t.key), index().on(t.issueId)],
);

export const proposalRecipient = pgTable(
  'proposal_recipient',
  {
    id: id(),
    proposalId: ref()
      .notNull()
      .references(() => proposal.id),
    customerId: ref()
      .notNull()
      .references(() => customer.id),
    /** The ticket it answers; null until the message that opens one leaves. */
    ticketId: ref().references(() => ticket.id),
    /** Where the first message goes when there is no ticket yet. */
    channel: text(),
    language: text().notNull(),
    about: text().notNull(),
    state: text().$type<RecipientState>().notNull(),
    /** Why nothing is sent to them, in words. */
    reason: text(),
    /** Key of the reply in the outbox. */
    outboxKey: text(),
  },
  (t) => [uniqueIndex().on(t.proposalId, t.customerId), index().on(t.customerId)],
);
