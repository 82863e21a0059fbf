// Queries about cards: where they stand, who draws them, which wait and which share a message.
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  isNotNull,
  isNull,
  lt,
  lte,
  not,
  or,
  sql,
} from 'drizzle-orm';
import type { TicketStatus } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { ticket } from '../schema/conversations.ts';
import { customer } from '../schema/customers.ts';
import { value } from '../schema/learning.ts';
import { burst, card, postedCard } from '../schema/work.ts';

export type CardRow = typeof card.$inferSelect;
/** `lost`: the lease before this one ran out, so nobody knows what its holder has done. */
export type LeasedCard = CardRow & { lost: boolean };
export type PostedCardRow = typeof postedCard.$inferSelect;
export type BurstRow = typeof burst.$inferSelect;

/** What the message of a burst says of one of its tickets. */
export interface BurstTicket {
  id: number;
  status: TicketStatus;
  level: string | null;
  summary: string | null;
  customer: string | null;
}

/** Advisory lock space of bursts. */
const BURST_LOCK = 724_005;

export function cardQueries(db: Db) {
  return {
    cardsOf: (ticketId: number): Promise<CardRow[]> =>
      db.select().from(card).where(eq(card.ticketId, ticketId)).orderBy(asc(card.id)),

    /** Reserves the one card of a ticket in a platform channel before it is posted; null when it was there. */
    async reserveCard(
      row: Pick<CardRow, 'ticketId' | 'platform' | 'channel' | 'postedAt'> &
        Partial<Pick<CardRow, 'heldUntil' | 'insteadOf'>>,
    ): Promise<CardRow | null> {
      const [reserved] = await db.insert(card).values(row).onConflictDoNothing().returning();
      return reserved ?? null;
    },

    /**
     * Takes a card to draw it: nobody else does until the lease is over or given back. Null while somebody has it.
     * A lease that ends later than any could was made before the clock was set back.
     */
    async leaseCard(id: number, now: Date, leaseMs: number): Promise<LeasedCard | null> {
      const leaseUntil = new Date(now.getTime() + leaseMs);
      const [row] = await db
        .update(card)
        .set({ leaseUntil })
        .where(
          and(
            eq(card.id, id),
            or(isNull(card.leaseUntil), lte(card.leaseUntil, now), gt(card.leaseUntil, leaseUntil)),
          ),
        )
        .returning({
          ...getTableColumns(card),
          // The statement's snapshot still has the lease before.
          lost: sql<boolean>`(select c.lease_until is not null from card c where c.id = ${id})`,
        });
      return row ?? null;
    },

    /** Gives a lease back with what the card shows now; false when it was over and somebody else drew the card. */
    async returnCard(
      { id, leaseUntil }: Pick<CardRow, 'id' | 'leaseUntil'>,
      patch: Partial<Pick<CardRow, 'rev'>>,
    ): Promise<boolean> {
      const rows = await db
        .update(card)
        .set({ ...patch, leaseUntil: null })
        .where(and(eq(card.id, id), leaseUntil ? eq(card.leaseUntil, leaseUntil) : undefined))
        .returning({ id: card.id });
      return rows.length === 1;
    },

    async updateCard(
      id: number,
      patch: Partial<Omit<CardRow, 'id' | 'ticketId' | 'platform' | 'channel'>>,
    ): Promise<void> {
      await db.update(card).set(patch).where(eq(card.id, id));
    },

    /** A ticket counts as shown as far as the card of it is that lags behind most. */
    async settlePresented(ticketId: number): Promise<void> {
      const shown = sql`(select min(c.rev) from card c where c.ticket_id = ${ticketId} and c.failure is null)`;
      await db
        .update(ticket)
        .set({ presentedRev: sql`least(${ticket.rev}, coalesce(${shown}, ${ticket.rev}))` })
        .where(eq(ticket.id, ticketId));
    },

    /**
     * Cards of tickets with a draft that wait for an agent, posted since a moment to stand for themselves, under which
     * the message with this key and the card's id after it does not stand yet. Oldest first.
     */
    async cardsWithout(key: string, since: Date, limit: number): Promise<CardRow[]> {
      const stands = sql`exists (select 1 from posted_card p where p.key = ${key} || ${card.id} and p.message is not null)`;
      const rows = await db
        .select({ card })
        .from(card)
        .innerJoin(ticket, eq(ticket.id, card.ticketId))
        .where(
          and(
            gt(card.postedAt, since),
            isNotNull(card.message),
            isNull(card.burstId),
            isNull(card.failure),
            eq(ticket.status, 'awaiting_agent'),
            eq(ticket.draftedSeq, ticket.inboundSeq),
            not(stands),
          ),
        )
        .orderBy(asc(card.id))
        .limit(limit);
      return rows.map((row) => row.card);
    },

    /** Cards whose quiet hours are over are to be posted; answers their tickets. */
    async releaseHeld(now: Date): Promise<number[]> {
      const released = await db
        .update(card)
        .set({ heldUntil: null, postedAt: now, rev: 0 })
        .where(lte(card.heldUntil, now))
        .returning({ ticketId: card.ticketId });
      const ids = [...new Set(released.map(({ ticketId }) => ticketId))];
      for (const id of ids) await db.update(ticket).set({ presentedRev: 0 }).where(eq(ticket.id, id));
      return ids;
    },

    // --- bursts ---

    /** How many cards came to a channel since a moment. */
    cardsSince: (place: { platform: string; channel: string }, since: Date): Promise<number> =>
      db.$count(
        card,
        and(eq(card.platform, place.platform), eq(card.channel, place.channel), gt(card.postedAt, since)),
      ),

    /**
     * When `count` cards of the category came to a card's channel within `windowMs` before it, the card joins their
     * burst, which is begun when there is none. Answers the burst; null when the card stands for itself.
     */
    joinBurst(
      row: CardRow,
      category: string,
      { count, windowMs }: { count: number; windowMs: number },
    ): Promise<number | null> {
      const since = new Date(row.postedAt.getTime() - windowMs);
      const { platform, channel } = row;
      return db.transaction(async (tx) => {
        const before = await tx
          .select({ id: card.id })
          .from(card)
          .innerJoin(ticket, eq(ticket.id, card.ticketId))
          .where(
            and(
              eq(card.platform, platform),
              eq(card.channel, channel),
              eq(ticket.category, category),
              gt(card.postedAt, since),
              lt(card.id, row.id),
              isNull(card.heldUntil),
            ),
          )
          .limit(count);
        if (before.length < count) return null;
        const place = `${platform}:${channel}:${category}`;
        await tx.execute(sql`select pg_advisory_xact_lock(${BURST_LOCK}, hashtext(${place}))`);
        const [current] = await tx
          .select({ id: burst.id })
          .from(burst)
          .where(
            and(
              eq(burst.platform, platform),
              eq(burst.channel, channel),
              eq(burst.category, category),
              gt(burst.lastAt, since),
            ),
          )
          .orderBy(desc(burst.id))
          .limit(1);
        const times = { startedAt: row.postedAt, lastAt: row.postedAt };
        const [joined] = current
          ? await tx
              .update(burst)
              .set({ lastAt: sql`greatest(${burst.lastAt}, ${row.postedAt.toISOString()})` })
              .where(eq(burst.id, current.id))
              .returning({ id: burst.id })
          : await tx
              .insert(burst)
              .values({ platform, channel, category, ...times })
              .returning({ id: burst.id });
        if (!joined) throw new Error('a burst was not kept');
        await tx.update(card).set({ burstId: joined.id }).where(eq(card.id, row.id));
        return joined.id;
      });
    },

    /** A burst with its tickets, newest first; null when there is none. */
    async getBurst(id: number): Promise<(BurstRow & { tickets: BurstTicket[] }) | null> {
      const [row] = await db.select().from(burst).where(eq(burst.id, id));
      if (!row) return null;
      const tickets = await db
        .select({
          id: ticket.id,
          status: ticket.status,
          level: sql<string | null>`${ticket.priority} ->> 'level'`,
          summary: sql<string | null>`coalesce(${ticket.analysis} ->> 'summary', ${ticket.subject})`,
          customer: customer.name,
        })
        .from(card)
        .innerJoin(ticket, eq(ticket.id, card.ticketId))
        .innerJoin(customer, eq(customer.id, ticket.customerId))
        .where(eq(card.burstId, id))
        .orderBy(desc(ticket.id));
      return { ...row, tickets };
    },

    // --- cards about something else than a ticket ---

    /** The card about something else than a ticket in one place, reserved before it is posted. */
    async postedCard(key: string, platform: string, channel: string, now: Date): Promise<PostedCardRow> {
      await db.insert(postedCard).values({ key, platform, channel, postedAt: now }).onConflictDoNothing();
      const [row] = await db
        .select()
        .from(postedCard)
        .where(
          and(eq(postedCard.key, key), eq(postedCard.platform, platform), eq(postedCard.channel, channel)),
        );
      if (!row) throw new Error(`card ${key} was not kept`);
      return row;
    },

    /** All places where the card of `key` stands. */
    postedCards: (key: string): Promise<PostedCardRow[]> =>
      db.select().from(postedCard).where(eq(postedCard.key, key)).orderBy(asc(postedCard.id)),

    async updatePostedCard(
      id: number,
      patch: Partial<Pick<PostedCardRow, 'message' | 'digest' | 'postedAt' | 'thread'>>,
    ): Promise<void> {
      await db.update(postedCard).set(patch).where(eq(postedCard.id, id));
    },

    // --- tidying up ---

    /** Forgets what nobody asks for any more: adapters' values that have expired, and cards posted before `before`. */
    async forgetOld(before: Date): Promise<{ values: number; cards: number }> {
      const values = await db.delete(value).where(lt(value.expiresAt, sql`now()`));
      const cards = await db.delete(postedCard).where(lt(postedCard.postedAt, before));
      return { values: values.rowCount ?? 0, cards: cards.rowCount ?? 0 };
    },
  };
}
