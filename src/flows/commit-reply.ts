// Commits a reply for sending: the decision, the outbox row and the ticket's state, in the caller's transaction.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Decision } from '../model/decision.ts';
import type { Draft } from '../model/draft.ts';
import { AppError } from '../model/errors.ts';
import { ticketKey } from '../model/ticket.ts';
import { type FlowDeps, UNRESOLVED } from './deps.ts';

/** Who decided: an agent, or the bot. */
export interface Decider {
  name: string;
  email: string | null;
}

/**
 * The one way by which a text gets into the outbox. Compare-and-set on the draft version: throws AppError
 * `conflict` when somebody else decided on it first. Answers when the undo window ends.
 */
export async function commitReply(
  tx: Queries,
  deps: Pick<FlowDeps, 'clock' | 'settings'>,
  reply: {
    ticket: TicketRow;
    draft: Draft;
    text: string;
    decision: Decision;
    by: Decider;
    /** It leaves no earlier than this. */
    notBefore?: Date | null;
  },
): Promise<Date> {
  const { ticket, draft, decision, by } = reply;
  if (!(await tx.moveDraft(draft.id, 'pending', 'approved')))
    throw new AppError('conflict', 'Somebody else decided on this draft first.');
  const now = deps.clock.now();
  const undoUntil = now.getTime() + deps.settings.send.undoSeconds * 1000;
  const sendAfter = new Date(Math.max(undoUntil, reply.notBefore?.getTime() ?? 0));
  const channel = (await tx.replyChannel(ticket.id)) ?? ticket.channel;
  await tx.insertDecision({
    ticketId: ticket.id,
    draftVersion: draft.version,
    kind: decision.kind,
    decision,
    by: by.name,
    byEmail: by.email,
    at: now,
  });
  await tx.insertOutbox({
    key: `${ticketKey(ticket.id)}.${draft.version}.${draft.id}`,
    ticketId: ticket.id,
    conversationId: ticket.conversationId,
    draftId: draft.id,
    channel,
    text: reply.text,
    resolveAfter: 'then' in decision && decision.then === 'resolve',
    by: by.name,
    sendAfter,
    createdAt: now,
  });
  await tx.updateTicket(ticket.id, {
    status: 'sending',
    failure: null,
    // What is answered needs no further draft, also where an agent was faster than the engine.
    draftedSeq: Math.max(ticket.draftedSeq, draft.basedOnSeq),
    ...UNRESOLVED,
  });
  return sendAfter;
}
