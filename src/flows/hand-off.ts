// Escalation: what is known goes into the ticket's threads, and those who are asked are told, each once.
import { handoffCard } from '../cards/handoff.ts';
import { lastDecision } from '../cards/state.ts';
import type { CardRow } from '../infra/db/queries/cards.ts';
import { DAY_MS } from '../model/duration.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Place } from '../model/platform.ts';
import type { TicketView } from '../model/view.ts';
import type { ChatPlatform } from '../ports.ts';
import { agentRef } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { showCard } from './show-card.ts';

/** So long an escalation is news. */
const OWED_MS = DAY_MS;
const URGENCY = 0.9;

/**
 * Does what the last escalation still owes where a card of the ticket belongs: the summary in its thread, once the
 * card stands, and a private word to those who are asked. Part of showing the card, so that what fails is tried again.
 */
export async function handOff(
  deps: FlowDeps,
  platform: ChatPlatform,
  { channel, message }: Pick<CardRow, 'channel' | 'message'>,
  view: TicketView,
): Promise<void> {
  const made = lastDecision(view, 'escalate');
  if (made?.decision.kind !== 'escalate' || view.now.getTime() - made.at.getTime() > OWED_MS) return;
  const place: Place = { platform: platform.id, channel, ...(message && { thread: message }) };
  const escalation = { key: `handoff-${made.id}`, to: made.decision.to, card: handoffCard(view) };
  const done = await Promise.allSettled([
    message && postSummary(deps, place, escalation),
    deps.withKey(`${escalation.key} ${platform.id}`, () => tellAsked(deps, platform, place, escalation)),
  ]);
  for (const result of done) {
    if (result.status === 'fulfilled') continue;
    if (result.reason instanceof AppError && result.reason.retryable) throw result.reason;
    const reason = errorText(result.reason);
    deps.log.warn(
      { ticketId: view.ticket.id, platform: platform.id, reason },
      'handed off without a summary',
    );
  }
}

interface Escalation {
  key: string;
  /** An agent (name or e-mail) or a team. */
  to: string;
  card: ReturnType<typeof handoffCard>;
}

/** As it was then: what stands is not drawn anew. */
async function postSummary(deps: FlowDeps, place: Place, { key, card }: Escalation): Promise<void> {
  const posted = await deps.store.postedCards(key);
  const stands = ({ platform, channel, message }: (typeof posted)[number]) =>
    message !== null && platform === place.platform && channel === place.channel;
  if (!posted.some(stands)) await showCard(deps, { key, places: [place], card, urgency: URGENCY });
}

/**
 * Once on a platform, wherever the ticket's cards stand there. Whom no other try would reach is given up, but not
 * before the card stands, as its thread reaches who takes no direct messages.
 */
async function tellAsked(
  deps: FlowDeps,
  platform: ChatPlatform,
  place: Place,
  { key, to, card }: Escalation,
): Promise<void> {
  const { store, settings, clock, log } = deps;
  const asked = settings.agents.filter(({ email, name, team }) => [email, name, team].includes(to));
  if (asked.length === 0) return;
  const told = await store.postedCard(`${key}-told`, platform.id, '', clock.now());
  for (const agent of asked.filter(({ email }) => !told.thread.includes(email))) {
    try {
      await platform.notify(agentRef(agent, platform.id), card.fallback, place);
    } catch (error) {
      if (error instanceof AppError && error.retryable) throw error;
      log.warn({ key, platform: platform.id, reason: errorText(error) }, 'agent could not be told');
      if (!place.thread) continue;
    }
    told.thread = [...told.thread, agent.email];
    await store.updatePostedCard(told.id, { thread: told.thread });
  }
}
