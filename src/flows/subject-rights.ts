// Who may do what on cards that are not about a ticket: by role, by action, and by the categories of their tickets.
import type { ActId, FormId } from '../model/card.ts';
import { RIGHTS, type Right } from '../model/decision.ts';
import type { Intent } from '../model/platform.ts';
import { type Actor, rightRefusal } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { builtInTracker } from './issue.ts';
import type { Subject } from './subjects.ts';

/** The buttons and forms of these cards, by the right that they take. */
const TAKEN_BY: Partial<Record<Right, readonly (ActId | FormId)[]>> = {
  approve: ['send_all'],
  edit: ['edit_message', 'choose'],
  reject: ['dismiss'],
  cluster: ['not_bug', 'is_bug', 'mute', 'unmute', 'rename', 'merge', 'split'],
  issue: ['create_issue', 'link_issue', 'close_fixed', 'close_not_planned'],
  alert: ['on_it', 'false_alarm'],
  publish: ['publish', 'edit_article'],
};

/** Null when the agent may, else why not and who may, in words. A card about tickets of several categories asks for all of them. */
export async function subjectRefusal(
  deps: FlowDeps,
  actor: Actor | null,
  intent: Intent,
  subject: Pick<Subject, 'kind' | 'id'>,
): Promise<string | null> {
  const right = rightOf(intent);
  for (const category of [null, ...(await categoriesOf(deps, subject))]) {
    const refused = rightRefusal(deps.settings, actor, right, category);
    if (refused) return refused;
  }
  return null;
}

/** What none of these cards offers is for their flows to refuse. */
function rightOf(intent: Intent): Right {
  if (intent.type !== 'act' && intent.type !== 'open_form' && intent.type !== 'submit') return 'note';
  const wanted = intent.type === 'act' ? intent.act : intent.form;
  return RIGHTS.find((right) => TAKEN_BY[right]?.includes(wanted)) ?? 'note';
}

async function categoriesOf(
  deps: FlowDeps,
  { kind, id }: Pick<Subject, 'kind' | 'id'>,
): Promise<readonly string[]> {
  const { store } = deps;
  switch (kind) {
    case 'C':
      return store.categoriesOfCluster(await store.currentCluster(id));
    case 'P':
      return store.categoriesOfProposal(id);
    case 'A': {
      const category = (await store.getAlert(id))?.body.article?.category;
      return category ? [category] : [];
    }
    case 'I': {
      const tracker = builtInTracker(deps);
      const issueId = tracker?.idOf(String(id));
      const cluster = tracker && issueId ? await store.clusterOfIssue(tracker.id, issueId) : null;
      return cluster === null ? [] : store.categoriesOfCluster(await store.currentCluster(cluster));
    }
    case 'B':
      return [];
  }
}
