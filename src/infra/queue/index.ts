// The queue: BullMQ on Redis where there is one, else on PostgreSQL. Jobs are wake-ups; the truth is in SQL.
import { randomUUID } from 'node:crypto';
import { type IQueueBackend, Queue as Topic } from 'bullmq';
import { withDeadline } from '../../model/deadline.ts';
import { AppError, errorText } from '../../model/errors.ts';
import type { Clock, Log, Queue } from '../../ports.ts';
import type { Jobs, JobWorker, Payload, QueueBackend } from './backend.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import { openRedisBackend } from './redis-backend.ts';
import { ATTEMPTS } from './retry.ts';
import { ensureSchedule, type Schedule } from './schedule.ts';
import { startWorker } from './worker.ts';

export interface QueueOptions {
  /** Jobs live here without `redisUrl`; its database's name keeps workspaces on one Redis apart. */
  databaseUrl: string;
  redisUrl?: string | undefined;
  log: Log;
  clock: Clock;
  /** First wait before a failed job is tried again; doubles from there. Default 1 s. */
  backoffMs?: number;
  /** How long a job stays with a worker that gives no sign of life. Default 10 s. */
  lockMs?: number;
  /** How long `stop` waits for handlers; jobs cut off go to another worker, or to this one's successor. Default 20 s. */
  stopMs?: number;
}

const ADD_PATIENCE_MS = 5_000;
const PING_PATIENCE_MS = 2_000;
const CLOSE_PATIENCE_MS = 2_000;
const QUIET_MS = 30_000;
const URGENCY_STEPS = 20;
const SCHEDULE_CHECK_MS = 60_000;

/**
 * Opens the queue. Throws AppError `queue_unavailable` or `redis_unavailable` when its server cannot be reached;
 * later losses of the connection are survived: `add` then fails with `queue_unavailable` (retryable) within
 * 5 s, workers go on by themselves when it is back.
 *
 * Jobs added under one `key` of a topic are one job until it starts, at the earliest time that any asked for
 * (a job waiting for its retry keeps its time). One that is added while it runs starts after it; of
 * several, the last counts. Runs of one key never overlap while their worker lives. Payloads are JSON.
 */
export async function createQueue(options: QueueOptions): Promise<Queue> {
  const { log, clock, backoffMs = 1_000, lockMs = 10_000, stopMs = 20_000 } = options;
  const backend = await openBackend(options);
  const topics = new Map<string, Promise<Jobs>>();
  const workers = new Map<string, Promise<JobWorker>>();
  const schedules = new Map<string, Schedule>();
  const onTrouble = complainSometimes(backend, log, clock);
  let stopping: Promise<void> | undefined;
  /** What the last jobs wake is kept for the next process. */
  let finished = false;

  function jobsOf(topic: string): Promise<Jobs> {
    const known = topics.get(topic);
    if (known) return known;
    const opening = openJobs(backend, topic, onTrouble);
    topics.set(topic, opening);
    // A failed opening must not be remembered.
    opening.catch(() => topics.delete(topic));
    return opening;
  }

  async function available<T>(work: () => Promise<T>, over = stopping !== undefined): Promise<T> {
    if (over) throw unavailable(backend.name, 'it is being stopped');
    try {
      return await withDeadline(ADD_PATIENCE_MS, work(), () => new Error('no answer in time'));
    } catch (error) {
      throw unavailable(backend.name, errorText(error), error);
    }
  }

  async function keepSchedules(): Promise<void> {
    for (const [topic, schedule] of schedules) {
      await ensureSchedule(await jobsOf(topic), schedule, Date.now());
    }
  }
  // A Redis that came back empty has forgotten them.
  const keeper = setInterval(() => keepSchedules().catch(onTrouble), SCHEDULE_CHECK_MS).unref();

  async function closeAll(): Promise<void> {
    clearInterval(keeper);
    const open = await settled([...workers.values()]);
    const ended = Promise.all(open.map((worker) => worker.close())).then(() => true);
    if (!(await within(stopMs, ended))) log.warn({}, 'some jobs did not end in time and will be run again');
    finished = true;
    const jobs = await settled([...topics.values()]);
    await within(CLOSE_PATIENCE_MS, Promise.all(jobs.map((each) => each.close())));
    await within(CLOSE_PATIENCE_MS, backend.close());
  }

  return {
    add(topic, payload, { key, delayMs = 0, urgency = 0.5 } = {}) {
      // BullMQ takes low numbers first; 0 would outrank every urgency.
      const priority = 1 + Math.round((1 - urgency) * URGENCY_STEPS);
      return available(
        async () => addJob(await jobsOf(topic), payload, { key, delay: delayMs, priority }),
        finished,
      );
    },
    async work(topic, handler, { concurrency }) {
      if (workers.has(topic)) throw new Error(`${topic} already has a worker`);
      await available(async () => {
        const starting = startWorker(backend, topic, handler, {
          concurrency,
          backoffMs,
          lockMs,
          onTrouble,
          log,
        });
        workers.set(topic, starting);
        starting.catch(() => workers.delete(topic));
        await starting;
      });
    },
    async every(topic, schedule) {
      await available(async () => ensureSchedule(await jobsOf(topic), schedule, Date.now()));
      schedules.set(topic, schedule);
    },
    async health() {
      try {
        await withDeadline(PING_PATIENCE_MS, backend.ping(), () => new Error('no answer in time'));
        return {
          ok: true,
          detail: `The queue runs on ${backend.name}, ${workers.size} topics are worked on.`,
        };
      } catch (error) {
        return { ok: false, detail: unavailable(backend.name, errorText(error)).message };
      }
    },
    stop() {
      stopping ??= closeAll();
      return stopping;
    },
  };
}

async function openBackend({ databaseUrl, redisUrl, log }: QueueOptions): Promise<QueueBackend> {
  if (redisUrl) return openRedisBackend({ redisUrl, namespace: new URL(databaseUrl).pathname.slice(1), log });
  try {
    return await openPostgresBackend({ databaseUrl, log });
  } catch (error) {
    throw unavailable('PostgreSQL', errorText(error), error);
  }
}

async function openJobs(
  backend: QueueBackend,
  topic: string,
  onTrouble: (error: Error) => void,
): Promise<Jobs> {
  const jobs: Jobs = new Topic<Payload, void, string, Payload, void, string, IQueueBackend>(
    topic,
    {
      connection: backend.connection,
      prefix: backend.prefix,
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'custom' },
        stackTraceLimit: 1,
        removeOnComplete: true,
        removeOnFail: { count: 100, age: 24 * 60 * 60 },
      },
      // Nobody reads BullMQ's event stream; the log has what matters.
      streams: { events: { maxLen: 100 } },
    },
    backend.factory,
  );
  jobs.on('error', onTrouble);
  await jobs.waitUntilReady();
  return jobs;
}

async function addJob(
  jobs: Jobs,
  payload: Payload,
  { key, delay, priority }: { key: string | undefined; delay: number; priority: number },
): Promise<void> {
  const jobId = randomUUID();
  const deduplication = key === undefined ? undefined : { id: key, keepLastIfActive: true };
  const job = await jobs.add(jobs.name, payload, { jobId, delay, priority, deduplication });
  if (job.id !== undefined && job.id !== jobId) await bringForward(jobs, job.id, delay);
}

/** The job that waits under the same key runs at the earlier of the two times. */
async function bringForward(jobs: Jobs, id: string, delay: number): Promise<void> {
  const waiting = await jobs.getJob(id);
  // A job that has failed before waits for what its back-off waits for.
  if (!waiting || waiting.attemptsMade > 0 || !(await waiting.isDelayed())) return;
  if (delay > 0 && waiting.timestamp + waiting.delay <= Date.now() + delay) return;
  // It may have started since we looked: then it sees what we would have told it.
  await waiting.changeDelay(delay).catch(() => undefined);
}

function unavailable(backend: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'queue_unavailable',
    `The queue on ${backend} cannot answer at the moment (${reason}); it is tried again.`,
    { retryable: true, retryAfterMs: 2_000, cause },
  );
}

/** An outage makes every topic report errors every second; the log needs one line now and then. */
function complainSometimes(backend: QueueBackend, log: Log, clock: Clock): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = clock.now().getTime();
    if (now - last < QUIET_MS) return;
    last = now;
    log.warn({ backend: backend.name, reason: errorText(error) }, 'the queue has trouble with its server');
  };
}

async function settled<T>(promises: Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** True when `work` ended well in time. */
function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  return withDeadline(ms, work, () => new Error('late')).then(
    () => true,
    () => false,
  );
}
