// Queries about promises to customers, what makes a ticket pressing, and what was learned about that.
import { and, asc, desc, eq, getTableColumns, isNull, lte, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Analysis, analysisSchema } from '../../../model/analysis.ts';
import type { PriorityFit, PriorityRules } from '../../../model/priority.ts';
import type { ServiceClock, ServiceTarget } from '../../../model/service-level.ts';
import type { Priority } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { ticket } from '../schema/conversations.ts';
import { priorityFit, serviceClock } from '../schema/service-levels.ts';
import { instant } from './moments.ts';

/** A ticket that is over, with what was known of its customer. */
export interface PastTicketRow {
  id: number;
  createdAt: Date;
  customerId: number;
  subject: string | null;
  /** The customer's first words. */
  text: string;
  channel: string;
  analysis: Analysis | null;
  /** Other tickets of theirs opened in the 30 days before. */
  contacts: number;
  /** Escalated, raised to P1 or P2 by an agent, reopened, or the account left within 90 days. */
  bad: boolean;
}

const pastSchema = z.array(
  z.object({
    id: z.number(),
    created_at: z.coerce.date(),
    customer_id: z.number(),
    subject: z.string().nullable(),
    text: z.string(),
    channel: z.string(),
    analysis: analysisSchema.nullable().catch(null),
    contacts: z.number(),
    bad: z.boolean(),
  }),
);
const circumstancesSchema = z.tuple([z.object({ others: z.number(), incident: z.boolean() })]);

export function serviceLevelQueries(db: Db) {
  return {
    clocksOf: (ticketId: number): Promise<ServiceClock[]> =>
      db.select().from(serviceClock).where(eq(serviceClock.ticketId, ticketId)),

    /** Keeps a promise, in place of the one before. */
    async putClock(row: ServiceClock): Promise<void> {
      await db
        .insert(serviceClock)
        .values(row)
        .onConflictDoUpdate({ target: [serviceClock.ticketId, serviceClock.target], set: row });
    },

    /** What is promised stands still from now on: the customer is waited for. */
    async pauseClocks(ticketId: number, pausedAt: Date): Promise<void> {
      await db
        .update(serviceClock)
        .set({ pausedAt })
        .where(and(eq(serviceClock.ticketId, ticketId), isNull(serviceClock.pausedAt)));
    },

    async dropClock(ticketId: number, target: ServiceTarget): Promise<void> {
      await db
        .delete(serviceClock)
        .where(and(eq(serviceClock.ticketId, ticketId), eq(serviceClock.target, target)));
    },

    /** Notes what people were told of a promise, once they were. */
    async markClock(
      { ticketId, target }: Pick<ServiceClock, 'ticketId' | 'target'>,
      patch: Partial<Pick<ServiceClock, 'warnedAt' | 'escalatedAt' | 'breachedAt'>>,
    ): Promise<void> {
      await db
        .update(serviceClock)
        .set(patch)
        .where(and(eq(serviceClock.ticketId, ticketId), eq(serviceClock.target, target)));
    },

    /**
     * Running promises that somebody must hear of now, the most pressing first. A snoozed ticket that wakes up before
     * it is due is left in peace.
     */
    pressingClocks: (now: Date, limit: number): Promise<ServiceClock[]> =>
      db
        .select(getTableColumns(serviceClock))
        .from(serviceClock)
        .innerJoin(ticket, eq(ticket.id, serviceClock.ticketId))
        .where(
          and(
            isNull(serviceClock.pausedAt),
            isNull(serviceClock.breachedAt),
            lte(serviceClock.warnAt, now),
            sql`${ticket.status} not in ('awaiting_customer', 'resolved')`,
            sql`not (${serviceClock.target} = 'first_answer' and ${ticket.firstResponseAt} is not null)`,
            sql`(${ticket.status} <> 'snoozed' or ${ticket.snoozedUntil} >= ${serviceClock.dueAt})`,
            or(
              isNull(serviceClock.warnedAt),
              and(isNull(serviceClock.escalatedAt), lte(serviceClock.escalateAt, now)),
              lte(serviceClock.dueAt, now),
            ),
          ),
        )
        .orderBy(asc(serviceClock.dueAt))
        .limit(limit),

    /**
     * How many other customers report the same fault, and whether an incident of the customer's account is open: told
     * by an event `incident` since then, and by none of another `incident_…` after it.
     */
    async circumstancesOf(ticketId: number, since: Date): Promise<{ others: number; incident: boolean }> {
      const { rows } = await db.execute(sql`
        select
          (select count(distinct t.customer_id)::int
            from cluster_member own join cluster c on c.id = own.cluster_id
              join cluster_member m on m.cluster_id = c.id join ticket t on t.id = m.ticket_id
            where own.ticket_id = me.id and c.kind in ('bug', 'friction')
              and c.status in ('open', 'confirmed') and t.customer_id <> me.customer_id) as others,
          coalesce((select e.type = 'incident' from customer_event e join customer o on o.id = e.customer_id
            where (o.id = me.customer_id or o.account_id = mine.account_id)
              and starts_with(e.type, 'incident') and e.at > ${instant(since)}
            order by e.at desc, e.id desc limit 1), false) as incident
        from ticket me join customer mine on mine.id = me.customer_id where me.id = ${ticketId}`);
      return circumstancesSchema.parse(rows)[0];
    },

    /** A new score, unless a person has set the priority; whatever card shows it is told by somebody else. */
    async setScore(ticketId: number, priority: Priority): Promise<void> {
      await db
        .update(ticket)
        .set({ priority })
        .where(and(eq(ticket.id, ticketId), isNull(ticket.priorityBy)));
    },

    // --- what history teaches ---

    /** Tickets that are over, the newest first, as they were when they came. */
    async pastTickets(limit: number, { P1, P2 }: PriorityRules['thresholds']): Promise<PastTicketRow[]> {
      const { rows } = await db.execute(sql`
        select t.id::float8 as id, t.created_at, t.customer_id::float8 as customer_id, t.subject, t.channel,
          t.analysis, first.text,
          (select count(*)::int from ticket o where o.conversation_id = t.conversation_id
            and o.created_at < t.created_at and o.created_at > t.created_at - interval '30 days') as contacts,
          (t.escalated_to is not null or t.reopened_at is not null
            or t.priority_by is not null and (t.priority ->> 'score')::float8
              < case t.priority ->> 'level' when 'P1' then ${P1}::float8 when 'P2' then ${P2}::float8 else 0 end
            or coalesce(a.churned_at between t.created_at and t.created_at + interval '90 days', false)) as bad
        from ticket t join customer c on c.id = t.customer_id left join account a on a.id = c.account_id
          join lateral (select m.text from message m where m.ticket_id = t.id and m.direction = 'inbound'
            order by m.seq limit 1) first on true
        where t.status = 'resolved' and t.resolution is distinct from 'rejected'
        order by t.id desc limit ${limit}`);
      return pastSchema.parse(rows).map(({ created_at, customer_id, ...row }) => ({
        ...row,
        createdAt: created_at,
        customerId: customer_id,
      }));
    },

    /** How many of them there are. */
    countPastTickets: (): Promise<number> =>
      db.$count(
        ticket,
        and(eq(ticket.status, 'resolved'), sql`${ticket.resolution} is distinct from 'rejected'`),
      ),

    async insertPriorityFit(row: PriorityFit & { at: Date }): Promise<void> {
      await db.insert(priorityFit).values(row);
    },

    /** What history taught last; null: it was not looked at yet. */
    async latestPriorityFit(): Promise<(PriorityFit & { at: Date }) | null> {
      const [row] = await db.select().from(priorityFit).orderBy(desc(priorityFit.id)).limit(1);
      return row ?? null;
    },
  };
}
