// Forgets what nobody asks for any more, so that no table grows for ever.
import { DAY_MS } from '../model/duration.ts';
import type { FlowDeps } from './deps.ts';

/**
 * Age from which cards that are not about a ticket (digests, bursts) are no longer changed, and nobody asks what the
 * language model did.
 */
const KEPT_MS = 400 * DAY_MS;

/** Removes values of adapters that have expired, old cards, and the ledger of old calls of the language model. */
export async function forgetOld({
  store,
  clock,
  log,
}: Pick<FlowDeps, 'store' | 'clock' | 'log'>): Promise<void> {
  const before = new Date(clock.now().getTime() - KEPT_MS);
  const { values, cards } = await store.forgetOld(before);
  const modelCalls = await store.forgetModelCalls(before.toISOString().slice(0, 10));
  if (values + cards + modelCalls > 0)
    log.info({ values, cards, modelCalls }, 'old values, cards and calls of the language model were removed');
}
