// Undo: calls a reply back while it waits, drops an agent's preview, or reopens what was closed by mistake.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Draft } from '../model/draft.ts';
import type { Actor } from './agents.ts';
import { callBack } from './call-back.ts';
import type { DecideResult } from './decide.ts';
import { type FlowDeps, UNRESOLVED } from './deps.ts';
import { redraft } from './redraft.ts';

/** Undoes the newest thing that can still be undone on a ticket. Runs in the decision's transaction. */
export async function undo(at: {
  tx: Queries;
  deps: FlowDeps;
  ticket: TicketRow;
  draft: Draft | null;
  actor: Actor;
}): Promise<DecideResult> {
  const { tx, deps, ticket, draft, actor } = at;
  const now = deps.clock.now();
  const outbox = await tx.latestOutbox(ticket.id);
  const recorded = (draftVersion: number | null) =>
    tx.insertDecision({
      ticketId: ticket.id,
      draftVersion,
      kind: 'undo',
      decision: { kind: 'undo' },
      by: actor.name,
      byEmail: actor.email,
      at: now,
    });

  const calledBack = await callBack(tx, ticket.id, 'superseded');
  const newest = calledBack.at(-1);
  if (newest) {
    const drafts = await tx.draftsOf(ticket.id);
    for (const { version } of drafts.filter(({ id }) => calledBack.some((row) => row.draftId === id)))
      await tx.markUndone(ticket.id, version, now);
    const taken = drafts.find(({ id }) => id === newest.draftId) ?? null;
    // A draft version is sent at most once, so what was called back goes on under a new version.
    const author = newest.text === taken?.text ? taken.author : actor.name;
    const patch = await bringBack(tx, ticket, taken, { text: newest.text, author, now });
    await recorded(taken?.version ?? null);
    await tx.updateTicket(ticket.id, { status: 'awaiting_agent', ...patch });
    return { ok: true, notice: 'Called back. Nothing was sent.', sendAfter: null };
  }
  if (ticket.status === 'sending') return tooLate();
  if (ticket.status === 'resolved') {
    await recorded(draft?.version ?? null);
    const answered = outbox?.status === 'sent' && ticket.resolution !== 'rejected';
    const patch = answered ? {} : await bringBack(tx, ticket, draft, { now });
    const status = answered ? 'awaiting_customer' : 'awaiting_agent';
    await tx.updateTicket(ticket.id, { status, ...patch, ...UNRESOLVED });
    return { ok: true, notice: 'Open again.', sendAfter: null };
  }
  if (draft?.status === 'pending' && draft.author) {
    const before = await tx.getDraft(ticket.id, draft.version - 1);
    if (before?.status !== 'superseded') return nothing();
    await tx.moveDraft(draft.id, 'pending', 'superseded');
    const patch = await bringBack(tx, ticket, before, { now });
    await recorded(draft.version);
    await tx.updateTicket(ticket.id, patch);
    return { ok: true, notice: 'Your text was dropped; the draft before it is back.', sendAfter: null };
  }
  return outbox?.status === 'sent' ? tooLate() : nothing();
}

const conflict = (message: string): DecideResult => ({ ok: false, code: 'conflict', message });
const tooLate = () => conflict('Too late: the reply has left.');
const nothing = () => conflict('There is nothing to undo.');

/** Makes a draft pending again as a new version; where it no longer answers the customer, the engine writes one. */
async function bringBack(
  tx: Queries,
  ticket: TicketRow,
  draft: Draft | null,
  change: { text?: string; author?: string | null; now: Date },
): Promise<{ draftedSeq?: number }> {
  const latest = await tx.latestDraft(ticket.id);
  if (latest?.status === 'pending') return {};
  if (!draft || draft.basedOnSeq < ticket.inboundSeq)
    return { draftedSeq: redraft({ ...ticket, status: 'open' }) };
  await copyDraft(tx, draft, { text: draft.text, author: draft.author, ...change });
  return {};
}

/** A draft again as the next version, with these words. */
export async function copyDraft(
  tx: Queries,
  draft: Draft,
  change: { text: string; author: string | null; now: Date },
) {
  const { id: _, version: __, ...rest } = draft;
  await tx.insertDraft({
    ...rest,
    status: 'pending',
    text: change.text,
    author: change.author,
    createdAt: change.now,
  });
}
