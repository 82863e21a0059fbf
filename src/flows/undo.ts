// Undo: calls a reply back while it waits, drops an agent's preview, or reopens what was closed by mistake.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Draft } from '../model/draft.ts';
import { callBack } from './call-back.ts';
import { type Case, conflict, type DecideResult, done, record } from './decision-case.ts';
import { UNRESOLVED } from './deps.ts';
import { redraft } from './redraft.ts';

const UNDO = { kind: 'undo' } as const;

/** Undoes the newest thing that can still be undone on a ticket. Runs in the decision's transaction. */
export async function undo(at: Case): Promise<DecideResult> {
  const { tx, deps, ticket, draft, actor } = at;
  const now = deps.clock.now();
  const outbox = await tx.latestOutbox(ticket.id);
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
    await record({ ...at, draft: taken }, UNDO, { status: 'awaiting_agent', ...patch });
    return done('Called back. Nothing was sent.');
  }
  if (ticket.status === 'sending') return tooLate();
  if (ticket.status === 'resolved') {
    const answered = outbox?.status === 'sent' && ticket.resolution !== 'rejected';
    const patch = answered ? {} : await bringBack(tx, ticket, draft, { now });
    const status = answered ? 'awaiting_customer' : 'awaiting_agent';
    await record(at, UNDO, { status, ...patch, ...UNRESOLVED });
    return done('Open again.');
  }
  if (draft?.status === 'pending' && draft.author) {
    const before = await tx.getDraft(ticket.id, draft.version - 1);
    if (before?.status !== 'superseded') return nothing();
    await tx.moveDraft(draft.id, 'pending', 'superseded');
    await record(at, UNDO, await bringBack(tx, ticket, before, { now }));
    return done('Your text was dropped; the draft before it is back.');
  }
  return outbox?.status === 'sent' ? tooLate() : nothing();
}

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
  { text, author, now }: { text: string; author: string | null; now: Date },
): Promise<void> {
  const { id: _, version: __, ...rest } = draft;
  await tx.insertDraft({ ...rest, status: 'pending', text, author, createdAt: now });
}
