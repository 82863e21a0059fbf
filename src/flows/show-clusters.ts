// The cards of bugs in the engineers' channel: one for each, updated in place.
import { clusterCard, newsCard } from '../cards/cluster.ts';
import { clusterKey } from '../model/cluster.ts';
import { daysBefore } from '../model/duration.ts';
import { errorText } from '../model/errors.ts';
import type { Place } from '../model/platform.ts';
import { clusterView } from './cluster-view.ts';
import type { FlowDeps } from './deps.ts';
import { parseTarget } from './route.ts';
import { showCard } from './show-card.ts';

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
