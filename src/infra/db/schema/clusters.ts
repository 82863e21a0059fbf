// Clusters of messages that report the same thing, their members, and what people have said about them.
import { sql } from 'drizzle-orm';
import { doublePrecision, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Kind } from '../../../model/analysis.ts';
import type { ClusterIssue, ClusterProfile, ClusterStatus, Fingerprint } from '../../../model/cluster.ts';
import { bytes, id, ref, time } from './columns.ts';
import { message, ticket } from './conversations.ts';

export const cluster = pgTable(
  'cluster',
  {
    id: id(),
    kind: text().$type<Kind>().notNull(),
    title: text().notNull(),
    /** Who named it; a person's name for it stays. */
    titleBy: text(),
    status: text().$type<ClusterStatus>().notNull().default('open'),
    /** Sum of its members' vectors, 32-bit floats. */
    centroid: bytes(),
    /** The other sums over its members. */
    profile: jsonb().$type<Omit<ClusterProfile, 'size' | 'vector'>>(),
    /** Members. */
    size: integer().notNull().default(0),
    firstSeen: time().notNull(),
    lastSeen: time().notNull(),
    mergedInto: ref(),
    issue: jsonb().$type<ClusterIssue>(),
    /** Grows over all clusters with every change of what is compared, so that replicas see what they have missed. */
    version: integer().notNull().default(0),
    /** When it was more than a few alike messages, and what made it so, in words. */
    confirmedAt: time(),
    confirmedBecause: text(),
    /** When it was reported unusually often again, after engineers had been told. */
    grewAt: time(),
    mutedUntil: time(),
    /** Who said that it is no bug. */
    dismissedBy: text(),
    /** Grows with everything its card shows; the card shows `presentedRev`. */
    rev: integer().notNull().default(1),
    presentedRev: integer().notNull().default(0),
  },
  (t) => [
    index().on(t.version),
    index().on(t.lastSeen),
    index('cluster_unpresented')
      .on(t.id)
      .where(sql`${t.confirmedAt} is not null and ${t.rev} > ${t.presentedRev}`),
  ],
);

/** One problem of one message: it belongs to one cluster. */
export const clusterMember = pgTable(
  'cluster_member',
  {
    clusterId: ref()
      .notNull()
      .references(() => cluster.id),
    messageId: ref()
      .notNull()
      .references(() => message.id),
    /** Which of the problems in the message, from 0. */
    part: integer().notNull().default(0),
    ticketId: ref().references(() => ticket.id),
    score: doublePrecision().notNull(),
    at: time().notNull(),
    /** What it is compared by, as it was added to the cluster's sums. */
    print: jsonb().$type<Omit<Fingerprint, 'vector'>>(),
    vector: bytes(),
    /** Who put it there, when a person did. */
    by: text(),
  },
  (t) => [
    primaryKey({ columns: [t.messageId, t.part] }),
    index().on(t.clusterId, t.at),
    index().on(t.ticketId),
  ],
);

/** A person's word that a problem does not belong to a cluster. */
export const clusterRefusal = pgTable(
  'cluster_refusal',
  {
    messageId: ref()
      .notNull()
      .references(() => message.id),
    part: integer().notNull(),
    clusterId: ref()
      .notNull()
      .references(() => cluster.id),
    by: text().notNull(),
    at: time().notNull(),
  },
  (t) => [primaryKey({ columns: [t.messageId, t.part, t.clusterId] })],
);

/** A person's word that two clusters are not the same; `low` is the smaller id. */
export const clusterApart = pgTable(
  'cluster_apart',
  {
    low: ref()
      .notNull()
      .references(() => cluster.id),
    high: ref()
      .notNull()
      .references(() => cluster.id),
    by: text().notNull(),
    at: time().notNull(),
  },
  (t) => [primaryKey({ columns: [t.low, t.high] })],
);
