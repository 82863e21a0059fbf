// Undo: calls a reply back while it waits, drops an agent's preview, or reopens what was closed by mistake.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Draft } from '../model/draft.ts';
import type { Actor } from './agents.ts';
import type { DecideResult } from './decide.ts';
import type { FlowDeps } from './deps.ts';

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

  if (outbox && ticket.status === 'sending') {
    const [cancelled] = await tx.cancelQueued(ticket.id);
    if (cancelled === undefined || !draft || draft.id !== cancelled)
      return { ok: false, code: 'conflict', message: 'Too late: the reply has left.' };
    await tx.moveDraft(draft.id, 'approved', 'superseded');
    // A draft version is sent at most once, so what was called back goes on under a new version.
    await copyDraft(tx, draft, {
      text: outbox.text,
      author: outbox.text === draft.text ? draft.author : actor.name,
      now,
    });
    await tx.markUndone(ticket.id, draft.version, now);
    await recorded(draft.version);
    await tx.updateTicket(ticket.id, { status: 'awaiting_agent' });
    return { ok: true, notice: 'Called back. Nothing was sent.', sendAfter: null };
  }
  if (ticket.status === 'resolved') {
    await recorded(draft?.version ?? null);
    const answered = outbox?.status === 'sent' && ticket.resolution !== 'rejected';
    if (draft && !answered && draft.status !== 'pending')
      await copyDraft(tx, draft, { text: draft.text, author: draft.author, now });
    await tx.updateTicket(ticket.id, {
      status: answered ? 'awaiting_customer' : 'awaiting_agent',
      resolution: null,
      resolvedAt: null,
    });
    return { ok: true, notice: 'Open again.', sendAfter: null };
  }
  const before =
    draft?.status === 'pending' && draft.author ? await tx.getDraft(ticket.id, draft.version - 1) : null;
  if (draft && before) {
    await tx.moveDraft(draft.id, 'pending', 'superseded');
    await copyDraft(tx, before, { text: before.text, author: before.author, now });
    await recorded(draft.version);
    await tx.updateTicket(ticket.id, {});
    return { ok: true, notice: 'Your text was dropped; the draft before it is back.', sendAfter: null };
  }
  const sent = outbox?.status === 'sent';
  return {
    ok: false,
    code: 'conflict',
    message: sent ? 'Too late: the reply has left.' : 'There is nothing to undo.',
  };
}

/** What was withdrawn or came back goes on as the next version: a version is sent at most once. */
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
