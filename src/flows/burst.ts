// Many tickets of one category at once: their cards share a message and stand in its thread.
import { burstCard, movedCard } from '../cards/burst.ts';
import type { CardRow } from '../infra/db/queries/cards.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { MINUTE_MS } from '../model/duration.ts';
import { AppError, hasCode } from '../model/errors.ts';
import type { MessageRef } from '../model/platform.ts';
import { ticketKey } from '../model/ticket.ts';
import type { ChatPlatform } from '../ports.ts';
import type { FlowDeps } from './deps.ts';
import { showCard } from './show-card.ts';
import { categoryName } from './view.ts';

/**
 * The message in whose thread a new card goes when more of its category came to its channel than the
 * configuration allows; null when it stands for itself, as P1 always does.
 */
export async function threadOfBurst(
  deps: FlowDeps,
  row: CardRow,
  { category, priority }: TicketRow,
): Promise<MessageRef | null> {
  const { store, settings, wake } = deps;
  const { count, minutes } = settings.noise.burst;
  if (count === 0 || category === null || priority?.level === 'P1') return null;
  const limits = { count, windowMs: minutes * MINUTE_MS };
  const burstId = row.burstId ?? (await store.joinBurst(row, category, limits));
  if (burstId === null) return null;
  const standing = await messageOf(deps, burstId);
  if (standing) {
    await wake.burst(burstId, row.platform);
    return standing;
  }
  await showBurst(deps, burstId);
  const message = await messageOf(deps, burstId);
  if (!message) throw new AppError('card_busy', 'the burst is being posted', { retryable: true });
  return message;
}

/** Brings the message of a burst up to date. */
export async function showBurst(deps: FlowDeps, burstId: number): Promise<void> {
  const burst = await deps.store.getBurst(burstId);
  if (!burst || !deps.platforms.has(burst.platform)) return;
  const card = burstCard(burstId, categoryName(deps, burst.category), burst.tickets);
  const { platform, channel } = burst;
  await showCard(deps, { key: keyOf(burstId), places: [{ platform, channel }], card, nowhereElse: true });
}

/** A ticket that became too urgent for a thread gets a card of its own; what stands in the thread says so. */
export async function leaveBurst(deps: FlowDeps, platform: ChatPlatform, row: CardRow): Promise<void> {
  if (!row.message || row.burstId === null) return;
  try {
    await platform.update(row.message, movedCard(ticketKey(row.ticketId)));
  } catch (error) {
    if (!hasCode(error, 'message_gone')) throw error;
  }
  await deps.wake.burst(row.burstId, row.platform);
}

const keyOf = (burstId: number) => `burst-${burstId}`;

async function messageOf({ store }: FlowDeps, burstId: number): Promise<MessageRef | null> {
  const [posted] = await store.postedCards(keyOf(burstId));
  return posted?.message ?? null;
}
