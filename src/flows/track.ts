// Keeps issues and clusters in step: later reports, states, regressions, and issues that are made by themselves.
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import { laterParts, regressionParts } from '../insights/issue-report.ts';
import { MINUTE_MS } from '../model/duration.ts';
import { errorText, hasCode } from '../model/errors.ts';
import type { Tracker } from '../ports.ts';
import { applyState, comesBack, showOnCluster } from './apply-state.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { draftAboutKnownBug } from './known-issue.ts';
import { finishApproved, showProposals } from './proposal.ts';
import { before, createIssue, makeIssue, noteTrouble, preferredTracker } from './tracker.ts';

/** Webhooks may be lost, too: then an issue is asked for so rarely. */
const SAFETY_NET_MS = 60 * MINUTE_MS;
/** Issues looked at by one pass; the next goes on. */
const AT_ONCE = 50;
const LIMIT_MS = 20_000;
/** `checkedAt` while an issue is asked for: still due if the process dies, and no longer null, as a new word makes it. */
const ASKING = new Date(0);

/** A webhook says that an issue may have changed: it is asked for, so that neither order nor replays matter. */
export async function issueChanged(deps: FlowDeps, tracker: string, externalId: string): Promise<void> {
  await deps.store.markIssueStale(tracker, externalId);
  await deps.wake.trackers();
}

/**
 * A report has joined a cluster, whether it is new or known already: its card says who else reports it. A report
 * after the fix is a regression; one of an open issue is told on it; who reports a bug that we know of gets a draft that says so.
 */
export async function reportJoined(
  deps: FlowDeps,
  report: { clusterId: number; ticketId: number; at: Date },
): Promise<void> {
  const { store, clock } = deps;
  if (await store.sameAs(report.ticketId)) {
    await store.updateTicket(report.ticketId, {});
    await deps.wake.ticket(report.ticketId, 0);
  }
  const known = await store.issueOfCluster(report.clusterId);
  if (known?.stage !== 'made') {
    await draftAboutKnownBug(deps, report.ticketId);
    if (deps.settings.trackers.automatic && !known) await deps.wake.trackers();
    return;
  }
  await store.transaction(async (tx) => {
    const row = await tx.lockIssue(known.id);
    if (!row) return;
    const regresses = row.state === 'fixed' && row.fixedAt !== null && report.at > row.fixedAt;
    if (!regresses) return tx.updateIssue(row.id, { checkedAt: null });
    const now = clock.now();
    deps.log.info({ issue: row.key, ticketId: report.ticketId }, 'regression');
    const back = { state: 'open', stateName: 'reported again', regressedAt: now, checkedAt: null } as const;
    await tx.updateIssue(row.id, back);
    await tx.dismissProposals(row.id, BOT, now);
    await showOnCluster(tx, { ...row, ...back }, now);
  });
  await showProposals(deps);
  await draftAboutKnownBug(deps, report.ticketId);
  await deps.wake.trackers();
}

/** Does what is to be done at the trackers and with proposals; one process at a time. */
export async function keepTrack(deps: FlowDeps): Promise<void> {
  await deps.withKey('trackers', async () => {
    await finishApproved(deps);
    await showProposals(deps);
    if (deps.trackers.size === 0) return;
    await makeByItself(deps);
    const now = deps.clock.now().getTime();
    const poll = deps.settings.trackers.pollMinutes * MINUTE_MS;
    const since = Object.fromEntries(
      [...deps.trackers.values()].map(({ id, pushes }) => [
        id,
        new Date(now - (pushes ? Math.max(poll, SAFETY_NET_MS) : poll)),
      ]),
    );
    const paused = new Set<string>();
    for (const row of await deps.store.dueIssues(deps.clock.now(), since, AT_ONCE)) {
      const tracker = deps.trackers.get(row.tracker);
      if (!tracker || paused.has(tracker.id)) continue;
      try {
        if (row.stage === 'making') await makeIssue(deps, row.id);
        else await catchUp(deps, tracker, row);
      } catch (error) {
        deps.log.warn(
          { issue: row.key ?? row.id, tracker: row.tracker, reason: errorText(error) },
          'tracker',
        );
        if (row.stage === 'made') await noteTrouble(deps, row, error);
        // One that is down, asks for a pause or lets nobody in is not asked about the rest, either.
        if (!hasCode(error, 'tracker_missing', 'tracker_refused')) paused.add(tracker.id);
      }
    }
  });
}

/** Above the configured certainty an issue is made without asking, unless others look the same. */
async function makeByItself(deps: FlowDeps): Promise<void> {
  const { automatic } = deps.settings.trackers;
  if (!automatic || !preferredTracker(deps)) return;
  for (const clusterId of await deps.store.clustersForIssues(automatic, AT_ONCE))
    await createIssue(deps, clusterId, { name: BOT });
}

/** One issue: reopened where it came back, its state, and the comment about later reports. */
async function catchUp(deps: FlowDeps, tracker: Tracker, row: IssueRow): Promise<void> {
  const { store, clock } = deps;
  const id = row.externalId;
  if (!id) return;
  const signal = AbortSignal.timeout(LIMIT_MS);
  await store.updateIssue(row.id, { checkedAt: ASKING });
  const clusterId = await store.currentCluster(row.clusterId);
  const { reports: reported } = await store.clusterCounts(clusterId);
  let told = await tracker.get(id, signal);
  const { regressedAt, fixedAt, marker } = row;
  let { commentId } = row;
  const back = comesBack(row);
  if (back && regressedAt && told) {
    const again = `${marker.replace('deskhand-', 'deskhand-again-')}-${regressedAt.getTime().toString(36)}`;
    const parts = regressionParts(await store.reportsOf(clusterId), fixedAt ?? row.createdAt);
    await tracker.comment(id, { known: null, marker: again, since: before(regressedAt), parts }, signal);
    if (told.state !== 'open' && told.state !== 'merged') told = await tracker.reopen(id, signal);
  } else if (told && reported > row.reported && (row.state === 'open' || row.state === 'merged')) {
    const parts = laterParts(await store.reportsOf(clusterId));
    const comment = { known: commentId, marker, since: before(row.createdAt), parts };
    commentId = await tracker.comment(id, comment, signal);
  }
  await store.updateIssue(row.id, {
    reported,
    commentId,
    ...(back && { reopenedAt: clock.now() }),
  });
  await noteTrouble(deps, row, null);
  await applyState(deps, row.id, told);
}
