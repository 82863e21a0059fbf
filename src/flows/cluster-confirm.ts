// When a cluster is more than a few alike messages, engineers are told: one card each, updated in place.
import { clusterCard, newsCard } from '../cards/cluster.ts';
import { most } from '../engine/local/profiles.ts';
import type { ClusterRow, Member } from '../infra/db/queries/clusters.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import { BASELINE_DAYS, type Baseline, isToldAgain, reasonToTell, usual } from '../insights/bug-rules.ts';
import { productName, stepsOf } from '../insights/issue-report.ts';
import { type ClusterView, clusterKey } from '../model/cluster.ts';
import { DAY_MS, daysBefore } from '../model/duration.ts';
import { errorText } from '../model/errors.ts';
import type { Report } from '../model/issue.ts';
import type { Place } from '../model/platform.ts';
import { NOBODY, publicWords } from '../model/public-words.ts';
import { rename, tellingSentence } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';
import { parseTarget } from './route.ts';
import { showCard } from './show-card.ts';
import { categoryName } from './view.ts';

/** `fault` from which one P1 with an error signature is enough. */
const SURE = 0.5;
const QUOTES = 3;
/** Latest reports that steps, quotes and environment are taken from. */
const SHOWN_OF = 500;
const STEPS = 6;

/** A bug that engineers know, and that suddenly is reported far more often than it usually is, is told of again. True when it is. */
async function growsAgain({ store, clock, settings }: FlowDeps, row: ClusterRow): Promise<boolean> {
  const now = clock.now();
  const told = row.grewAt ?? row.confirmedAt;
  if (row.status !== 'confirmed' || !told) return false;
  const today = await store.clusterCounts(row.id, daysBefore(now, 1));
  const all = await store.clusterCounts(row.id, daysBefore(now, 1 + BASELINE_DAYS));
  const baseline = { reports: all.reports - today.reports, days: BASELINE_DAYS };
  if (!isToldAgain(settings.clusters, { told, now, today: today.customers, baseline })) return false;
  await store.updateCluster(row.id, { grewAt: now });
  return true;
}

/** Confirms a bug that enough customers report, that grows unusually fast, or that stops one with a hard error. True when engineers are to be told, or told again. */
export async function confirmIfDue(deps: FlowDeps, clusterId: number, ticket: TicketRow): Promise<boolean> {
  const row = await deps.store.getCluster(clusterId);
  if (row?.confirmedAt) return growsAgain(deps, row);
  if (!row?.profile || row.kind !== 'bug' || row.status !== 'open') return false;
  const because = await reasonToConfirm(deps, row, ticket);
  if (!because) return false;
  await deps.store.updateCluster(clusterId, {
    status: 'confirmed',
    confirmedAt: deps.clock.now(),
    confirmedBecause: because,
  });
  await rename(deps.store, clusterId);
  deps.log.info({ clusterId, because }, 'a bug is confirmed');
  return true;
}

async function reasonToConfirm(
  { store, clock, settings }: FlowDeps,
  { id, profile }: ClusterRow,
  ticket: TicketRow,
): Promise<string | null> {
  const rules = settings.clusters;
  const now = clock.now();
  const lately = (await store.clusterCounts(id, daysBefore(now, rules.days))).customers;
  const today = (await store.clusterCounts(id, daysBefore(now, 1))).customers;
  const category = most(profile?.categories ?? {});
  const baseline = category && today >= rules.growth ? await baselineOf(store, 'bug', category, now) : null;
  const [signature = null] = Object.keys(profile?.signatures ?? {});
  const isFault = (profile?.fault ?? 0) / Math.max(1, profile?.size ?? 1) >= SURE;
  const hardError = ticket.priority?.level === 'P1' && isFault ? signature : null;
  return reasonToTell(rules, { lately, today, baseline, hardError });
}

/**
 * Brings the cards of confirmed bugs up to date. New ones are capped a day: the others follow when there is room.
 * One that fails is tried again by the next round.
 */
export async function showClusters(deps: FlowDeps): Promise<void> {
  const { store, clock, log, settings } = deps;
  const now = clock.now();
  const aDayAgo = daysBefore(now, 1);
  for (const clusterId of await store.unshownClusters(now, 100)) {
    const isNew = (await store.postedCards(clusterKey(clusterId))).length === 0;
    if (isNew && (await store.countClusterCards(aDayAgo)) >= settings.clusters.pingsPerDay) continue;
    await showCluster(deps, clusterId).catch((error: unknown) =>
      log.warn({ clusterId, reason: errorText(error) }, 'the card of a bug could not be shown'),
    );
  }
}

/** Posts or updates the card of one cluster. */
export async function showCluster(deps: FlowDeps, clusterId: number): Promise<void> {
  const view = await clusterView(deps, clusterId);
  // One that was never told of and is merged away has no card to settle.
  const told = view?.confirmed || (await deps.store.postedCards(clusterKey(clusterId))).length > 0;
  if (!view || !told) return;
  const [key, places] = [clusterKey(clusterId), bugPlaces(deps)];
  await showCard(deps, { key, places, card: clusterCard(view) });
  const { news } = view;
  if (news && view.status === 'confirmed')
    await showCard(deps, {
      key: `${news.kind}-${key}-${news.at.getTime()}`,
      places,
      card: newsCard(view, news),
    });
  await deps.store.setClusterPresented(clusterId, view.rev);
}

/** Where engineers hear of bugs: as configured, else beside the tickets. */
function bugPlaces({ settings }: Pick<FlowDeps, 'settings'>): Place[] {
  const { bugs, tickets } = settings.channels;
  if (bugs) return bugs.map(parseTarget);
  return tickets
    .map(parseTarget)
    .map((place) => (place.platform === 'console' ? { ...place, channel: 'bugs' } : place));
}

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
    signatures: byFrequency(cluster.profile?.signatures ?? {}).map(({ name, times }) => ({
      name: publicWords(name, NOBODY),
      times,
    })),
    environment: byFrequency(tally(bugs.flatMap(({ versions }) => versions.map(productName)))),
    steps: stepsOf(reports).slice(0, STEPS),
    channels: byFrequency(tally(reports.map(({ channel }) => channel))),
    quotes: quotesOf(reports, members),
    now: clock.now(),
    timeZone: settings.workspace.timeZone,
  };
}

/** What is usual for a category; null while tickets have been understood for less than a day before the last one. */
async function baselineOf(
  store: FlowDeps['store'],
  kind: string,
  category: string,
  now: Date,
): Promise<Baseline | null> {
  const to = daysBefore(now, 1);
  const found = await store.countReports(kind, category, { from: daysBefore(to, BASELINE_DAYS), to });
  const days = found ? (to.getTime() - found.since.getTime()) / DAY_MS : 0;
  return found && days >= 1 ? { reports: found.reports, days } : null;
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

function tally(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const byFrequency = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, times]) => ({ name, times: Math.round(times) }))
    .sort((a, b) => b.times - a.times);

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
