// Queries of the dashboard alone: the tickets behind a figure, and what can be filtered by.
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { ALERT_STATUSES } from '../../../model/alert.ts';
import {
  type AccountLine,
  type Drill,
  NONE,
  type SliceChoices,
  type TicketLine,
  type TicketSlice,
} from '../../../model/dashboard.ts';
import type { Span } from '../../../model/digest.ts';
import { PRIORITIES, STATUSES } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { beforeLeaving, isOverdue, LEAVING } from './digest.ts';
import { within } from './moments.ts';
import { sentFirst } from './outreach.ts';
import { promiseStates, resolutionIs } from './promises.ts';
import { inSlice } from './ticket-slice.ts';

/** Days of an account's past health. */
const PAST = 30;

const n = z.number();
const text = z.string().nullable();
const linesSchema = z.array(
  z.object({
    total: n,
    id: n,
    subject: text,
    customer: text,
    account: text,
    plan: text,
    channel: z.string(),
    category: text,
    priority: z.enum(PRIORITIES).nullable(),
    status: z.enum(STATUSES),
    replied_by: z.enum(['auto', 'assisted', 'agent']).nullable(),
    assignee: text,
    csat: n.nullable(),
    created: z.coerce.date(),
    answered_in: n.nullable(),
    resolved_in: n.nullable(),
    late: z.boolean(),
    post: text,
  }),
);
const choicesSchema = z.object({
  channels: z.array(z.string()),
  plans: z.array(z.string()),
  agents: z.array(z.string()),
});
const accountsSchema = z.array(
  z.object({
    account: z.string(),
    plan: text,
    mrr: n.nullable(),
    renewal: z.coerce.date().nullable(),
    owner: text,
    health: n,
    risk: n.nullable(),
    reasons: z.array(z.object({ text: z.string() })),
    past: z.array(z.object({ day: z.string(), health: n })),
    alert: n.nullable(),
    status: z.enum(ALERT_STATUSES).nullable(),
    by: text,
    at: z.coerce.date().nullable(),
  }),
);

/** The condition that makes a ticket count for the figure. */
function behind({ view, status, by, topic, cluster, account }: Drill, span: Span, now: Date): SQL {
  const created = within(sql`t.created_at`, span);
  // What we wrote first is no customer's ticket.
  const opened = sql`${created} and t.outreach is null`;
  const parts: SQL[] = [];
  switch (view) {
    case 'tickets':
      parts.push(opened);
      break;
    case 'response':
      parts.push(opened, sql`t.first_response_at is not null`);
      break;
    case 'answered':
      parts.push(opened, sql`t.first_response_at is not null and t.replied_by is not null`);
      break;
    case 'resolved':
      parts.push(
        within(sql`t.resolved_at`, span),
        sql`t.resolution is distinct from 'rejected' and t.outreach is null
          and (t.reopened_at is null or t.reopened_at < t.resolved_at)`,
      );
      break;
    case 'backlog':
      parts.push(sql`t.status <> 'resolved' and t.status <> 'awaiting_customer'`);
      break;
    case 'clusters':
      parts.push(
        created,
        sql`exists (select 1 from cluster_member m join cluster k on k.id = m.cluster_id
          where m.ticket_id = t.id and k.merged_into is null and k.status not in ('dismissed', 'merged')
          ${cluster ? sql`and k.id = ${Number(cluster.slice(2))}` : sql``})`,
      );
      break;
    case 'requests':
      parts.push(created, sql`t.kind = 'feature_request'`);
      break;
    case 'gaps':
      parts.push(
        created,
        sql`t.resolution is distinct from 'rejected'
          and exists (select 1 from draft d where d.ticket_id = t.id and d.version = 1 and not d.answerable)`,
      );
      break;
    case 'accounts':
      parts.push(
        created,
        sql`(t.analysis ->> 'churnRisk')::float8 >= ${LEAVING} and a.id is not null and a.churned_at is null`,
      );
      break;
    case 'left':
      parts.push(within(sql`a.churned_at`, span), beforeLeaving);
      break;
    case 'outreach':
      parts.push(sentFirst(span));
      break;
  }
  if (topic) parts.push(topic === NONE ? sql`t.category is null` : sql`t.category = ${topic}`);
  if (account) parts.push(sql`a.name = ${account}`);
  if (by) {
    const who = by === 'bot' ? sql`in ('auto', 'assisted')` : sql`= ${by}`;
    parts.push(sql`t.replied_by ${who} and t.first_response_at is not null`);
  }
  if (status) parts.push(statusConditions(now)[status]);
  return sql.join(parts, sql` and `);
}

function statusConditions(now: Date): Record<NonNullable<Drill['status']>, SQL> {
  const { first_answer, resolution } = promiseStates(now);
  const overdue = isOverdue(now);
  return {
    due: first_answer.due,
    late: first_answer.late,
    resolution_due: resolutionIs(resolution.due),
    resolution_late: resolutionIs(resolution.late),
    overdue: overdue.first_answer,
    resolution_overdue: overdue.resolution,
    rejected: sql`t.resolution = 'rejected'`,
    confirmed: sql`t.resolution = 'confirmed'`,
    rated: sql`t.csat is not null`,
  };
}

export function dashboardQueries(db: Db) {
  return {
    /**
     * The tickets behind a figure, newest first (what waits: oldest first): `limit` of them after the first `skip`, and how many there are.
     * Each condition is the one by which the figure itself is counted.
     */
    async ticketsBehind(
      drill: Drill,
      slice: TicketSlice,
      options: { span: Span; now: Date; limit: number; skip?: number },
    ): Promise<{ total: number; tickets: TicketLine[] }> {
      const { span, now, limit, skip = 0 } = options;
      const found = await db.execute(sql`
        select count(*) over ()::int as total, t.id::float8 as id, t.subject, c.name as customer,
          a.name as account, a.plan, t.channel, t.category, t.priority ->> 'level' as priority, t.status,
          t.replied_by, t.assignee, t.csat, t.created_at as created,
          extract(epoch from t.first_response_at - t.created_at)::float8 as answered_in,
          extract(epoch from t.resolved_at - t.created_at)::float8 as resolved_in,
          ${promiseStates(now).first_answer.late} as late,
          (select (k.message ->> 'channel') || '/' || split_part(k.message ->> 'message', '.', 1)
            from card k where k.ticket_id = t.id and k.platform = 'console' and k.message is not null
            order by k.id limit 1) as post
        from ticket t join customer c on c.id = t.customer_id left join account a on a.id = c.account_id
        where ${behind(drill, span, now)} ${inSlice(slice)}
        order by t.created_at ${drill.view === 'backlog' ? sql`asc, t.id asc` : sql`desc, t.id desc`} limit ${limit} offset ${skip}`);
      const lines = linesSchema.parse(found.rows);
      return {
        total: lines[0]?.total ?? 0,
        tickets: lines.map(({ total: _, replied_by, created, answered_in, resolved_in, ...line }) => ({
          ...line,
          repliedBy: replied_by,
          createdAt: created,
          answeredIn: answered_in,
          resolvedIn: resolved_in,
        })),
      };
    },

    /** Every channel, plan and assignee that tickets have ever had; a step of an index for each, however many tickets there are. */
    async sliceChoices(): Promise<Omit<SliceChoices, 'categories'>> {
      const values = (column: SQL) => sql`(
        with recursive step (value) as (
          select min(${column}) from ticket
          union all select (select min(${column}) from ticket where ${column} > step.value) from step
            where step.value is not null
        ) select coalesce(array_agg(value order by value) filter (where value is not null), '{}') from step)`;
      const found = await db.execute(sql`
        select ${values(sql`channel`)} as channels, ${values(sql`assignee`)} as agents,
          (select coalesce(array_agg(distinct plan order by plan) filter (where plan is not null), '{}')
            from account) as plans`);
      return choicesSchema.parse(found.rows[0]);
    },

    /**
     * Accounts by their newest health of these days, the worst first; empty while none is recorded. Those with a health
     * under `below`, and those whose risk to leave is `likely` or more.
     */
    async accountsByHealth(
      { first, last }: { first: string; last: string },
      {
        below,
        likely,
        limit,
        ...only
      }: { below: number; likely: number; limit: number; plan?: string; account?: string },
    ): Promise<AccountLine[]> {
      const { plan, account } = only;
      const found = await db.execute(sql`
        select a.name as account, a.plan, a.mrr::float8 as mrr, a.renewal_at as renewal, a.owner, h.health, h.risk,
          h.reasons, past.days as past, warned.*
        from (
          select distinct on (account_id) * from account_health where day between ${first} and ${last}
          order by account_id, day desc
        ) h join account a on a.id = h.account_id
          cross join lateral (
            select json_agg(json_build_object('day', p.day, 'health', p.health) order by p.day) as days
            from (select day, health from account_health where account_id = a.id and day <= ${last}
              order by day desc limit ${PAST}) p
          ) past
          left join lateral (
            select id::float8 as alert, status, decided_by as by, coalesce(decided_at, created_at) as at
            from alert where account_id = a.id and kind = 'risk' order by id desc limit 1
          ) warned on true
        where a.churned_at is null and (h.health < ${below} or h.risk >= ${likely}) ${plan ? sql`and a.plan is not distinct from ${plan === NONE ? null : plan}` : sql``}
          ${account ? sql`and a.name = ${account}` : sql``}
        order by h.health, a.mrr desc nulls last, a.name limit ${limit}`);
      return accountsSchema
        .parse(found.rows)
        .map(({ renewal, reasons, alert, status, by, at: then, ...line }) => ({
          ...line,
          renewalAt: renewal,
          reasons: reasons.map(({ text: words }) => words),
          alert:
            alert === null || status === null || then === null ? null : { id: alert, status, by, at: then },
        }));
    },
  };
}
