// Speed: one call at a time per method and channel, urgent ones first, and updates that overtake each other.
import { AppError } from '../../../src/model/errors.ts';

/** Calls that may wait for one lane; more do better to come again later. */
const MOST_WAITING = 24;
/** About how long a call of a full lane takes. */
const TURN_MS = 1_000;

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

interface Turn {
  rank: number;
  begin(): void;
  leave(): void;
}

/**
 * Calls of one key run one after the other, those of lower rank first, others in their order. AppError
 * `rate_limited` for the last in line of too many.
 */
export function createLanes() {
  const lanes = new Map<string, Turn[]>();

  return async function inLane<T>(key: string, rank: number, call: () => Promise<T>): Promise<T> {
    const waiting = lanes.get(key);
    if (waiting) {
      await new Promise<void>((begin, reject) => {
        const at = waiting.findIndex((turn) => turn.rank > rank);
        const leave = () => reject(tooMany());
        waiting.splice(at === -1 ? waiting.length : at, 0, { rank, begin, leave });
        if (waiting.length > MOST_WAITING) waiting.pop()?.leave();
      });
    } else lanes.set(key, []);
    try {
      return await call();
    } finally {
      const next = lanes.get(key)?.shift();
      if (next) next.begin();
      else lanes.delete(key);
    }
  };
}

function tooMany(): AppError {
  return new AppError('rate_limited', 'Discord takes no more messages at the moment; it goes on by itself.', {
    retryable: true,
    retryAfterMs: MOST_WAITING * TURN_MS,
  });
}

interface Entry<T> {
  value: T;
  done: Promise<void>;
}

/** Sends the newest value of each key; values that came while another was on its way replace each other. */
export function createCoalescer<T>(send: (key: string, newest: () => T) => Promise<void>) {
  const entries = new Map<string, Entry<T>>();
  const watchers = new Map<string, Set<{ overtaken: boolean }>>();

  async function run(key: string, entry: Entry<T>): Promise<void> {
    let sent: T;
    do {
      sent = entry.value;
      try {
        await send(key, () => {
          sent = entry.value;
          return sent;
        });
      } catch (error) {
        entries.delete(key);
        throw error;
      }
    } while (sent !== entry.value);
    entries.delete(key);
  }

  return {
    /** Resolves when this value, or a newer one, has arrived. */
    submit(key: string, value: T): Promise<void> {
      for (const watcher of watchers.get(key) ?? []) watcher.overtaken = true;
      const waiting = entries.get(key);
      if (waiting) {
        waiting.value = value;
        return waiting.done;
      }
      const entry: Entry<T> = { value, done: Promise.resolve() };
      entries.set(key, entry);
      entry.done = run(key, entry);
      return entry.done;
    },

    /** Tells whether anything was submitted under a key since; `release` it afterwards. */
    watch(key: string): { readonly overtaken: boolean; release(): void } {
      const set = watchers.get(key) ?? new Set();
      watchers.set(key, set);
      const watcher = {
        overtaken: entries.has(key),
        release() {
          set.delete(watcher);
          if (set.size === 0) watchers.delete(key);
        },
      };
      set.add(watcher);
      return watcher;
    },
  };
}
