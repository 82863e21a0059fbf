// How many calls went out under a key: in this process, or in Redis for all replicas.

import { withDeadline } from '../../model/deadline.ts';
import { AppError, errorText } from '../../model/errors.ts';
import type { Clock, Log, Rate } from '../../ports.ts';
import type { connectRedis } from '../redis.ts';

export interface Counts {
  /** Counts a call when all rates allow it now: 0. Else nothing is counted: the milliseconds until asking again pays. */
  take(key: string, rates: readonly Rate[], rank: number): Promise<number>;
  paused(key: string): Promise<number>;
  pause(key: string, ms: number): Promise<void>;
}

type Redis = Awaited<ReturnType<typeof connectRedis>>;

/** Redis may take this long; then the process counts for itself, and for so long does not ask again. */
const REDIS_MS = 250;
const REST_MS = 5_000;
/** Keys in memory; those that are at rest go first. */
const KEPT = 5_000;

/** A rate as one number, the time at which its bucket is full again (generic cell rate algorithm). */
interface Entry {
  full: number[];
  pausedUntil: number;
}

/** Counts of this process. */
export function createLocalCounts(clock: Clock): Counts {
  const entries = new Map<string, Entry>();
  const now = () => clock.now().getTime();

  function entryOf(key: string): Entry {
    const entry = entries.get(key) ?? { full: [], pausedUntil: 0 };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > KEPT)
      for (const [old, { full, pausedUntil }] of entries)
        if (Math.max(pausedUntil, ...full) < now()) entries.delete(old);
    return entry;
  }

  return {
    async take(key, rates) {
      const entry = entryOf(key);
      const at = now();
      const full = rates.map((_, index) => Math.max(at, entry.full[index] ?? 0));
      const wait = rates.reduce(
        (longest, { burst, everyMs }, index) =>
          Math.max(longest, (full[index] ?? at) - (burst - 1) * everyMs - at),
        entry.pausedUntil - at,
      );
      if (wait > 0) return Math.ceil(wait);
      entry.full = rates.map(({ everyMs }, index) => (full[index] ?? at) + everyMs);
      return 0;
    },
    async paused(key) {
      return Math.max(0, (entries.get(key)?.pausedUntil ?? 0) - now());
    },
    async pause(key, ms) {
      const entry = entryOf(key);
      entry.pausedUntil = Math.max(entry.pausedUntil, now() + ms);
    },
  };
}

/**
 * The same in one step at the server and by its clock. A call that had to wait leaves its rank behind: until it is
 * due, less urgent calls of other replicas give way to it.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rank = tonumber(ARGV[1])
local function held(field) return tonumber(redis.call('HGET', KEYS[1], field)) or 0 end
local wait = held('paused') - now
local full = {}
for i = 2, #ARGV, 2 do
  full[i] = math.max(now, held('full' .. i))
  wait = math.max(wait, full[i] - (ARGV[i] - 1) * ARGV[i + 1] - now)
end
local before = now < held('until') and held('rank') or nil
if wait > 0 then
  if not before or rank <= before then
    redis.call('HSET', KEYS[1], 'rank', rank, 'until', now + wait + 200)
    redis.call('PEXPIRE', KEYS[1], 3600000)
  end
  return math.ceil(wait)
end
if before and rank > before then return 100 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], 'full' .. i, full[i] + ARGV[i + 1]) end
redis.call('HDEL', KEYS[1], 'rank', 'until')
redis.call('PEXPIRE', KEYS[1], 3600000)
return 0`;

const PAUSE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local until_ = tonumber(redis.call('HGET', KEYS[1], 'paused')) or 0
if ARGV[1] + now > until_ then
  until_ = ARGV[1] + now
  redis.call('HSET', KEYS[1], 'paused', until_)
  redis.call('PEXPIRE', KEYS[1], math.max(3600000, until_ - now))
end
return math.max(0, until_ - now)`;

/**
 * Counts that all replicas share. While Redis does not answer the process counts for itself. `prefix` keeps
 * workspaces apart.
 */
export function createSharedCounts(
  redis: Redis,
  { prefix, clock, log }: { prefix: string; clock: Clock; log: Log },
): Counts {
  const local = createLocalCounts(clock);
  let restUntil = 0;

  async function ask(script: string, key: string, values: number[]): Promise<number> {
    // Commands would wait for a connection that is down.
    if (!redis.isReady) throw new AppError('redis_unavailable', 'the connection is down');
    const answer = redis.eval(script, { keys: [`${prefix}:rate:${key}`], arguments: values.map(String) });
    return Number(await withDeadline(REDIS_MS, answer, () => new Error('no answer in time')));
  }

  async function orLocal(shared: () => Promise<number>, own: () => Promise<number>): Promise<number> {
    const now = clock.now().getTime();
    if (now < restUntil && restUntil - now <= REST_MS) return own();
    try {
      return await shared();
    } catch (error) {
      restUntil = now + REST_MS;
      log.debug({ reason: errorText(error) }, 'rates are counted in this process for now');
      return own();
    }
  }

  return {
    take: (key, rates, rank) =>
      orLocal(
        () => ask(TAKE, key, [rank, ...rates.flatMap(({ burst, everyMs }) => [burst, everyMs])]),
        () => local.take(key, rates, rank),
      ),
    paused: (key) =>
      orLocal(
        () => ask(PAUSE, key, [0]),
        () => local.paused(key),
      ),
    async pause(key, ms) {
      await local.pause(key, ms);
      await orLocal(
        () => ask(PAUSE, key, [ms]),
        async () => 0,
      );
    },
  };
}
