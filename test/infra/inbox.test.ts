// What people wrote, kept as rows: through trouble, ends and deaths, on a real database; and what is told when patience ends.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../src/infra/db/index.ts';
import { openLocks } from '../../src/infra/db/lock.ts';
import { createInbox } from '../../src/infra/inbox.ts';
import { createAdapterStore } from '../../src/infra/store.ts';
import { AppError } from '../../src/model/errors.ts';
import type { Inbox } from '../../src/model/inbox.ts';
import type { ActionReply } from '../../src/model/platform.ts';
import type { AdapterStore } from '../../src/ports.ts';
import { createFailingStore } from '../support/adapter-memory.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silentLog } from '../support/silent-log.ts';
import { testClock } from '../support/workspace.ts';

const DOWN = new AppError('platform_unavailable', 'The platform does not answer.', { retryable: true });
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 5 });

const writtenSchema = z.object({ text: z.string(), at: z.number().optional(), line: z.string().optional() });
type Written = z.infer<typeof writtenSchema>;

interface Process extends Inbox<Written> {
  tries(): number;
  kill(): Promise<void>;
}

let database: TestDatabase;
let open: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  database = await createTestDatabase();
  open = openDatabase(database.url, { log: silentLog });
});
afterAll(async () => {
  await open.close();
  await database.drop();
});

/** What a process did, and how its platform is. */
let done: string[];
let answers: string[];
let logged: unknown[];
let world: { working: Error | null; answering: Error | null; reply: ActionReply };
let clock: ReturnType<typeof testClock>;
let store: AdapterStore;
let processes: Process[];

beforeEach(() => {
  done = [];
  answers = [];
  logged = [];
  world = { working: null, answering: null, reply: { kind: 'none', kept: true } };
  clock = testClock();
  store = createAdapterStore(open.db, randomUUID());
  processes = [];
  return async () => void (await Promise.all(processes.map((inbox) => inbox.stop().finally(inbox.kill))));
});

/** A process that works on what people wrote. `alive`: false from when it is killed, and it does nothing more. */
function begin(own: AdapterStore = store): Process {
  const state = { alive: true, tries: 0 };
  const never = () => new Promise<never>(() => undefined);
  const whileAlive: AdapterStore = {
    ...own,
    set: async (...given) => (state.alive ? own.set(...given) : never()),
    delete: async (...given) => (state.alive ? own.delete(...given) : never()),
  };
  const locks = openLocks(database.url, { log: silentLog });
  const inbox: Inbox<Written> = createInbox<Written>(
    {
      store: whileAlive,
      alone: locks.withKey,
      clock,
      log: { ...silentLog, error: (fields) => logged.push(fields) },
    },
    {
      schema: writtenSchema,
      text: ({ text }) => text,
      isOrder: ({ text }) => text.startsWith('@deskhand'),
      writtenAt: ({ at }) => at ?? null,
      lineOf: ({ line }) => line ?? null,
      async carryOut({ text }) {
        if (!state.alive) return never();
        state.tries++;
        if (world.working) throw world.working;
        done.push(text);
        return world.reply;
      },
      async answer(_, reply) {
        if (!state.alive) return never();
        if (world.answering) throw world.answering;
        answers.push(reply.kind === 'notice' ? reply.text : reply.kind);
      },
    },
  );
  inbox.start();
  const made: Process = Object.assign(inbox, {
    tries: () => state.tries,
    async kill(): Promise<void> {
      state.alive = false;
      processes = processes.filter((one) => one !== made);
      await locks.close();
    },
  });
  processes.push(made);
  return made;
}

const left = () => store.list({ prefix: 'inbox/', limit: 10 });
const settled = () => until(async () => expect(await left()).toEqual([]));

describe('what people wrote', () => {
  it('is done and answered once, however often it is delivered', async () => {
    const inbox = begin();
    await Promise.all([inbox.take('1', { text: 'a' }), inbox.take('1', { text: 'a' })]);
    await settled();
    await inbox.take('1', { text: 'a' });
    await inbox.stop();
    await begin().take('1', { text: 'a' });
    await settled();
    expect([done, answers]).toEqual([['a'], ['none']]);
  });

  it('that several replicas hear at once is done and answered once', async () => {
    const replicas = [begin(), begin(), begin()];
    for (let n = 0; n < 20; n++)
      await Promise.all(replicas.map((inbox) => inbox.take(`${n}`, { text: `${n}` })));
    clock.advance(5 * MINUTE_MS);
    begin();
    await settled();
    expect(done).toHaveLength(20);
    expect(answers).toHaveLength(20);
  });

  it('waits for its platform, and for its answer, which is given without doing it again', async () => {
    world = { working: DOWN, answering: DOWN, reply: { kind: 'notice', text: 'Rewriting', ok: true } };
    const inbox = begin();
    await inbox.take('1', { text: '@deskhand shorter' });
    await until(() => expect(inbox.tries()).toBeGreaterThan(1));
    world.working = null;
    await until(async () => expect((await left())[0]?.value).toMatchObject({ reply: { text: 'Rewriting' } }));
    await inbox.stop();
    begin();
    world.answering = null;
    await settled();
    expect([done, answers]).toEqual([['@deskhand shorter'], ['Rewriting']]);
  });

  it('is done in the order in which one person wrote it there, however long the first must wait', async () => {
    const inbox = begin();
    world.working = DOWN;
    await inbox.take('m-1', { text: '@deskhand send: Come at nine', line: 'ana in T-7' });
    // By now the first waits longer between its tries than what follows.
    await until(() => expect(inbox.tries()).toBeGreaterThan(2));
    await inbox.take('m-2', { text: '@deskhand send: Come at ten', line: 'ana in T-7' });
    await inbox.take('m-3', { text: 'she called', line: 'ben in T-7' });
    const seen = inbox.tries();
    await until(() => expect(inbox.tries()).toBeGreaterThan(seen));
    world.working = null;
    await settled();
    expect(done).toEqual(['she called', '@deskhand send: Come at nine', '@deskhand send: Come at ten']);
  });

  it('waits for the database, too: nobody is asked to write it again', async () => {
    const failed = { kind: 'notice' as const, text: 'Nothing was changed.', ok: false, passing: true };
    world.reply = failed;
    const inbox = begin();
    await inbox.take('1', { text: 'a' });
    await until(() => expect(inbox.tries()).toBeGreaterThan(1));
    world.reply = { kind: 'none', kept: true };
    await settled();
    expect(answers).toEqual(['none']);
  });

  it('outlives a stop and a kill, and is done once by the next process', async () => {
    world.working = DOWN;
    const first = begin();
    await first.take('1', { text: 'stopped' });
    await first.stop();
    const second = begin();
    await second.take('2', { text: 'killed' });
    await second.kill();
    begin();
    world.working = null;
    await settled();
    expect(done.sort()).toEqual(['killed', 'stopped']);
    expect(answers).toEqual(['none', 'none']);
  });

  it('that waits in one replica is not done again by another that starts meanwhile', async () => {
    world = { working: DOWN, answering: null, reply: { kind: 'notice', text: 'Rewriting', ok: true } };
    const inbox = begin();
    for (let n = 0; n < 20; n++) await inbox.take(`${n}`, { text: `${n}` });
    const other = begin();
    await until(() => expect(other.tries()).toBeGreaterThanOrEqual(20));
    world.working = null;
    await settled();
    expect([done.length, answers.length]).toEqual([20, 20]);
  });

  it('of a replica that died is taken over by another that lives on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const other = begin();
    world.working = DOWN;
    const dying = begin();
    await dying.take('1', { text: 'a' });
    await dying.kill();
    world.working = null;
    vi.advanceTimersByTime(MINUTE_MS);
    // It was tried a moment ago, by somebody who may live.
    expect(other.tries()).toBe(0);
    clock.advance(5 * MINUTE_MS);
    vi.advanceTimersByTime(MINUTE_MS);
    vi.useRealTimers();
    await settled();
    expect([done, other.tries()]).toEqual([['a'], 1]);
  });

  it('that nobody can read is set aside for a person, who is told once; what another release is at is not', async () => {
    const foreign = { written: { words: 'of another release' }, until: 0, triedAt: clock.now().getTime() };
    await store.set('inbox/1', foreign);
    await store.set('inbox/2', 'of an old one');
    await store.set('inbox/3', { written: { text: 'a' }, until: Number.MAX_VALUE, triedAt: 0 });
    begin();
    await until(async () => expect((await left()).map(({ key }) => key)).toEqual(['inbox/1']));
    clock.advance(5 * MINUTE_MS);
    begin();
    await settled();
    begin();
    await until(() => expect(logged).toHaveLength(2));
    expect(await store.list({ prefix: 'unreadable/', limit: 10 })).toEqual([
      { key: 'unreadable/1', value: foreign },
      { key: 'unreadable/2', value: 'of an old one' },
    ]);
    expect([done, logged]).toEqual([
      ['a'],
      [
        { id: '2', key: 'unreadable/2' },
        { id: '1', key: 'unreadable/1' },
      ],
    ]);
  });

  it('is refused, so that it is not acknowledged, when it cannot be kept, and done when it comes again', async () => {
    const failing = createFailingStore();
    const inbox = begin(failing);
    failing.fail = true;
    await expect(inbox.take('1', { text: 'a' })).rejects.toMatchObject({ retryable: true });
    failing.fail = false;
    await inbox.take('1', { text: 'a' });
    await until(() => expect(done).toEqual(['a']));
    await inbox.stop();
    await expect(inbox.take('2', { text: 'b' })).rejects.toMatchObject({ retryable: true });
  });
});

describe('trouble that lasts', () => {
  it('a quarter of an hour: an order is not done any more, and who gave it is told with their words', async () => {
    world.working = DOWN;
    const inbox = begin();
    await inbox.take('1', { text: '@deskhand shorter' });
    clock.advance(14 * MINUTE_MS);
    const before = inbox.tries();
    await until(() => expect(inbox.tries()).toBeGreaterThan(before));
    expect(answers).toEqual([]);
    clock.advance(2 * MINUTE_MS);
    await settled();
    world.working = null;
    expect(answers).toEqual([expect.stringContaining('You wrote: @deskhand shorter')]);
    expect(done).toEqual([]);
  });

  it('while the bot is not running: an old order is not done, a note is', async () => {
    world.working = DOWN;
    const inbox = begin();
    await inbox.take('1', { text: '@deskhand shorter' });
    await inbox.take('2', { text: 'she called' });
    await inbox.stop();
    world.working = null;
    clock.advance(3 * DAY_MS);
    begin();
    await settled();
    expect(done).toEqual(['she called']);
    expect(answers.sort()).toEqual([expect.stringContaining('You wrote: @deskhand shorter'), 'none']);
  });

  it('before it is delivered: an old order is not done, a note is, and so is a fresh order', async () => {
    const inbox = begin();
    const ago = (minutes: number) => clock.now().getTime() - minutes * MINUTE_MS;
    await inbox.take('1', { text: '@deskhand shorter', at: ago(16) });
    await inbox.take('2', { text: 'she called', at: ago(1_400) });
    await inbox.take('3', { text: '@deskhand longer', at: ago(14) });
    await inbox.take('4', { text: '@deskhand from a clock ahead', at: ago(-60) });
    await settled();
    expect(done.sort()).toEqual(['@deskhand from a clock ahead', '@deskhand longer', 'she called']);
    expect(answers).toContainEqual(expect.stringContaining('You wrote: @deskhand shorter'));
  });

  it('hours: a note is kept all the same; after a day who wrote is told, as soon as that is possible', async () => {
    world = { ...world, working: DOWN, answering: DOWN };
    const inbox = begin();
    await inbox.take('1', { text: 'she called' });
    clock.advance(23 * 60 * MINUTE_MS);
    const before = inbox.tries();
    await until(() => expect(inbox.tries()).toBeGreaterThan(before));
    clock.advance(2 * 60 * MINUTE_MS);
    await until(async () =>
      expect((await left())[0]?.value).toMatchObject({
        reply: { text: expect.stringContaining('You wrote: she called') },
      }),
    );
    clock.advance(23 * 60 * MINUTE_MS);
    world.answering = null;
    await settled();
    expect(answers).toHaveLength(1);
  });

  it('for good, as far as one can see: told at once; but a token that is refused may be replaced', async () => {
    world.working = new AppError('token_revoked', 'The password has expired.');
    const inbox = begin();
    await inbox.take('1', { text: 'a' });
    await until(() => expect(inbox.tries()).toBeGreaterThan(1));
    world.working = new AppError('refused', 'There is nobody like that.');
    await settled();
    expect(answers).toEqual(['There is nobody like that. You wrote: a']);
  });
});
