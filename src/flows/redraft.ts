// Makes the engine write another version of a draft.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Case } from './decision-case.ts';

/** The value of `draftedSeq` that makes the engine write another version, where one is still wanted. */
export function redraft(ticket: TicketRow): number {
  const waiting = ['open', 'awaiting_agent', 'snoozed'].includes(ticket.status);
  return waiting ? Math.max(0, ticket.inboundSeq - 1) : ticket.draftedSeq;
}

/** What a ticket needs that goes back to the agents: a draft, unless there is one or a reply to send again. */
export async function draftWanted({ tx, ticket, draft }: Case): Promise<{ draftedSeq?: number }> {
  if (draft?.status === 'pending' || (await tx.isSending(ticket.id))) return {};
  const reply = (await tx.latestOutbox(ticket.id))?.status;
  if (reply === 'failed' || reply === 'unknown') return {};
  return { draftedSeq: redraft({ ...ticket, status: 'open' }) };
}
