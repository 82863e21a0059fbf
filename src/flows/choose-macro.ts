// An agent has a macro say the answer: the choice, and what becomes of it.
import { macroForm } from '../cards/macro-form.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { ActionReply, AgentRef } from '../model/platform.ts';
import { type Actor, rightRefusal } from './agents.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { wordsOnTicket } from './thread-words.ts';
import { engineInputOf } from './understand.ts';

/** Macros that are offered: as many as the narrowest platform's lists hold. */
const MOST = 25;

/** The form to choose from the macros that fit the ticket, or why there is none. */
export async function chooseMacro(
  deps: FlowDeps,
  ticket: TicketRow,
  actor: Actor | null,
): Promise<ActionReply> {
  const refused = rightRefusal(deps.settings, actor, 'edit', ticket.category);
  if (refused) return notice(refused, false);
  if (!ticket.analysis)
    return notice('The message is still being read. Please try again in a moment.', false);
  const input = await engineInputOf(deps, ticket);
  const titles = await deps.engine.macros({ ...input, analysis: ticket.analysis }, MOST);
  if (titles.length === 0)
    return notice('No macro fits this customer and language. “Edit” takes your own words.', false);
  const draft = await deps.store.latestDraft(ticket.id);
  return { kind: 'form', form: macroForm(ticket.id, draft?.version ?? 0, titles) };
}

/** Has the draft written with the macro, as `@deskhand macro TITLE` in the thread would. Nothing is sent. */
export async function useMacro(
  deps: FlowDeps,
  ticketId: number,
  choice: { draftVersion: number; values: Record<string, string>; actor: Actor | null; agent: AgentRef },
): Promise<ActionReply> {
  const { draftVersion, values, actor, agent } = choice;
  const { title } = values;
  if (!title) return notice('No macro was chosen. Nothing was changed.', false);
  // The same choice on the same draft, delivered twice, is one.
  const id = `macro:${ticketId}:${draftVersion}:${title}`;
  return wordsOnTicket(deps, ticketId, { actor, agent, id, text: `@deskhand macro ${title}` });
}
