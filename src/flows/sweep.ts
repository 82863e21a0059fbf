// The safety net: finds in SQL whatever should move and does not, because a wake-up was lost, a time came or a process died.
import { daysBefore } from '../model/duration.ts';
import { warnOfBreaches } from './breach-warnings.ts';
import type { FlowDeps } from './deps.ts';
import { recoverAbandoned } from './reply.ts';

/** One sweep. Cheap when nothing is outstanding: every query has a partial index of its own. */
export async function sweep(deps: FlowDeps): Promise<void> {
  const { store, clock, settings, wake } = deps;
  const now = clock.now();
  const woken = await store.wakeSnoozed(now);
  const silentSince = daysBefore(now, settings.tickets.assumeResolvedDays);
  const resolved = await store.assumeResolved(silentSince, now);
  const released = await store.releaseHeld(now);
  const unfinished = await store.unfinishedTickets(now, 500);
  for (const ticketId of new Set([...woken, ...resolved, ...released, ...unfinished]))
    await wake.ticket(ticketId);
  const unclustered = (await store.unclusteredTickets(1)).length > 0;
  if (unclustered || (await store.unshownClusters(now, 1)).length > 0) await wake.clusters();
  await warnOfBreaches(deps);
  await recoverAbandoned(deps);
  if ((await store.countDueOutbox(now)) > 0) await wake.outbox(now);
}
