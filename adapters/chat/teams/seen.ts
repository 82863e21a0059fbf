// Remembers events in the adapter's store, so that one delivered again (also after a restart) does nothing again.
import type { AdapterStore } from '../../../src/ports.ts';
import { LIMITS } from './limits.ts';

/** Answers that are kept in memory for deliveries that follow at once. */
const KEPT = 500;

export interface Seen {
  /**
   * Runs `work` for the first delivery of an event; further ones get the same answer while it is in memory, and
   * `repeat` afterwards. Work that throws is not remembered: the next delivery may do better.
   */
  once<T>(event: string, work: () => Promise<T>, repeat: T): Promise<T>;
}

export function createSeen(store: AdapterStore): Seen {
  const answers = new Map<string, Promise<unknown>>();

  /** The ring bounds what is stored: each event takes the place of the one `LIMITS.seen` before it. */
  async function remember(event: string): Promise<void> {
    const slot = `slot/${(await store.next('seen')) % LIMITS.seen}`;
    const old = await store.get(slot);
    if (typeof old === 'string') await store.delete(`seen/${old}`);
    await store.set(`seen/${event}`, true);
    await store.set(slot, event);
  }

  return {
    once<T>(event: string, work: () => Promise<T>, repeat: T): Promise<T> {
      const known = answers.get(event);
      // Only `work` of this event fills it, so the answer is of its type.
      if (known) return known as Promise<T>;
      const answer = (async () => {
        if (await store.get(`seen/${event}`)) return repeat;
        const result = await work();
        await remember(event);
        return result;
      })();
      answers.set(event, answer);
      answer.catch(() => answers.delete(event));
      for (const old of answers.keys()) {
        if (answers.size <= KEPT) break;
        answers.delete(old);
      }
      return answer;
    },
  };
}
