// Escalation and assignment: what is known goes into the ticket's threads, and those who are asked are told, each once.
import { assignedWords, handoffCard } from '../cards/handoff.ts';
import { lastDecision } from '../cards/state.ts';
import type { CardRow } from '../infra/db/queries/cards.ts';
import type { Card } from '../model/card.ts';
import type { DecisionRecord } from '../model/decision.ts';
import { DAY_MS } from '../model/duration.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Place } from '../model/platform.ts';
import type { TicketView } from '../model/view.ts';
import type { ChatPlatform } from '../ports.ts';
import { agentRef } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { showCard } from './show-card.ts';

/** For so long a hand-off is news. */
const OWED_MS = DAY_MS;
const URGENCY = 0.9;

/**
 * Does what the last escalation and assignment still owe where a card of the ticket belongs: the summary in its
 * thread, once the card stands, and a private word to those who are asked. Part of showing the card, so that what fails
 * is tried again.
 */
export async function handOff(
  deps: FlowDeps,
  platform: ChatPlatform,
  { channel, message }: Pick<CardRow, 'channel' | 'message'>,
  view: TicketView,
): Promise<void> {
  const place: Place = { platform: platform.id, channel, ...(message && { thread: message }) };
  const tell = (word: Word) =>
    deps.withKey(`${word.key} ${platform.id}`, () => tellAsked(deps, platform, place, word));
  const owed: Promise<unknown>[] = [];
  const escalated = recent(view, 'escalate');
  if (escalated?.decision.kind === 'escalate') {
    const key = `handoff-${escalated.id}`;
    const card = handoffCard(view);
    if (message) owed.push(postSummary(deps, place, { key, card }));
    owed.push(tell({ key, to: escalated.decision.to, words: card.fallback }));
  }
  const assigned = recent(view, 'assign');
  // Not to oneself, which one knows, nor what was released meanwhile.
  if (assigned?.decision.kind === 'assign' && ![assigned.by, null].includes(view.ticket.assignee))
    owed.push(
      tell({
        key: `assigned-${assigned.id}`,
        to: assigned.decision.to,
        words: assignedWords(view, assigned.by),
      }),
    );
  const done = await Promise.allSettled(owed);
  for (const result of done) {
    if (result.status === 'fulfilled') continue;
    if (result.reason instanceof AppError && result.reason.retryable) throw result.reason;
    const reason = errorText(result.reason);
    deps.log.warn(
      { ticketId: view.ticket.id, platform: platform.id, reason },
      'a hand-off could not be told',
    );
  }
}

function recent(view: TicketView, kind: 'escalate' | 'assign'): DecisionRecord | null {
  const made = lastDecision(view, kind);
  return made && view.now.getTime() - made.at.getTime() <= OWED_MS ? made : null;
}

interface Word {
  key: string;
  /** An agent (name or e-mail) or a team. */
  to: string;
  words: string;
}

/** As it was then: what stands is not drawn anew. */
async function postSummary(
  deps: FlowDeps,
  place: Place,
  { key, card }: { key: string; card: Card },
): Promise<void> {
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
  { key, to, words }: Word,
): Promise<void> {
  const { store, settings, clock, log } = deps;
  const asked = settings.agents.filter(({ email, name, team }) => [email, name, team].includes(to));
  if (asked.length === 0) return;
  const told = await store.postedCard(`${key}-told`, platform.id, '', clock.now());
  for (const agent of asked.filter(({ email }) => !told.thread.includes(email))) {
    try {
      await platform.notify(agentRef(agent, platform.id), words, place);
    } catch (error) {
      if (error instanceof AppError && error.retryable) throw error;
      log.warn({ key, platform: platform.id, reason: errorText(error) }, 'agent could not be told');
      if (!place.thread) continue;
    }
    told.thread = [...told.thread, agent.email];
    await store.updatePostedCard(told.id, { thread: told.thread });
  }
}
