// "Show everything": posts the whole story of a ticket into its threads, and says where that worked.
import { detailsCards } from '../cards/details.ts';
import type { PostedCardRow } from '../infra/db/queries/cards.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { errorText } from '../model/errors.ts';
import type { ActionReply, Place } from '../model/platform.ts';
import type { ChatPlatform } from '../ports.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { hashOf, laterThan } from './show-card.ts';
import { ticketView } from './view.ts';

/** Answers in words, also where a platform did not take it; pressed again, only what is missing is posted. */
export async function showEverything(deps: FlowDeps, ticket: TicketRow): Promise<ActionReply> {
  const { store, clock, log } = deps;
  const view = await ticketView(store, deps, ticket);
  const words = view.messages
    .filter((message) => message.direction === 'inbound')
    .map((message) => message.text);
  const similar = await deps.engine.similarTickets([ticket.subject, ...words].filter(Boolean).join('\n'), 3);
  const { cost } = await store.modelSpentFor(ticket.id);
  const cards = detailsCards({ ...view, modelCost: cost }, similar);

  const missing: string[] = [];
  const shown: PostedCardRow[] = [];
  for (const { platform: id, channel, message, failure } of await store.cardsOf(ticket.id)) {
    const platform = deps.platforms.get(id);
    if (!platform || !message || failure !== null) continue;
    const row = await store.postedCard(`details-${ticket.id}-${message.message}`, id, channel, clock.now());
    try {
      await postMissing(deps, platform, row, { platform: id, channel, thread: message }, cards);
      shown.push(row);
    } catch (error) {
      log.warn(
        { ticketId: ticket.id, platform: id, reason: errorText(error) },
        'thread could not be written',
      );
      missing.push(id);
    }
  }
  if (missing.length > 0)
    return notice(
      `Not everything could be written into the thread on ${new Intl.ListFormat('en').format(new Set(missing))}, which did not take it. Please press again in a minute.`,
      false,
    );
  if (shown.length === 0)
    return notice('The ticket has no card in a channel yet, so there is no thread.', false);
  // It stands everywhere: who asks once more wants it once more.
  for (const { id, postedAt } of shown)
    await store.updatePostedCard(id, {
      thread: [],
      digest: null,
      postedAt: laterThan(postedAt, clock.now()),
    });
  return notice('Everything about this ticket is in its thread.', true);
}

/** Posts those cards that a press before this one, which failed elsewhere or later, has not brought there. */
async function postMissing(
  { store }: FlowDeps,
  platform: ChatPlatform,
  row: PostedCardRow,
  place: Place,
  cards: Card[],
): Promise<void> {
  const posted = [...row.thread];
  for (const card of cards) {
    const digest = hashOf(card);
    if (posted.includes(digest)) continue;
    await store.updatePostedCard(row.id, { digest });
    const key = `details-${row.id}-${row.postedAt.getTime()}-${digest}`;
    await platform.post(place, card, { key, again: row.digest === digest });
    posted.push(digest);
    await store.updatePostedCard(row.id, { thread: posted });
  }
}
