// Events that were dealt with already: Slack delivers again what it believes lost.
import { createHash } from 'node:crypto';
import type { AdapterStore } from '../../../src/ports.ts';

/** Rows that the ids of all replicas share; an id is forgotten when another one needs its row. */
const ROWS = 4_096;
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
    const digest = createHash('sha256').update(id).digest();
    const key = `seen/${digest.readUInt32BE(0) % ROWS}`;
    const name = digest.toString('base64url').slice(0, 22);
    if ((await store.get(key)) === name) return false;
    await store.set(key, name);
    return true;
  };
}
