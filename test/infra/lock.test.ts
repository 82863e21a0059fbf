// Locks that keep jobs and processes apart, on a real database.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/infra/db/index.ts';
import { type Locks, openLocks } from '../../src/infra/db/lock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silentLog } from '../support/silent-log.ts';

let server: TestDatabase;
let database: Database;
let ours: Locks;
/** Another process: one is told from the other by its session alone. */
let theirs: Locks;

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase(server.url, { log: silentLog });
});
beforeEach(() => {
  ours = openLocks(server.url, { log: silentLog });
  theirs = openLocks(server.url, { log: silentLog });
});
afterEach(async () => {
  await Promise.all([ours.close(), theirs.close()]);
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

const yes = async () => 'done';

/** Sessions of the server that hold locks of this kind. */
async function sessions(): Promise<number[]> {
  const { rows } = await database.pool.query<{ pid: number }>(
    `select distinct pid from pg_locks
     where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}

describe('a lock', () => {
  it('is refused to other jobs and other processes while somebody works, and free afterwards', async () => {
    const inside = await ours.withTicket(7, async () => [
      await ours.withTicket(7, yes),
      await theirs.withTicket(7, yes),
      await theirs.withTicket(8, yes),
      await theirs.withReply(7, yes),
      await theirs.withKey('7', yes),
    ]);
    expect(inside).toEqual([null, null, 'done', 'done', 'done']);
    expect(await theirs.withTicket(7, yes)).toBe('done');
    expect(await ours.withTicket(7, yes)).toBe('done');
    expect(await sessions()).toEqual([]);
  });

  it('is one for all who use its name', async () => {
    const inside = await ours.withKey('nightly', async () => [
      await ours.withKey('nightly', yes),
      await theirs.withKey('nightly', yes),
      await theirs.withKey('weekly', yes),
    ]);
    expect(inside).toEqual([null, null, 'done']);
  });

  it('is given back by work that fails, whose error comes through', async () => {
    const work = ours.withReply(1, () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(await theirs.withReply(1, yes)).toBe('done');
  });
});

it('holds any number of locks in one session, so that long work takes no connection from others', async () => {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const works = Array.from({ length: 40 }, (_, id) =>
    ours.withTicket(id, async () => {
      begun += 1;
      await end;
      return id;
    }),
  );
  await expect.poll(() => begun).toBe(40);
  expect(await sessions()).toHaveLength(1);
  resolve();
  expect(await Promise.all(works)).toEqual(works.map((_, id) => id));
});

it('is held on to when its session is cut: work in hand ends well, and nobody else is let in', async () => {
  const inside = await ours.withTicket(7, async () => {
    const [pid] = await sessions();
    await database.pool.query('select pg_terminate_backend($1)', [pid]);
    await expect.poll(async () => (await sessions()).filter((one) => one !== pid)).toHaveLength(1);
    return [await ours.withTicket(7, yes), await theirs.withTicket(7, yes)];
  });
  expect(inside).toEqual([null, null]);
  expect(await theirs.withTicket(7, yes)).toBe('done');
  expect(await sessions()).toEqual([]);
});

it('lets go of a lock also when its session did not answer just then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const work = ours.withTicket(7, () => end);
  await vi.waitFor(async () => expect(await sessions()).toHaveLength(1));
  const [pid = 0] = await sessions();
  process.kill(pid, 'SIGSTOP');
  try {
    const asking = ours.withTicket(8, yes);
    resolve();
    // As long as a statement waits for a connection, and no longer than an answer is waited for.
    await vi.advanceTimersByTimeAsync(20_000);
    await work;
    process.kill(pid, 'SIGCONT');
    vi.useRealTimers();
    expect(await asking).toBe('done');
    await expect.poll(() => theirs.withTicket(7, yes)).toBe('done');
  } finally {
    process.kill(pid, 'SIGCONT');
    vi.useRealTimers();
  }
});
