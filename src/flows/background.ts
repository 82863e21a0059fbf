// What stands behind a ticket goes into its card's thread: once, after all cards, and never where several share a thread.
import { backgroundCard, EARLIER } from '../cards/background.ts';
import type { CardRow } from '../infra/db/queries/cards.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { MINUTE_MS } from '../model/duration.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';
import { showCard } from './show-card.ts';
import { ticketView } from './view.ts';

/** Who has not been told by then presses Show everything: nothing piles up while a platform is in trouble. */
const WITHIN_MS = 15 * MINUTE_MS;
const AT_ONCE = 200;
/** Behind everything else that a platform's rates allow. */
const URGENCY = 0.1;
const KEY = 'background-';

/** Posts what is missing. Platforms do not wait for each other; on each of them one message at a time. */
export async function showBackgrounds(deps: FlowDeps): Promise<void> {
  const { store, clock, settings } = deps;
  if (!settings.noise.background) return;
  const since = new Date(clock.now().getTime() - WITHIN_MS);
  const due = Map.groupBy(await store.cardsWithout(KEY, since, AT_ONCE), ({ platform }) => platform);
  const cards = new Map<string, Promise<Card>>();
  /** The same for all platforms as long as the ticket stays as it is. */
  const cardOf = (ticket: TicketRow) => {
    const state = `${ticket.id} ${ticket.rev}`;
    const card = cards.get(state) ?? makeCard(deps, ticket);
    cards.set(state, card);
    return card;
  };
  await Promise.all(
    [...due.values()].map(async (rows) => {
      for (const row of rows) if (!(await showed(deps, row, cardOf))) return;
    }),
  );
}

async function makeCard(deps: FlowDeps, ticket: TicketRow): Promise<Card> {
  const [view, earlier] = await Promise.all([
    ticketView(deps.store, deps, ticket),
    deps.store.listTickets({ customer: ticket.customerId, before: ticket.id, limit: EARLIER }),
  ]);
  return backgroundCard(view, earlier);
}

/** False when the platform takes nothing; the next round goes on there. */
async function showed(
  deps: FlowDeps,
  row: CardRow,
  cardOf: (ticket: TicketRow) => Promise<Card>,
): Promise<boolean> {
  const { store, log } = deps;
  const { platform, channel, message, ticketId } = row;
  const ticket = await store.getTicket(ticketId);
  if (!message || !ticket || !deps.platforms.has(platform)) return true;
  const card = await cardOf(ticket);
  const places = [{ platform, channel, thread: message }];
  try {
    await showCard(deps, { key: `${KEY}${row.id}`, places, card, urgency: URGENCY });
    return true;
  } catch (error) {
    log.debug({ ticketId, platform, reason: errorText(error) }, 'a thread has no background yet');
    // What no other try cures concerns this card alone.
    return error instanceof AppError && !error.retryable;
  }
}
