// Calls replies back that have not left: on an agent's undo, or because the customer wrote again.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { OutboxRow } from '../infra/db/queries/work.ts';
import type { TicketStatus } from '../model/ticket.ts';

/** Takes back everything of the ticket that waits for sending; its drafts become `to`. Oldest first. */
export async function callBack(
  tx: Queries,
  ticketId: number,
  to: 'stale' | 'superseded',
): Promise<OutboxRow[]> {
  const rows = await tx.cancelQueued(ticketId);
  for (const row of rows) await tx.moveDraft(row.draftId, 'approved', to);
  return rows;
}

/** Takes one reply back that has just been queued again, when the customer has written since it was drafted. */
export async function callBackIfStale(tx: Queries, ticket: TicketRow, row: OutboxRow): Promise<void> {
  const draft = await tx.draftById(row.draftId);
  if (!draft || draft.basedOnSeq >= ticket.inboundSeq) return;
  await tx.settleOutbox(row.id, ['queued'], { status: 'cancelled' });
  await tx.moveDraft(draft.id, 'approved', 'stale');
  if (ticket.status === 'sending') await tx.updateTicket(ticket.id, { status: waiting(ticket) });
}

/** Where a ticket stands that waits for its agent: with a draft for the newest message, or still without. */
export function waiting(ticket: TicketRow): TicketStatus {
  return ticket.inboundSeq > ticket.draftedSeq ? 'open' : 'awaiting_agent';
}
