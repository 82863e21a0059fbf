// `/deskhand signals`: gathers what the product and its customers say without anybody asking.
import { signalsCard } from '../cards/signals.ts';
import { WELL } from '../insights/health.ts';
import type { Card } from '../model/card.ts';
import { daysBefore } from '../model/duration.ts';
import { zonedDate } from '../model/zone.ts';
import type { FlowDeps } from './deps.ts';

const DAYS = 30;
const SHOWN = 8;
/** Health is written every night; what is older than this is of a bot that was away. */
export const FRESH_DAYS = -2;

/** The figures of the last 30 days, and how accounts fare now. */
export async function signals({
  store,
  clock,
  settings,
}: Pick<FlowDeps, 'store' | 'clock' | 'settings'>): Promise<Card> {
  const now = clock.now();
  const from = daysBefore(now, DAYS);
  const since = zonedDate(now, settings.workspace.timeZone, FRESH_DAYS);
  const [requests, friction, accounts, outreach] = await Promise.all([
    store.rankedClusters('feature_request', { from, to: now }, SHOWN),
    store.rankedClusters('friction', { from, to: now }, SHOWN),
    store.accountsByHealth(since, { below: WELL, limit: SHOWN }),
    store.outreachFigures({ from, to: now }),
  ]);
  return signalsCard({ days: DAYS, requests, friction, accounts, outreach });
}
