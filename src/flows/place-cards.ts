// Step 4, first half: decides where a ticket's cards stand and when, and wakes those who draw them.
import type { CardRow } from '../infra/db/queries/cards.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Customer } from '../model/customer.ts';
import { MINUTE_MS } from '../model/duration.ts';
import { AppError } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';
import { quietUntil } from './quiet-hours.ts';
import { fallbackOf, placesOf } from './route.ts';

/** Reserves a new ticket's cards, and has all of them drawn that lag behind. Platforms are not waited for. */
export async function placeCards(deps: FlowDeps, ticket: TicketRow, customer: Customer): Promise<void> {
  const { store, platforms, wake } = deps;
  const known = await store.cardsOf(ticket.id);
  const rows = known.length > 0 ? known : await reserve(deps, ticket, customer);
  const behind = rows.filter((row) => row.failure === null && row.rev < ticket.rev);
  const homeless = behind.filter((row) => !platforms.has(row.platform));
  for (const row of homeless)
    await standIn(deps, row, ticket, new AppError('platform_missing', `${row.platform} is not set up`));
  if (behind.length === homeless.length) await store.settlePresented(ticket.id);
  const ids = new Set(behind.map((row) => row.platform).filter((id) => platforms.has(id)));
  for (const id of ids) await wake.cards(ticket.id, id, urgencyOf(ticket));
}

/**
 * Whether a card may be posted although nothing is known of the ticket yet: not where what it is about decides
 * on its place, its hour, or on whether it stands for itself.
 */
export async function mayAnnounce(deps: FlowDeps, ticket: TicketRow, customer: Customer): Promise<boolean> {
  const { settings, store, clock } = deps;
  if (ticket.analysis !== null || (await store.cardsOf(ticket.id)).length > 0) return true;
  if (settings.routes.length > 0 || settings.noise.quietHours) return false;
  const { count, minutes } = settings.noise.burst;
  const since = new Date(clock.now().getTime() - minutes * MINUTE_MS);
  const [place] = placesOf(deps, ticket, customer);
  return count === 0 || place === undefined || (await store.cardsSince(place, since)) < count;
}

/** What goes first within a platform's budget, 0..1: P1, then what somebody has just decided, then by priority. */
export function urgencyOf({ priority, status }: Pick<TicketRow, 'priority' | 'status'>): number {
  if (priority?.level === 'P1') return 1;
  if (status !== 'open' && status !== 'awaiting_agent') return 0.9;
  return priority === null ? 0.5 : { P2: 0.7, P3: 0.5, P4: 0.3 }[priority.level];
}

/**
 * Gives a card up whose place cannot be reached any more, and reserves another one in the fallback channel.
 * False when there is none: then the failure stays one.
 */
export async function standIn(
  deps: FlowDeps,
  row: CardRow,
  ticket: TicketRow,
  error: AppError,
): Promise<boolean> {
  const { store, clock, log, wake } = deps;
  const fallback = fallbackOf(deps, row);
  if (!fallback || row.insteadOf !== null) return false;
  const insteadOf = `${row.platform}:${row.channel}`;
  log.error(
    { ticketId: ticket.id, channel: insteadOf, code: error.code, reason: error.message },
    'a channel cannot be reached, so the card goes to the fallback channel',
  );
  await store.reserveCard({
    ticketId: ticket.id,
    platform: fallback.platform,
    channel: fallback.channel,
    postedAt: clock.now(),
    insteadOf,
  });
  await store.updateCard(row.id, { failure: error.message, leaseUntil: null, heldUntil: null });
  await wake.cards(ticket.id, fallback.platform, urgencyOf(ticket));
  return true;
}

/** The cards of a ticket in every place that the routes name. */
async function reserve(deps: FlowDeps, ticket: TicketRow, customer: Customer): Promise<CardRow[]> {
  const { store, clock, settings } = deps;
  const now = clock.now();
  const quiet = settings.noise.quietHours;
  const waits = quiet?.priorities.some((level) => level === ticket.priority?.level);
  const heldUntil = quiet && waits ? quietUntil(now, quiet, settings.workspace.timeZone) : null;
  const rows: CardRow[] = [];
  for (const { platform, channel } of placesOf(deps, ticket, customer)) {
    const row = await store.reserveCard({ ticketId: ticket.id, platform, channel, postedAt: now, heldUntil });
    if (row) rows.push(row);
  }
  return rows;
}
