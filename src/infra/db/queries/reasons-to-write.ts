// Queries about reasons to write to a customer that stand in our own records, and about what is known of an error.
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Span } from '../../../model/digest.ts';
import type { Db } from '../index.ts';
import { instant, within } from './moments.ts';

const n = z.number();
const toldBugSchema = z.object({
  id: n,
  title: z.string(),
  /** As people call it at the tracker, and its address there. */
  issue: z.object({ id: z.string(), url: z.string() }).nullable(),
});
/** A bug that engineers were told of. */
export type ToldBug = z.infer<typeof toldBugSchema>;

/** Characters of a code from which it is not found by chance: `404` stands in numbers, too. */
const TELLING = 4;
/** `export_timeout`, `EXPORT-TIMEOUT` and `Export timeout` are one code. */
const bare = (text: SQL) => sql`lower(regexp_replace(${text}, '[^[:alnum:]]', '', 'g'))`;

export function reasonQueries(db: Db) {
  return {
    /** Customers with the same error code so often since `since`, whom nobody has written about it that day. */
    async repeatedErrors(since: Date, times: number, limit: number) {
      const { rows } = await db.execute(sql`
        select customer_id::float8 as "customerId", data ->> 'code' as code, count(*)::int as times, max(at) as at
        from customer_event
        where type = 'error' and data ->> 'code' is not null and at >= ${instant(since)}
        group by 1, 2 having count(*) >= ${times} order by 3 desc, 1 limit ${limit}`);
      return z
        .array(z.object({ customerId: n, code: z.string(), times: n, at: z.coerce.date() }))
        .parse(rows);
    },

    /** Customers who signed up in the span and have not told, since, that they are set up. */
    async stuckInOnboarding(span: Span, limit: number) {
      const { rows } = await db.execute(sql`
        select e.customer_id::float8 as "customerId", min(e.at) as at
        from customer_event e
        where e.type = 'signed_up' and ${within(sql`e.at`, span)}
          and not exists (select 1 from customer_event d where d.customer_id = e.customer_id
            and d.type in ('onboarded', 'feature_used', 'churned', 'subscription_ended'))
        group by 1 order by 2, 1 limit ${limit}`);
      return z.array(z.object({ customerId: n, at: z.coerce.date() })).parse(rows);
    },

    /** Accounts that renew in the span with a ticket from before `openedBefore` that waits for us: who wrote the oldest. */
    async renewalsWithProblems(span: Span, openedBefore: Date, limit: number) {
      const { rows } = await db.execute(sql`
        select distinct on (a.id) a.id::float8 as "accountId", a.renewal_at as "renewalAt",
          t.customer_id::float8 as "customerId", t.id::float8 as "ticketId", t.subject,
          t.analysis ->> 'summary' as summary
        from account a join customer c on c.account_id = a.id join ticket t on t.customer_id = c.id
        where a.churned_at is null and ${within(sql`a.renewal_at`, span)}
          and t.status in ('open', 'awaiting_agent', 'snoozed') and t.outreach is null
          and t.created_at < ${instant(openedBefore)} and t.resolution is distinct from 'rejected'
        order by a.id, t.id limit ${limit}`);
      return z
        .array(
          z.object({
            accountId: n,
            renewalAt: z.coerce.date(),
            customerId: n,
            ticketId: n,
            subject: z.string().nullable(),
            summary: z.string().nullable(),
          }),
        )
        .parse(rows);
    },

    /**
     * The ticket in which the customer has told us of this error, or may have: one since `since` that names the code,
     * or a bug report that is not settled. Null: none.
     */
    async reportOfError(
      { customerId, code }: { customerId: number; code: string },
      since: Date,
    ): Promise<{ ticketId: number; named: boolean } | null> {
      const wanted = bare(sql`${code}::text`);
      const { rows } = await db.execute(sql`
        select t.id::float8 as "ticketId", told.named
        from ticket t cross join lateral (
          select length(${wanted}) >= ${TELLING} and exists (
            select 1 from message m where m.ticket_id = t.id and m.direction = 'inbound'
              and position(${wanted} in ${bare(sql`concat_ws(' ', m.subject, m.text)`)}) > 0) as named
        ) told
        where t.customer_id = ${customerId} and t.outreach is null and (
          (told.named and (t.status <> 'resolved' or t.created_at >= ${instant(since)}))
          or (t.kind = 'bug' and t.status <> 'resolved'))
        order by told.named desc, t.id desc limit 1`);
      return z.array(z.object({ ticketId: n, named: z.boolean() })).parse(rows)[0] ?? null;
    },

    /** The bug with this error code that engineers were told of, and its issue, if any; null: none that is open. */
    async toldBugWith(code: string): Promise<ToldBug | null> {
      const { rows } = await db.execute(sql`
        select c.id::float8 as id, c.title, c.issue from cluster c
        where c.kind = 'bug' and c.status = 'confirmed' and c.merged_into is null
          and (c.presented_rev > 0 or c.issue is not null)
          and coalesce(c.issue ->> 'state', 'open') in ('open', 'merged')
          and exists (select 1 from jsonb_object_keys(c.profile -> 'signatures') s where ${bare(sql`s`)} = ${bare(sql`${code}::text`)})
        order by c.issue is null, c.last_seen desc limit 1`);
      return z.array(toldBugSchema).parse(rows)[0] ?? null;
    },
  };
}
