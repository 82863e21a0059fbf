// Step 4, second half: one card per ticket and platform channel, posted once and updated in place for life.
import { belongingTo, threadCard } from '../cards/notes.ts';
import { ticketCard } from '../cards/ticket.ts';
import type { CardRow, LeasedCard } from '../infra/db/queries/cards.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { AppError, errorText, hasCode } from '../model/errors.ts';
import type { MessageRef, Place } from '../model/platform.ts';
import { ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import type { ChatPlatform } from '../ports.ts';
import { leaveBurst, threadOfBurst } from './burst.ts';
import type { FlowDeps } from './deps.ts';
import { handOff } from './hand-off.ts';
import { standIn, urgencyOf } from './place-cards.ts';
import { mentionsOf } from './route.ts';
import { hashOf, isGone, laterThan, meantFor } from './show-card.ts';
import { ticketView } from './view.ts';

/** How long a card belongs to whoever draws it; after that it was lost with its process. */
const LEASE_MS = 30_000;
const BUSY_MS = 500;
/** A ticket's cards are reserved within this time, unless they wait for the end of quiet hours. */
const RESERVED_MS = 60_000;
/** The sweeper tries a card again after this pause: one that cannot be shown anywhere, and one whose turn it did not get. */
const LEFT_ALONE_MS = 120_000;
/** Later messages in a thread may wait longer than the card itself. */
const THREAD_URGENCY = 0.4;

/**
 * Brings a ticket's cards on one platform up to what is in the database. A channel that fails does not hold up
 * the others; the first failure is thrown afterwards so that the caller tries again. One that cannot be reached
 * any more is given up for the fallback channel.
 */
export async function present(deps: FlowDeps, ticketId: number, platformId: string): Promise<void> {
  const { store, clock, log } = deps;
  const ticket = await store.getTicket(ticketId);
  const platform = deps.platforms.get(platformId);
  if (!ticket || !platform) return;
  const working = ticket.inboundSeq > ticket.draftedSeq;
  const view = await ticketView(store, deps, ticket, { working });
  const rows = (await store.cardsOf(ticketId)).filter(
    (row) => row.platform === platformId && row.failure === null,
  );
  const shown = await Promise.allSettled(rows.map((row) => show(deps, platform, row, ticket, view)));
  await store.settlePresented(ticketId);
  for (const [index, result] of shown.entries())
    if (result.status === 'rejected')
      log.warn(
        { ticketId, platform: platformId, channel: rows[index]?.channel, reason: errorText(result.reason) },
        'card could not be shown',
      );
  const failed = shown.find((result) => result.status === 'rejected');
  if (!failed) return;
  const { reason } = failed;
  // Its turn is known to the queue: the sweeper would only have the whole crowd asked again.
  if (hasCode(reason, 'rate_limited') || (reason instanceof AppError && !reason.retryable))
    await store.updateTicketQuietly(ticketId, { retryAt: new Date(clock.now().getTime() + LEFT_ALONE_MS) });
  throw reason;
}

/** Draws one card, alone among all who might. */
async function show(
  deps: FlowDeps,
  platform: ChatPlatform,
  { id }: CardRow,
  ticket: TicketRow,
  view: TicketView,
): Promise<void> {
  const { store, clock } = deps;
  const row = await store.leaseCard(id, clock.now(), LEASE_MS);
  if (!row)
    throw new AppError('card_busy', 'the card is being drawn', { retryable: true, retryAfterMs: BUSY_MS });
  try {
    // Somebody has shown a newer state since the ticket was read.
    if (row.rev > ticket.rev) return void (await store.returnCard(row, {}));
    let { message } = row;
    if (!isHeld(deps, row, ticket)) {
      const card = row.insteadOf === null ? ticketCard(view) : meantFor(row.insteadOf, ticketCard(view));
      message = await draw(deps, { platform, row, ticket, view, card, digest: hashOf(card) });
    }
    await handOff(deps, platform, { channel: row.channel, message }, view);
    // Two have drawn it, in an order that nobody knows: it is drawn once more.
    if (!(await store.returnCard(row, { rev: ticket.rev }))) {
      await store.updateCard(id, { rev: 0, digest: null });
      await deps.wake.cards(ticket.id, platform.id, urgencyOf(ticket));
    }
  } catch (error) {
    const known = error instanceof AppError ? error : null;
    if (isGone(error) && (await standIn(deps, row, ticket, error))) return;
    // Nothing stands there for certain, so the next attempt need not wait for the end of the lease.
    if (known && known.code !== 'outcome_unknown') await store.returnCard(row, {});
    throw error;
  }
}

/** Quiet hours, unless the ticket became more urgent meanwhile. */
function isHeld({ clock, settings }: FlowDeps, { heldUntil }: CardRow, { priority }: TicketRow): boolean {
  const waits = settings.noise.quietHours?.priorities.some((level) => level === priority?.level);
  return heldUntil !== null && heldUntil > clock.now() && waits === true;
}

/** One card as it is to stand in one place. */
interface Drawing {
  platform: ChatPlatform;
  row: LeasedCard;
  ticket: TicketRow;
  view: TicketView;
  card: Card;
  digest: string;
}

/** Answers where the card stands now. */
async function draw(deps: FlowDeps, drawing: Drawing): Promise<MessageRef> {
  const { platform, row, ticket, view, card, digest } = drawing;
  if (!row.message) return post(deps, drawing, { again: false });
  if (row.burstId !== null && ticket.priority?.level === 'P1') {
    await leaveBurst(deps, platform, row);
    return postAnew(deps, drawing, { again: false });
  }
  if (row.digest !== digest) {
    try {
      await platform.update(row.message, card, { urgency: urgencyOf(ticket) });
    } catch (error) {
      if (!hasCode(error, 'message_gone')) throw error;
      return postAnew(deps, drawing, { again: true });
    }
    await deps.store.updateCard(row.id, { digest });
    if (row.burstId !== null) await deps.wake.burst(row.burstId, platform.id);
  }
  await followUp(deps, platform, row, row.message, view);
  return row.message;
}

/** People are disturbed once: neither for a card in a thread nor for one that is posted `again` to stand by itself. */
async function post(deps: FlowDeps, drawing: Drawing, { again }: { again: boolean }): Promise<MessageRef> {
  const { platform, row, ticket, view, card, digest } = drawing;
  const thread = again ? null : await threadOfBurst(deps, row, ticket);
  const place: Place = { platform: platform.id, channel: row.channel, ...(thread && { thread }) };
  const message = await platform.post(place, card, {
    key: `card-${row.id}-${row.postedAt.getTime()}`,
    again: row.lost,
    urgency: urgencyOf(ticket),
    mention: again || thread ? [] : mentionsOf(deps, ticket, view.customer, platform.id),
  });
  const newest = view.messages.at(-1)?.seq ?? 0;
  await deps.store.updateCard(row.id, { message, digest, threadSeq: newest, heldUntil: null });
  // Cards that have waited for the end of quiet hours would spoil the figure.
  if (row.postedAt.getTime() - ticket.createdAt.getTime() <= RESERVED_MS) {
    const waited = deps.clock.now().getTime() - ticket.createdAt.getTime();
    deps.metrics.observe('receive_to_card', waited / 1_000, { channel: ticket.channel });
  }
  return message;
}

/** Somebody deleted the message, or it stands in the wrong place: another one, with a thread of its own. */
async function postAnew(
  deps: FlowDeps,
  drawing: Drawing,
  { again }: { again: boolean },
): Promise<MessageRef> {
  const postedAt = laterThan(drawing.row.postedAt, deps.clock.now());
  const anew = { message: null, digest: null, threadSeq: 0, postedAt, burstId: null };
  await deps.store.updateCard(drawing.row.id, anew);
  return post(deps, { ...drawing, row: { ...drawing.row, ...anew } }, { again });
}

/** The customer's later messages, notes and replies appear in the card's thread, each once. */
async function followUp(
  deps: FlowDeps,
  platform: ChatPlatform,
  row: LeasedCard,
  thread: MessageRef,
  view: TicketView,
): Promise<void> {
  const place: Place = { platform: row.platform, channel: row.channel, thread };
  for (const message of view.messages.filter((candidate) => candidate.seq > row.threadSeq)) {
    // A note that was written in this very thread stands there already.
    const written = message.direction === 'note' && message.channel === row.platform;
    const card = threadCard(message, view);
    if (!written)
      await platform.post(place, row.burstId === null ? card : belongingTo(ticketKey(row.ticketId), card), {
        key: `message-${row.id}-${message.seq}`,
        again: row.lost,
        urgency: THREAD_URGENCY,
      });
    await deps.store.updateCard(row.id, { threadSeq: message.seq });
  }
}
