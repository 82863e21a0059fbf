// When a cluster is more than a few alike messages: engineers are to be told of it, or told again.
import { most } from '../engine/local/profiles.ts';
import type { ClusterRow } from '../infra/db/queries/clusters.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { BASELINE_DAYS, type Baseline, isToldAgain, reasonToTell } from '../insights/bug-rules.ts';
import { DAY_MS, daysBefore } from '../model/duration.ts';
import { rename } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';

/** `fault` from which one P1 with an error signature is enough. */
const SURE = 0.5;

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

/** What is usual for a category; null while tickets have been understood for less than a day before the last one. */
export async function baselineOf(
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
