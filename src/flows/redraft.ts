// Makes the engine write another version of a draft.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Case } from './decision-case.ts';
import type { FlowDeps } from './deps.ts';

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

/**
 * Tries again what nothing answered since then: while articles and history are being read, a bot that has just started
 * knows less than it soon will. A ticket that somebody has taken is left to them.
 */
export async function draftHeldAgain(
  { store, wake, log }: Pick<FlowDeps, 'store' | 'wake' | 'log'>,
  since: Date,
): Promise<void> {
  const held = await store.heldSince(since);
  for (const ticketId of held) {
    const wanted = await store.transaction(async (tx) => {
      const ticket = await tx.lockTicket(ticketId);
      const draft = ticket && (await tx.latestDraft(ticketId));
      const waits = draft?.status === 'pending' && !draft.answerable && !ticket?.assignee;
      if (!ticket || !waits || ticket.draftedSeq < ticket.inboundSeq) return false;
      await tx.updateTicket(ticketId, { draftedSeq: redraft(ticket) });
      return true;
    });
    if (wanted) await wake.ticket(ticketId);
  }
  if (held.length > 0) log.info({ tickets: held.length }, 'drafting again what was asked during the start');
}
