// `/deskhand signals`: gathers what the product and its customers say without anybody asking.
import { signalsCard } from '../cards/signals.ts';
import { LIKELY, WELL } from '../insights/health.ts';
import type { Card } from '../model/card.ts';
import type { Ranked } from '../model/dashboard.ts';
import { daysBefore } from '../model/duration.ts';
import { together } from '../model/together.ts';
import { zonedDate } from '../model/zone.ts';
import type { FlowDeps } from './deps.ts';
import { healthDays } from './digest.ts';

const DAYS = 30;
const SHOWN = 8;

/** The figures of the last 30 days, and how accounts fare now. */
export async function signals(deps: Pick<FlowDeps, 'store' | 'clock' | 'settings'>): Promise<Card> {
  const { store, clock, settings } = deps;
  const now = clock.now();
  const from = daysBefore(now, DAYS);
  const days = healthDays(deps, { last: zonedDate(now, settings.workspace.timeZone, 0) });
  const found = await together({
    requests: store.rankedClusters('feature_request', { from, to: now }, SHOWN),
    friction: store.rankedClusters('friction', { from, to: now }, SHOWN),
    questions: store.rankedClusters('question', { from, to: now }, SHOWN),
    bugs: store.rankedClusters('bug', { from, to: now }, SHOWN),
    accounts: store.accountsByHealth(days, { below: WELL, likely: LIKELY, limit: SHOWN }),
    outreach: store.outreachFigures({ from, to: now }),
  });
  // One customer's wish may be worth a look; one customer's question or trouble is a ticket.
  const shared = (rows: Ranked[]) => rows.filter(({ customers }) => customers > 1);
  const { questions, bugs } = found;
  return signalsCard({ days: DAYS, ...found, questions: shared(questions), bugs: shared(bugs) });
}
