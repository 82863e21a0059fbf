// Step 4: one card per ticket and platform channel, posted once and updated in place for life.
import { createHash } from 'node:crypto';
import { threadCard } from '../cards/notes.ts';
import { ticketCard } from '../cards/ticket.ts';
import type { RouteRule } from '../config/schema.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { CardRow } from '../infra/db/queries/work.ts';
import type { Card } from '../model/card.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { MessageRef, Place } from '../model/platform.ts';
import type { TicketView } from '../model/view.ts';
import type { FlowDeps } from './deps.ts';
import { ticketView } from './view.ts';

/** A card whose post was under way this long ago was lost with its process and is posted again. */
const POST_LIMIT_MS = 30_000;

/**
 * Brings every card of a ticket up to what is in the database. A platform that fails does not hold up the
 * others; the first failure is thrown afterwards so that the caller tries again. Answers the ticket as it is
 * afterwards.
 */
export async function present(
  deps: FlowDeps,
  ticket: TicketRow,
  options: { working?: boolean } = {},
): Promise<TicketRow | null> {
  const { store, clock, log } = deps;
  const view = await ticketView(store, deps, ticket, options);
  const known = await store.cardsOf(ticket.id);
  if (known.length === 0)
    for (const place of placesOf(deps, ticket, view))
      await store.reserveCard(ticket.id, place.platform, place.channel, clock.now());

  const card = ticketCard(view);
  const rows = known.length === 0 ? await store.cardsOf(ticket.id) : known;
  // All at once, so that a slow platform does not make the others late.
  const shown = await Promise.allSettled(rows.map((row) => show(deps, row, card, view)));
  for (const [index, { platform, channel }] of rows.entries()) {
    const result = shown[index];
    if (result?.status === 'rejected')
      log.warn(
        { ticketId: ticket.id, platform, channel, reason: errorText(result.reason) },
        'card could not be shown',
      );
  }
  const failed = shown.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return options.working ? ticket : store.updateTicketQuietly(ticket.id, { presentedRev: ticket.rev });
}

async function show(deps: FlowDeps, row: CardRow, card: Card, view: TicketView): Promise<void> {
  const { store, clock } = deps;
  const platform = deps.platforms.get(row.platform);
  if (!platform) throw new AppError('platform_missing', `${row.platform} is not set up`);
  const digest = createHash('sha256').update(JSON.stringify(card)).digest('base64url');
  let message = row.message;
  if (!message) {
    if (row.threadSeq === 0 && row.digest === null) await store.updateCard(row.id, { digest: 'posting' });
    else if (Math.abs(clock.now().getTime() - row.postedAt.getTime()) < POST_LIMIT_MS)
      throw new AppError('card_posting', 'the card is being posted', { retryable: true });
    message = await platform
      .post(
        { platform: row.platform, channel: row.channel },
        card,
        `card-${row.id}-${row.postedAt.getTime()}`,
      )
      .catch(async (error: unknown) => {
        // Refused for certain: nothing stands there, so the next attempt need not wait.
        if (error instanceof AppError && error.code !== 'outcome_unknown')
          await store.updateCard(row.id, { digest: null });
        throw error;
      });
    const newest = view.messages.at(-1)?.seq ?? 0;
    await store.updateCard(row.id, { message, digest, threadSeq: newest });
    const waited = (clock.now().getTime() - view.ticket.createdAt.getTime()) / 1_000;
    deps.metrics.observe('receive_to_card', waited, { channel: view.ticket.channel });
    return;
  }
  if (row.digest !== digest) {
    try {
      await platform.update(message, card);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'message_gone')) throw error;
      // Somebody deleted it: the ticket gets a new card, and that a thread of its own.
      const anew = { message: null, digest: null, threadSeq: 0, postedAt: deps.clock.now() };
      await store.updateCard(row.id, anew);
      return show(deps, { ...row, ...anew }, card, view);
    }
    await store.updateCard(row.id, { digest });
  }
  await followUp(deps, row, message, view);
}

/** The customer's later messages, notes and replies appear in the card's thread, each once. */
async function followUp(deps: FlowDeps, row: CardRow, thread: MessageRef, view: TicketView): Promise<void> {
  const place: Place = { platform: row.platform, channel: row.channel, thread };
  for (const message of view.messages.filter((candidate) => candidate.seq > row.threadSeq)) {
    // A note that was written in this very thread stands there already.
    const written = message.direction === 'note' && message.channel === row.platform;
    if (!written)
      await deps.platforms
        .get(row.platform)
        ?.post(place, threadCard(message, view), `message-${row.id}-${message.seq}`);
    await deps.store.updateCard(row.id, { threadSeq: message.seq });
  }
}

/** Channels that the routing rules name for a ticket; the first rule whose conditions all hold wins. */
function placesOf(deps: FlowDeps, ticket: TicketRow, view: TicketView): Place[] {
  const { settings, platforms, log } = deps;
  const rule = settings.routes.find((candidate) => matches(candidate.when, ticket, view));
  const places = (rule?.to ?? settings.channels.tickets).map(parseTarget);
  const usable = places.filter((place) => platforms.has(place.platform));
  if (usable.length > 0) return usable;
  const [fallback] = platforms.keys();
  log.warn(
    { ticketId: ticket.id, places: places.map((place) => place.platform) },
    'no platform of the route is set up',
  );
  return fallback ? [{ platform: fallback, channel: 'support' }] : [];
}

/** `slack:C0SUPPORT` -> platform and channel. */
export function parseTarget(target: string): Place {
  const at = target.indexOf(':');
  return { platform: target.slice(0, at), channel: target.slice(at + 1) };
}

function matches(when: RouteRule['when'], ticket: TicketRow, view: TicketView): boolean {
  const { account } = view.customer;
  const has = (wanted: string[] | undefined, actual: string | null | undefined) =>
    !wanted || (actual != null && wanted.some((one) => one.toLowerCase() === actual.toLowerCase()));
  const category = ticket.category;
  return (
    (!when.category ||
      (category !== null &&
        when.category.some((one) => category === one || category.startsWith(`${one}/`)))) &&
    (!when.priority || (ticket.priority !== null && when.priority.includes(ticket.priority.level))) &&
    has(when.plan, account?.plan) &&
    has(when.account, account?.name) &&
    has(when.language, ticket.analysis?.language) &&
    has(when.channel, ticket.channel)
  );
}
