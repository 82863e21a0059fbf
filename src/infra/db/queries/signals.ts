// Queries behind account health and alerts: what is known of every account at one moment, and what was warned of.
import { and, asc, count, desc, eq, gte, ne, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { AlertAnswers } from '../../../model/alert.ts';
import type { Kind } from '../../../model/analysis.ts';
import type { Ranked } from '../../../model/dashboard.ts';
import type { Span } from '../../../model/digest.ts';
import type { Db } from '../index.ts';
import { account } from '../schema/customers.ts';
import { accountHealth, alert } from '../schema/outreach.ts';
import { instant, within } from './moments.ts';
import { inserted } from './rows.ts';

export type AlertRow = typeof alert.$inferSelect;

const n = z.number();
const signalsSchema = z.array(
  z.object({
    accountId: n,
    name: z.string(),
    plan: z.string().nullable(),
    mrr: n.nullable(),
    owner: z.string().nullable(),
    left: z.boolean(),
    tone: n.nullable(),
    toneBefore: n.nullable(),
    contacts: n,
    usualContacts: n,
    unresolved: n,
    oldestDays: n,
    reopened: n,
    billing: n,
    leaving: n,
    expansion: n,
    usageDrop: n,
    unseenDays: n.nullable(),
    renewalDays: n.nullable(),
  }),
);
export type AccountRow = z.infer<typeof signalsSchema>[number];

/** Frustration of a ticket; imported ones have none, but ratings may. */
const TONE = sql`coalesce((t.analysis ->> 'frustration')::float8,
  case when t.csat <= 2 then 0.9 when t.csat >= 4 then 0.1 end)`;
const ISO_DAY = '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const lately = (days: number) => sql`t.created_at > s.at - make_interval(days => ${days})`;

/**
 * Whether `ticket t` had waited for us for two days when its account `s` stood as it is looked at. How tickets of
 * accounts that left stood then is told by their messages: the customer's word was the last one.
 */
const WAITED = sql`t.created_at < s.at - interval '2 days' and case when s.churned_at is null
  then t.status in ('open', 'awaiting_agent', 'snoozed')
  else coalesce(t.resolved_at > s.at, true) and coalesce((
    select m.direction = 'inbound' from message m where m.ticket_id = t.id and m.direction <> 'note'
      and m.at <= s.at order by m.seq desc limit 1), true) end`;

export function signalQueries(db: Db) {
  return {
    /**
     * Every account with a customer, as it is at `now`; those that left as they were on the day before they did, after
     * the 30 days that churn is learned from. `touchedSince`: only those that wrote since then.
     */
    async accountSignals(now: Date, touchedSince: Date | null = null): Promise<AccountRow[]> {
      const touched: SQL = touchedSince
        ? sql`and a.churned_at is null and a.id in (
            select c.account_id from ticket t join customer c on c.id = t.customer_id
              where t.status <> 'resolved' and exists (select 1 from message m where m.ticket_id = t.id
                and m.direction = 'inbound' and m.received_at >= ${instant(touchedSince)}))`
        : sql``;
      const { rows } = await db.execute(sql`
        with subject as (
          select a.*, coalesce(a.churned_at - interval '1 day', ${instant(now)}) as at from account a
          where exists (select 1 from customer c where c.account_id = a.id) ${touched}
        ), told as (
          select s.id,
            greatest(avg(${TONE}) filter (where ${lately(30)}), 0.75 * max(${TONE}) filter (where ${lately(7)})) as tone,
            avg(${TONE}) filter (where not ${lately(30)}) as before,
            count(*) filter (where ${lately(30)}) as contacts,
            count(*) filter (where not ${lately(30)}) / 3.0 as usual,
            count(*) filter (where ${WAITED}) as unresolved,
            extract(epoch from s.at - min(t.created_at) filter (where ${WAITED})) / 86400 as oldest,
            count(*) filter (where t.reopened_at > s.at - interval '30 days' and t.reopened_at <= s.at) as reopened,
            max((t.analysis ->> 'churnRisk')::float8) filter (where ${lately(30)}) as leaving,
            max((t.analysis ->> 'expansion')::float8) filter (where ${lately(30)}) as expansion,
            max(${TONE}) filter (where ${lately(30)} and t.category like 'billing/%') as billing
          from subject s join customer c on c.account_id = s.id join ticket t on t.customer_id = c.id
          where t.created_at > s.at - interval '120 days' and t.created_at <= s.at and t.outreach is null
            and t.resolution is distinct from 'rejected'
          group by s.id, s.at
        ), usage as (
          -- Of every figure that usage events tell: its newest two weeks against the six before.
          select f.id, percentile_cont(0.5) within group (order by 1 - least(1, f.recent / f.before)) as drop
          from (
            select s.id, e.customer_id, d.key,
              avg((d.value #>> '{}')::float8) filter (where e.at > s.at - interval '14 days') as recent,
              avg((d.value #>> '{}')::float8) filter (where e.at <= s.at - interval '14 days') as before
            from subject s join customer c on c.account_id = s.id join customer_event e on e.customer_id = c.id
              cross join lateral jsonb_each(e.data) d
            where e.type = 'usage' and e.at > s.at - interval '56 days' and e.at <= s.at
              and jsonb_typeof(d.value) = 'number'
            group by 1, 2, 3
          ) f where f.before > 0 and f.recent is not null group by 1
        ), unpaid as (
          select distinct s.id from subject s join customer c on c.account_id = s.id
            join customer_event e on e.customer_id = c.id
          where e.type = 'payment_failed' and e.at > s.at - interval '30 days' and e.at <= s.at
            and not exists (select 1 from customer_event p where p.customer_id = e.customer_id
              and p.type = 'payment_succeeded' and p.at >= e.at and p.at <= s.at)
        ), seen as (
          select c.account_id as id, max(case when c.usage ->> 'lastSeenAt' ~ ${ISO_DAY} then
            -- No month has fewer than 28 days, so that no odd date stops this.
            to_date(left(c.usage ->> 'lastSeenAt', 8) || least(substr(c.usage ->> 'lastSeenAt', 9, 2)::int, 28), 'YYYY-MM-DD')
            end) as at
          from customer c group by 1
        )
        select s.id::float8 as "accountId", s.name, s.plan, s.mrr::float8 as mrr, s.owner,
          s.churned_at is not null as left,
          t.tone::float8 as tone, t.before::float8 as "toneBefore",
          coalesce(t.contacts, 0)::float8 as contacts, coalesce(t.usual, 0)::float8 as "usualContacts",
          coalesce(t.unresolved, 0)::float8 as unresolved, coalesce(t.oldest, 0)::float8 as "oldestDays",
          coalesce(t.reopened, 0)::float8 as reopened,
          greatest(case when p.id is null then 0 else 0.7 end, coalesce(t.billing, 0) - 0.3)::float8 as billing,
          coalesce(t.leaving, 0)::float8 as leaving, coalesce(t.expansion, 0)::float8 as expansion,
          coalesce(u.drop, 0)::float8 as "usageDrop",
          greatest(0, extract(epoch from s.at - seen.at) / 86400)::float8 as "unseenDays",
          case when s.renewal_at >= s.at
            then extract(epoch from s.renewal_at - s.at) / 86400 end::float8 as "renewalDays"
        from subject s left join told t on t.id = s.id left join usage u on u.id = s.id
          left join unpaid p on p.id = s.id left join seen on seen.id = s.id
        order by s.id`);
      return signalsSchema.parse(rows);
    },

    /** Share of the accounts of the last year that left in 30 days of it, on average. */
    async monthlyChurn(now: Date): Promise<number> {
      const { rows } = await db.execute(sql`
        select (count(*) filter (where churned_at > ${instant(now)} - interval '365 days') * 30.0 / 365
          / greatest(1, count(*)))::float8 as share from account`);
      return z.array(z.object({ share: n })).parse(rows)[0]?.share ?? 0;
    },

    async saveHealth(row: typeof accountHealth.$inferInsert): Promise<void> {
      await db
        .insert(accountHealth)
        .values(row)
        .onConflictDoUpdate({ target: [accountHealth.accountId, accountHealth.day], set: row });
    },

    /** Alerts about an account or a gap since then, the newest first. */
    async alertsAbout(
      about: { accountId: number | null; reason?: string },
      since: Date,
    ): Promise<AlertRow[]> {
      return db
        .select()
        .from(alert)
        .where(
          and(
            about.accountId === null ? undefined : eq(alert.accountId, about.accountId),
            about.reason === undefined ? undefined : eq(alert.reason, about.reason),
            gte(alert.createdAt, since),
          ),
        )
        .orderBy(desc(alert.id));
    },

    /** How often people said since then that somebody was on it, or that it was a false alarm, by reason. */
    async alertAnswers(since: Date): Promise<AlertAnswers[]> {
      return db
        .select({
          reason: alert.reason,
          right: count(sql`case when ${alert.status} = 'on_it' then 1 end`),
          wrong: count(sql`case when ${alert.status} = 'false_alarm' then 1 end`),
        })
        .from(alert)
        .where(and(ne(alert.kind, 'gap'), gte(alert.createdAt, since)))
        .groupBy(alert.reason);
    },

    async insertAlert(row: typeof alert.$inferInsert): Promise<number> {
      return inserted(await db.insert(alert).values(row).returning({ id: alert.id })).id;
    },

    async getAlert(id: number): Promise<(AlertRow & { owner: string | null }) | null> {
      const [row] = await db
        .select({ alert, owner: account.owner })
        .from(alert)
        .leftJoin(account, eq(account.id, alert.accountId))
        .where(eq(alert.id, id));
      return row ? { ...row.alert, owner: row.owner } : null;
    },

    /** Changes what its card shows, if it still stands as somebody saw it; false when it does not. */
    async updateAlert(
      id: number,
      version: number,
      patch: Partial<typeof alert.$inferInsert>,
    ): Promise<boolean> {
      const rows = await db
        .update(alert)
        .set({ ...patch, version: sql`${alert.version} + 1` })
        .where(and(eq(alert.id, id), eq(alert.version, version)))
        .returning({ id: alert.id });
      return rows.length > 0;
    },

    async markAlertPresented(id: number, version: number): Promise<void> {
      await db.update(alert).set({ presentedVersion: version }).where(eq(alert.id, id));
    },

    /** Alerts whose card lags behind. */
    async unpresentedAlerts(limit: number): Promise<number[]> {
      const rows = await db
        .select({ id: alert.id })
        .from(alert)
        .where(sql`${alert.version} > ${alert.presentedVersion}`)
        .orderBy(asc(alert.id))
        .limit(limit);
      return rows.map(({ id }) => id);
    },

    /** What is wished for, hard to find, asked or broken in the tickets opened in the span, ranked by the companies that say so and what they pay. */
    async rankedClusters(kind: Kind, span: Span, limit: number): Promise<Ranked[]> {
      const { rows } = await db.execute(sql`
        select w.id::float8 as id, w.title, count(*)::int as customers,
          count(distinct w.account_id)::int as accounts, sum(w.share)::float8 as mrr
        from (
          select c.id, c.title, u.id as customer_id, a.id as account_id,
            -- A company counts once, however many of its people write.
            case when row_number() over (partition by c.id, a.id order by u.id) = 1 then a.mrr end as share
          from cluster c join cluster_member m on m.cluster_id = c.id join ticket t on t.id = m.ticket_id
            join customer u on u.id = t.customer_id left join account a on a.id = u.account_id
          where c.kind = ${kind} and c.merged_into is null and c.status not in ('dismissed', 'merged')
            and ${within(sql`t.created_at`, span)}
          group by c.id, c.title, u.id, a.id, a.mrr
        ) w group by w.id, w.title
        order by count(distinct w.account_id) desc, sum(w.share) desc nulls last, count(*) desc, w.id limit ${limit}`);
      return z
        .array(z.object({ id: n, title: z.string(), customers: n, accounts: n, mrr: n.nullable() }))
        .parse(rows);
    },

    /** What an account's customers wrote last, with how upset it was; for the alert's card. */
    async lastWords(accountId: number, limit: number) {
      const { rows } = await db.execute(sql`
        select m.text, m.at, t.id::float8 as "ticketId", c.name from message m join ticket t on t.id = m.ticket_id
          join customer c on c.id = t.customer_id
        where c.account_id = ${accountId} and m.direction = 'inbound' and m.automatic is null
          and t.resolution is distinct from 'rejected'
        order by ((t.analysis ->> 'frustration')::float8 + (t.analysis ->> 'churnRisk')::float8) desc nulls last,
          m.at desc limit ${limit}`);
      return z
        .array(z.object({ text: z.string(), at: z.coerce.date(), ticketId: n, name: z.string().nullable() }))
        .parse(rows);
    },
  };
}
