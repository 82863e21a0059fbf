// `/deskhand …`: queue, mine, ticket, search, mode, help.
import { newsCard } from '../cards/notes.ts';
import { ticketCard } from '../cards/ticket.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Card } from '../model/card.ts';
import { MODES, modeSchema } from '../model/draft.ts';
import type { ActionReply, AgentRef, Place } from '../model/platform.ts';
import { parseTicketKey, ticketKey } from '../model/ticket.ts';
import { type Actor, rightRefusal } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { modeOf } from './understand.ts';
import { categoryName, ticketView } from './view.ts';

/** What the help shows. */
export const COMMANDS = [
  { command: 'queue', says: 'tickets that wait for an agent, most urgent first' },
  { command: 'mine', says: 'tickets that you have taken' },
  { command: 'ticket T-1042', says: 'the card of one ticket' },
  { command: 'search WORDS', says: 'tickets with these words' },
  { command: 'mode', says: 'what the bot may do by itself, by category' },
  { command: 'mode CATEGORY observe|suggest|auto', says: 'change that (leads and admins)' },
  { command: 'help', says: 'this list' },
];

/** Carries out one command; null when it is not known, or is `help`. */
export async function command(
  deps: FlowDeps,
  text: string,
  actor: Actor,
  _agent: AgentRef,
  _place: Place,
): Promise<ActionReply | null> {
  const [word = '', ...rest] = text
    .trim()
    .replace(/^\/deskhand\s*/i, '')
    .split(/\s+/);
  const argument = rest.join(' ');
  switch (word.toLowerCase()) {
    case 'queue': {
      const rows = await deps.store.listTickets({ status: ['open', 'awaiting_agent'], limit: 200 });
      rows.sort((a, b) => (b.priority?.score ?? 0) - (a.priority?.score ?? 0));
      return card(listCard(deps, `Waiting for an agent: ${rows.length}`, rows));
    }
    case 'mine': {
      const rows = await deps.store.listTickets({
        assignee: actor.name,
        status: ['open', 'awaiting_agent', 'sending', 'snoozed', 'awaiting_customer'],
        limit: 50,
      });
      return card(listCard(deps, `Taken by you: ${rows.length}`, rows));
    }
    case 'search': {
      if (!argument) return notice('Search for what? For example: search refund', false);
      const rows = await deps.store.listTickets({ search: argument, limit: 15 });
      return card(listCard(deps, `Found for “${argument}”: ${rows.length}`, rows));
    }
    case 'ticket': {
      const id = parseTicketKey(argument);
      const ticket = id === null ? null : await deps.store.getTicket(id);
      if (!ticket) return notice(`There is no ticket "${argument}"; ids look like T-1042.`, false);
      return card(ticketCard(await ticketView(deps.store, deps, ticket)));
    }
    case 'mode':
      return mode(deps, rest, actor);
    default:
      return null;
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

function listCard(deps: FlowDeps, title: string, rows: TicketRow[]): Card {
  const shown = rows.slice(0, 15);
  return {
    tone: 'neutral',
    fallback: title,
    ref: null,
    blocks: [
      { type: 'header', text: title },
      ...(shown.length > 0
        ? [
            {
              type: 'table' as const,
              columns: ['Ticket', 'Priority', 'About', 'State'],
              rows: shown.map((row) => [
                ticketKey(row.id),
                row.priority?.level ?? '–',
                row.analysis?.summary ??
                  row.subject ??
                  (row.category ? categoryName(deps, row.category) : '–'),
                [row.status.replaceAll('_', ' '), row.assignee].filter(Boolean).join(' · '),
              ]),
            },
          ]
        : [{ type: 'text' as const, style: 'muted' as const, text: 'Nothing here.' }]),
      ...(rows.length > shown.length
        ? [{ type: 'context' as const, text: `and ${rows.length - shown.length} more` }]
        : []),
    ],
  };
}

const card = (shown: Card): ActionReply => ({ kind: 'card', card: shown });
const notice = (text: string, ok: boolean): ActionReply => ({ kind: 'notice', text, ok });
