// "Show everything": posts the whole story of a ticket into its threads, and says where that worked.
import { detailsCards } from '../cards/details.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { errorText } from '../model/errors.ts';
import type { ActionReply } from '../model/platform.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { ticketView } from './view.ts';

/** Answers in words, also where a platform did not take it. */
export async function showEverything(deps: FlowDeps, ticket: TicketRow): Promise<ActionReply> {
  const { store, platforms, log } = deps;
  const view = await ticketView(store, deps, ticket);
  const words = view.messages
    .filter((message) => message.direction === 'inbound')
    .map((message) => message.text);
  const similar = await deps.engine.similarTickets([ticket.subject, ...words].filter(Boolean).join('\n'), 3);
  const { cost } = await store.modelSpentFor(ticket.id);
  const cards = detailsCards({ ...view, modelCost: cost }, similar);

  const missing: string[] = [];
  let shown = 0;
  for (const { platform, channel, message, failure } of await store.cardsOf(ticket.id)) {
    if (!message || failure !== null) continue;
    try {
      for (const card of cards)
        await platforms.get(platform)?.post({ platform, channel, thread: message }, card);
      shown++;
    } catch (error) {
      log.warn({ ticketId: ticket.id, platform, reason: errorText(error) }, 'thread could not be written');
      missing.push(platform);
    }
  }
  if (missing.length > 0)
    return notice(
      `Not everything could be written into the thread on ${new Intl.ListFormat('en').format(new Set(missing))}, which did not take it. Please press again in a minute.`,
      false,
    );
  if (shown === 0) return notice('The ticket has no card in a channel yet, so there is no thread.', false);
  return notice('Everything about this ticket is in its thread.', true);
}
