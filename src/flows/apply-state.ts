// What follows when an issue is in another state than before: customers are proposed a message, or no longer.
import type { Queries } from '../infra/db/queries/index.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import type { ClusterIssue, ClusterStatus } from '../model/cluster.ts';
import type { IssueState, TrackerIssue } from '../model/issue.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { type FixedWords, fixedWords, proposeFixed } from './fixed.ts';
import { showProposals } from './proposal.ts';

const isOver = (state: IssueState) => state === 'fixed' || state === 'not_planned' || state === 'duplicate';

/** A report came after the fix: until the tracker is told, its word is out of date. */
export function comesBack({ regressedAt, reopenedAt }: IssueRow): boolean {
  return regressedAt !== null && (reopenedAt === null || reopenedAt < regressedAt);
}

/**
 * Takes over what the tracker says about an issue, once: the state, the cluster's status and the proposal that a fix
 * calls for are written in one transaction, whoever else hears of it at the same time. `null`: the issue is gone.
 */
export async function applyState(
  deps: FlowDeps,
  issueId: number,
  told: Pick<TrackerIssue, 'state' | 'stateName' | 'title' | 'url'> | null,
): Promise<void> {
  const before = told?.state === 'fixed' ? await deps.store.getIssue(issueId) : null;
  const words: FixedWords =
    before && before.state !== 'fixed' ? await fixedWords(deps, before.clusterId) : new Map();
  const changed = await deps.store.transaction(async (tx) => {
    const row = await tx.lockIssue(issueId);
    if (row?.stage !== 'made') return false;
    const now = deps.clock.now();
    const { state, stateName } = told ?? { state: 'not_planned' as const, stateName: 'deleted' };
    // Null: something was heard of it since it was asked for, so it is asked for again.
    const checkedAt = row.checkedAt && now;
    if (comesBack(row) && isOver(state)) {
      await tx.updateIssue(issueId, { checkedAt });
      return false;
    }
    await tx.updateIssue(issueId, {
      state,
      stateName,
      checkedAt,
      ...(told && { title: told.title, url: told.url }),
      ...(state === 'fixed' &&
        row.state !== 'fixed' && { fixedAt: now, regressedAt: null, reopenedAt: null }),
    });
    await showOnCluster(tx, { ...row, state, url: told?.url ?? row.url }, now);
    if (state === row.state) return false;
    deps.log.info({ issue: row.key, from: row.state, to: state }, 'issue changed');
    if (state === 'fixed') await proposeFixed(tx, deps, { ...row, state, stateName, fixedAt: now }, words);
    else await tx.dismissProposals(issueId, BOT, now);
    return true;
  });
  if (changed) await showProposals(deps);
}

/** The issue and what it means for its cluster: the status, and that engineers are told of a bug that they have an issue of. */
export async function showOnCluster(tx: Queries, row: IssueRow, now: Date): Promise<void> {
  const clusterId = await tx.currentCluster(row.clusterId);
  const shown: ClusterIssue = {
    tracker: row.tracker,
    id: row.key ?? '',
    url: row.url ?? '',
    state: row.state,
    ...(row.regressedAt && { regression: true }),
  };
  const status: ClusterStatus = row.state === 'fixed' ? 'fixed' : 'confirmed';
  await tx.setClusterIssue(clusterId, shown, status);
  await tx.confirmBug(clusterId, { at: now, because: `its issue ${shown.id}` });
}
