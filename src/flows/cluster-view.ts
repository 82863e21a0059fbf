// Gathers what the card of a cluster is drawn from.
import { most } from '../engine/local/profiles.ts';
import type { ClusterRow, Member } from '../infra/db/queries/clusters.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import { usual } from '../insights/bug-rules.ts';
import { productName, stepsOf } from '../insights/issue-report.ts';
import type { ClusterView } from '../model/cluster.ts';
import { DAY_MS, daysBefore } from '../model/duration.ts';
import type { Report } from '../model/issue.ts';
import { NOBODY, publicWords } from '../model/public-words.ts';
import { byFrequency, tally } from '../model/tally.ts';
import { baselineOf } from './cluster-confirm.ts';
import { tellingSentence } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';
import { categoryName } from './view.ts';

const QUOTES = 3;
/** Latest reports that steps, quotes and environment are taken from. */
const SHOWN_OF = 500;
const STEPS = 6;

/** Everything that the card of a cluster shows; null when there is no such cluster. */
export async function clusterView(deps: FlowDeps, clusterId: number): Promise<ClusterView | null> {
  const { store, clock, settings } = deps;
  const cluster = await store.getCluster(clusterId);
  if (!cluster) return null;
  const category = most(cluster.profile?.categories ?? {});
  const [counts, issue, reports, members, today, baseline] = await Promise.all([
    store.clusterCounts(clusterId),
    store.issueOfCluster(clusterId),
    store.reportsOf(clusterId, SHOWN_OF),
    store.membersOf(clusterId, SHOWN_OF, 'latest'),
    store.clusterCounts(clusterId, daysBefore(clock.now(), 1)),
    category ? baselineOf(store, cluster.kind, category, clock.now()) : null,
  ]);
  const bugs = reports.flatMap(({ bug }) => (bug ? [bug] : []));
  const into = cluster.mergedInto === null ? null : await store.currentCluster(clusterId);
  const { id, kind, title, status, rev, firstSeen, lastSeen, mutedUntil, dismissedBy } = cluster;
  const nameOf = (tracker: string) => deps.trackers.get(tracker)?.name ?? tracker;
  return {
    ...{ id, kind, title, status, rev, firstSeen, lastSeen, mutedUntil, dismissedBy },
    issue: cluster.issue && { ...cluster.issue, tracker: nameOf(cluster.issue.tracker) },
    lookAlikes:
      issue?.stage === 'suggested'
        ? issue.candidates.map(({ key, title, stateName, url }) => ({
            tracker: nameOf(issue.tracker),
            title: `${key} ${title} (${stateName})`,
            url,
          }))
        : [],
    trouble: troubleOf(issue),
    news: await newsOf(store, cluster, issue, reports),
    ...counts,
    confirmed: cluster.confirmedAt !== null,
    because: cluster.confirmedBecause,
    today: today.customers,
    usual: category && baseline ? { of: categoryName(deps, category), rate: usual(baseline) } : null,
    mergedInto: into,
    signatures: frequent(Object.entries(cluster.profile?.signatures ?? {})).map(({ name, times }) => ({
      name: publicWords(name, NOBODY),
      times,
    })),
    environment: frequent(tally(bugs.flatMap(({ versions }) => versions.map(productName)))),
    steps: stepsOf(reports).slice(0, STEPS),
    channels: frequent(tally(reports.map(({ channel }) => channel))),
    quotes: quotesOf(reports, members),
    now: clock.now(),
    timeZone: settings.workspace.timeZone,
  };
}

/** What a tracker that fails means for the issue. */
function troubleOf(issue: IssueRow | null): string | null {
  if (!issue?.lastError) return null;
  const { stage, key, lastError } = issue;
  if (stage === 'suggested') return `No issue was made: ${lastError}`;
  const what = stage === 'made' ? `${key} may be out of date` : 'The issue is not made yet';
  return `${what}: ${lastError} It is tried again by itself.`;
}

/** The later of a regression and a new growth. */
async function newsOf(
  store: FlowDeps['store'],
  { id, grewAt }: Pick<ClusterRow, 'id' | 'grewAt'>,
  issue: IssueRow | null,
  reports: Report[],
): Promise<ClusterView['news']> {
  const { regressedAt = null, fixedAt = null } = issue ?? {};
  const back = regressedAt !== null && (grewAt === null || regressedAt > grewAt);
  const at = back ? regressedAt : grewAt;
  if (at === null) return null;
  const since = back ? fixedAt : new Date(at.getTime() - DAY_MS);
  const newest = reports.at(-1);
  if (!since || !newest || newest.at <= since) return null;
  const counts = await store.clusterCounts(id, new Date(since.getTime() + 1));
  const quote = tellingSentence({ ...newest, summary: null });
  return {
    kind: back ? 'regression' : 'growth',
    at,
    fixedAt: back ? fixedAt : null,
    reports: counts.reports,
    quote,
  };
}

function frequent(counts: Iterable<[string, number]>): { name: string; times: number }[] {
  return byFrequency(counts).map(([name, times]) => ({ name, times }));
}

/**
 * What different customers say in one sentence each, those whose reports are most like the others first; without
 * personal data.
 */
function quotesOf(reports: Report[], members: Member[]): ClusterView['quotes'] {
  const said = new Map(members.map((member) => [member.text, member]));
  const perCustomer = new Map(reports.map((report) => [report.customerId, report]));
  return [...perCustomer.values()]
    .map((report) => ({ ...report, likeness: said.get(report.text)?.score ?? 0 }))
    .sort((a, b) => b.likeness - a.likeness || b.at.getTime() - a.at.getTime())
    .slice(0, QUOTES)
    .map((report) => ({
      text: tellingSentence({ ...report, summary: said.get(report.text)?.summary ?? null }),
      plan: report.plan,
      at: report.at,
    }));
}
