// What an agent says about a reply that failed or may have left: send it again, or it did arrive.
import type { Decision } from '../model/decision.ts';
import { type Case, type DecideResult, done, invalid, record, stale } from './decision-case.ts';
import { recordSent } from './record-sent.ts';
import { copyDraft } from './undo.ts';

/** A failed reply, or one of unknown outcome, is tried again on an agent's word, with the same key. */
export async function retry(at: Case): Promise<DecideResult> {
  const { tx, deps, ticket } = at;
  const outbox = await tx.latestOutbox(ticket.id);
  const now = deps.clock.now();
  if (outbox?.status === 'failed') {
    const draft = await tx.draftById(outbox.draftId);
    if (draft && draft.basedOnSeq < ticket.inboundSeq)
      return stale('The customer wrote again. A new draft takes it into account; please look at that one.');
    if (outbox.providerId && at.draft && at.draft.status !== 'pending') {
      // It left once and came back, so it needs a version of its own to leave again.
      await copyDraft(tx, at.draft, { text: outbox.text, author: at.actor.name, now });
      await record(at, { kind: 'retry' }, { status: 'awaiting_agent' });
      return done('The text is on the card again; check the address before you send it.');
    }
  }
  if (
    !outbox ||
    !(await tx.settleOutbox(outbox.id, ['failed', 'unknown'], { status: 'queued', sendAfter: now }))
  )
    return invalid('There is no failed reply to send again.');
  await record(at, { kind: 'retry' }, { status: 'sending', failure: null });
  return { ok: true, notice: 'Sending again.', sendAfter: now };
}

/**
 * Resolving a ticket whose reply has an unknown outcome says: it did arrive. True when the customer has
 * written since that reply was drafted, so that the ticket stays open.
 */
export async function arrived(at: Case, decision: Decision): Promise<boolean> {
  const { tx, deps, ticket } = at;
  const row = await tx.latestOutbox(ticket.id);
  if (row?.status !== 'unknown') return false;
  const now = deps.clock.now();
  await tx.settleOutbox(row.id, ['unknown'], { status: 'sent', sentAt: now });
  await recordSent(tx, { ticket, row, result: { providerId: row.providerId ?? row.key }, now });
  const status = (await tx.getTicket(ticket.id))?.status;
  if (status === 'awaiting_customer' || status === 'resolved') return false;
  await record(at, decision, {});
  return true;
}
