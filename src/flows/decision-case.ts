// One decision on a ticket: what it may look at and change, and how it ends.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Decision } from '../model/decision.ts';
import type { Draft } from '../model/draft.ts';
import type { Actor } from './agents.ts';
import type { FlowDeps } from './deps.ts';

/** What became of it; `notice`: for the agent's eyes, `sendAfter`: when a reply leaves. */
export type DecideResult =
  | { ok: true; notice: string | null; sendAfter: Date | null }
  | {
      ok: false;
      code: 'forbidden' | 'not_found' | 'conflict' | 'stale' | 'invalid';
      /** For the agent's eyes. */
      message: string;
      /** Who was first, and when, on a conflict. */
      by?: string;
      at?: Date;
    };

/** What one kind of decision may look at and change. */
export interface Case {
  tx: Queries;
  deps: FlowDeps;
  ticket: TicketRow;
  draft: Draft | null;
  actor: Actor;
}

/** Writes a decision down, with what it changes on the ticket. */
export async function record(
  at: Case,
  decision: Decision,
  patch: Parameters<Queries['updateTicket']>[1],
): Promise<void> {
  const { tx, ticket, draft, actor, deps } = at;
  await tx.insertDecision({
    ticketId: ticket.id,
    draftVersion: draft?.version ?? null,
    kind: decision.kind,
    decision,
    by: actor.name,
    byEmail: actor.email,
    at: deps.clock.now(),
  });
  await tx.updateTicket(ticket.id, patch);
}

export const done = (notice: string | null): DecideResult => ({ ok: true, notice, sendAfter: null });
export const stale = (message: string): DecideResult => ({ ok: false, code: 'stale', message });
export const invalid = (message: string): DecideResult => ({ ok: false, code: 'invalid', message });
/** `first`: who was faster, and when. */
export const conflict = (message: string, first: { by?: string; at?: Date } = {}): DecideResult => ({
  ok: false,
  code: 'conflict',
  message,
  ...first,
});
