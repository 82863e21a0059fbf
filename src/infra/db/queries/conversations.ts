// Queries about conversations, tickets and messages.
import { and, asc, desc, eq, getTableColumns, inArray, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { IncomingAttachment, Message, ThreadContext } from '../../../model/message.ts';
import { answeredOrTaken, parseTicketKey, type TicketStatus } from '../../../model/ticket.ts';
import type { Db } from '../index.ts';
import { attachment, conversation, message, ticket } from '../schema/conversations.ts';
import { inserted } from './rows.ts';

export type TicketRow = typeof ticket.$inferSelect;
export type MessageRow = typeof message.$inferSelect;

export interface TicketFilter {
  status?: TicketStatus[];
  assignee?: string;
  customer?: number;
  /** Words in subject, messages or customer name; or a ticket key's number. */
  search?: string;
  before?: number;
  limit: number;
}

/** Tickets of one customer, found by the one conversation that each customer has: that is what the index is on. */
export function ofCustomer(customerId: number): SQL {
  return eq(ticket.conversationId, sql`(select id from conversation where customer_id = ${customerId})`);
}

/** A message's files without their content, gathered in the message's own query. */
const FILES = sql<Message['attachments']>`coalesce((
  select json_agg(json_build_object('id', a.id, 'name', a.name, 'contentType', a.content_type,
    'size', a.size, 'url', a.url, 'omitted', a.omitted) order by a.id)
  from attachment a where a.message_id = message.id), '[]')`;

export function conversationQueries(db: Db) {
  return {
    /** Locks the customer's conversation (created when missing) and hands out the next `seq`. Only in a transaction. */
    async nextSeq(customerId: number): Promise<{ conversationId: number; seq: number }> {
      const rows = await db
        .insert(conversation)
        .values({ customerId, nextSeq: 2 })
        .onConflictDoUpdate({
          target: conversation.customerId,
          set: { nextSeq: sql`${conversation.nextSeq} + 1` },
        })
        .returning({ conversationId: conversation.id, next: conversation.nextSeq });
      const { conversationId, next } = inserted(rows);
      return { conversationId, seq: next - 1 };
    },

    async findMessage(channel: string, externalId: string) {
      const [row] = await db
        .select({ messageId: message.id, ticketId: message.ticketId })
        .from(message)
        .where(and(eq(message.channel, channel), eq(message.externalId, externalId)));
      return row ?? null;
    },

    /** Null when the same (channel, externalId) was there first. */
    async insertMessage(row: typeof message.$inferInsert): Promise<number | null> {
      const [inserted] = await db
        .insert(message)
        .values(row)
        .onConflictDoNothing()
        .returning({ id: message.id });
      return inserted?.id ?? null;
    },

    async insertAttachments(messageId: number, files: IncomingAttachment[]): Promise<void> {
      if (files.length === 0) return;
      await db.insert(attachment).values(
        files.map((file) => ({
          messageId,
          name: file.name,
          contentType: file.contentType,
          size: file.content?.byteLength ?? 0,
          url: file.url ?? null,
          omitted: file.omitted ?? null,
          content: file.content ?? null,
        })),
      );
    },

    async getAttachment(id: number) {
      const [row] = await db.select().from(attachment).where(eq(attachment.id, id));
      return row ?? null;
    },

    /** The newest ticket that a provider's thread led to, within one customer's conversation. */
    async ticketOfThread(
      conversationId: number,
      channel: string,
      threadId: string,
    ): Promise<TicketRow | null> {
      const [row] = await db
        .select(getTableColumns(ticket))
        .from(message)
        .innerJoin(ticket, eq(ticket.id, message.ticketId))
        .where(
          and(
            eq(message.conversationId, conversationId),
            eq(message.channel, channel),
            eq(message.threadId, threadId),
          ),
        )
        .orderBy(desc(message.id))
        .limit(1);
      return row ?? null;
    },

    /** Unresolved tickets of a customer, newest first, with the words they are about. */
    async openTickets(customerId: number) {
      const rows = await db
        .select({
          id: ticket.id,
          channel: ticket.channel,
          createdAt: ticket.createdAt,
          subject: ticket.subject,
        })
        .from(ticket)
        .where(and(ofCustomer(customerId), ne(ticket.status, 'resolved')))
        .orderBy(desc(ticket.id))
        .limit(5);
      return Promise.all(
        rows.map(async (row) => {
          const texts = await db
            .select({
              text: message.text,
              at: message.at,
              channel: message.channel,
              threadId: message.threadId,
            })
            .from(message)
            .where(and(eq(message.ticketId, row.id), eq(message.direction, 'inbound')))
            .orderBy(desc(message.seq))
            .limit(3);
          return { ...row, texts };
        }),
      );
    },

    async hasImport(importId: string): Promise<boolean> {
      return (await db.$count(ticket, eq(ticket.importId, importId))) > 0;
    },

    async createTicket(row: typeof ticket.$inferInsert): Promise<TicketRow> {
      return inserted(await db.insert(ticket).values(row).returning());
    },

    async getTicket(id: number): Promise<TicketRow | null> {
      const [row] = await db.select().from(ticket).where(eq(ticket.id, id));
      return row ?? null;
    },

    /**
     * Locks the ticket's row until the transaction ends, after its conversation's: everybody takes the two in
     * this order, so that nobody waits in a circle.
     */
    async lockTicket(id: number): Promise<TicketRow | null> {
      const its = db.select({ id: ticket.conversationId }).from(ticket).where(eq(ticket.id, id));
      await db
        .select({ id: conversation.id })
        .from(conversation)
        .where(eq(conversation.id, its))
        .for('update');
      const [row] = await db.select().from(ticket).where(eq(ticket.id, id)).for('update');
      return row ?? null;
    },

    /** Changes a ticket and makes its cards show it. Whoever takes or answers it is the last who looks at it. */
    async updateTicket(id: number, patch: Partial<typeof ticket.$inferInsert>): Promise<void> {
      await db
        .update(ticket)
        // What was put off is due again: the sweeper need not wait with what is new.
        .set({
          ...(answeredOrTaken(patch) && { looking: [] }),
          retryAt: null,
          ...patch,
          rev: sql`${ticket.rev} + 1`,
        })
        .where(eq(ticket.id, id));
    },

    /** Changes what no card shows; answers the ticket as it is then, changes of others included. */
    async updateTicketQuietly(
      id: number,
      patch: Partial<typeof ticket.$inferInsert>,
    ): Promise<TicketRow | null> {
      const [row] = await db.update(ticket).set(patch).where(eq(ticket.id, id)).returning();
      return row ?? null;
    },

    /** The newest `limit` messages of a ticket in order, with their files. */
    async messagesOf(
      ticketId: number,
      limit = 200,
    ): Promise<(Message & { automatic: MessageRow['automatic'] })[]> {
      const rows = await db
        .select({ ...getTableColumns(message), attachments: FILES })
        .from(message)
        .where(eq(message.ticketId, ticketId))
        .orderBy(desc(message.seq))
        .limit(limit);
      return rows.reverse();
    },

    /** What the newest inbound message of this ticket and channel said about its thread. */
    async threadContext(
      ticketId: number,
      channel: string,
    ): Promise<{ thread: ThreadContext; threadId: string | null }> {
      const [row] = await db
        .select({ thread: message.thread, threadId: message.threadId })
        .from(message)
        .where(
          and(eq(message.ticketId, ticketId), eq(message.channel, channel), eq(message.direction, 'inbound')),
        )
        .orderBy(desc(message.seq))
        .limit(1);
      return { thread: row?.thread ?? {}, threadId: row?.threadId ?? null };
    },

    /** Channel of the customer's newest message on a ticket: replies go there. */
    async replyChannel(ticketId: number): Promise<string | null> {
      const [row] = await db
        .select({ channel: message.channel })
        .from(message)
        .where(
          and(
            eq(message.ticketId, ticketId),
            eq(message.direction, 'inbound'),
            sql`${message.automatic} is null`,
          ),
        )
        .orderBy(desc(message.seq))
        .limit(1);
      return row?.channel ?? null;
    },

    async listTickets(filter: TicketFilter): Promise<TicketRow[]> {
      const conditions: (SQL | undefined)[] = [
        filter.status && inArray(ticket.status, filter.status),
        filter.assignee ? eq(ticket.assignee, filter.assignee) : undefined,
        filter.customer ? ofCustomer(filter.customer) : undefined,
        filter.before ? lt(ticket.id, filter.before) : undefined,
      ];
      if (filter.search) {
        const words = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
        conditions.push(
          or(
            eq(ticket.id, parseTicketKey(filter.search) ?? 0),
            sql`${ticket.subject} ilike ${words}`,
            sql`exists (select 1 from message m where m.ticket_id = ${ticket.id} and m.text ilike ${words})`,
            sql`exists (select 1 from customer c where c.id = ${ticket.customerId} and c.name ilike ${words})`,
          ),
        );
      }
      return db
        .select()
        .from(ticket)
        .where(and(...conditions))
        .orderBy(desc(ticket.id))
        .limit(filter.limit);
    },

    /** Those that wait for an agent, most urgent first and of these the oldest, and how many there are in all. */
    async waitingTickets(limit: number): Promise<{ rows: TicketRow[]; total: number }> {
      const waiting = inArray(ticket.status, ['open', 'awaiting_agent']);
      const rows = await db
        .select()
        .from(ticket)
        .where(waiting)
        .orderBy(
          sql`${ticket.priority} ->> 'level' nulls last`,
          sql`(${ticket.priority} ->> 'score')::real desc nulls last`,
          asc(ticket.id),
        )
        .limit(limit);
      return { rows, total: await db.$count(ticket, waiting) };
    },

    /** Tickets whose draft or card lags behind, and that are not waiting for a later try. */
    async unfinishedTickets(now: Date, limit: number): Promise<number[]> {
      const rows = await db
        .select({ id: ticket.id })
        .from(ticket)
        .where(
          and(
            sql`(${ticket.inboundSeq} > ${ticket.draftedSeq} or ${ticket.rev} > ${ticket.presentedRev})`,
            sql`(${ticket.retryAt} is null or ${ticket.retryAt} <= ${now.toISOString()})`,
          ),
        )
        .orderBy(asc(ticket.id))
        .limit(limit);
      return rows.map((row) => row.id);
    },

    /** Snoozed tickets whose time has come go back to the agents. */
    async wakeSnoozed(now: Date): Promise<number[]> {
      const rows = await db
        .update(ticket)
        .set({ status: 'awaiting_agent', snoozedUntil: null, rev: sql`${ticket.rev} + 1` })
        .where(and(eq(ticket.status, 'snoozed'), sql`${ticket.snoozedUntil} <= ${now.toISOString()}`))
        .returning({ id: ticket.id });
      return rows.map((row) => row.id);
    },

    /** Answered tickets on which the customer has been silent since `before` count as resolved. */
    async assumeResolved(before: Date, now: Date): Promise<number[]> {
      const rows = await db
        .update(ticket)
        .set({ status: 'resolved', resolution: 'assumed', resolvedAt: now, rev: sql`${ticket.rev} + 1` })
        .where(
          and(
            eq(ticket.status, 'awaiting_customer'),
            sql`not exists (select 1 from message m where m.ticket_id = ${ticket.id} and m.received_at > ${before.toISOString()})`,
          ),
        )
        .returning({ id: ticket.id });
      return rows.map((row) => row.id);
    },

    async countTickets(): Promise<number> {
      return db.$count(ticket);
    },
  };
}
