// Queries about what customers ask and no article answers: the clusters of it, and what agents said to that.
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { ALERT_STATUSES } from '../../../model/alert.ts';
import type { Db } from '../index.ts';
import { alert } from '../schema/outreach.ts';
import { instant } from './moments.ts';

const n = z.number();
const gapsSchema = z.array(
  z.object({
    clusterId: n,
    kind: z.enum(['question', 'friction']),
    title: z.string(),
    customers: n,
    tickets: n,
    unanswered: n,
    /** What people last decided about it; null: nothing, so that all of its tickets count. */
    decided: z.enum(ALERT_STATUSES).nullable(),
    /** Its alert, while that is open. */
    alertId: n.nullable(),
    /** Somebody is on it, and it has no article. */
    waits: z.boolean(),
  }),
);
export type KnowledgeGap = z.infer<typeof gapsSchema>[number];

export function gapQueries(db: Db) {
  return {
    /**
     * Clusters of questions, or of people who cannot find a thing, that so many customers are in, and for at least half
     * of which the first draft had nothing to answer from or did not leave as it was; those without an open alert first.
     * What people decided about one is the end of what was counted: only what came later counts from then on, and each
     * word that no article is needed asks for twice as many customers. That somebody is on it decides nothing while
     * there is no article.
     */
    async knowledgeGaps(since: Date, customers: number, limit: number): Promise<KnowledgeGap[]> {
      const decides = sql`(status <> 'open' and not (status = 'on_it' and jsonb_typeof(body -> 'article') = 'null'))`;
      const unanswered = sql`count(distinct t.id) filter (where not d.answerable or o.id is not null)`;
      const { rows } = await db.execute(sql`
        with told as (
          select reason, (array_agg(id order by id desc))[1] as latest,
            (array_agg(status order by id desc))[1] as status,
            max(decided_at) filter (where ${decides}) as since,
            (array_agg(status order by id desc) filter (where ${decides}))[1] as decided,
            count(*) filter (where status = 'false_alarm') as refused
          from alert where kind = 'gap' group by reason
        )
        select c.id::float8 as "clusterId", c.kind, c.title, count(distinct t.customer_id)::int as customers,
          count(distinct t.id)::int as tickets, ${unanswered}::int as unanswered, told.decided,
          case when told.status = 'open' then told.latest end::float8 as "alertId",
          coalesce(told.status = 'on_it' and told.decided is distinct from 'on_it', false) as waits
        from cluster c join cluster_member m on m.cluster_id = c.id join ticket t on t.id = m.ticket_id
          left join draft d on d.ticket_id = t.id and d.version = 1
          left join outcome o on o.ticket_id = t.id and o.error > 0
          left join told on told.reason = 'gap:' || c.id
        where c.kind in ('question', 'friction') and c.merged_into is null
          and c.status not in ('dismissed', 'merged') and t.created_at >= ${instant(since)}
          and (told.since is null or t.created_at > told.since)
          and t.resolution is distinct from 'rejected'
        group by c.id, told.latest, told.status, told.decided, told.refused
        having count(distinct t.customer_id) >= ${customers} * power(2, coalesce(told.refused, 0))
          and 2 * ${unanswered} >= count(distinct t.id)
        order by told.status is not distinct from 'open', customers desc, c.id limit ${limit}`);
      return gapsSchema.parse(rows);
    },

    /** Alerts about a cluster that was merged into another are about that one from then on. */
    async moveGaps(from: number, into: number): Promise<void> {
      await db
        .update(alert)
        .set({ reason: `gap:${into}` })
        .where(eq(alert.reason, `gap:${from}`));
    },

    /** What people, not the bot, answered to the tickets of a cluster, the newest first. */
    async agentReplies(clusterId: number, bot: string, limit: number) {
      const { rows } = await db.execute(sql`
        select m.text, t.category, coalesce(t.analysis ->> 'language', 'en') as language,
          c.name as customer, a.name as account
        from message m join ticket t on t.id = m.ticket_id join customer c on c.id = t.customer_id
          left join account a on a.id = c.account_id
        where m.direction = 'outbound' and m.author <> ${bot}
          and t.id in (select ticket_id from cluster_member where cluster_id = ${clusterId})
        order by m.id desc limit ${limit}`);
      return z
        .array(
          z.object({
            text: z.string(),
            category: z.string().nullable(),
            language: z.string(),
            customer: z.string().nullable(),
            account: z.string().nullable(),
          }),
        )
        .parse(rows);
    },
  };
}
