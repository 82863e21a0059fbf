// Escalation: what is known goes into the ticket's threads, and the person who is asked is told.
import { handoffCard } from '../cards/handoff.ts';
import type { Card } from '../model/card.ts';
import { errorText } from '../model/errors.ts';
import type { Place } from '../model/platform.ts';
import { agentRef } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { ticketView } from './view.ts';

/** `to` is an agent (name or e-mail) or a team. A platform that fails is logged: the escalation itself is done. */
export async function handOff(deps: FlowDeps, ticketId: number, to: string): Promise<void> {
  const ticket = await deps.store.getTicket(ticketId);
  if (!ticket) return;
  const card = handoffCard(await ticketView(deps.store, deps, ticket));
  const places = await postInThreads(deps, ticketId, [card]);
  const asked = deps.settings.agents.filter(
    (agent) => agent.email === to || agent.name === to || (agent.team !== undefined && agent.team === to),
  );
  for (const agent of asked)
    for (const place of places) {
      await deps.platforms
        .get(place.platform)
        ?.notify(agentRef(agent, place.platform), card.fallback, place)
        .catch((error: unknown) =>
          deps.log.warn({ ticketId, reason: errorText(error) }, 'agent could not be told'),
        );
    }
}

/** Posts cards under every card of a ticket; answers where. */
export async function postInThreads(deps: FlowDeps, ticketId: number, cards: Card[]): Promise<Place[]> {
  const places: Place[] = [];
  for (const row of await deps.store.cardsOf(ticketId)) {
    if (!row.message) continue;
    const place: Place = { platform: row.platform, channel: row.channel, thread: row.message };
    places.push(place);
    try {
      for (const card of cards) await deps.platforms.get(row.platform)?.post(place, card);
    } catch (error) {
      deps.log.warn(
        { ticketId, platform: row.platform, reason: errorText(error) },
        'thread could not be written',
      );
    }
  }
  return places;
}
