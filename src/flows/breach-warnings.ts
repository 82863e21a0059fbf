// Tells people before a promise is broken: first the card's thread, then the escalation path, each once.
import { newsCard } from '../cards/notes.ts';
import { dueWords } from '../cards/words.ts';
import type { Agent } from '../config/schema.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { errorText } from '../model/errors.ts';
import type { Place } from '../model/platform.ts';
import type { ServiceClock } from '../model/service-level.ts';
import { ticketKey } from '../model/ticket.ts';
import { agentRef, isNamed } from './agents.ts';
import type { FlowDeps } from './deps.ts';

/** Warnings of one sweep at most; the next one comes soon. */
const AT_ONCE = 200;
const URGENCY = 0.8;

/** Looks for promises that are about to be broken, or are. */
export async function warnOfBreaches(deps: FlowDeps): Promise<void> {
  const pressing = await deps.store.pressingClocks(deps.clock.now(), AT_ONCE);
  // A ticket that is being worked on may have its clocks set: the next sweep looks at it again.
  for (const { ticketId, target } of pressing)
    await deps
      .withTicket(ticketId, () => warn(deps, ticketId, target))
      .catch((error: unknown) =>
        deps.log.warn({ ticketId, target, reason: errorText(error) }, 'a promise was not warned of'),
      );
}

/**
 * Marks come last, so that a process that dies on the way leaves the warning to the next sweep; platforms that can
 * post one key once.
 */
async function warn(deps: FlowDeps, ticketId: number, target: ServiceClock['target']): Promise<void> {
  const { store, clock: time, wake } = deps;
  const now = time.now();
  const clock = (await store.clocksOf(ticketId)).find((one) => one.target === target);
  const ticket = await store.getTicket(ticketId);
  if (!ticket || !clock || clock.pausedAt || clock.breachedAt) return;
  const late = clock.dueAt <= now;
  const warns = clock.warnedAt === null;
  const escalates = clock.escalatedAt === null && clock.escalateAt <= now;
  if (!warns && !escalates && !late) return;
  const people = escalates ? escalationPath(deps, ticket) : [];
  const owner = deps.settings.agents.filter(({ name }) => name === ticket.assignee);
  const told = people.length > 0 ? `. ${names(people)} ${people.length === 1 ? 'was' : 'were'} told` : '';
  const step = escalates ? 'escalate' : 'warn';
  if (warns || told) {
    const when = { now, timeZone: deps.settings.workspace.timeZone };
    const words = `${ticketKey(ticketId)}: ${dueWords({ target, at: clock.dueAt }, when)}${told}`;
    const posted = await postUnderCards(deps, ticket, newsCard(words, 'warning'), {
      key: `${target}-${clock.limitMs}-${step}`,
      mention: warns ? owner : [],
      late,
    });
    // Cards that wait for the end of quiet hours are warned of when they stand there; of what is late the card tells.
    if (posted === null && !late) return;
    for (const agent of people) await tell(deps, agent, words, posted ?? []);
  }
  await store.markClock(clock, {
    ...(warns && { warnedAt: now }),
    ...(escalates && { escalatedAt: now }),
    ...(late && { breachedAt: clock.dueAt }),
  });
  deps.log.info({ ticketId, target, step: late ? 'late' : step }, 'a promise is pressing');
  // Its card says so, and its score rises.
  await store.updateTicket(ticketId, {});
  await wake.ticket(ticketId);
}

/** Under every card of the ticket; answers where, and null when it has no card yet. Throws when no place could be reached in time. */
async function postUnderCards(
  { store, platforms, log }: Pick<FlowDeps, 'store' | 'platforms' | 'log'>,
  ticket: TicketRow,
  card: Card,
  { key, mention, late }: { key: string; mention: Agent[]; late: boolean },
): Promise<Place[] | null> {
  const rows = (await store.cardsOf(ticket.id)).filter((row) => row.message && row.failure === null);
  if (rows.length === 0) return null;
  const places: Place[] = [];
  let failure: unknown = null;
  for (const { id, platform, channel, message } of rows) {
    const place: Place = { platform, channel, ...(message && { thread: message }) };
    try {
      await platforms.get(platform)?.post(place, card, {
        key: `service-${id}-${key}`,
        urgency: URGENCY,
        mention: mention.map((agent) => agentRef(agent, platform)),
      });
      places.push(place);
    } catch (error) {
      log.warn({ ticketId: ticket.id, platform, reason: errorText(error) }, 'a warning was not posted');
      failure = error;
    }
  }
  if (places.length === 0 && !late) throw failure;
  return places;
}

/** Privately, on every platform where the ticket's card stands. */
async function tell(
  { platforms, log }: Pick<FlowDeps, 'platforms' | 'log'>,
  agent: Agent,
  words: string,
  places: Place[],
): Promise<void> {
  for (const place of places)
    await platforms
      .get(place.platform)
      ?.notify(agentRef(agent, place.platform), words, place)
      .catch((error: unknown) =>
        log.warn({ platform: place.platform, reason: errorText(error) }, 'agent could not be told'),
      );
}

/** Agents whom `warnings.escalation` names: by role, as the category's team, as a team, or by name or e-mail. */
function escalationPath(
  { settings, taxonomy }: Pick<FlowDeps, 'settings' | 'taxonomy'>,
  { category }: TicketRow,
): Agent[] {
  const own = taxonomy.categories.find(({ id }) => id === category)?.team;
  const is = (agent: Agent, wanted: string) => {
    const name = wanted.toLowerCase();
    if (name === 'team') return own !== undefined && agent.team === own;
    return name === agent.role || isNamed(agent, name);
  };
  return settings.agents.filter((agent) => settings.warnings.escalation.some((one) => is(agent, one)));
}

function names(people: Agent[]): string {
  return new Intl.ListFormat('en').format(people.map(({ name }) => name));
}
