// Queries behind digests and the dashboard besides the figures of days: what waits, clusters, wishes, gaps and companies.
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { KINDS } from '../../../model/analysis.ts';
import type { TicketSlice } from '../../../model/dashboard.ts';
import type {
  Backlog,
  ClusterRow,
  DigestRows,
  LeavingRow,
  LeftRow,
  RecoveredRow,
  Span,
} from '../../../model/digest.ts';
import { issueStateSchema } from '../../../model/issue.ts';
import type { ServiceTarget } from '../../../model/service-level.ts';
import { PRIORITIES } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { within } from './moments.ts';
import { promiseStates, resolutionIs } from './promises.ts';
import { inSlice } from './ticket-slice.ts';

/** From this churn risk on, a message reads as if its company may leave. */
export const LEAVING = 0.6;
/** Clusters that are told of, and feature requests, at most. */
const CLUSTERS = 20;

const n = z.number();
const category = z.string().nullable();

const backlogSchema = z.array(
  z.object({
    level: z.enum(PRIORITIES).nullable(),
    tickets: n,
    overdue: n,
    unsolved: n,
    oldest: z.coerce.date(),
  }),
);
const issueSchema = z.object({
  tracker: z.string(),
  id: z.string(),
  url: z.string(),
  state: issueStateSchema,
});
const clusterSchema = z.array(
  z.object({
    id: n,
    kind: z.enum(KINDS),
    title: z.string(),
    is_new: z.boolean(),
    reports: n,
    before: n,
    accounts: n,
    mrr: n.nullable(),
    issue: issueSchema.nullable(),
  }),
);
const leavingSchema = z.array(
  z.object({
    account: z.string(),
    plan: z.string().nullable(),
    mrr: n.nullable(),
    renewal: z.coerce.date().nullable(),
    tickets: z.array(n),
  }),
);
const gapSchema = z.array(z.object({ category, n }));
const sinceSchema = z.object({ since: z.coerce.date().nullable() });
const recoveredSchema = z.array(
  z.object({ account: z.string(), mrr: n.nullable(), by: z.string().nullable() }),
);
const leftSchema = z.array(
  z.object({ account: z.string(), mrr: n.nullable(), at: z.coerce.date(), tickets: n }),
);

/** Tickets `t` of the last 30 days of account `a`, which has left. */
export const beforeLeaving = sql`t.created_at > a.churned_at - interval '30 days' and t.created_at <= a.churned_at`;

/** Promises of a waiting `ticket t` that are broken by now. */
export function isOverdue(now: Date): Record<ServiceTarget, SQL> {
  const { first_answer, resolution } = promiseStates(now);
  return {
    first_answer: sql`(t.first_response_at is null and ${first_answer.late})`,
    resolution: resolutionIs(resolution.late),
  };
}

export function digestQueries(db: Db) {
  async function rows<T>(schema: z.ZodType<T>, statement: SQL): Promise<T> {
    return schema.parse((await db.execute(statement)).rows);
  }

  return {
    /** When the oldest ticket was opened. */
    async firstTicketAt(): Promise<Date | null> {
      const [row] = await rows(z.array(sinceSchema), sql`select min(created_at) as since from ticket`);
      return row?.since ?? null;
    },

    /** What waits for us now. */
    async backlog(now: Date, slice: TicketSlice = {}): Promise<Backlog> {
      const found = await rows(
        backlogSchema,
        sql`
        select t.priority ->> 'level' as level, count(*)::int as tickets,
          count(*) filter (where ${isOverdue(now).first_answer})::int as overdue,
          count(*) filter (where ${isOverdue(now).resolution})::int as unsolved,
          min(created_at) as oldest
        from ticket t where status <> 'resolved' and status <> 'awaiting_customer' ${inSlice(slice)} group by 1`,
      );
      const backlog: Backlog = {
        total: 0,
        byPriority: { P1: 0, P2: 0, P3: 0, P4: 0, none: 0 },
        overdue: { first_answer: 0, resolution: 0 },
        oldest: null,
      };
      for (const { level, tickets, overdue, unsolved, oldest } of found) {
        backlog.total += tickets;
        backlog.byPriority[level ?? 'none'] = tickets;
        backlog.overdue.first_answer += overdue;
        backlog.overdue.resolution += unsolved;
        if (!backlog.oldest || oldest < backlog.oldest) backlog.oldest = oldest;
      }
      return backlog;
    },

    /**
     * Clusters with tickets opened in the span, most reported first, and of feature requests those that most companies
     * wrote of; dismissed and merged ones are left out.
     */
    async clustersIn(span: Span, slice: TicketSlice = {}): Promise<ClusterRow[]> {
      const earlier = { from: new Date(2 * span.from.getTime() - span.to.getTime()), to: span.from };
      const found = await rows(
        clusterSchema,
        sql`
        with recent as (
          select m.cluster_id, count(distinct t.id)::int as reports, count(distinct c.account_id) as companies
          from ticket t join cluster_member m on m.ticket_id = t.id join customer c on c.id = t.customer_id
          where ${within(sql`t.created_at`, span)} ${inSlice(slice)} group by 1
        ), ranked as (
          select c.*, r.reports, row_number() over (partition by c.kind = 'feature_request'
            order by case when c.kind = 'feature_request' then r.companies end desc, r.reports desc, c.id) as place
          from recent r join cluster c on c.id = r.cluster_id
          where c.merged_into is null and c.status not in ('dismissed', 'merged')
        ), top as (
          select * from ranked where place <= ${CLUSTERS}
        )
        select p.id::float8 as id, p.kind, p.title, p.issue, p.reports,
          ${within(sql`p.first_seen`, span)} as is_new,
          coalesce(who.before, 0)::int as before, coalesce(who.accounts, 0)::int as accounts, who.mrr
        from top p left join lateral (
          select sum(a.before)::int as before, count(a.id)::int as accounts, sum(a.mrr)::float8 as mrr
          from (
            select a.id, a.mrr,
              count(distinct t.id) filter (where ${within(sql`t.created_at`, earlier)}) as before
            from cluster_member m join ticket t on t.id = m.ticket_id ${inSlice(slice)}
              join customer c on c.id = t.customer_id left join account a on a.id = c.account_id
            where m.cluster_id = p.id group by a.id
          ) a
        ) who on true
        order by p.reports desc, p.id`,
      );
      return found.map(({ is_new, ...row }) => ({ ...row, isNew: is_new }));
    },

    /** Tickets opened in the span whose first draft found nothing to answer from, by category. */
    gapsIn: (span: Span, slice: TicketSlice = {}): Promise<DigestRows['gaps']> =>
      rows(
        gapSchema,
        sql`
        select t.category, count(*)::int as n
        from ticket t join draft d on d.ticket_id = t.id and d.version = 1
        where ${within(sql`t.created_at`, span)} and not d.answerable
          and t.resolution is distinct from 'rejected' ${inSlice(slice)}
        group by 1 order by 2 desc, 1 limit 10`,
      ),

    /** Companies with messages in the span that read as if they may leave, the largest first. */
    async leavingIn(span: Span, slice: TicketSlice = {}): Promise<LeavingRow[]> {
      const found = await rows(
        leavingSchema,
        sql`
        select a.name as account, a.plan, a.mrr, a.renewal_at as renewal,
          array_agg(t.id::float8 order by t.id) as tickets
        from ticket t join customer c on c.id = t.customer_id join account a on a.id = c.account_id
        where ${within(sql`t.created_at`, span)}
          and (t.analysis ->> 'churnRisk')::float8 >= ${LEAVING} and a.churned_at is null ${inSlice(slice)}
        group by a.id order by a.mrr desc nulls last, a.name limit 10`,
      );
      return found.map(({ renewal, ...row }) => ({ ...row, renewalAt: renewal }));
    },

    /** Companies that left in the span, the largest first, with how often they wrote before. */
    leftIn: (span: Span): Promise<LeftRow[]> =>
      rows(
        leftSchema,
        sql`
        select a.name as account, a.mrr::float8 as mrr, a.churned_at as at,
          (select count(*)::int from ticket t join customer c on c.id = t.customer_id
            where c.account_id = a.id and ${beforeLeaving}) as tickets
        from account a where ${within(sql`a.churned_at`, span)} order by a.mrr desc nulls last, a.name limit 20`,
      ),

    /**
     * Companies that somebody was warned of within the 90 days before, and not by mistake, whose recorded health came
     * back to `well` for the first time since on one of these days. The largest first.
     */
    async recoveredIn(
      { first, last }: { first: string; last: string },
      well: number,
    ): Promise<RecoveredRow[]> {
      const found = await db.execute(sql`
        select a.name as account, a.mrr::float8 as mrr, warned.by
        from account a join lateral (
          select l.created_at, l.decided_by as by from alert l
          where l.account_id = a.id and l.kind = 'risk' and l.status <> 'false_alarm'
            and l.created_at < ${last}::date + interval '1 day' and l.created_at > ${first}::date - interval '90 days'
          order by l.id desc limit 1
        ) warned on true
        where a.churned_at is null and (
          select min(h.day) from account_health h
          where h.account_id = a.id and h.health >= ${well} and h.day > warned.created_at::date::text
        ) between ${first} and ${last}
        order by a.mrr desc nulls last, a.name limit 20`);
      return recoveredSchema.parse(found.rows);
    },

    /** Tickets of the span that ask for a feature. */
    async requestsIn(span: Span, slice: TicketSlice = {}): Promise<number> {
      const [row] = await rows(
        z.array(z.object({ n })),
        sql`select count(*)::int as n from ticket t where ${within(sql`t.created_at`, span)} and t.kind = 'feature_request' ${inSlice(slice)}`,
      );
      return row?.n ?? 0;
    },
  };
}
