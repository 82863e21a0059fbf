// Remembers events in the adapter's store, so that one delivered again (also after a restart) does nothing again.
import { errorText } from '../../../src/model/errors.ts';
import type { AdapterStore, Log } from '../../../src/ports.ts';

/** Teams delivers again within minutes what was not answered. */
const KEPT_MS = 3_600_000;
/** Answers that are kept in memory for deliveries that follow at once. */
const KEPT = 500;

export interface Seen {
  /**
   * Runs `work` for the first delivery of an event; further ones get the same answer while it is in memory, and
   * `repeat` afterwards. Work that throws is not remembered: the next delivery may do better.
   */
  once<T>(event: string, work: () => Promise<T>, repeat: T): Promise<T>;
  /** Waits until what was done is noted. */
  finish(): Promise<void>;
}

export function createSeen(store: AdapterStore, log: Log): Seen {
  const answers = new Map<string, Promise<unknown>>();
  const noting = new Set<Promise<void>>();

  /** Nobody waits for it: what was answered is not delivered again. */
  function remember(event: string): void {
    const noted = store
      .set(`seen/${event}`, 1, KEPT_MS)
      .catch((error: unknown) => log.warn({ event, reason: errorText(error) }, 'an event could not be noted'))
      .finally(() => noting.delete(noted));
    noting.add(noted);
  }

  return {
    once<T>(event: string, work: () => Promise<T>, repeat: T): Promise<T> {
      const known = answers.get(event);
      // Only `work` of this event fills it, so the answer is of its type.
      if (known) return known as Promise<T>;
      const answer = (async () => {
        if ((await store.get(`seen/${event}`)) !== undefined) return repeat;
        const result = await work();
        remember(event);
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
    finish: async () => {
      await Promise.all(noting);
    },
  };
}
