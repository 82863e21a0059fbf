// Keeps calls within a far end's rates: urgent ones first, others told when to come again, so that no worker waits long.
import { AppError, hasCode } from '../../model/errors.ts';
import type { Clock, Log, Rate, RateLimiter } from '../../ports.ts';
import { connectRedis } from '../redis.ts';
import { type Counts, createLocalCounts, createSharedCounts } from './counts.ts';

/** Longest wait for a turn; after it the caller does better to free its place and come again. */
const PATIENCE_MS = 8_000;
/**
 * A call that is told to pause goes again this often, unless its patience ends before: sent away sooner, the most
 * urgent, which meets most of the refusals, would come back behind those that had waited.
 */
const ATTEMPTS = 10;
/** Keys that are remembered; those that nobody waits for go first. */
const KEPT = 5_000;

interface Job {
  rank: number;
  since: number;
  attempts: number;
  send(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Lane {
  key: string;
  rates: readonly Rate[];
  jobs: Job[];
  running: boolean;
  /** Turns up to then are promised to callers that were sent away. */
  promisedUntil: number;
}

export type OwnedLimiter = RateLimiter & {
  /** Sends everybody away who waits. */
  stop(): Promise<void>;
};

/** A limiter that replicas share through Redis when `redisUrl` is set. Throws AppError `redis_unavailable`. */
export async function openLimiter(options: {
  redisUrl: string | undefined;
  databaseUrl: string;
  clock: Clock;
  log: Log;
}): Promise<OwnedLimiter> {
  const { redisUrl, clock, log } = options;
  if (!redisUrl) return createLimiter(clock);
  const redis = await connectRedis(redisUrl, { name: 'deskhand-limiter', log });
  // The database's name keeps workspaces apart that share a Redis.
  const prefix = `deskhand:${new URL(options.databaseUrl).pathname.slice(1)}`;
  const limiter = createLimiter(clock, createSharedCounts(redis, { prefix, clock, log }));
  return {
    ...limiter,
    async stop() {
      await limiter.stop();
      redis.destroy();
    },
  };
}

/** A limiter on any counts; by default those of this process. */
export function createLimiter(clock: Clock, counts: Counts = createLocalCounts(clock)): OwnedLimiter {
  const lanes = new Map<string, Lane>();
  const sleeping = new Set<() => void>();
  let stopped = false;
  const now = () => clock.now().getTime();

  function laneOf(key: string, rates: readonly Rate[]): Lane {
    const lane = lanes.get(key) ?? { key, rates, jobs: [], running: false, promisedUntil: 0 };
    lanes.set(key, lane);
    if (lanes.size > KEPT)
      for (const [old, { jobs, running, promisedUntil }] of lanes)
        if (jobs.length === 0 && !running && promisedUntil < now()) lanes.delete(old);
    return lane;
  }

  /** Lets calls through until nobody waits. */
  async function work(lane: Lane): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    for (let first = lane.jobs[0]; first; first = lane.jobs[0]) {
      const wait = await counts.take(lane.key, lane.rates, first.rank);
      // A more urgent call may have come meanwhile.
      const job = wait === 0 ? lane.jobs.shift() : undefined;
      if (job) void attempt(lane, job);
      else if (wait > 0) {
        sendAway(lane, wait);
        if (lane.jobs.length > 0) await sleep(wait);
      }
    }
    lane.running = false;
  }

  async function attempt(lane: Lane, job: Job): Promise<void> {
    job.attempts += 1;
    try {
      job.resolve(await job.send());
    } catch (error) {
      const pause = hasCode(error, 'rate_limited') ? error.retryAfterMs : null;
      if (pause === null) return job.reject(error);
      await counts.pause(lane.key, pause ?? 1_000);
      const isOver = now() - job.since + (pause ?? 1_000) > PATIENCE_MS;
      if (isOver || job.attempts >= ATTEMPTS || stopped) return job.reject(error);
      insert(lane.jobs, job);
      void work(lane);
    }
  }

  /** Those whose turn is too far off get a time to come back, one after the other at the pace that is allowed. */
  function sendAway(lane: Lane, wait: number): void {
    const at = now();
    const pace = Math.min(...lane.rates.map(({ everyMs }) => everyMs), PATIENCE_MS);
    const isPatient = (job: Job, index: number) => at - job.since + wait + index * pace <= PATIENCE_MS;
    const away = lane.jobs.filter((job, index) => !isPatient(job, index));
    lane.jobs = lane.jobs.filter(isPatient);
    for (const job of away) {
      const turn = Math.max(lane.promisedUntil, at + Math.max(wait, PATIENCE_MS / 2));
      lane.promisedUntil = turn + pace;
      job.reject(tooMany(turn - at));
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      sleeping.add(wake);
    });
  }

  return {
    run<T>(
      { key, rank, rates }: { key: string; rank: number; rates: readonly Rate[] },
      send: () => Promise<T>,
    ) {
      const lane = laneOf(key, rates);
      return new Promise<T>((resolve, reject) => {
        if (stopped) return reject(tooMany(1_000));
        // The promise of this very `send`, so its value is a T.
        const settle = (value: unknown) => resolve(value as T);
        insert(lane.jobs, { rank, since: now(), attempts: 0, send, resolve: settle, reject });
        void work(lane);
      });
    },
    paused: (key) => counts.paused(key),
    pause: (key, ms) => counts.pause(key, ms),
    async stop() {
      stopped = true;
      for (const lane of lanes.values()) for (const job of lane.jobs.splice(0)) job.reject(tooMany(1_000));
      for (const wake of [...sleeping]) wake();
    },
  };
}

/** Behind those of the same rank, before those of a later one. */
function insert(jobs: Job[], job: Job): void {
  const at = jobs.findIndex((other) => other.rank > job.rank);
  jobs.splice(at < 0 ? jobs.length : at, 0, job);
}

function tooMany(retryAfterMs: number): AppError {
  return new AppError('rate_limited', 'No more messages are taken at the moment; it goes on by itself.', {
    retryable: true,
    retryAfterMs: Math.max(1_000, Math.ceil(retryAfterMs)),
  });
}
