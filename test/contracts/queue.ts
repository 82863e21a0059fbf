// What every queue backend must do.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createQueue, type QueueOptions } from '../../src/infra/queue/index.ts';
import { AppError } from '../../src/model/errors.ts';
import type { Log, Queue } from '../../src/ports.ts';
import type { Broker } from '../support/broker.ts';

const CHILD = fileURLToPath(new URL('../support/queue-child.ts', import.meta.url));
const LOCK_MS = 2_000;
const LONG_MS = 3_600_000;

export function queueContract(startBroker: () => Promise<Broker>): void {
  let broker: Broker;
  let queues: Queue[] = [];
  let logged: { level: string; fields: Record<string, unknown>; message: string }[] = [];

  const note = (level: string) => (fields: Record<string, unknown>, message: string) => {
    logged.push({ level, fields, message });
  };
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };

  async function open(options: Partial<QueueOptions> = {}): Promise<Queue> {
    const queue = await createQueue({
      databaseUrl: broker.databaseUrl,
      redisUrl: broker.redisUrl,
      log,
      clock: { now: () => new Date() },
      backoffMs: 1,
      lockMs: LOCK_MS,
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  beforeAll(async () => {
    broker = await startBroker();
  });
  afterEach(async () => {
    await Promise.all(queues.map((queue) => queue.stop()));
    queues = [];
    logged = [];
  });
  afterAll(() => broker.stop());

  it('brings every job to one of the workers of its topic', async () => {
    const [producer, first, second] = [await open(), await open(), await open()];
    const topic = randomUUID();
    const seen: unknown[] = [];
    const handler = async (payload: Record<string, unknown>) => void seen.push(payload.number);
    await first.work(topic, handler, { concurrency: 1 });
    await second.work(topic, handler, { concurrency: 1 });
    await producer.add(`${topic}-other`, { number: 99 });
    for (let number = 0; number < 20; number += 1) await producer.add(topic, { number });
    await expect
      .poll(() => seen.toSorted(byNumber), PATIENT)
      .toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('starts a delayed job when its time has come, after what is due before', async () => {
    const queue = await open();
    const topic = randomUUID();
    const seen: { name: unknown; at: number }[] = [];
    await queue.work(topic, async ({ name }) => void seen.push({ name, at: Date.now() }), { concurrency: 1 });
    const added = Date.now();
    await queue.add(topic, { name: 'later' }, { delayMs: 400 });
    await queue.add(topic, { name: 'now' });
    await expect.poll(() => seen.map(({ name }) => name), PATIENT).toEqual(['now', 'later']);
    expect(seen[1]?.at).toBeGreaterThanOrEqual(added + 400);
  });

  it('starts the urgent jobs first when many wait', async () => {
    const queue = await open();
    const topic = randomUUID();
    for (const urgency of [0.1, 0.9, 0.5, 1, 0]) await queue.add(topic, { urgency }, { urgency });
    const seen: unknown[] = [];
    await queue.work(topic, async ({ urgency }) => void seen.push(urgency), { concurrency: 1 });
    await expect.poll(() => seen, PATIENT).toEqual([1, 0.9, 0.5, 0.1, 0]);
  });

  it('keeps jobs that wait under one key as one job, and keys of other topics apart', async () => {
    const queue = await open();
    const [topic, other] = [randomUUID(), randomUUID()];
    const seen: unknown[] = [];
    for (let round = 0; round < 3; round += 1) await queue.add(topic, { ticket: 1 }, { key: 'T-1' });
    await queue.add(topic, { ticket: 2 }, { key: 'T-2' });
    await queue.add(other, { ticket: 'other' }, { key: 'T-1' });
    await queue.add(topic, { ticket: 'last' });
    for (const each of [topic, other])
      await queue.work(each, async ({ ticket }) => void seen.push(ticket), { concurrency: 1 });
    await expect.poll(() => new Set(seen), PATIENT).toEqual(new Set([1, 2, 'last', 'other']));
    expect(seen).toHaveLength(4);
  });

  it('runs a delayed job at once when it is asked for at once under the same key', async () => {
    const queue = await open();
    const topic = randomUUID();
    const seen: unknown[] = [];
    await queue.work(topic, async ({ ticket }) => void seen.push(ticket), { concurrency: 1 });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1', delayMs: LONG_MS });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1' });
    await expect.poll(() => seen, PATIENT).toEqual([1]);
  });

  it('moves a delayed job to the earlier of two times, never to the later', async () => {
    const queue = await open();
    const topic = randomUUID();
    const seen: unknown[] = [];
    await queue.work(topic, async ({ ticket }) => void seen.push(ticket), { concurrency: 1 });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1', delayMs: LONG_MS });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1', delayMs: 100 });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1', delayMs: LONG_MS });
    await expect.poll(() => seen, PATIENT).toEqual([1]);
  });

  it('runs a job once more when it was added again while it ran, and not beside itself', async () => {
    const queue = await open();
    const topic = randomUUID();
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let running = 0;
    const seen: unknown[] = [];
    await queue.work(
      topic,
      async ({ round }) => {
        running += 1;
        seen.push([round, running]);
        started.resolve();
        if (round === 1) await gate.promise;
        running -= 1;
      },
      { concurrency: 3 },
    );
    await queue.add(topic, { round: 1 }, { key: 'T-1' });
    await started.promise;
    await queue.add(topic, { round: 2 }, { key: 'T-1' });
    await queue.add(topic, { round: 3 }, { key: 'T-1' });
    gate.resolve();
    await expect
      .poll(() => seen, PATIENT)
      .toEqual([
        [1, 1],
        [3, 1],
      ]);
  });

  it('lets a handler put its own job off', async () => {
    const queue = await open();
    const topic = randomUUID();
    const seen: unknown[] = [];
    await queue.work(
      topic,
      async ({ round }) => {
        seen.push(round);
        if (round === 1) await queue.add(topic, { round: 2 }, { key: 'T-1', delayMs: 50 });
      },
      { concurrency: 1 },
    );
    await queue.add(topic, { round: 1 }, { key: 'T-1' });
    await expect.poll(() => seen, PATIENT).toEqual([1, 2]);
  });

  it('tries again what may pass, not sooner than the other side asked for', async () => {
    const queue = await open();
    const topic = randomUUID();
    const starts: number[] = [];
    await queue.work(
      topic,
      async () => {
        starts.push(Date.now());
        if (starts.length === 1) throw new AppError('busy', 'Busy.', { retryable: true, retryAfterMs: 300 });
        if (starts.length === 2) throw new AppError('busy', 'Busy.', { retryable: true });
      },
      { concurrency: 1 },
    );
    await queue.add(topic, {}, { key: 'T-1' });
    await expect.poll(() => starts.length, PATIENT).toBe(3);
    const [first = 0, second = 0] = starts;
    expect(second - first).toBeGreaterThanOrEqual(300);
  });

  it('gives a job up after eight tries, says so, and lets its key go', async () => {
    const queue = await open();
    const topic = randomUUID();
    let tries = 0;
    const seen: unknown[] = [];
    await queue.work(
      topic,
      async ({ text }) => {
        if (text === 'well') return void seen.push(text);
        tries += 1;
        throw new AppError('busy', 'Busy.', { retryable: true });
      },
      { concurrency: 1 },
    );
    await queue.add(topic, { text: 'secret words' }, { key: 'T-1' });
    await expect.poll(() => errors(), PATIENT).toHaveLength(1);
    expect(tries).toBe(8);
    expect(errors()[0]?.fields).toMatchObject({ topic, key: 'T-1', attempt: 8, code: 'busy' });
    expect(JSON.stringify(logged)).not.toContain('secret words');
    await queue.add(topic, { text: 'well' }, { key: 'T-1' });
    await expect.poll(() => seen, PATIENT).toEqual(['well']);
  });

  it.each([
    ['an AppError that is final', new AppError('refused', 'Refused.')],
    ['a mistake in the code', new TypeError('undefined is not a function')],
    ['something that is no Error', 'just words'],
  ])('drops a job after %s', async (_, thrown) => {
    const queue = await open();
    const topic = randomUUID();
    const seen: unknown[] = [];
    await queue.work(
      topic,
      async ({ name }) => {
        seen.push(name);
        if (name === 'bad') throw thrown;
      },
      { concurrency: 1 },
    );
    await queue.add(topic, { name: 'bad' });
    await queue.add(topic, { name: 'good' });
    await expect.poll(() => errors(), PATIENT).toHaveLength(1);
    await expect.poll(() => seen, PATIENT).toEqual(['bad', 'good']);
  });

  it('runs as many jobs at a time as it may, and no more', async () => {
    const queue = await open();
    const topic = randomUUID();
    const gate = Promise.withResolvers<void>();
    let [running, most, done] = [0, 0, 0];
    for (let number = 0; number < 7; number += 1) await queue.add(topic, { number });
    await queue.work(
      topic,
      async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === 3) gate.resolve();
        await gate.promise;
        running -= 1;
        done += 1;
      },
      { concurrency: 3 },
    );
    await expect.poll(() => done, PATIENT).toBe(7);
    expect(most).toBe(3);
  });

  it('gives the job of a killed process to another', { timeout: 180_000 }, async () => {
    const queue = await open();
    const topic = randomUUID();
    const { databaseUrl, redisUrl = '' } = broker;
    const child = spawn(process.execPath, [CHILD, databaseUrl, redisUrl, topic, String(LOCK_MS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await queue.add(topic, { ticket: 1 }, { key: 'T-1' });
    await once(child.stdout, 'data');
    const seen: unknown[] = [];
    await queue.work(topic, async ({ ticket }) => void seen.push(ticket), { concurrency: 1 });
    expect(seen).toEqual([]);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await queue.add(topic, { ticket: 1 }, { key: 'T-1' });
    await expect.poll(() => seen.length, { timeout: 90_000 }).toBeGreaterThan(0);
  });

  it('ticks once for all replicas', async () => {
    const replicas = [await open(), await open()];
    const [cron, interval] = [randomUUID(), randomUUID()];
    const ticks = new Map([cron, interval].map((topic) => [topic, 0]));
    const registered = Date.now();
    for (const replica of replicas) {
      for (const topic of ticks.keys()) {
        const handler = async () => void ticks.set(topic, (ticks.get(topic) ?? 0) + 1);
        await replica.work(topic, handler, { concurrency: 2 });
      }
      await replica.every(cron, { cron: '* * * * * *', timeZone: 'Europe/Paris' });
      await replica.every(interval, { everyMs: 1_000 });
    }
    await expect.poll(() => Math.min(...ticks.values()), PATIENT).toBeGreaterThanOrEqual(4);
    const due = Math.ceil((Date.now() - registered) / 1_000);
    expect(Math.max(...ticks.values())).toBeLessThanOrEqual(due);
  });

  it('replaces a schedule that has changed', async () => {
    const queue = await open();
    const topic = randomUUID();
    let ticks = 0;
    const handler = async () => {
      ticks += 1;
    };
    await queue.work(topic, handler, { concurrency: 1 });
    await queue.every(topic, { everyMs: LONG_MS * 24 });
    await queue.every(topic, { cron: '0 4 * * *', timeZone: 'UTC' });
    await queue.every(topic, { everyMs: 100 });
    await expect.poll(() => ticks, PATIENT).toBeGreaterThan(2);
  });

  it('finishes the work in hand before it stops, keeps what that wakes, and takes none afterwards', async () => {
    const queue = await open();
    const topic = randomUUID();
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen: unknown[] = [];
    await queue.work(
      topic,
      async ({ name }) => {
        started.resolve();
        await gate.promise;
        await queue.add(topic, { name: 'woken' });
        seen.push(name);
      },
      { concurrency: 1 },
    );
    await queue.add(topic, { name: 'in hand' });
    await queue.add(topic, { name: 'waiting' });
    await started.promise;
    const stopped = queue.stop().then(() => seen.push('stopped'));
    gate.resolve();
    await stopped;
    expect(seen).toEqual(['in hand', 'stopped']);
    await expect(queue.add(topic, {})).rejects.toMatchObject({ code: 'queue_unavailable' });
    const successor = await open();
    await successor.work(topic, async ({ name }) => void seen.push(name), { concurrency: 1 });
    await expect.poll(() => seen, PATIENT).toEqual(['in hand', 'stopped', 'waiting', 'woken']);
  });

  it('survives the loss of its server: says so, then goes on by itself', { timeout: 180_000 }, async () => {
    const queue = await open();
    const topics = [randomUUID(), randomUUID()];
    const seen: unknown[] = [];
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const topic of topics)
      await queue.work(
        topic,
        async ({ name }) => {
          started.resolve();
          if (name === 'in hand') await gate.promise;
          seen.push(name);
        },
        { concurrency: 2 },
      );
    const [topic = ''] = topics;
    await queue.every(randomUUID(), { everyMs: LONG_MS });
    expect(await queue.health()).toMatchObject({ ok: true });
    await queue.add(topic, { name: 'in hand' });
    await queue.add(topic, { name: 'delayed' }, { delayMs: 3_000 });
    await started.promise;
    await broker.fail();
    await expect(queue.add(topic, { name: 'refused' })).rejects.toMatchObject({
      code: 'queue_unavailable',
      retryable: true,
    });
    expect(await queue.health()).toMatchObject({ ok: false });
    gate.resolve();
    await expect.poll(() => seen).toContain('in hand');
    await broker.recover();
    await expect.poll(() => seen, { timeout: 90_000 }).toContain('delayed');
    await expect.poll(async () => (await queue.health()).ok, PATIENT).toBe(true);
    for (const each of topics) await queue.add(each, { name: each });
    await expect.poll(() => seen, { timeout: 90_000 }).toEqual(expect.arrayContaining(topics));
    const { databaseUrl, redisUrl = '' } = broker;
    expect(logged.filter(({ level }) => level === 'warn').length).toBeLessThan(10);
    expect(JSON.stringify(logged)).not.toContain(`${databaseUrl}${redisUrl}`);
  });

  it('stops although its server is gone', { timeout: 180_000 }, async () => {
    const queue = await open({ stopMs: 500 });
    await queue.work(randomUUID(), async () => undefined, { concurrency: 1 });
    await broker.fail();
    await queue.stop();
    await broker.recover();
  });

  it('says at the start that its server cannot be reached', async () => {
    const redisUrl = broker.redisUrl && 'redis://:secret@127.0.0.1:1';
    const starting = open({ databaseUrl: 'postgres://nobody:secret@127.0.0.1:1/gone', redisUrl });
    const error: unknown = await starting.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(queue|redis)_unavailable$/),
      retryable: true,
    });
    expect(error).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
    expect(error).not.toHaveProperty('message', expect.stringContaining('secret'));
  });

  function errors() {
    return logged.filter(({ level }) => level === 'error');
  }
}

const PATIENT = { timeout: 60_000 };

const byNumber = (a: unknown, b: unknown) => Number(a) - Number(b);
