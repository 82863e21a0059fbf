// Buttons of issue cards: only the built-in tracker has them, others have pages of their own.
import type { ActionReply } from '../model/platform.ts';
import type { Tracker } from '../ports.ts';
import { notice, wrongButton } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import type { SubjectAction } from './subjects.ts';
import { keepTrack } from './track.ts';

/** What the buttons say of an issue. */
const CLOSES: ReadonlyMap<string, 'fixed' | 'not_planned'> = new Map([
  ['close_fixed', 'fixed'],
  ['close_not_planned', 'not_planned'],
]);

/** The tracker without pages of its own, if there is one: its cards have buttons. */
export function builtInTracker({ trackers }: Pick<FlowDeps, 'trackers'>): Tracker | undefined {
  return [...trackers.values()].find(({ close }) => close !== undefined);
}

/** `I-2` is the second issue of the tracker that has buttons. */
export async function actOnIssue(deps: FlowDeps, action: SubjectAction): Promise<ActionReply> {
  const { intent, actor } = action;
  const tracker = builtInTracker(deps);
  const issueId = tracker?.idOf(String(action.id));
  const as = intent.type === 'act' ? CLOSES.get(intent.act) : undefined;
  if (!tracker?.close || !issueId || !as) return wrongButton();
  await tracker.close(issueId, as, actor.name);
  await deps.store.markIssueStale(tracker.id, issueId);
  await keepTrack(deps);
  return notice(
    as === 'fixed'
      ? `${issueId} is fixed: a message to the customers who reported it is proposed.`
      : `${issueId} is closed as not planned; nobody is told.`,
    true,
  );
}
