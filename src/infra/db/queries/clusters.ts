// Queries about clusters: their sums and members, and what their cards show.
import { and, asc, desc, eq, getTableColumns, gt, isNull, lte, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { ClusterProfile, Fingerprint } from '../../../model/cluster.ts';
import type { Span } from '../../../model/digest.ts';
import type { Db } from '../index.ts';
import { cluster, clusterMember } from '../schema/clusters.ts';
import { message, ticket } from '../schema/conversations.ts';
import { account, customer } from '../schema/customers.ts';
import { within } from './moments.ts';
import { inserted } from './rows.ts';
import { clusterFamily } from './tracking.ts';

type StoredCluster = typeof cluster.$inferSelect;
/** A cluster; `profile` is null for one from before its sums were kept. */
export type ClusterRow = Omit<StoredCluster, 'centroid' | 'profile'> & { profile: ClusterProfile | null };
/** One problem of one message with its words, and what it is compared by. */
export type Member = Omit<typeof clusterMember.$inferSelect, 'print' | 'vector'> & {
  text: string;
  /** Subject of the ticket, where this is its first problem. */
  subject: string | null;
  summary: string | null;
  /** Name of who reports it, and of the company. */
  customer: string | null;
  account: string | null;
  print: Fingerprint | null;
};

/** How many people report a cluster, and who. */
export interface ClusterCounts {
  reports: number;
  customers: number;
  accounts: number;
  /** Monthly revenue of these accounts; null where none is known. */
  mrr: number | null;
  plans: string[];
}

/** The version that a change of the sums gets: only one process changes them at a time. */
const NEXT_VERSION = sql<number>`(select coalesce(max(version), 0) + 1 from cluster)`;
/** Members whose times tell whether an incident is running. */
const LATEST = 16;
const n = z.number();
const countsSchema = z.object({
  reports: n,
  customers: n,
  accounts: n,
  mrr: n.nullable(),
  plans: z.array(z.string()),
});
const othersSchema = z.array(z.object({ id: n, title: z.string(), others: n }));

export function clusterQueries(db: Db) {
  return {
    /** Tickets with understood messages that were not compared yet, in their order. */
    async unclusteredTickets(limit: number): Promise<number[]> {
      const rows = await db
        .select({ id: ticket.id })
        .from(ticket)
        .where(gt(ticket.draftedSeq, ticket.clusteredSeq))
        .orderBy(asc(ticket.id))
        .limit(limit);
      return rows.map(({ id }) => id);
    },

    /** Clusters whose sums changed after `version`, in that order, with the times of their latest members; at first only the latest `limit`. */
    async clustersSince(version: number, limit: number) {
      const times = sql<string[]>`array(select m.at::text from cluster_member m
        where m.cluster_id = ${cluster.id} order by m.at desc limit ${LATEST})`;
      const rows = await db
        .select({ ...getTableColumns(cluster), times })
        .from(cluster)
        .where(version === 0 ? isNull(cluster.mergedInto) : gt(cluster.version, version))
        .orderBy(version === 0 ? desc(cluster.lastSeen) : asc(cluster.version))
        .limit(limit);
      const parsed = rows.map((row) => ({
        ...withProfile(row),
        times: row.times.map((time) => new Date(time)).reverse(),
      }));
      return version === 0 ? parsed.reverse() : parsed;
    },

    async getCluster(id: number): Promise<ClusterRow | null> {
      const [row] = await db.select().from(cluster).where(eq(cluster.id, id));
      return row ? withProfile(row) : null;
    },

    async insertCluster(
      { vector, size, ...profile }: ClusterProfile,
      row: Pick<ClusterRow, 'kind' | 'title' | 'firstSeen' | 'lastSeen'>,
    ): Promise<number> {
      const values = { ...row, size, profile, centroid: bytesOf(vector), version: NEXT_VERSION };
      return inserted(await db.insert(cluster).values(values).returning({ id: cluster.id })).id;
    },

    /** Changes what a cluster is compared by, and makes its card show it. */
    async setClusterSums(
      id: number,
      { size, vector, ...profile }: ClusterProfile,
      patch: Partial<Pick<ClusterRow, 'kind' | 'lastSeen' | 'firstSeen' | 'status' | 'mergedInto'>>,
    ): Promise<void> {
      await db
        .update(cluster)
        .set({
          ...patch,
          size,
          profile,
          centroid: bytesOf(vector),
          version: NEXT_VERSION,
          rev: sql`${cluster.rev} + 1`,
        })
        .where(eq(cluster.id, id));
    },

    /** Changes what its card shows, and nothing it is compared by. */
    async updateCluster(
      id: number,
      patch: Partial<
        Pick<
          ClusterRow,
          | 'title'
          | 'titleBy'
          | 'status'
          | 'confirmedAt'
          | 'confirmedBecause'
          | 'grewAt'
          | 'mutedUntil'
          | 'dismissedBy'
        >
      >,
    ): Promise<void> {
      await db
        .update(cluster)
        .set({ ...patch, rev: sql`${cluster.rev} + 1` })
        .where(eq(cluster.id, id));
    },

    async setClusterPresented(id: number, rev: number): Promise<void> {
      await db.update(cluster).set({ presentedRev: rev }).where(eq(cluster.id, id));
    },

    /** Confirmed clusters whose card lags behind, the oldest first; muted ones wait. */
    async unshownClusters(now: Date, limit: number): Promise<number[]> {
      const rows = await db
        .select({ id: cluster.id })
        .from(cluster)
        .where(
          and(
            sql`${cluster.confirmedAt} is not null and ${cluster.rev} > ${cluster.presentedRev}`,
            isNull(cluster.mergedInto),
            or(isNull(cluster.mutedUntil), lte(cluster.mutedUntil, now), eq(cluster.presentedRev, 0)),
          ),
        )
        .orderBy(asc(cluster.confirmedAt), asc(cluster.id))
        .limit(limit);
      return rows.map(({ id }) => id);
    },

    /** Cards of clusters that were first posted since then. */
    async countClusterCards(since: Date): Promise<number> {
      const { rows } = await db.execute(sql`
        select count(distinct key)::int as cards from posted_card
        where key like 'C-%' and posted_at >= ${since.toISOString()}`);
      return z.array(z.object({ cards: n })).parse(rows)[0]?.cards ?? 0;
    },

    /** False when this problem of the message belongs to a cluster already. */
    async insertMember(
      { vector, ...print }: Fingerprint,
      row: Pick<Member, 'clusterId' | 'messageId' | 'part' | 'ticketId' | 'score' | 'at'> & { by?: string },
    ): Promise<boolean> {
      const values = { ...row, print, vector: bytesOf(vector) };
      const rows = await db.insert(clusterMember).values(values).onConflictDoNothing().returning();
      return rows.length === 1;
    },

    /** The cluster that this problem of a message belongs to; null: none yet. */
    async clusterOfPart(messageId: number, part: number): Promise<number | null> {
      const [row] = await db
        .select({ id: clusterMember.clusterId })
        .from(clusterMember)
        .where(and(eq(clusterMember.messageId, messageId), eq(clusterMember.part, part)));
      return row?.id ?? null;
    },

    /** The members of a cluster, oldest first; the first or the latest `limit`. */
    async membersOf(clusterId: number, limit = 500, which: 'first' | 'latest' = 'first'): Promise<Member[]> {
      const order = which === 'first' ? asc : desc;
      const rows = await db
        .select({
          ...getTableColumns(clusterMember),
          text: message.text,
          subject: sql<string | null>`case when ${clusterMember.part} = 0 then ${ticket.subject} end`,
          summary: sql<
            string | null
          >`case when ${clusterMember.part} = 0 then ${ticket.analysis} ->> 'summary' end`,
          customer: customer.name,
          account: account.name,
        })
        .from(clusterMember)
        .innerJoin(message, eq(message.id, clusterMember.messageId))
        .leftJoin(ticket, eq(ticket.id, clusterMember.ticketId))
        .leftJoin(customer, eq(customer.id, ticket.customerId))
        .leftJoin(account, eq(account.id, customer.accountId))
        .where(eq(clusterMember.clusterId, clusterId))
        .orderBy(order(clusterMember.at), order(clusterMember.messageId), order(clusterMember.part))
        .limit(limit);
      return (which === 'first' ? rows : rows.reverse()).map(({ print, vector, ...row }) => ({
        ...row,
        print: print && vector ? { ...print, vector: floatsOf(vector) } : null,
      }));
    },

    /** Moves members from one cluster to another: all, or those that are named. `score`: how like it they are, 0..1. */
    async moveMembers(
      from: number,
      to: number,
      {
        by,
        only,
        score,
      }: { by: string | null; only?: { messageId: number; part: number }[]; score?: number },
    ): Promise<void> {
      const named = only?.map(({ messageId, part }) =>
        and(eq(clusterMember.messageId, messageId), eq(clusterMember.part, part)),
      );
      await db
        .update(clusterMember)
        .set({ clusterId: to, ...(by && { by }), ...(score !== undefined && { score }) })
        .where(and(eq(clusterMember.clusterId, from), named && or(...named)));
    },

    /**
     * Gives the cluster's category to tickets that are about nothing else, and whose own category neither a person
     * gave nor the engine held for likelier than `unsure`, 0..1. Answers their ids.
     */
    async shareCategory(clusterId: number, category: string, unsure: number): Promise<number[]> {
      const rows = await db
        .update(ticket)
        .set({ category, rev: sql`${ticket.rev} + 1` })
        .where(
          and(
            sql`${ticket.id} in (select ticket_id from cluster_member where cluster_id = ${clusterId})`,
            sql`not exists (select 1 from cluster_member other
              where other.ticket_id = ${ticket.id} and other.cluster_id <> ${clusterId})`,
            ne(ticket.category, category),
            isNull(ticket.categoryBy),
            sql`(${ticket.analysis} ->> 'categoryConfidence')::float8 < ${unsure}`,
          ),
        )
        .returning({ id: ticket.id });
      return rows.map(({ id }) => id);
    },

    async clusterCounts(clusterId: number, since?: Date): Promise<ClusterCounts> {
      const { rows } = await db.execute(sql`
        with reporting as (
          select distinct cm.message_id, c.id as customer, a.id as account, a.mrr, a.plan
          from cluster_member cm join ticket t on t.id = cm.ticket_id
            join customer c on c.id = t.customer_id left join account a on a.id = c.account_id
          where cm.cluster_id in ${clusterFamily(clusterId)}
            and cm.at >= ${(since ?? new Date(0)).toISOString()}
        )
        select count(*)::int as reports, count(distinct customer)::int as customers,
          count(distinct account)::int as accounts,
          (select sum(mrr)::float8 from (select distinct account, mrr from reporting) each) as mrr,
          coalesce(array_agg(distinct plan) filter (where plan is not null), '{}') as plans
        from reporting`);
      return countsSchema.parse(rows[0]);
    },

    /** Reports of this kind about a category in a span, and the first ticket in it whose kind is known; null: none is. */
    async countReports(
      kind: string,
      category: string,
      span: Span,
    ): Promise<{ reports: number; since: Date } | null> {
      const { rows } = await db.execute(sql`
        select count(*) filter (where kind = ${kind} and category = ${category})::int as reports,
          min(created_at) as since
        from ticket where kind is not null
          and ${within(sql`created_at`, span)} having count(*) > 0`);
      return z.array(z.object({ reports: n, since: z.coerce.date() })).parse(rows)[0] ?? null;
    },

    /** The cluster that a ticket shares with others, and how many other customers; null when it is alone. */
    async sameAs(ticketId: number): Promise<{ id: number; title: string; others: number } | null> {
      const { rows } = await db.execute(sql`
        select c.id::float8 as id, c.title, count(distinct t.customer_id)::int as others
        from cluster_member own join cluster c on c.id = own.cluster_id
          join cluster_member m on m.cluster_id = c.id join ticket t on t.id = m.ticket_id
        where own.ticket_id = ${ticketId} and c.status <> 'dismissed'
          and t.customer_id <> (select customer_id from ticket where id = ${ticketId})
        group by c.id, c.title order by others desc, c.id limit 1`);
      return othersSchema.parse(rows)[0] ?? null;
    },
  };
}

function withProfile<Row extends StoredCluster>({ centroid, profile, ...row }: Row) {
  return {
    ...row,
    profile: centroid && profile ? { ...profile, size: row.size, vector: floatsOf(centroid) } : null,
  };
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** A copy, since the driver's bytes need not lie where floats may begin. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
