// Queries behind `GET /api/metrics` and `GET /api/clusters`: plain counts and percentiles.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { kindSchema } from '../../../model/analysis.ts';
import type { ClusterIssue, ClusterStatus } from '../../../model/cluster.ts';
import type { TicketSlice } from '../../../model/dashboard.ts';
import { PRIORITIES, ticketKey } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { cluster } from '../schema/clusters.ts';
import { inSlice } from './ticket-slice.ts';

export interface Figures {
  from: Date;
  to: Date;
  /** Tickets opened in the period. */
  received: number;
  /** Those of them whose first answer has left, by who wrote it. */
  answered: { total: number; auto: number; assisted: number; agent: number };
  /** Those of them that are resolved by now. */
  resolved: number;
  /** Tickets that wait for us now, whenever they came; `none`: not analysed yet. */
  backlog: Record<(typeof PRIORITIES)[number] | 'none', number>;
  /** Seconds from opening to the first answer of those answered; null when there are none. */
  firstResponse: { median: number | null; p90: number | null };
}

export interface ClusterSummary {
  id: number;
  kind: z.infer<typeof kindSchema>;
  title: string;
  status: ClusterStatus;
  ticketIds: string[];
  /** Names of the accounts concerned. */
  accounts: string[];
  firstSeen: Date;
  lastSeen: Date;
  issue?: ClusterIssue;
}

const n = z.number();
const periodSchema = z.object({
  received: n,
  answered: n,
  auto: n,
  assisted: n,
  agent: n,
  resolved: n,
  median: n.nullable(),
  p90: n.nullable(),
});
const backlogSchema = z.array(z.object({ level: z.enum(PRIORITIES).nullable(), tickets: n }));
const memberSchema = z.array(z.object({ id: n, tickets: z.array(n), accounts: z.array(z.string()) }));

export function figureQueries(db: Db) {
  return {
    /** Figures of the tickets that customers opened from `from` (inclusive) to `to` (exclusive). */
    async figures(from: Date, to: Date, slice: TicketSlice = {}): Promise<Figures> {
      const period = await db.execute(sql`
        select count(*)::int as received,
          count(first_response_at)::int as answered,
          count(*) filter (where first_response_at is not null and replied_by = 'auto')::int as auto,
          count(*) filter (where first_response_at is not null and replied_by = 'assisted')::int as assisted,
          count(*) filter (where first_response_at is not null and replied_by = 'agent')::int as agent,
          count(*) filter (where status = 'resolved')::int as resolved,
          percentile_cont(0.5) within group (order by extract(epoch from first_response_at - created_at))::float8 as median,
          percentile_cont(0.9) within group (order by extract(epoch from first_response_at - created_at))::float8 as p90
        from ticket t where created_at >= ${from.toISOString()} and created_at < ${to.toISOString()}
          and t.outreach is null ${inSlice(slice)}`);
      const waiting = await db.execute(sql`
        select t.priority ->> 'level' as level, count(*)::int as tickets
        from ticket t where status <> 'resolved' and status <> 'awaiting_customer' ${inSlice(slice)} group by 1`);
      const { received, answered, resolved, median, p90, ...by } = periodSchema.parse(period.rows[0]);
      const backlog = { P1: 0, P2: 0, P3: 0, P4: 0, none: 0 };
      for (const { level, tickets } of backlogSchema.parse(waiting.rows)) backlog[level ?? 'none'] = tickets;
      return {
        from,
        to,
        received,
        answered: { total: answered, ...by },
        resolved,
        backlog,
        firstResponse: { median, p90 },
      };
    },

    /** Clusters that have not been merged into others, latest first. */
    async clusterSummaries(limit = 200): Promise<ClusterSummary[]> {
      const rows = await db
        .select()
        .from(cluster)
        .where(sql`${cluster.mergedInto} is null`)
        .orderBy(sql`${cluster.lastSeen} desc, ${cluster.id} desc`)
        .limit(limit);
      if (rows.length === 0) return [];
      const members = await db.execute(sql`
        select m.cluster_id::float8 as id,
          coalesce(array_agg(distinct t.id::float8) filter (where t.id is not null), '{}') as tickets,
          coalesce(array_agg(distinct a.name) filter (where a.name is not null), '{}') as accounts
        from cluster_member m
          left join ticket t on t.id = m.ticket_id
          left join customer c on c.id = t.customer_id
          left join account a on a.id = c.account_id
        where m.cluster_id in ${rows.map(({ id }) => id)}
        group by m.cluster_id`);
      const byId = new Map(memberSchema.parse(members.rows).map((row) => [row.id, row]));
      return rows.map(({ id, kind, title, status, firstSeen, lastSeen, issue }) => ({
        id,
        kind,
        title,
        status,
        ticketIds: (byId.get(id)?.tickets ?? []).map(ticketKey),
        accounts: byId.get(id)?.accounts ?? [],
        firstSeen,
        lastSeen,
        ...(issue && { issue }),
      }));
    },
  };
}
