// Notes: what the team says among itself in a conversation.
import type { Case } from './decision-case.ts';

/** Appends an internal note to the conversation. */
export async function addNote(
  { tx, deps, ticket, actor }: Omit<Case, 'draft'>,
  text: string,
  origin: { channel: string; externalId: string } = { channel: 'note', externalId: crypto.randomUUID() },
): Promise<void> {
  const { conversationId, seq } = await tx.nextSeq(ticket.customerId);
  const now = deps.clock.now();
  await tx.insertMessage({
    ...origin,
    conversationId,
    ticketId: ticket.id,
    seq,
    direction: 'note',
    author: actor.name,
    text,
    at: now,
    receivedAt: now,
  });
}
