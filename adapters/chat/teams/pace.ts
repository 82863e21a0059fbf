// Keeps calls to one conversation within Teams' rates, and stays away as long as a 429 says.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/ports.ts';
import { LIMITS } from './limits.ts';

/** Lets calls under one key through at the pace that is allowed; another one may share it between replicas. */
export interface Pace {
  run<T>(key: string, call: () => Promise<T>): Promise<T>;
}

interface Lane {
  /** When calls went out, oldest first, in ms. */
  calls: number[];
  /** Closed until then by a 429. */
  closedUntil: number;
}

/** How many lanes are kept; idle ones go first. */
const LANES = 5_000;

/**
 * Waits for its turn up to `LIMITS.patienceMs`; a longer wait is AppError `rate_limited` with `retryAfterMs`, so
 * that the queue waits rather than the process. A 429 closes the lane and the call is tried once more in time.
 */
export function createPace(clock: Clock): Pace {
  const lanes = new Map<string, Lane>();

  function laneOf(key: string): Lane {
    const lane = lanes.get(key) ?? { calls: [], closedUntil: 0 };
    // The youngest stand last.
    lanes.delete(key);
    lanes.set(key, lane);
    for (const old of lanes.keys()) {
      if (lanes.size <= LANES) break;
      lanes.delete(old);
    }
    return lane;
  }

  /** Takes a place in the lane and tells how long to wait for it, in ms. */
  function reserve(lane: Lane): number {
    const now = clock.now().getTime();
    const longest = Math.max(...LIMITS.pace.map(({ ms }) => ms));
    lane.calls = lane.calls.filter((at) => at > now - longest);
    let at = Math.max(now, lane.closedUntil);
    for (const { ms, calls } of LIMITS.pace) {
      const nth = lane.calls.at(-calls);
      if (lane.calls.length >= calls && nth !== undefined) at = Math.max(at, nth + ms);
    }
    if (at - now > LIMITS.patienceMs)
      throw new AppError('rate_limited', 'Teams takes no more messages in this channel for now.', {
        retryable: true,
        retryAfterMs: at - now,
      });
    lane.calls.push(at);
    return at - now;
  }

  async function attempt<T>(lane: Lane, call: () => Promise<T>): Promise<T> {
    const wait = reserve(lane);
    if (wait > 0) await sleep(wait);
    try {
      return await call();
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limited')
        lane.closedUntil = clock.now().getTime() + (error.retryAfterMs ?? 1_000);
      throw error;
    }
  }

  return {
    async run(key, call) {
      const lane = laneOf(key);
      try {
        return await attempt(lane, call);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
        return attempt(lane, call);
      }
    },
  };
}
