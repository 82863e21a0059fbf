// 👀 on a ticket's card: the others see who is reading it, until they take it back or the ticket is somebody's.
import { answeredOrTaken } from '../model/ticket.ts';
import type { Actor } from './agents.ts';
import type { FlowDeps } from './deps.ts';

/** Cards show it when nothing more urgent is to be drawn. */
const URGENCY = 0.3;

/**
 * Notes that an agent looks at a ticket, or no longer does. Harmless and silent: twice is once, and on a ticket that
 * is taken, answered or resolved, or that does not exist, it does nothing.
 */
export async function look(
  deps: Pick<FlowDeps, 'store' | 'wake'>,
  { ticketId, actor, on }: { ticketId: number; actor: Actor; on: boolean },
): Promise<void> {
  const changed = await deps.store.transaction(async (tx) => {
    const ticket = await tx.lockTicket(ticketId);
    if (!ticket || ticket.looking.includes(actor.name) === on) return false;
    if (on && answeredOrTaken(ticket)) return false;
    const others = ticket.looking.filter((name) => name !== actor.name);
    await tx.updateTicket(ticketId, { looking: on ? [...others, actor.name] : others });
    return true;
  });
  if (changed) await deps.wake.ticket(ticketId, URGENCY);
}
