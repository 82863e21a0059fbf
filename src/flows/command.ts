// `/deskhand …`: queue, mine, today, ticket, search, digest, dashboard, signals, mode, help.
import { LISTED, listCard, todayCard } from '../cards/list.ts';
import { helpCard, newsCard } from '../cards/notes.ts';
import { ticketCard } from '../cards/ticket.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { COMMANDS } from '../model/commands.ts';
import { MODES, modeSchema } from '../model/draft.ts';
import type { ActionReply, AgentRef } from '../model/platform.ts';
import { parseTicketKey, type TicketStatus } from '../model/ticket.ts';
import { zonedDate, zonedInstant } from '../model/zone.ts';
import { type Actor, rightRefusal, STRANGER } from './agents.ts';
import { notice } from './answers.ts';
import { modeOf } from './autonomy.ts';
import { clusterCommand } from './cluster-acts.ts';
import { dashboardLink } from './dashboard-link.ts';
import type { FlowDeps } from './deps.ts';
import { digestCommand } from './digest.ts';
import { signals } from './signals.ts';
import { categoryName, ticketView } from './view.ts';

/** Carries out one command, with `/deskhand` or without; what is not known is answered by the help. Viewers may ask, too. */
export async function command(
  deps: FlowDeps,
  text: string,
  { actor, agent }: { actor: Actor | null; agent: AgentRef },
): Promise<ActionReply> {
  if (!actor) return notice(STRANGER, false);
  const [word = '', ...rest] = text
    .trim()
    .replace(/^\/deskhand\s*/i, '')
    .split(/\s+/);
  const argument = rest.join(' ');
  const list = (title: string, rows: TicketRow[], total = rows.length) =>
    card(listCard(title, { rows, total }, (id) => categoryName(deps, id)));
  switch (word.toLowerCase()) {
    case 'queue': {
      const { rows, total } = await deps.store.waitingTickets(LISTED);
      return list(`Waiting for an agent: ${total}`, rows, total);
    }
    case 'mine': {
      const rows = await mineOf(deps, actor);
      return list(`Taken by you: ${rows.length}`, rows);
    }
    case 'today':
      return card(await today(deps, actor));
    case 'search': {
      if (!argument) return notice('Search for what? For example: search refund', false);
      const rows = await deps.store.listTickets({ search: argument, limit: LISTED + 1 });
      const found = rows.length > LISTED ? `the newest ${LISTED}` : rows.length;
      return list(`Found for “${argument}”: ${found}`, rows.slice(0, LISTED));
    }
    case 'ticket': {
      if (/^c-/i.test(argument)) return clusterCommand(deps, argument);
      const id = parseTicketKey(argument);
      const ticket = id === null ? null : await deps.store.getTicket(id);
      if (!ticket)
        return notice(
          `There is no ticket "${argument}"; ids look like T-1042, or C-7 for what several customers tell of.`,
          false,
        );
      return card(ticketCard(await ticketView(deps.store, deps, ticket)));
    }
    case 'digest':
      return digestCommand(deps, argument);
    case 'dashboard':
      return dashboardLink(deps, actor, agent);
    case 'signals':
      return card(await signals(deps));
    case 'mode':
      return mode(deps, rest, actor);
    case 'help':
      return card(helpCard(COMMANDS));
    default:
      return card(helpCard(COMMANDS, word));
  }
}

async function mode(deps: FlowDeps, [category, wanted]: string[], actor: Actor): Promise<ActionReply> {
  if (!category) {
    const rows = await Promise.all(
      deps.taxonomy.categories.map(async ({ id, name }) => [name, id, await modeOf(deps, id)]),
    );
    return card({
      ...newsCard('What the bot may do by itself'),
      blocks: [
        { type: 'header', text: 'What the bot may do by itself' },
        { type: 'table', columns: ['Category', 'Id', 'Mode'], rows },
      ],
    });
  }
  if (!deps.taxonomy.categories.some(({ id }) => id === category))
    return notice(`There is no category "${category}"; "mode" lists them.`, false);
  const parsed = modeSchema.safeParse(wanted);
  if (!parsed.success) return notice(`The mode of ${category} must be one of ${MODES.join(', ')}.`, false);
  const refused = rightRefusal(deps.settings, actor, 'mode', category);
  if (refused) return notice(refused, false);
  await deps.store.setPolicy(category, parsed.data, actor.name, deps.clock.now());
  return notice(`${categoryName(deps, category)} is now in mode ${parsed.data}.`, true);
}

/** The agent's own tickets, those that wait, and the figures since midnight in the team's zone. */
async function today(deps: FlowDeps, actor: Actor): Promise<Card> {
  const { store, clock, settings } = deps;
  const { timeZone } = settings.workspace;
  const now = clock.now();
  const midnight = zonedInstant(zonedDate(now, timeZone), '00:00', timeZone) ?? now;
  const [mine, waiting, figures] = await Promise.all([
    mineOf(deps, actor),
    store.waitingTickets(LISTED),
    store.figures(midnight, now),
  ]);
  const { answered, firstResponse, backlog } = figures;
  const urgent = backlog.P1 + backlog.P2;
  return todayCard({
    mine: { rows: mine, total: mine.length },
    waiting,
    figures: [
      { label: 'Opened', value: String(figures.received) },
      { label: 'Answered', value: `${answered.total} (${answered.auto} by Deskhand alone)` },
      { label: 'Resolved', value: String(figures.resolved) },
      { label: 'Urgent now (P1, P2)', value: String(urgent) },
      ...(firstResponse.median === null
        ? []
        : [{ label: 'First answer, median', value: minutes(firstResponse.median) }]),
    ],
    categoryName: (id) => categoryName(deps, id),
  });
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds / 60);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

function mineOf({ store }: FlowDeps, actor: Actor): Promise<TicketRow[]> {
  const status: TicketStatus[] = ['open', 'awaiting_agent', 'sending', 'snoozed', 'awaiting_customer'];
  return store.listTickets({ assignee: actor.name, status, limit: 50 });
}

const card = (shown: Card): ActionReply => ({ kind: 'card', card: shown });
