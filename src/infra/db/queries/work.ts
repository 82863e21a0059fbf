// Queries about drafts, decisions and the outbox.
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { DecisionRecord } from '../../../model/decision.ts';
import type { Draft, DraftStatus } from '../../../model/draft.ts';
import type { Db } from '../index.ts';
import { decision, draft, outbox } from '../schema/work.ts';
import { inserted } from './rows.ts';

export type OutboxRow = typeof outbox.$inferSelect;

function abandoned(now: Date, leaseMs: number): SQL | undefined {
  const longest = new Date(now.getTime() + leaseMs);
  return and(eq(outbox.status, 'sending'), or(lt(outbox.leaseUntil, now), gt(outbox.leaseUntil, longest)));
}

export function workQueries(db: Db) {
  async function one<T>(rows: Promise<T[]>): Promise<T | null> {
    return (await rows)[0] ?? null;
  }

  return {
    // --- drafts ---

    /** Newest version of a ticket's draft, whatever became of it. */
    latestDraft: (ticketId: number): Promise<Draft | null> =>
      one(db.select().from(draft).where(eq(draft.ticketId, ticketId)).orderBy(desc(draft.version)).limit(1)),

    getDraft: (ticketId: number, version: number): Promise<Draft | null> =>
      one(
        db
          .select()
          .from(draft)
          .where(and(eq(draft.ticketId, ticketId), eq(draft.version, version))),
      ),

    /** Tickets whose draft is a holding reply of the engine's that was written since then and waits for a person. */
    async heldSince(since: Date): Promise<number[]> {
      const rows = await db
        .select({ id: draft.ticketId })
        .from(draft)
        .where(
          and(
            eq(draft.status, 'pending'),
            eq(draft.answerable, false),
            isNull(draft.author),
            gte(draft.createdAt, since),
          ),
        );
      return rows.map(({ id }) => id);
    },

    draftById: (id: number): Promise<Draft | null> => one(db.select().from(draft).where(eq(draft.id, id))),

    draftsOf: (ticketId: number): Promise<Draft[]> =>
      db.select().from(draft).where(eq(draft.ticketId, ticketId)).orderBy(asc(draft.version)),

    /** Adds the next version; a pending one must have been retired before. */
    async insertDraft(row: Omit<typeof draft.$inferInsert, 'version'>): Promise<Draft> {
      const next = sql`(select coalesce(max(version), 0) + 1 from draft where ticket_id = ${row.ticketId})`;
      // The cast tells Drizzle that a subquery stands for the number.
      const values = { ...row, version: next as SQL<number> };
      return inserted(await db.insert(draft).values(values).returning());
    },

    /** Compare-and-set: moves a draft out of `from`; false when somebody else was first. */
    async moveDraft(id: number, from: DraftStatus, to: DraftStatus): Promise<boolean> {
      const rows = await db
        .update(draft)
        .set({ status: to })
        .where(and(eq(draft.id, id), eq(draft.status, from)))
        .returning({ id: draft.id });
      return rows.length === 1;
    },

    /** Takes the pending draft of a ticket out of the running. */
    async retirePending(ticketId: number, to: 'stale' | 'superseded' | 'rejected'): Promise<void> {
      await db
        .update(draft)
        .set({ status: to })
        .where(and(eq(draft.ticketId, ticketId), eq(draft.status, 'pending')));
    },

    // --- decisions ---

    async insertDecision(row: typeof decision.$inferInsert): Promise<number> {
      return inserted(await db.insert(decision).values(row).returning({ id: decision.id })).id;
    },

    decisionsOf: (ticketId: number): Promise<DecisionRecord[]> =>
      db.select().from(decision).where(eq(decision.ticketId, ticketId)).orderBy(asc(decision.id)),

    /** The approval or edit of this version no longer counts; its record stays. */
    async markUndone(ticketId: number, draftVersion: number, now: Date): Promise<void> {
      await db
        .update(decision)
        .set({ undoneAt: now })
        .where(
          and(
            eq(decision.ticketId, ticketId),
            eq(decision.draftVersion, draftVersion),
            inArray(decision.kind, ['approve', 'edit']),
            sql`${decision.undoneAt} is null`,
          ),
        );
    },

    // --- outbox ---

    async insertOutbox(row: typeof outbox.$inferInsert): Promise<void> {
      await db.insert(outbox).values(row);
    },

    outboxByKey: (key: string): Promise<OutboxRow | null> =>
      one(db.select().from(outbox).where(eq(outbox.key, key))),

    /** The reply that matters to people: one of unknown outcome, which holds back all others, else the newest. */
    latestOutbox: (ticketId: number): Promise<OutboxRow | null> =>
      one(
        db
          .select()
          .from(outbox)
          .where(eq(outbox.ticketId, ticketId))
          .orderBy(desc(eq(outbox.status, 'unknown')), desc(outbox.id))
          .limit(1),
      ),

    /** Whether a reply of this ticket waits or is on the wire. */
    isSending: async (ticketId: number): Promise<boolean> =>
      (await db.$count(
        outbox,
        and(eq(outbox.ticketId, ticketId), inArray(outbox.status, ['queued', 'sending'])),
      )) > 0,

    outboxOf: (ticketId: number): Promise<OutboxRow[]> =>
      db.select().from(outbox).where(eq(outbox.ticketId, ticketId)).orderBy(asc(outbox.id)),

    /** Calls back every reply of a ticket that has not left; oldest first. */
    async cancelQueued(ticketId: number): Promise<OutboxRow[]> {
      const rows = await db
        .update(outbox)
        .set({ status: 'cancelled' })
        .where(and(eq(outbox.ticketId, ticketId), eq(outbox.status, 'queued')))
        .returning();
      return rows.sort((a, b) => a.id - b.id);
    },

    /**
     * Claims the oldest due reply that is head of line in its conversation; a reply under way or of unknown
     * outcome holds back the later ones. The lease and `attempts` fence off a worker that was given up.
     */
    async claimOutbox(now: Date, leaseMs: number): Promise<OutboxRow | null> {
      const due = sql`(
        select o.id from outbox o
        where o.status = 'queued' and o.send_after <= ${now.toISOString()}
          and not exists (
            select 1 from outbox e
            where e.conversation_id = o.conversation_id and e.id < o.id
              and e.status in ('queued', 'sending', 'unknown'))
        order by o.id limit 1 for update skip locked)`;
      return one(
        db
          .update(outbox)
          .set({
            status: 'sending',
            attempts: sql`${outbox.attempts} + 1`,
            leaseUntil: new Date(now.getTime() + leaseMs),
          })
          .where(eq(outbox.id, due))
          .returning(),
      );
    },

    /** Ends the attempt of a claimed row; false when the lease was lost and somebody else decides. */
    async finishAttempt(
      claimed: { id: number; attempts: number },
      patch: Partial<typeof outbox.$inferInsert>,
    ): Promise<boolean> {
      const rows = await db
        .update(outbox)
        .set({ ...patch, leaseUntil: null })
        .where(
          and(eq(outbox.id, claimed.id), eq(outbox.status, 'sending'), eq(outbox.attempts, claimed.attempts)),
        )
        .returning({ id: outbox.id });
      return rows.length === 1;
    },

    /** Whether a claim still stands: nobody took the row over meanwhile. */
    holdsClaim: async (claimed: { id: number; attempts: number }): Promise<boolean> =>
      (await db.$count(
        outbox,
        and(eq(outbox.id, claimed.id), eq(outbox.status, 'sending'), eq(outbox.attempts, claimed.attempts)),
      )) > 0,

    /** Rows whose lease is over, or ends later than any lease could: then the clock was set back. */
    async abandonedOutbox(now: Date, leaseMs: number): Promise<number[]> {
      const rows = await db
        .select({ id: outbox.id })
        .from(outbox)
        .where(abandoned(now, leaseMs))
        .orderBy(asc(outbox.id));
      return rows.map((row) => row.id);
    },

    /** Leases an abandoned row to the caller; whoever had it before can no longer settle it. */
    takeOver: (id: number, now: Date, leaseMs: number): Promise<OutboxRow | null> =>
      one(
        db
          .update(outbox)
          .set({ attempts: sql`${outbox.attempts} + 1`, leaseUntil: new Date(now.getTime() + leaseMs) })
          .where(and(eq(outbox.id, id), abandoned(now, leaseMs)))
          .returning(),
      ),

    /** An agent's word on a reply that failed or whose outcome is unknown. */
    async settleOutbox(id: number, from: OutboxRow['status'][], patch: Partial<typeof outbox.$inferInsert>) {
      const rows = await db
        .update(outbox)
        .set(patch)
        .where(and(eq(outbox.id, id), inArray(outbox.status, from)))
        .returning({ id: outbox.id });
      return rows.length === 1;
    },

    /** When the next queued reply is due, or null. */
    async nextSendAfter(): Promise<Date | null> {
      const row = await one(
        db
          .select({ at: outbox.sendAfter })
          .from(outbox)
          .where(eq(outbox.status, 'queued'))
          .orderBy(asc(outbox.sendAfter))
          .limit(1),
      );
      return row?.at ?? null;
    },

    countDueOutbox: (now: Date): Promise<number> =>
      db.$count(outbox, and(eq(outbox.status, 'queued'), lte(outbox.sendAfter, now))),
  };
}
