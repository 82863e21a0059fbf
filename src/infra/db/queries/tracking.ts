// Queries about issues of clusters and what is reported in them.
import { and, asc, eq, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { analysisSchema } from '../../../model/analysis.ts';
import type { ClusterIssue, ClusterStatus } from '../../../model/cluster.ts';
import type { Report } from '../../../model/issue.ts';
import type { Db } from '../index.ts';
import { cluster } from '../schema/clusters.ts';
import { issue } from '../schema/tracking.ts';

export type IssueRow = typeof issue.$inferSelect;

const reportsSchema = z.array(
  z.object({
    customer_id: z.number(),
    customer: z.string().nullable(),
    account: z.string().nullable(),
    plan: z.string().nullable(),
    mrr: z.number().nullable(),
    channel: z.string(),
    subject: z.string().nullable(),
    text: z.string(),
    at: z.coerce.date(),
    bug: analysisSchema.shape.bug.nullable().catch(null),
  }),
);

/** The cluster and all that were merged into it. */
export function clusterFamily(clusterId: number): SQL {
  return sql`(with recursive family as (
    select ${clusterId}::bigint as id
    union select c.id from cluster c join family f on c.merged_into = f.id
  ) select id from family)`;
}

export function trackingQueries(db: Db) {
  return {
    /** The cluster that this one was merged into, at last; itself where it was not. */
    async currentCluster(clusterId: number): Promise<number> {
      const { rows } = await db.execute(sql`
        with recursive up as (
          select id, merged_into from cluster where id = ${clusterId}
          union select c.id, c.merged_into from cluster c join up on c.id = up.merged_into
        ) select id::float8 as id from up where merged_into is null`);
      return z.array(z.object({ id: z.number() })).parse(rows)[0]?.id ?? clusterId;
    },

    /** The issue of a cluster or of one that was merged into it; one that is made before one that is not. */
    async issueOfCluster(clusterId: number): Promise<IssueRow | null> {
      const [row] = await db
        .select()
        .from(issue)
        .where(sql`${issue.clusterId} in ${clusterFamily(clusterId)}`)
        .orderBy(sql`${issue.stage} = 'made' desc`, asc(issue.id))
        .limit(1);
      return row ?? null;
    },

    /** The cluster that has this issue. */
    async clusterOfIssue(tracker: string, externalId: string): Promise<number | null> {
      const [row] = await db
        .select({ clusterId: issue.clusterId })
        .from(issue)
        .where(and(eq(issue.tracker, tracker), eq(issue.externalId, externalId), eq(issue.stage, 'made')));
      return row?.clusterId ?? null;
    },

    /** Null when the cluster has one already. */
    async insertIssue(row: typeof issue.$inferInsert): Promise<IssueRow | null> {
      const [created] = await db.insert(issue).values(row).onConflictDoNothing().returning();
      return created ?? null;
    },

    async getIssue(id: number): Promise<IssueRow | null> {
      const [row] = await db.select().from(issue).where(eq(issue.id, id));
      return row ?? null;
    },

    /** The row, locked until the end of the transaction. */
    async lockIssue(id: number): Promise<IssueRow | null> {
      const [row] = await db.select().from(issue).where(eq(issue.id, id)).for('update');
      return row ?? null;
    },

    async updateIssue(id: number, patch: Partial<typeof issue.$inferInsert>): Promise<void> {
      await db.update(issue).set(patch).where(eq(issue.id, id));
    },

    /** Decides to make an issue that was only suggested; false when it has been begun, made or linked meanwhile. */
    async beginIssue(id: number, { tracker, by }: { tracker: string; by: string }): Promise<boolean> {
      const { rowCount } = await db
        .update(issue)
        .set({ stage: 'making', tracker, by })
        .where(and(eq(issue.id, id), eq(issue.stage, 'suggested')));
      return rowCount === 1;
    },

    /** Makes the tracker be asked at once. */
    async markIssueStale(tracker: string, externalId: string): Promise<void> {
      await db
        .update(issue)
        .set({ checkedAt: null })
        .where(and(eq(issue.tracker, tracker), eq(issue.externalId, externalId)));
    },

    /** Issues with something to do: to be made, to be reopened, or not asked for since `since` of their tracker. */
    async dueIssues(now: Date, since: Record<string, Date>, limit: number): Promise<IssueRow[]> {
      const stale = Object.entries(since).map(([tracker, at]) =>
        and(
          eq(issue.tracker, tracker),
          or(
            isNull(issue.checkedAt),
            lt(issue.checkedAt, at),
            sql`${issue.regressedAt} > coalesce(${issue.reopenedAt}, 'epoch')`,
          ),
        ),
      );
      if (stale.length === 0) return [];
      return db
        .select()
        .from(issue)
        .where(
          and(
            or(isNull(issue.retryAt), lte(issue.retryAt, now)),
            inArray(issue.stage, ['making', 'made']),
            or(...stale),
          ),
        )
        .orderBy(sql`${issue.checkedAt} nulls first`, asc(issue.id))
        .limit(limit);
    },

    /** What the cluster's card and lists show of its issue, where that changes; what people have dismissed stays so. */
    async setClusterIssue(clusterId: number, shown: ClusterIssue, status: ClusterStatus): Promise<void> {
      const next = sql`case when ${cluster.status} in ('dismissed', 'merged') then ${cluster.status} else ${status} end`;
      await db
        .update(cluster)
        .set({ issue: shown, status: next as SQL<ClusterStatus>, rev: sql`${cluster.rev} + 1` })
        .where(
          and(
            eq(cluster.id, clusterId),
            sql`(${cluster.issue}, ${cluster.status}) is distinct from (${JSON.stringify(shown)}::jsonb, ${next})`,
          ),
        );
    },

    /** Has engineers told of a bug with an issue, however few report it; once. */
    async confirmBug(clusterId: number, { at, because }: { at: Date; because: string }): Promise<void> {
      await db
        .update(cluster)
        .set({ confirmedAt: at, confirmedBecause: because, rev: sql`${cluster.rev} + 1` })
        .where(
          and(
            eq(cluster.id, clusterId),
            eq(cluster.kind, 'bug'),
            eq(cluster.status, 'confirmed'),
            isNull(cluster.confirmedAt),
          ),
        );
    },

    /** The reports of a cluster, oldest first; with `newest` only so many of the latest. */
    async reportsOf(clusterId: number, newest?: number): Promise<Report[]> {
      const { rows } = await db.execute(sql`
        select distinct on (m.at, m.id) c.id::float8 as customer_id, c.name as customer, a.name as account, a.plan, a.mrr::float8 as mrr, m.channel,
          coalesce(m.subject, t.subject) as subject, m.text, m.at, t.analysis -> 'bug' as bug
        from cluster_member cm
          join message m on m.id = cm.message_id
          join ticket t on t.id = m.ticket_id
          join customer c on c.id = t.customer_id
          left join account a on a.id = c.account_id
        where cm.cluster_id in ${clusterFamily(clusterId)}
        order by m.at desc, m.id desc ${newest === undefined ? sql`` : sql`limit ${newest}`}`);
      return reportsSchema
        .parse(rows)
        .reverse()
        .map(({ customer_id, ...row }) => ({ ...row, customerId: customer_id }));
    },

    /** Open bugs without an issue that so many customers reported in such like words. */
    async clustersForIssues(
      { customers, likeness }: { customers: number; likeness: number },
      limit: number,
    ): Promise<number[]> {
      const { rows } = await db.execute(sql`
        select c.id::float8 as id
        from cluster c join cluster_member cm on cm.cluster_id = c.id join ticket t on t.id = cm.ticket_id
        where c.kind = 'bug' and c.status in ('open', 'confirmed') and c.merged_into is null and c.issue is null
          and not exists (select 1 from issue i where i.cluster_id = c.id)
        group by c.id
        having count(distinct t.customer_id) >= ${customers} and avg(cm.score) >= ${likeness}
        order by c.id limit ${limit}`);
      return z
        .array(z.object({ id: z.number() }))
        .parse(rows)
        .map(({ id }) => id);
    },

    /** The cluster a ticket's newest report belongs to; null when it belongs to none. */
    async clusterOfTicket(ticketId: number): Promise<number | null> {
      const { rows } = await db.execute(sql`
        select cluster_id::float8 as id from cluster_member
        where ticket_id = ${ticketId} order by at desc, message_id desc limit 1`);
      return z.array(z.object({ id: z.number() })).parse(rows)[0]?.id ?? null;
    },

    /** Null when there is no such cluster. */
    async clusterTitle(clusterId: number): Promise<{ title: string; status: ClusterStatus } | null> {
      const [row] = await db
        .select({ title: cluster.title, status: cluster.status })
        .from(cluster)
        .where(eq(cluster.id, clusterId));
      return row ?? null;
    },
  };
}
