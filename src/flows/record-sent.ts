// Enters a reply that has left into its conversation, and moves its ticket on.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { OutboxRow } from '../infra/db/queries/work.ts';
import type { SendResult } from '../model/message.ts';
import type { TicketStatus } from '../model/ticket.ts';
import { waiting } from './call-back.ts';
import { BOT, UNRESOLVED } from './deps.ts';

/** In the caller's transaction, which has locked the ticket and settled the outbox row. */
export async function recordSent(
  tx: Queries,
  sent: { ticket: TicketRow; row: OutboxRow; result: SendResult; now: Date },
): Promise<void> {
  const { ticket, row, result, now } = sent;
  const draft = await tx.draftById(row.draftId);
  if (!draft) throw new Error(`outbox row ${row.key} has no draft`);
  await tx.moveDraft(draft.id, 'approved', 'sent');
  // A reply that came back undelivered and was sent again stands there already.
  if (!(await tx.findMessage(row.channel, result.providerId))) {
    const { seq } = await tx.nextSeq(ticket.customerId);
    const { threadId } = await tx.threadContext(ticket.id, row.channel);
    await tx.insertMessage({
      conversationId: row.conversationId,
      ticketId: ticket.id,
      seq,
      direction: 'outbound',
      channel: row.channel,
      externalId: result.providerId,
      threadId: result.threadId ?? threadId,
      author: row.by,
      text: row.text,
      at: now,
      receivedAt: now,
    });
  }
  const status = statusAfter(ticket, row, draft.basedOnSeq);
  await tx.updateTicket(ticket.id, {
    status,
    ...(status === 'resolved' ? { resolvedAt: now } : UNRESOLVED),
    firstResponseAt: ticket.firstResponseAt ?? now,
    repliedBy: row.by === BOT ? 'auto' : row.text === draft.text && !draft.author ? 'assisted' : 'agent',
    failure: null,
  });
  // Now, not when the ticket is looked at again: a bot that is stopped in between must not break a promise.
  if (status === 'awaiting_customer') await tx.pauseClocks(ticket.id, now);
}

/** The customer may have written while the reply was on the wire: then the ticket is still open. */
function statusAfter(ticket: TicketRow, row: OutboxRow, basedOnSeq: number): TicketStatus {
  if (ticket.inboundSeq > basedOnSeq) return waiting(ticket);
  return row.resolveAfter ? 'resolved' : 'awaiting_customer';
}
