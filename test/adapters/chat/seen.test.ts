// Events that a platform delivers again: worked on once, also after a restart, and not remembered for ever.
import { describe, expect, it } from 'vitest';
import { createMemory } from '../../../adapters/chat/discord/memory.ts';
import { createSeen as createSlackSeen } from '../../../adapters/chat/slack/seen.ts';
import { createSeen as createTeamsSeen } from '../../../adapters/chat/teams/seen.ts';
import { AppError } from '../../../src/model/errors.ts';
import type { AdapterStore } from '../../../src/ports.ts';
import { createMemoryStore } from '../../support/adapter-memory.ts';
import { silentLog } from '../../support/silent-log.ts';

const clock = { now: () => new Date() };

/** Whether an event is new, as each platform's adapter asks. */
const PROCESSES: Record<string, (store: AdapterStore) => (id: string) => Promise<boolean>> = {
  Slack: createSlackSeen,
  Discord: (store) => createMemory({ store, clock, log: silentLog }).isNew,
  Teams: (store) => {
    const seen = createTeamsSeen(store, silentLog);
    return async (id) => {
      const isNew = await seen.once(id, async () => true, false);
      await seen.finish();
      return isNew;
    };
  },
};

describe.each(Object.entries(PROCESSES))('on %s', (name, start) => {
  it('an event is new once, in this process and in the next', async () => {
    const store = createMemoryStore();
    const first = start(store);
    expect(await first('1001')).toBe(true);
    // Teams answers what comes again as before.
    if (name !== 'Teams') expect(await first('1001')).toBe(false);
    expect(await start(store)('1001')).toBe(false);
    expect(await start(store)('1002')).toBe(true);
  });

  it('an event is forgotten in time', async () => {
    const kept: (number | undefined)[] = [];
    const store = createMemoryStore();
    const isNew = start({
      ...store,
      set: async (key, value, keepMs) => {
        kept.push(keepMs);
        await store.set(key, value, keepMs);
      },
    });
    await isNew('1001');
    expect(kept).toEqual([expect.any(Number)]);
  });
});

describe('on Teams', () => {
  it('deliveries at the same moment get the same answer', async () => {
    const seen = createTeamsSeen(createMemoryStore(), silentLog);
    let done = 0;
    const once = () => seen.once('e', async () => ++done, 0);
    expect(await Promise.all([once(), once(), once()])).toEqual([1, 1, 1]);
  });

  it('an event whose work failed is worked on when it comes again', async () => {
    const seen = createTeamsSeen(createMemoryStore(), silentLog);
    const fail = seen.once('e', async () => Promise.reject(new AppError('database_gone', 'gone')), 'again');
    await expect(fail).rejects.toThrow('gone');
    expect(await seen.once('e', async () => 'done', 'again')).toBe('done');
  });
});
