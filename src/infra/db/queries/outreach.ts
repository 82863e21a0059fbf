// Queries about events that are a reason to write to a customer, and about what came of it.
import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Span } from '../../../model/digest.ts';
import { OUTREACH_KINDS, type OutreachKind, SETTLED_BY } from '../../../model/outreach.ts';
import type { Db } from '../index.ts';
import { conversation } from '../schema/conversations.ts';
import { customerEvent } from '../schema/customers.ts';
import { outreach } from '../schema/outreach.ts';
import { proposal, proposalRecipient } from '../schema/tracking.ts';
import { instant, within } from './moments.ts';
import { inserted } from './rows.ts';

export type EventRow = typeof customerEvent.$inferSelect;

/** How long after a message something that settles the matter counts as its effect. */
const EFFECT_DAYS = 14;

const contactSchema = z.array(
  z.object({
    customerId: z.number(),
    name: z.string().nullable(),
    account: z.string().nullable(),
    language: z.string().nullable(),
    email: z.string().nullable(),
    optedOut: z.boolean(),
    churned: z.boolean(),
    /** Channel of their newest message. */
    lastChannel: z.string().nullable(),
    /** Frustration of their most upset open ticket, 0..1; and which. */
    frustration: z.number(),
    upsetTicketId: z.number().nullable(),
    /** A reply to them waits or is on the wire. */
    sending: z.boolean(),
    /** When we last wrote first, or are about to. */
    lastOutreach: z.coerce.date().nullable(),
    /** Another message that is proposed to them and not decided on. */
    openProposalId: z.number().nullable(),
  }),
);
/** What decides whether a customer may be written to first, and where. */
export type Contact = z.infer<typeof contactSchema>[number];

const n = z.number();
const figuresSchema = z.array(
  z.object({
    kind: z.enum(OUTREACH_KINDS),
    /** Events in the span. */
    events: n,
    proposed: n,
    /** Not proposed, for a reason that was noted. */
    skipped: n,
    sent: n,
    dismissed: n,
    /** Of those sent: the matter was settled within two weeks, the customer answered, or wants no more. */
    settled: n,
    replied: n,
    optedOut: n,
  }),
);
/** The message that came of an event `o`. */
const MESSAGE_OF = sql`
  left join proposal p on p.id = o.proposal_id
  left join proposal_recipient r on r.proposal_id = p.id and r.customer_id = o.customer_id
  left join outbox b on b.key = r.outbox_key and b.status = 'sent'`;

/** Whether `ticket t` began with a message of ours about an event that was dealt with in the span. */
export function sentFirst(span: Span): SQL {
  return sql`t.id in (select r.ticket_id from outreach o ${MESSAGE_OF} where ${within(sql`o.created_at`, span)} and b.sent_at is not null)`;
}

/** What came of the messages of one kind. */
export type OutreachFigures = z.infer<typeof figuresSchema>[number];

/** `('payment_failed', 'payment_succeeded'), …`: which types of events settle which kind. */
const SETTLING: SQL = sql.join(
  OUTREACH_KINDS.flatMap((kind) =>
    SETTLED_BY[kind]
      .filter((type) => type !== 'subscription_ended')
      .map((type) => sql`(${kind}::text, ${type}::text)`),
  ),
  sql`, `,
);

export function outreachQueries(db: Db) {
  return {
    /** Events that nobody has looked at, oldest first. */
    async newEvents(limit: number): Promise<EventRow[]> {
      return db
        .select()
        .from(customerEvent)
        .where(sql`not ${customerEvent.considered}`)
        .orderBy(asc(customerEvent.id))
        .limit(limit);
    },

    /** Nobody looks at these events again. */
    async markConsidered(ids: number[]): Promise<void> {
      if (ids.length > 0)
        await db.update(customerEvent).set({ considered: true }).where(inArray(customerEvent.id, ids));
    },

    /** `exceptProposal`: one that does not count, nor does its message. Null when there is no such customer. */
    async contactOf(customerId: number, exceptProposal = 0): Promise<Contact | null> {
      const other = sql`not exists (select 1 from proposal_recipient s
        where s.customer_id = c.id and s.proposal_id = ${exceptProposal} and s.outbox_key = o.key)`;
      const { rows } = await db.execute(sql`
        select c.id::float8 as "customerId", c.name, a.name as account, c.language,
          (select value from address where customer_id = c.id and kind = 'email' order by id limit 1) as email,
          c.opted_out as "optedOut", a.churned_at is not null as churned,
          (select m.channel from message m where m.conversation_id = v.id and m.direction = 'inbound'
            and m.automatic is null order by m.seq desc limit 1) as "lastChannel",
          coalesce(upset.frustration, 0)::float8 as frustration, upset.id::float8 as "upsetTicketId",
          exists (select 1 from outbox o where o.conversation_id = v.id
            and o.status in ('queued', 'sending', 'unknown') and ${other}) as sending,
          (select max(o.created_at) from outbox o join ticket t on t.id = o.ticket_id
            where o.conversation_id = v.id and t.outreach is not null and o.status <> 'cancelled' and ${other}) as "lastOutreach",
          (select max(p.id)::float8 from proposal p join proposal_recipient r on r.proposal_id = p.id
            where r.customer_id = c.id and r.state = 'ready' and p.kind = 'outreach' and p.status = 'open'
              and p.id <> ${exceptProposal}) as "openProposalId"
        from customer c
          left join account a on a.id = c.account_id
          left join conversation v on v.customer_id = c.id
          left join lateral (
            select u.id, (u.analysis ->> 'frustration')::float8 as frustration from ticket u
            where u.conversation_id = v.id and u.status <> 'resolved' order by 2 desc nulls last limit 1
          ) upset on true
        where c.id = ${customerId}`);
      return contactSchema.parse(rows)[0] ?? null;
    },

    /** Type of the first event that settles the matter: at the time or later, about the same thing where both name one. */
    async settledBy(event: Pick<EventRow, 'customerId' | 'at' | 'data'>, kind: OutreachKind) {
      const thing = ['invoice', 'incident', 'code'].map((name) => event.data[name]).find(Boolean) ?? null;
      const [row] = await db
        .select({ type: customerEvent.type, at: customerEvent.at })
        .from(customerEvent)
        .where(
          and(
            eq(customerEvent.customerId, event.customerId),
            inArray(customerEvent.type, [...SETTLED_BY[kind]]),
            sql`${customerEvent.at} >= ${instant(event.at)}`,
            thing === null
              ? undefined
              : sql`coalesce(${customerEvent.data} ->> 'invoice', ${customerEvent.data} ->> 'incident',
                  ${customerEvent.data} ->> 'code', ${String(thing)}) = ${String(thing)}`,
          ),
        )
        .orderBy(asc(customerEvent.at))
        .limit(1);
      return row ?? null;
    },

    /** The customer's conversation, made when missing and locked until the end of the transaction. */
    async lockConversation(customerId: number): Promise<number> {
      const rows = await db
        .insert(conversation)
        .values({ customerId })
        .onConflictDoUpdate({
          target: conversation.customerId,
          set: { nextSeq: sql`${conversation.nextSeq}` },
        })
        .returning({ id: conversation.id });
      return inserted(rows).id;
    },

    /** Null when this event has been dealt with. */
    async insertOutreach(row: typeof outreach.$inferInsert): Promise<number | null> {
      const [created] = await db
        .insert(outreach)
        .values(row)
        .onConflictDoNothing()
        .returning({ id: outreach.id });
      return created?.id ?? null;
    },

    /** The event that a proposal writes to this customer about, and the kind of it. */
    async outreachOf(
      proposalId: number,
      customerId: number,
    ): Promise<{ kind: OutreachKind; event: EventRow } | null> {
      const [row] = await db
        .select({ kind: outreach.kind, event: customerEvent })
        .from(outreach)
        .innerJoin(customerEvent, eq(customerEvent.id, outreach.eventId))
        .where(and(eq(outreach.proposalId, proposalId), eq(outreach.customerId, customerId)))
        .orderBy(asc(outreach.id))
        .limit(1);
      return row ?? null;
    },

    /** Whose message a reply is, where it is one of a proposal. */
    async recipientOfReply(customerId: number, key: string) {
      const [row] = await db
        .select({ id: proposalRecipient.id, proposalId: proposalRecipient.proposalId })
        .from(proposalRecipient)
        .where(and(eq(proposalRecipient.customerId, customerId), eq(proposalRecipient.outboxKey, key)));
      return row ?? null;
    },

    /** Open proposals to write to this customer, with what each is about. */
    async openOutreachTo(customerId: number) {
      return db
        .select({ proposalId: proposal.id, recipientId: proposalRecipient.id, kind: outreach.kind })
        .from(proposalRecipient)
        .innerJoin(proposal, eq(proposal.id, proposalRecipient.proposalId))
        .innerJoin(
          outreach,
          and(eq(outreach.proposalId, proposal.id), eq(outreach.customerId, proposalRecipient.customerId)),
        )
        .where(
          and(
            eq(proposalRecipient.customerId, customerId),
            eq(proposalRecipient.state, 'ready'),
            eq(proposal.status, 'open'),
          ),
        );
    },

    /** The proposal with this key, while it is open. */
    async openProposalOf(key: string): Promise<number | null> {
      const [row] = await db
        .select({ id: proposal.id })
        .from(proposal)
        .where(and(eq(proposal.key, key), eq(proposal.status, 'open')))
        .for('update');
      return row?.id ?? null;
    },

    /** False when the customer is among its recipients already. */
    async addRecipient(row: typeof proposalRecipient.$inferInsert): Promise<boolean> {
      const rows = await db
        .insert(proposalRecipient)
        .values(row)
        .onConflictDoNothing()
        .returning({ id: proposalRecipient.id });
      return rows.length > 0;
    },

    /**
     * How people decided on proposals of a kind: an error is one that was dismissed, that left with other words, or
     * after which the customer wanted no more. What the bot sent itself proves nothing, but counts where it led to that.
     */
    async outreachReviews(kind: OutreachKind, bot: string): Promise<{ error: boolean }[]> {
      const { rows } = await db.execute(sql`
        select (p.status = 'dismissed' or p.edited or leaving.so) as error
        from proposal p cross join lateral (select exists (
            select 1 from customer_event e join proposal_recipient r on r.customer_id = e.customer_id
            where r.proposal_id = p.id and e.type = 'opted_out' and e.at >= p.decided_at
              and e.at < p.decided_at + interval '14 days') as so) leaving
        where p.kind = 'outreach' and p.status <> 'open'
          and (p.decided_by <> ${bot} or (p.status = 'sent' and leaving.so))
          and exists (select 1 from outreach o where o.proposal_id = p.id and o.kind = ${kind})
        order by p.id desc limit 2000`);
      return z.array(z.object({ error: z.boolean() })).parse(rows);
    },

    /** What was told, proposed and sent about events that were dealt with in the span, and what came of it. */
    async outreachFigures(span: Span): Promise<OutreachFigures[]> {
      const { rows } = await db.execute(sql`
        with settling (kind, type) as (values ${SETTLING}), told as (
          select o.kind, o.status, o.customer_id, p.status as decided, p.decided_by, r.ticket_id,
            -- Two events of one incident are one message to a customer.
            case when row_number() over (partition by r.id order by o.id) = 1 then b.sent_at end as sent_at
          from outreach o ${MESSAGE_OF} where ${within(sql`o.created_at`, span)}
        )
        select t.kind, count(*)::int as events,
          count(*) filter (where t.status = 'proposed')::int as proposed,
          count(*) filter (where t.status = 'skipped')::int as skipped,
          count(t.sent_at)::int as sent,
          count(*) filter (where t.decided = 'dismissed')::int as dismissed,
          count(*) filter (where t.sent_at is not null and exists (
            select 1 from customer_event e join settling s on s.type = e.type
            where s.kind = t.kind and e.customer_id = t.customer_id and e.at >= t.sent_at
              and e.at < t.sent_at + make_interval(days => ${EFFECT_DAYS})))::int as settled,
          count(*) filter (where t.sent_at is not null and exists (
            select 1 from message m where m.ticket_id = t.ticket_id and m.direction = 'inbound'
              and m.automatic is null))::int as replied,
          count(*) filter (where t.sent_at is not null and exists (
            select 1 from customer_event e where e.customer_id = t.customer_id and e.type = 'opted_out'
              and e.at >= t.sent_at))::int as "optedOut"
        from told t group by t.kind order by t.kind`);
      return figuresSchema.parse(rows);
    },
  };
}
