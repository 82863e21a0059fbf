// Wires the queue's topics to the flows.
import { advance } from '../flows/advance.ts';
import type { FlowDeps, Wake } from '../flows/deps.ts';
import { sendDue } from '../flows/reply.ts';
import { sweep } from '../flows/sweep.ts';
import { AppError } from '../model/errors.ts';
import type { Clock, Queue } from '../ports.ts';

/** Tickets worked on at once by one process; their embeddings queue up by urgency behind that. */
const TICKETS = 6;
const SENDERS = 4;
/** How soon work is found again whose wake-up was lost. */
const SWEEP_MS = 10_000;
/** A ticket that another process holds is looked at again after this pause. */
const BUSY_MS = 500;

/** Wake-ups through the queue; several for one ticket or one send time are one job. */
export function createWake(queue: Queue, clock: Clock): Wake {
  return {
    ticket: (ticketId, urgency = 0.5) => queue.add('ticket', { ticketId }, { key: `${ticketId}`, urgency }),
    async outbox(at) {
      const delayMs = Math.max(0, at.getTime() - clock.now().getTime());
      // Due replies share one job; later ones get a job for their second.
      const key = delayMs === 0 ? 'now' : `${Math.ceil(at.getTime() / 1000)}`;
      await queue.add('outbox', {}, { key, delayMs });
    },
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
