// Rates of far ends: urgent calls first, others told when to come, replicas together, and on their own while Redis is gone.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocalCounts, createSharedCounts } from '../../src/infra/limiter/counts.ts';
import { createLimiter } from '../../src/infra/limiter/index.ts';
import { connectRedis } from '../../src/infra/redis.ts';
import { AppError } from '../../src/model/errors.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { silentLog } from '../support/silent-log.ts';

const clock = { now: () => new Date() };
const POSTS = [{ burst: 5, everyMs: 1_000 }];
const busyFor = (retryAfterMs: number) =>
  new AppError('rate_limited', 'pause', { retryable: true, retryAfterMs });

describe('in one process', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const post = (rank: number, key = 'C1') => ({ key, rank, rates: POSTS });

  it('urgent calls go first, and the others are told when to come again, one after the other', async () => {
    const sent: string[] = [];
    const { run } = createLimiter(clock);
    const send = (name: string) => async () => void sent.push(name);
    const all = Array.from({ length: 30 }, (_, n) => run(post(0.7), send(`P4 ${n}`)));
    all.push(run(post(0), send('P1')));
    const settled = Promise.allSettled(all);
    await vi.advanceTimersByTimeAsync(60_000);
    const late = (await settled).filter((outcome) => outcome.status === 'rejected');
    expect(sent.indexOf('P1')).toBeLessThan(7);
    expect(late.length).toBeGreaterThan(0);
    expect(sent.length + late.length).toBe(31);
    const turns = late.map(({ reason }) => reason.retryAfterMs);
    expect(new Set(turns).size).toBe(late.length);
    expect(Math.max(...turns) - Math.min(...turns)).toBe((late.length - 1) * 1_000);
  });

  it('three hundred callers that come when they are told all get through at the pace that is allowed', async () => {
    const { run } = createLimiter(clock);
    const started = Date.now();
    let sent = 0;
    const persist = async (): Promise<void> => {
      for (;;)
        try {
          return await run(post(0.7), async () => void sent++);
        } catch (error) {
          const wait = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
          await new Promise((resolve) => setTimeout(resolve, wait));
        }
    };
    const all = Promise.all(Array.from({ length: 300 }, persist)).then(() => Date.now() - started);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sent).toBe(300);
    expect(await all).toBeLessThan(320_000);
  });

  it('a far end that asks for a pause gets it, under that key only', async () => {
    const { run, paused } = createLimiter(clock);
    const sent: string[] = [];
    let refusals = 1;
    const busy = async () => {
      if (refusals-- > 0) throw busyFor(3_000);
      sent.push('C1');
    };
    const both = Promise.all([run(post(0), busy), run(post(0, 'C2'), async () => void sent.push('C2'))]);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(sent).toEqual(['C2']);
    expect(await paused('C1')).toBe(100);
    await vi.advanceTimersByTimeAsync(200);
    await both;
    expect(sent).toEqual(['C2', 'C1']);
  });

  it('a storm of refusals ends with the pause that was asked for', async () => {
    const { run } = createLimiter(clock);
    const outcome = run(post(0), () => Promise.reject(busyFor(30_000))).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await outcome).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 30_000 });
  });

  it('other errors are the caller’s, and hold nobody up', async () => {
    const { run } = createLimiter(clock);
    await expect(run(post(0), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(post(0), async () => 'next')).toBe('next');
  });

  it('of several rates every one counts', async () => {
    const { take } = createLocalCounts(clock);
    const rates = [
      { burst: 2, everyMs: 100 },
      { burst: 3, everyMs: 10_000 },
    ];
    const waits = [];
    for (let n = 0; n < 3; n++) waits.push(await take('k', rates, 0));
    expect(waits).toEqual([0, 0, 100]);
    await vi.advanceTimersByTimeAsync(100);
    expect(await take('k', rates, 0)).toBe(0);
    expect(await take('k', rates, 0)).toBe(9_900);
  });

  it('lets nobody wait who is stopped', async () => {
    const limiter = createLimiter(clock);
    const all = Promise.allSettled(Array.from({ length: 8 }, () => limiter.run(post(0), async () => 'sent')));
    await vi.advanceTimersByTimeAsync(10);
    await limiter.stop();
    expect((await all).filter(({ status }) => status === 'rejected')).toHaveLength(3);
    await expect(limiter.run(post(0), async () => 1)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('between replicas', () => {
  let redis: TestRedis;
  const connections: Awaited<ReturnType<typeof connectRedis>>[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const connection of connections) connection.destroy();
    await redis.stop();
  });

  async function replica() {
    const connection = await connectRedis(redis.url, { name: 'test', log: silentLog });
    connections.push(connection);
    return createSharedCounts(connection, { prefix: 'deskhand:test', clock, log: silentLog });
  }

  it('calls are counted together, and pauses hold for all', async () => {
    const [one, two] = [await replica(), await replica()];
    const rates = [{ burst: 4, everyMs: 60_000 }];
    const takes = [];
    for (const counts of [one, two, one, two, one, two]) takes.push(await counts.take('together', rates, 0));
    expect(takes.filter((wait) => wait === 0)).toHaveLength(4);
    expect(takes[5]).toBeGreaterThan(50_000);
    await one.pause('paused', 60_000);
    expect(await two.paused('paused')).toBeGreaterThan(50_000);
    expect(await two.take('paused', rates, 0)).toBeGreaterThan(50_000);
  });

  it('a less urgent call of another replica gives way to one that waits', async () => {
    const [one, two] = [await replica(), await replica()];
    const rates = [{ burst: 1, everyMs: 150 }];
    expect(await one.take('urgent', rates, 0.5)).toBe(0);
    expect(await one.take('urgent', rates, 0)).toBeGreaterThan(0);
    // Due again by the server's clock, but one that is more urgent stands in line.
    await vi.waitFor(async () => expect(await two.take('urgent', rates, 0.7)).toBe(100), { interval: 20 });
    expect(await one.take('urgent', rates, 0)).toBe(0);
  });

  it('a replica goes on by its own counts while Redis is gone', async () => {
    const counts = await replica();
    const rates = [{ burst: 2, everyMs: 60_000 }];
    await redis.kill();
    const takes = [];
    for (let n = 0; n < 3; n++) takes.push(await counts.take('alone', rates, 0));
    expect(takes.slice(0, 2)).toEqual([0, 0]);
    expect(takes[2]).toBeGreaterThan(50_000);
    await redis.revive();
  });
});
