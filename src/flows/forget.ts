// Forgets what nobody asks for any more, so that no table grows for ever.
import type { FlowDeps } from './deps.ts';

/** Cards that are not about a ticket (digests, bursts) and were posted this long ago are no longer changed. */
const CARDS_MS = 400 * 86_400_000;

/** Removes values of adapters that have expired, and old cards. */
export async function forgetOld({
  store,
  clock,
  log,
}: Pick<FlowDeps, 'store' | 'clock' | 'log'>): Promise<void> {
  const removed = await store.forgetOld(new Date(clock.now().getTime() - CARDS_MS));
  if (removed.values + removed.cards > 0) log.info(removed, 'old values and cards were removed');
}
