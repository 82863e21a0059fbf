// What an intake adapter is given, in memory.
import { createLimiter } from '../../../src/infra/limiter/index.ts';
import type { AdapterDeps, AdapterStore, Log } from '../../../src/ports.ts';

/** A store that forgets at the end of the test; `fail` makes every write throw, like a database that is gone. */
export function memoryStore(): AdapterStore & { fail: boolean } {
  const values = new Map<string, string>();
  const sequences = new Map<string, number>();
  const store = {
    fail: false,
    async get(key: string): Promise<unknown> {
      const value = values.get(key);
      return value === undefined ? null : JSON.parse(value);
    },
    async set(key: string, value: unknown) {
      if (store.fail) throw new Error('the database is gone');
      values.set(key, JSON.stringify(value));
    },
    async delete(key: string) {
      if (store.fail) throw new Error('the database is gone');
      values.delete(key);
    },
    async list({ prefix, limit }: { prefix: string; limit: number }) {
      return [...values]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, value]) => ({ key, value: JSON.parse(value) as unknown }));
    },
    async next(sequence: string) {
      const next = (sequences.get(sequence) ?? 0) + 1;
      sequences.set(sequence, next);
      return next;
    },
  };
  return store;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function adapterDeps(store: AdapterStore = memoryStore()): AdapterDeps {
  return {
    clock: { now: () => new Date() },
    fetch: globalThis.fetch,
    log: silent,
    store,
    bus: { publish: async () => {}, subscribe: () => () => {} },
    limiter: createLimiter({ now: () => new Date() }),
    agents: [],
    status: () => ({ sample: false, indexing: null, notices: [] }),
  };
}
