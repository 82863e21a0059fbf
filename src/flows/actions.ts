// The door for chat platforms: turns what an agent did into a decision, a note, a form or a search, and answers in time.
import { type Directory, ticketForm } from '../cards/forms.ts';
import { ticketCard } from '../cards/ticket.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { DECISION_FORMS, type FormId } from '../model/card.ts';
import { decisionSchema } from '../model/decision.ts';
import { AppError, databaseError, errorText, hasCode } from '../model/errors.ts';
import type { ActionReply, AgentAction, AgentRef } from '../model/platform.ts';
import { parseTicketKey } from '../model/ticket.ts';
import { type Actor, findActor, rightRefusal, STRANGER, zoneOf } from './agents.ts';
import { notice, wrongButton, wrongForm } from './answers.ts';
import { chooseMacro, useMacro } from './choose-macro.ts';
import { command } from './command.ts';
import { createTicket, takeMessage } from './create-ticket.ts';
import { decide } from './decide.ts';
import type { FlowDeps } from './deps.ts';
import { giveFeedback } from './feedback.ts';
import { look } from './looking.ts';
import { showEverything } from './show-everything.ts';
import { actOnSubject, subjectOf } from './subjects.ts';
import { wordsOnTicket } from './thread-words.ts';
import { ticketView } from './view.ts';

/** Carries out one action of an agent. Never throws: a failure is a private notice that says what to do. */
export async function act(deps: FlowDeps, action: AgentAction): Promise<ActionReply> {
  try {
    return await carryOut(deps, action);
  } catch (error) {
    const ticketId = action.ref?.ticketId;
    deps.log.error({ ticketId, intent: action.intent.type, reason: errorText(error) }, 'action failed');
    const why = error instanceof AppError ? error.message : 'Something went wrong on our side.';
    const passing = hasCode(databaseError(error), 'database_unavailable');
    return { kind: 'notice', text: `${why} Nothing was changed; please try again.`, ok: false, passing };
  }
}

async function carryOut(deps: FlowDeps, action: AgentAction): Promise<ActionReply> {
  const { intent, agent } = action;
  const actor = findActor(deps.settings.agents, agent);
  if (intent.type === 'command') return command(deps, intent.text, { actor, agent });
  if (intent.type === 'create_ticket') return takeMessage(deps, { actor, agent, message: intent.message });
  if (intent.type === 'submit' && intent.form === 'create_ticket')
    return createTicket(deps, { actor, agent, values: intent.values, origin: intent.origin });

  if (intent.type === 'looking') {
    const looked = parseTicketKey(action.ref?.ticketId ?? '');
    if (actor && looked !== null) await look(deps, { ticketId: looked, actor, on: intent.on });
    return { kind: 'none' };
  }

  const subject = subjectOf(action.ref);
  if (subject) return actOnSubject(deps, { ...subject, intent, agent, actor });
  const ticketId = action.ref ? parseTicketKey(action.ref.ticketId) : null;
  const ticket = ticketId === null ? null : await deps.store.getTicket(ticketId);
  if (!action.ref || !ticket) return notice(`There is no ticket ${action.ref?.ticketId ?? ''}.`, false);

  switch (intent.type) {
    case 'act':
      if (intent.act === 'helpful' || intent.act === 'unhelpful') {
        const helpful = intent.act === 'helpful';
        return giveFeedback(deps, { ticket, version: action.ref.draftVersion, actor, helpful });
      }
      return wrongButton();
    case 'submit':
      if (intent.form !== 'macro') return wrongButton();
      return useMacro(deps, ticket.id, { ...action.ref, values: intent.values, actor, agent });
    case 'open_form':
      if (intent.form === 'macro') return chooseMacro(deps, ticket, actor);
      return openForm(deps, ticket, intent.form, { actor, agent });
    case 'show':
      if (!actor) return notice(STRANGER, false);
      return showEverything(deps, ticket);
    case 'thread':
      return wordsOnTicket(deps, ticket.id, { ...intent, actor, agent });
    case 'decision': {
      const decision = decisionSchema.parse(intent.decision);
      const { draftVersion } = action.ref;
      const result = await decide(deps, { ticketId: ticket.id, draftVersion, actor, decision });
      if (!result.ok) return notice(result.message, false);
      if (result.notice) return notice(result.notice, true);
      const current = await deps.store.getTicket(ticket.id);
      if (!current) return { kind: 'none' };
      return { kind: 'card', card: ticketCard(await ticketView(deps.store, deps, current)) };
    }
  }
}

async function openForm(
  deps: FlowDeps,
  ticket: TicketRow,
  wanted: FormId,
  { actor, agent }: { actor: Actor | null; agent: AgentRef },
): Promise<ActionReply> {
  const form = DECISION_FORMS.find((id) => id === wanted);
  if (!form) return wrongForm();
  const refused = rightRefusal(deps.settings, actor, form, ticket.category);
  if (refused) return notice(refused, false);
  const view = await ticketView(deps.store, deps, ticket);
  return { kind: 'form', form: ticketForm(form, view, directory(deps, agent)) };
}

/** Who and what the forms offer to choose from. */
function directory({ settings, taxonomy, clock }: FlowDeps, agent: AgentRef): Directory {
  const teams = [
    ...settings.agents.map((agent) => agent.team),
    ...taxonomy.categories.map(({ team }) => team),
  ];
  return {
    agents: settings.agents.filter((agent) => agent.role !== 'viewer'),
    teams: [...new Set(teams.filter((team) => team !== undefined))],
    categories: taxonomy.categories,
    timeZone: zoneOf(settings, agent),
    now: clock.now(),
  };
}
