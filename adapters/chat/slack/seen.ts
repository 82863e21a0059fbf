// Events that were dealt with already: Slack delivers again what it believes lost.
import type { AdapterStore } from '../../../src/ports.ts';

/** Slack tries again for about an hour: https://docs.slack.dev/apis/events-api/#retries */
const KEPT_MS = 2 * 3_600_000;
/** Ids in memory, for deliveries that overlap. */
const RECENT = 1_000;

/** Tells, once for each id, that it is new. What flows do a second time by mistake is harmless, so rare races are too. */
export function createSeen(store: AdapterStore): (id: string) => Promise<boolean> {
  const recent = new Set<string>();
  return async (id) => {
    if (recent.has(id)) return false;
    recent.add(id);
    const [oldest] = recent;
    if (recent.size > RECENT && oldest !== undefined) recent.delete(oldest);
    if ((await store.get(`seen/${id}`)) !== undefined) return false;
    await store.set(`seen/${id}`, 1, KEPT_MS);
    return true;
  };
}
