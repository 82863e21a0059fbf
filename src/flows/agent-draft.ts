// A version of the reply in an agent's own words.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Draft } from '../model/draft.ts';

/** Replaces the pending draft, if any, by the agent's text. Nothing is sent by that. */
export async function insertAgentDraft(
  tx: Queries,
  written: { ticket: TicketRow; before: Draft | null; text: string; author: string; now: Date },
): Promise<Draft> {
  const { ticket, before, text, author, now } = written;
  await tx.retirePending(ticket.id, 'superseded');
  return tx.insertDraft({
    ticketId: ticket.id,
    text,
    language: before?.language ?? 'und',
    sources: [],
    confidence: before?.confidence ?? 0,
    reasons: [],
    answerable: true,
    engine: 'agent',
    routing: {
      route: 'suggest',
      mode: 'suggest',
      threshold: null,
      reasons: ['Written by an agent.'],
      reviewsUntilAuto: null,
    },
    basedOnSeq: ticket.inboundSeq,
    author,
    createdAt: now,
  });
}
