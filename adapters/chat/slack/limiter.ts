// Keeps calls within Slack's rates: a bucket for each method (and channel), urgent calls first, pauses as Slack asks.
import { AppError } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/ports.ts';
import { RATES } from './limits.ts';

export interface Call {
  method: string;
  channel: string;
  /** 0 goes first. */
  rank: number;
}

/** Another one, shared between replicas, may take this one's place. */
export interface Limiter {
  /**
   * Sends as soon as the rates allow. AppError `rate_limited` (with `retryAfterMs`) when that would take longer
   * than a caller should wait. `send` may run again after it was told to pause.
   */
  run<T>(call: Call, send: () => Promise<T>): Promise<T>;
  stop(): void;
}

/** Longest wait for a turn; after it the caller does better to free its place and come again. */
const PATIENCE_MS = 8_000;
/** A call that is told to pause goes again this often before its caller is told. */
const ATTEMPTS = 3;

interface Job {
  rank: number;
  since: number;
  attempts: number;
  send(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Lane {
  tokens: number;
  filledAt: number;
  pausedUntil: number;
  jobs: Job[];
  timer: NodeJS.Timeout | null;
}

export function createLimiter(clock: Clock): Limiter {
  const lanes = new Map<string, Lane>();
  const now = () => clock.now().getTime();

  function pump(key: string, lane: Lane, rate: { perMinute: number; burst: number }): void {
    if (lane.timer) clearTimeout(lane.timer);
    lane.timer = null;
    const at = now();
    const earned = ((at - lane.filledAt) / 60_000) * rate.perMinute;
    lane.tokens = Math.min(rate.burst, lane.tokens + Math.max(0, earned));
    lane.filledAt = at;
    while (lane.jobs.length > 0 && lane.tokens >= 1 && at >= lane.pausedUntil) {
      const job = lane.jobs.shift();
      if (!job) break;
      lane.tokens -= 1;
      job.attempts += 1;
      job.send().then(job.resolve, (error: unknown) => failed(key, lane, rate, job, error));
    }
    if (lane.jobs.length === 0) return;
    const wait = waitOf(lane, rate, at);
    const patient = lane.jobs.filter((job) => at + wait - job.since <= PATIENCE_MS);
    for (const job of lane.jobs.filter((one) => !patient.includes(one))) job.reject(tooLong(wait));
    lane.jobs = patient;
    if (patient.length > 0) lane.timer = setTimeout(() => pump(key, lane, rate), Math.max(10, wait));
  }

  function waitOf(lane: Lane, rate: { perMinute: number }, at: number): number {
    const forToken = lane.tokens >= 1 ? 0 : ((1 - lane.tokens) / rate.perMinute) * 60_000;
    return Math.ceil(Math.max(forToken, lane.pausedUntil - at));
  }

  function failed(
    key: string,
    lane: Lane,
    rate: { perMinute: number; burst: number },
    job: Job,
    error: unknown,
  ): void {
    if (!(error instanceof AppError && error.code === 'rate_limited')) {
      job.reject(error);
      return;
    }
    lane.pausedUntil = Math.max(lane.pausedUntil, now() + (error.retryAfterMs ?? 1_000));
    if (job.attempts >= ATTEMPTS) job.reject(error);
    else insert(lane.jobs, job);
    pump(key, lane, rate);
  }

  return {
    run<T>(call: Call, send: () => Promise<T>): Promise<T> {
      const rate = RATES[call.method];
      if (!rate) return send();
      const key = rate.perChannel ? `${call.method} ${call.channel}` : call.method;
      const lane = lanes.get(key) ?? {
        tokens: rate.burst,
        filledAt: now(),
        pausedUntil: 0,
        jobs: [],
        timer: null,
      };
      lanes.set(key, lane);
      return new Promise<T>((resolve, reject) => {
        insert(lane.jobs, {
          rank: call.rank,
          since: now(),
          attempts: 0,
          send,
          // The promise of this very `send`, so its value is a T.
          resolve: (value) => resolve(value as T),
          reject,
        });
        pump(key, lane, rate);
      });
    },
    stop() {
      for (const lane of lanes.values()) {
        if (lane.timer) clearTimeout(lane.timer);
        for (const job of lane.jobs) job.reject(tooLong(1_000));
        lane.jobs = [];
      }
    },
  };
}

/** Behind those of the same rank, before those of a later one. */
function insert(jobs: Job[], job: Job): void {
  const at = jobs.findIndex((other) => other.rank > job.rank);
  jobs.splice(at < 0 ? jobs.length : at, 0, job);
}

function tooLong(retryAfterMs: number): AppError {
  return new AppError('rate_limited', 'Slack takes no more messages at the moment; it goes on by itself.', {
    retryable: true,
    retryAfterMs: Math.max(1_000, retryAfterMs),
  });
}
