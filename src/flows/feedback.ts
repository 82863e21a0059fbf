// An agent's word on a draft: helpful or not. Kept once a person and version, and counted where it tells something.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { ActionReply } from '../model/platform.ts';
import { type Actor, rightRefusal } from './agents.ts';
import { notice } from './answers.ts';
import { watchingAutonomy } from './autonomy.ts';
import type { FlowDeps } from './deps.ts';
import { learnFromFeedback } from './learn.ts';

/** `version`: of the draft that the agent was looking at, which may have been replaced since. */
export async function giveFeedback(
  deps: FlowDeps,
  given: { ticket: TicketRow; version: number; actor: Actor | null; helpful: boolean },
): Promise<ActionReply> {
  const { ticket, version, actor, helpful } = given;
  const refused = rightRefusal(deps.settings, actor, 'flag', ticket.category);
  if (refused || !actor) return notice(refused ?? '', false);
  const draft = await deps.store.getDraft(ticket.id, version);
  if (!draft) return notice('There is no draft yet.', false);
  if (draft.author)
    return notice('These are the words of an agent; only drafts of the bot are judged.', false);
  const { clock } = deps;
  await watchingAutonomy(deps, { ticket, draft }, () =>
    deps.store.transaction(async (tx) => {
      // Two people at once: each counts what the other has said.
      await tx.lockTicket(ticket.id);
      await tx.giveFeedback({ draftId: draft.id, by: actor.name, helpful, at: clock.now() });
      await learnFromFeedback({ store: tx, clock }, ticket, draft);
    }),
  );
  return notice(
    helpful
      ? 'Thank you: a reply like this one will be used more often.'
      : 'Thank you: counted against this kind of draft. "Flag a mistake" says what is wrong with it.',
    true,
  );
}
