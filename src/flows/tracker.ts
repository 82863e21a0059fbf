// Issues of clusters: suggests those that are there, makes one otherwise, or links one; each exactly once.
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import { issueParts, searchWords } from '../insights/issue-report.ts';
import { clusterKey } from '../model/cluster.ts';
import { AppError, errorText } from '../model/errors.ts';
import { STATE_NAMES, type TrackerIssue } from '../model/issue.ts';
import type { ActionReply } from '../model/platform.ts';
import type { Tracker } from '../ports.ts';
import type { Actor } from './agents.ts';
import { notice } from './answers.ts';
import { applyState } from './apply-state.ts';
import type { FlowDeps } from './deps.ts';

/** How long people wait for a tracker; what takes longer is finished by the job. */
const PATIENCE_MS = 12_000;
/** An attempt that was begun this long ago has been cut off. */
const RETRY_MS = 60_000;
const CANDIDATES = 3;
/** So far two machines' clocks may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

export const NO_TRACKER =
  'No tracker is set up: name a repository, team or project under "trackers" in config/deskhand.yaml and set its token.';

/** Where new issues go: the configured tracker, else the first that is set up. */
export function preferredTracker({
  trackers,
  settings,
}: Pick<FlowDeps, 'trackers' | 'settings'>): Tracker | null {
  const { use } = settings.trackers;
  return (use && trackers.get(use)) ?? trackers.values().next().value ?? null;
}

/**
 * Makes the issue of a cluster. Where the tracker has some that look the same it answers with these first, and
 * makes one only when it is asked again. Never makes two, whatever dies when.
 */
export async function createIssue(
  deps: FlowDeps,
  clusterId: number,
  actor: Pick<Actor, 'name'>,
): Promise<ActionReply> {
  const tracker = preferredTracker(deps);
  if (!tracker) return notice(NO_TRACKER, false);
  const known = await deps.store.issueOfCluster(clusterId);
  if (known?.stage === 'made') return notice(`There is an issue already: ${known.key} ${known.url}`, false);
  if (known?.stage === 'making')
    return notice(`${tracker.name} is being asked; look again in a minute.`, true);

  let begun = false;
  try {
    const row = known ?? (await suggest(deps, tracker, clusterId, actor));
    if (!row) return notice('Somebody else is making an issue at this moment.', true);
    if (!known && row.candidates.length > 0) return notice(suggestion(tracker, row.candidates), true);
    begun = await deps.store.beginIssue(row.id, { tracker: tracker.id, by: actor.name });
    const made = begun ? await makeIssue(deps, row.id) : null;
    return made?.url
      ? notice(`Made ${made.key}: ${made.url}`, true)
      : notice(`${tracker.name} is being asked; look again in a minute.`, true);
  } catch (error) {
    deps.log.warn({ clusterId, tracker: tracker.id, reason: errorText(error) }, 'no issue was made');
    if (!(error instanceof AppError)) throw error;
    const next =
      begun && error.retryable ? 'It is tried again by itself.' : 'No issue was made; press again to try.';
    return notice(`${error.message} ${next}`, false);
  }
}

function suggestion(tracker: Tracker, candidates: TrackerIssue[]): string {
  const lines = candidates.map(({ key, title, stateName, url }) => `${key} “${title}” (${stateName}) ${url}`);
  return `${tracker.name} has issues that look the same: ${lines.join(' · ')}. Link one with “Link existing”, or press “Create issue” once more to make a new one.`;
}

/** Looks for issues about the same thing and remembers what was found. Null: somebody else was faster. */
async function suggest(
  deps: FlowDeps,
  tracker: Tracker,
  clusterId: number,
  actor: Pick<Actor, 'name'>,
): Promise<IssueRow | null> {
  const [cluster, reports] = await Promise.all([
    deps.store.clusterTitle(clusterId),
    deps.store.reportsOf(clusterId),
  ]);
  if (!cluster) throw new AppError('not_found', `There is no cluster ${clusterKey(clusterId)}.`);
  const words = searchWords(cluster.title, reports);
  const found = await tracker.search(words, CANDIDATES, AbortSignal.timeout(PATIENCE_MS));
  const row = await deps.store.insertIssue({
    clusterId,
    tracker: tracker.id,
    stage: 'suggested',
    marker: newMarker(),
    candidates: found.filter(({ state }) => state === 'open' || state === 'merged'),
    by: actor.name,
    createdAt: deps.clock.now(),
  });
  if (row && row.candidates.length > 0) {
    // Its card offers them.
    await deps.store.updateCluster(clusterId, {});
    await deps.wake.clusters();
  }
  return row;
}

/** Letters only, so that no tracker takes it for a reference to something else. */
function newMarker(): string {
  const letters = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  return `deskhand-${[...letters].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('')}`;
}

/**
 * Makes an issue that was decided on, or finds the one that an earlier attempt made. Null while another process does.
 * Throws AppError; what may work later is tried again by the job.
 */
export async function makeIssue(deps: FlowDeps, issueId: number): Promise<IssueRow | null> {
  return deps.withKey(`issue ${issueId}`, async () => {
    const { store, clock, trackers } = deps;
    const row = await store.getIssue(issueId);
    const tracker = row && trackers.get(row.tracker);
    if (row?.stage !== 'making') return row;
    if (!tracker) throw new AppError('tracker_missing', `The tracker "${row.tracker}" is not set up.`);
    const clusterId = await store.currentCluster(row.clusterId);
    const [cluster, reports] = await Promise.all([store.clusterTitle(clusterId), store.reportsOf(clusterId)]);
    const title = cluster?.title ?? 'Reported by customers';
    const now = clock.now();
    await store.updateIssue(issueId, { retryAt: new Date(now.getTime() + RETRY_MS) });
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      // An attempt that was begun before may have made it without our hearing of it.
      const found = row.retryAt ? await tracker.find(row.marker, before(row.createdAt), signal) : null;
      const parts = issueParts(title, reports, clusterKey(clusterId));
      const made = found ?? (await tracker.create({ title, parts, marker: row.marker }, signal));
      await keep(deps, row, made, reports.length);
      return store.getIssue(issueId);
    } catch (error) {
      const retryable = error instanceof AppError && error.retryable;
      // What is refused for good waits for a person to press again.
      if (!retryable) await store.updateIssue(issueId, { stage: 'suggested', candidates: [] });
      await noteTrouble(deps, row, error);
      throw error;
    }
  });
}

/**
 * Keeps how the last call for an issue went, which its cluster's card shows; null: well. After a failure the tracker is
 * asked again not at once, and not before it wishes.
 */
export async function noteTrouble(
  { store, clock, wake }: FlowDeps,
  row: IssueRow,
  error: unknown,
): Promise<void> {
  const said = error instanceof AppError ? error.message : 'something went wrong here; the log says what.';
  const lastError = error === null ? null : said;
  const wished = (error instanceof AppError && error.retryAfterMs) || 0;
  const retryAt = error === null ? null : new Date(clock.now().getTime() + Math.max(RETRY_MS, wished));
  await store.updateIssue(row.id, { lastError, retryAt });
  if (lastError === row.lastError) return;
  await store.updateCluster(await store.currentCluster(row.clusterId), {});
  await wake.clusters();
}

/** Since when to look for what was made then: clocks of two machines differ a little. */
export function before(at: Date): Date {
  return new Date(at.getTime() - CLOCKS_DIFFER_MS);
}

/** Writes down which issue it is, and shows it on the cluster. */
async function keep(deps: FlowDeps, row: IssueRow, made: TrackerIssue, reported: number): Promise<void> {
  await deps.store.updateIssue(row.id, {
    stage: 'made',
    externalId: made.id,
    key: made.key,
    url: made.url,
    title: made.title,
    stateName: made.stateName,
    checkedAt: deps.clock.now(),
    reported,
    candidates: [],
    lastError: null,
    retryAt: null,
  });
  await applyState(deps, row.id, made);
}

/**
 * Links a cluster to an issue that exists, by its address or key; takes the place of the issue that it had.
 */
export async function linkIssue(
  deps: FlowDeps,
  clusterId: number,
  url: string,
  actor: Pick<Actor, 'name'>,
): Promise<ActionReply> {
  const { store, trackers, clock } = deps;
  if (trackers.size === 0) return notice(NO_TRACKER, false);
  const preferred = preferredTracker(deps);
  const all = [...trackers.values()].sort((a, b) => Number(b === preferred) - Number(a === preferred));
  const known = all.map((tracker) => ({ tracker, id: tracker.idOf(url) })).find(({ id }) => id !== null);
  if (!known?.id) {
    const names = all.map(({ name }) => name).join(' or ');
    return notice(
      `“${url.slice(0, 200)}” is no issue of ${names}; paste its address from the browser.`,
      false,
    );
  }
  const { tracker, id } = known;
  try {
    const found = await tracker.get(id, AbortSignal.timeout(PATIENCE_MS));
    if (!found) return notice(`${tracker.name} knows no issue ${id}.`, false);
    const current = await store.issueOfCluster(clusterId);
    if (current?.stage === 'made' && current.tracker === tracker.id && current.externalId === found.id)
      return notice(`It is linked to ${found.key} already (${STATE_NAMES[found.state]}).`, true);
    const row =
      current ??
      (await store.insertIssue({
        clusterId,
        tracker: tracker.id,
        stage: 'suggested',
        marker: newMarker(),
        by: actor.name,
        createdAt: clock.now(),
      })) ??
      (await store.issueOfCluster(clusterId));
    if (!row) throw new AppError('conflict', 'Somebody else changed this at the same moment.');
    // Nothing of another issue counts for this one; its comment tells of all reports.
    const fresh = {
      tracker: tracker.id,
      by: actor.name,
      state: 'open',
      commentId: null,
      fixedAt: null,
      regressedAt: null,
    } as const;
    await store.updateIssue(row.id, { ...fresh, reopenedAt: null });
    await keep(deps, row, found, 0);
    await store.updateIssue(row.id, { checkedAt: null });
    await deps.wake.trackers();
    return notice(`Linked to ${found.key} (${STATE_NAMES[found.state]}).`, true);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return notice(`${error.message} Nothing was linked.`, false);
  }
}
