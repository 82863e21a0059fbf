// What an adapter is given, in memory: its durable values, the bus between replicas, and the rest.
import { createInbox } from '../../src/infra/inbox.ts';
import { createLimiter } from '../../src/infra/limiter/index.ts';
import { AppError } from '../../src/model/errors.ts';
import type { AdapterDeps, AdapterStore, Bus } from '../../src/ports.ts';
import { silentLog } from './silent-log.ts';

export function adapterDeps(given: Partial<AdapterDeps> = {}): AdapterDeps {
  const { clock = { now: () => new Date() }, store = createMemoryStore(), log = silentLog } = given;
  return {
    clock,
    fetch,
    log,
    store,
    openInbox: (how) => createInbox({ store, alone: (_, work) => work(), clock, log }, how),
    bus: createMemoryBus(),
    limiter: createLimiter(clock),
    agents: [],
    status: () => ({ sample: false, indexing: null, notices: [] }),
    ...given,
  };
}

export function createMemoryStore(): AdapterStore {
  const values = new Map<string, string>();
  const sequences = new Map<string, number>();
  return {
    async get(key) {
      const value = values.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    async set(key, value) {
      values.set(key, JSON.stringify(value));
    },
    async delete(key) {
      values.delete(key);
    },
    async list({ prefix, after, limit, reverse = false }) {
      const keys = [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
      if (reverse) keys.reverse();
      const rest = after === undefined ? keys : keys.filter((key) => (reverse ? key < after : key > after));
      return rest.slice(0, limit).map((key) => ({ key, value: JSON.parse(values.get(key) ?? 'null') }));
    },
    async next(sequence) {
      const value = (sequences.get(sequence) ?? 0) + 1;
      sequences.set(sequence, value);
      return value;
    },
  };
}

/** Writing throws while `fail` is set, reading while `blind`, as a database does that is gone. */
export function createFailingStore(): AdapterStore & { fail: boolean; blind: boolean } {
  const memory = createMemoryStore();
  const gone = () => new AppError('database_unavailable', 'The database is gone.', { retryable: true });
  const store = {
    ...memory,
    fail: false,
    blind: false,
    async get(key: string) {
      if (store.blind) throw gone();
      return memory.get(key);
    },
    async set(key: string, value: unknown) {
      if (store.fail) throw gone();
      await memory.set(key, value);
    },
    async delete(key: string) {
      if (store.fail) throw gone();
      await memory.delete(key);
    },
  };
  return store;
}

/** Delivers at once; `lose` makes it drop everything, as a best-effort bus may. */
export function createMemoryBus(options: { lose?: boolean } = {}): Bus {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  return {
    async publish(topic, payload) {
      if (options.lose) return;
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(payload);
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => {
        set.delete(listener);
      };
    },
  };
}
