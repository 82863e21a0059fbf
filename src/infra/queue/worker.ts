// One topic's worker: runs the handler, retries what may pass, rests after trouble.
import { type IQueueBackend, type Job, Worker } from 'bullmq';
import { AppError, errorText } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import type { Handler, JobWorker, Payload, QueueBackend } from './backend.ts';
import { retryDelay } from './retry.ts';

interface WorkerOptions {
  concurrency: number;
  /** First back-off of a retry; doubles from there. */
  backoffMs: number;
  /** A killed process's job goes to another worker after this long, and half as long again at most. */
  lockMs: number;
  /** Told of every trouble with the connection. */
  onTrouble(error: Error): void;
  log: Log;
}

/** Times that a job may outlive its process before it is held to be the reason for the process's death. */
const DEATHS = 3;
const REST_MS = 1_000;

/** Starts working on `topic`. Rejects when the backend cannot be reached. */
export async function startWorker(
  backend: QueueBackend,
  topic: string,
  handler: Handler,
  options: WorkerOptions,
): Promise<JobWorker> {
  const worker: JobWorker = new Worker<Payload, void, string, IQueueBackend>(
    topic,
    (job) => handler(job.data).catch(throwError),
    {
      connection: backend.connection,
      prefix: backend.prefix,
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.lockMs / 2,
      maxStalledCount: DEATHS,
      runRetryDelay: REST_MS,
      settings: {
        // -1 tells BullMQ to give up.
        backoffStrategy: (failures, _type, error) => retryDelay(error, failures, options.backoffMs) ?? -1,
      },
    },
    backend.factory,
  );
  worker.on('failed', (job, error) => logFailure(options.log, topic, job, error));
  worker.on('error', options.onTrouble);
  restAfterTrouble(worker);
  try {
    await worker.waitUntilReady();
  } catch (error) {
    await worker.close(true);
    throw error;
  }
  return worker;
}

/**
 * After an error that it does not know as a lost connection, BullMQ asks again at once, and its search for
 * stalled jobs ends for good. A pause of a second and a fresh start cure both.
 */
function restAfterTrouble(worker: JobWorker): void {
  let resting = false;
  worker.on('error', () => {
    if (resting || worker.closing) return;
    resting = true;
    void worker.pause(true).then(() =>
      setTimeout(() => {
        resting = false;
        if (!worker.closing) void worker.resume();
      }, REST_MS),
    );
  });
}

/** BullMQ reads `message` of whatever is thrown. */
function throwError(error: unknown): never {
  throw error instanceof Error ? error : new Error(errorText(error));
}

function logFailure(log: Log, topic: string, job: Job<Payload, void> | undefined, error: Error): void {
  const fields = {
    topic,
    job: job?.id,
    key: job?.deduplicationId,
    attempt: job?.attemptsMade,
    code: error instanceof AppError ? error.code : undefined,
    reason: error.message,
  };
  if (job?.finishedOn === undefined) log.warn(fields, 'a job failed and will be tried again');
  else log.error({ ...fields, stack: error.stack }, 'a job failed and was dropped');
}
