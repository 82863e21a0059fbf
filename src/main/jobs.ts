// Wires the queue's topics to the flows.
import { advance } from '../flows/advance.ts';
import type { FlowDeps, Wake } from '../flows/deps.ts';
import { sendDue } from '../flows/reply.ts';
import { sweep } from '../flows/sweep.ts';
import { withDeadline } from '../infra/queue/deadline.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Clock, Log, Queue } from '../ports.ts';

/** Tickets worked on at once by one process; their embeddings queue up by urgency behind that. */
const TICKETS = 6;
const SENDERS = 4;
/** How soon work is found again whose wake-up was lost. */
const SWEEP_MS = 10_000;
/** A ticket that another process holds is looked at again after this pause. */
const BUSY_MS = 500;
/** How long a wake-up may hold up an agent or an acknowledgement. */
const PATIENCE_MS = 1_000;

/**
 * Wake-ups through the queue; several for one ticket or one send time are one job. A queue that is gone holds
 * nobody up: the sweeper finds the work when it is back.
 */
export function createWake(queue: Queue, clock: Clock, log: Log): Wake {
  async function add(topic: string, payload: Record<string, unknown>, options: Parameters<Queue['add']>[2]) {
    try {
      await withDeadline(PATIENCE_MS, queue.add(topic, payload, options), () => new Error('no answer yet'));
    } catch (error) {
      log.warn({ topic, key: options?.key, reason: errorText(error) }, 'a wake-up may be lost');
    }
  }
  return {
    ticket: (ticketId, urgency = 0.5) => add('ticket', { ticketId }, { key: `${ticketId}`, urgency }),
    async outbox(at) {
      const delayMs = Math.max(0, at.getTime() - clock.now().getTime());
      // Due replies share one job; later ones get a job for their second.
      const key = delayMs === 0 ? 'now' : `${Math.ceil(at.getTime() / 1000)}`;
      await add('outbox', {}, { key, delayMs });
    },
    trackers: () => add('trackers', {}, { key: 'now' }),
  };
}

/** Starts this process's workers. */
export async function startJobs(queue: Queue, deps: FlowDeps): Promise<void> {
  await queue.work(
    'ticket',
    async ({ ticketId }) => {
      if (!(await advance(deps, Number(ticketId))))
        throw new AppError('ticket_busy', `ticket ${ticketId} is being worked on`, {
          retryable: true,
          retryAfterMs: BUSY_MS,
        });
    },
    { concurrency: TICKETS },
  );
  await queue.work('outbox', () => sendDue(deps), { concurrency: SENDERS });
  await queue.work('sweep', () => sweep(deps), { concurrency: 1 });
  await queue.every('sweep', { everyMs: SWEEP_MS });
}
