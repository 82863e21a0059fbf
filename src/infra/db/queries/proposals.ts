// Queries about messages that are proposed to customers.
import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Recipient } from '../../../model/proposal.ts';
import type { Db } from '../index.ts';
import { proposal, proposalRecipient } from '../schema/tracking.ts';
import { clusterFamily } from './tracking.ts';

export type ProposalRow = typeof proposal.$inferSelect;

const affectedSchema = z.array(
  z.object({
    customerId: z.number(),
    name: z.string().nullable(),
    /** Newest ticket of theirs that is about it. */
    ticketId: z.number(),
    /** Where they are answered. */
    channel: z.string(),
    language: z.string().nullable(),
    /** Their message asks for something else, too, that has no answer yet. */
    alsoAsks: z.boolean(),
    optedOut: z.boolean(),
    churned: z.boolean(),
    /** The customer said that it is solved. */
    confirmed: z.boolean(),
    /** A reply of ours waits or is on the wire. */
    sending: z.boolean(),
    /** Frustration of their most upset open ticket, 0..1; and which. */
    frustration: z.number(),
    upsetTicketId: z.number().nullable(),
    lastWrote: z.coerce.date(),
  }),
);
/** A customer who reported something, with what decides whether a message to them is welcome. */
export type Affected = z.infer<typeof affectedSchema>[number];

const recipientsSchema = z.array(
  z.object({
    id: z.number(),
    customerId: z.number(),
    name: z.string(),
    account: z.string().nullable(),
    ticketId: z.number().nullable(),
    channel: z.string(),
    language: z.string(),
    about: z.string(),
    state: z.enum(['ready', 'left_out', 'held', 'barred', 'committed']),
    reason: z.string().nullable(),
  }),
);

export function proposalQueries(db: Db) {
  return {
    /** Everybody who reported what a cluster is about, each once, with their newest ticket in it. */
    async affectedBy(clusterId: number): Promise<Affected[]> {
      const { rows } = await db.execute(sql`
        with reported as (
          select distinct on (t.customer_id) t.*
          from cluster_member cm join ticket t on t.id = cm.ticket_id
          where cm.cluster_id in ${clusterFamily(clusterId)}
          order by t.customer_id, t.id desc
        )
        select c.id::float8 as "customerId", c.name, r.id::float8 as "ticketId",
          coalesce((select m.channel from message m where m.ticket_id = r.id and m.direction = 'inbound'
            and m.automatic is null order by m.seq desc limit 1), r.channel) as channel,
          coalesce(nullif(r.analysis ->> 'language', 'und'), c.language) as language,
          (r.status in ('open', 'awaiting_agent', 'snoozed') and exists (
            select 1 from cluster_member o
            where o.ticket_id = r.id and o.cluster_id not in ${clusterFamily(clusterId)})) as "alsoAsks",
          c.opted_out as "optedOut", a.churned_at is not null as churned,
          (r.status = 'resolved' and r.resolution is not distinct from 'confirmed') as confirmed,
          exists (select 1 from outbox o where o.ticket_id = r.id and o.status in ('queued', 'sending', 'unknown')) as sending,
          coalesce(upset.frustration, 0)::float8 as frustration, upset.id::float8 as "upsetTicketId",
          (select max(m.at) from message m join ticket t on t.id = m.ticket_id
            where t.customer_id = c.id and m.direction = 'inbound') as "lastWrote"
        from reported r
          join customer c on c.id = r.customer_id
          left join account a on a.id = c.account_id
          left join lateral (
            select u.id, (u.analysis ->> 'frustration')::float8 as frustration from ticket u
            where u.customer_id = c.id and u.status <> 'resolved' and not exists (
              select 1 from cluster_member m
              where m.ticket_id = u.id and m.cluster_id in ${clusterFamily(clusterId)})
            order by 2 desc nulls last limit 1
          ) upset on true
        order by r.id`);
      return affectedSchema.parse(rows);
    },

    /** Null when there is one for this key already. */
    async insertProposal(
      row: typeof proposal.$inferInsert,
      recipients: Omit<typeof proposalRecipient.$inferInsert, 'proposalId'>[],
    ): Promise<ProposalRow | null> {
      const [created] = await db.insert(proposal).values(row).onConflictDoNothing().returning();
      if (!created) return null;
      if (recipients.length > 0)
        await db
          .insert(proposalRecipient)
          .values(recipients.map((one) => ({ ...one, proposalId: created.id })));
      return created;
    },

    /** Whether a reply has left on a ticket since then. */
    async answeredSince(ticketId: number, since: Date): Promise<boolean> {
      const { rowCount } = await db.execute(sql`
        select 1 from message where ticket_id = ${ticketId} and direction = 'outbound' and at > ${since} limit 1`);
      return rowCount === 1;
    },

    async getProposal(id: number): Promise<ProposalRow | null> {
      const [row] = await db.select().from(proposal).where(eq(proposal.id, id));
      return row ?? null;
    },

    /** The row, locked until the end of the transaction. */
    async lockProposal(id: number): Promise<ProposalRow | null> {
      const [row] = await db.select().from(proposal).where(eq(proposal.id, id)).for('update');
      return row ?? null;
    },

    /** Changes what people see of it. */
    async updateProposal(id: number, patch: Partial<typeof proposal.$inferInsert>): Promise<void> {
      await db
        .update(proposal)
        .set({ ...patch, version: sql`${proposal.version} + 1` })
        .where(eq(proposal.id, id));
    },

    async markPresented(id: number, version: number): Promise<void> {
      await db.update(proposal).set({ presentedVersion: version }).where(eq(proposal.id, id));
    },

    /** Proposals whose card lags behind. */
    async unpresentedProposals(limit: number): Promise<number[]> {
      const rows = await db
        .select({ id: proposal.id })
        .from(proposal)
        .where(lt(proposal.presentedVersion, proposal.version))
        .orderBy(asc(proposal.id))
        .limit(limit);
      return rows.map((row) => row.id);
    },

    /** Approved ones with messages that are not in the outbox. */
    async unsentProposals(limit: number): Promise<{ id: number; decidedBy: string | null }[]> {
      return db
        .selectDistinct({ id: proposal.id, decidedBy: proposal.decidedBy })
        .from(proposal)
        .innerJoin(
          proposalRecipient,
          and(eq(proposalRecipient.proposalId, proposal.id), eq(proposalRecipient.state, 'ready')),
        )
        .where(eq(proposal.status, 'sent'))
        .limit(limit);
    },

    /** In the order of their tickets. A message that was called back is held. */
    async recipientsOf(proposalId: number): Promise<Recipient[]> {
      const { rows } = await db.execute(sql`
        select p.id::float8 as id, c.id::float8 as "customerId",
          coalesce(c.name, (select value from address where customer_id = c.id order by id limit 1), 'customer') as name,
          a.name as account, t.id::float8 as "ticketId",
          coalesce((select m.channel from message m where m.ticket_id = t.id and m.direction = 'inbound'
            and m.automatic is null order by m.seq desc limit 1), t.channel, p.channel, '') as channel,
          p.language, p.about,
          case when o.status = 'cancelled' then 'held' else p.state end as state,
          case when o.status = 'cancelled' then coalesce(p.reason, 'called back') else p.reason end as reason
        from proposal_recipient p
          join customer c on c.id = p.customer_id
          left join account a on a.id = c.account_id
          left join ticket t on t.id = p.ticket_id
          left join outbox o on o.key = p.outbox_key
        where p.proposal_id = ${proposalId} order by t.id nulls last, p.id`);
      return recipientsSchema.parse(rows);
    },

    async updateRecipient(
      id: number,
      patch: Partial<
        Pick<typeof proposalRecipient.$inferInsert, 'state' | 'reason' | 'outboxKey' | 'ticketId'>
      >,
    ): Promise<void> {
      await db.update(proposalRecipient).set(patch).where(eq(proposalRecipient.id, id));
    },

    /** Takes open proposals about an issue back: it is not fixed after all. */
    async dismissProposals(issueId: number, by: string, at: Date): Promise<number[]> {
      const rows = await db
        .update(proposal)
        .set({ status: 'dismissed', decidedBy: by, decidedAt: at, version: sql`${proposal.version} + 1` })
        .where(and(eq(proposal.issueId, issueId), inArray(proposal.status, ['open'])))
        .returning({ id: proposal.id });
      return rows.map((row) => row.id);
    },
  };
}
