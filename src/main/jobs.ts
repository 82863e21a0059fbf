// Wires the queue's topics to the flows.
import { advance, timed } from '../flows/advance.ts';
import { showBackgrounds } from '../flows/background.ts';
import { showBurst } from '../flows/burst.ts';
import { calibrate } from '../flows/calibrate.ts';
import { clusterDue } from '../flows/cluster.ts';
import { mergeClusters } from '../flows/cluster-merge.ts';
import { keepDays } from '../flows/day-figures.ts';
import type { FlowDeps, Wake } from '../flows/deps.ts';
import { deriveEvents } from '../flows/derive-events.ts';
import { digestPlaces, digestTimes, postDigest, postDueDigests } from '../flows/digest.ts';
import { findGaps } from '../flows/find-gaps.ts';
import { forgetOld } from '../flows/forget.ts';
import { learnPriority } from '../flows/learn-priority.ts';
import { considerEvents } from '../flows/outreach.ts';
import { present } from '../flows/present.ts';
import { sendDue } from '../flows/reply.ts';
import { showClusters } from '../flows/show-clusters.ts';
import { sweep } from '../flows/sweep.ts';
import { keepTrack } from '../flows/track.ts';
import { watchAccounts } from '../flows/watch-accounts.ts';
import { withDeadline } from '../model/deadline.ts';
import { digestPeriodSchema } from '../model/digest.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/duration.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Clock, Log, Queue } from '../ports.ts';

/** Tickets worked on at once by one process; their embeddings queue up by urgency behind that. */
const TICKETS = 6;
const SENDERS = 4;
/** Cards drawn at once on one platform. They wait for the platform's rates, which costs next to nothing. */
const CARDS = 24;
/** The message of a burst is changed at most this often. */
const BURST_PAUSE_MS = 5_000;
/** A ticket that another process holds is looked at again after this pause. */
const BUSY_MS = 500;
/** How long a wake-up may hold up an agent or an acknowledgement. */
const PATIENCE_MS = 1_000;
/** How far back accounts that wrote are looked for: a message may wait for its analysis, and a look may be lost. */
const LOOKED_BACK_MS = 15 * MINUTE_MS;
/** How often what nobody asks for any more is forgotten. */
const FORGET_MS = 6 * HOUR_MS;

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
    cards: (ticketId, platform, urgency) =>
      add(cardsTopic(platform), { ticketId }, { key: `${ticketId}`, urgency }),
    burst: (burstId, platform) =>
      add(cardsTopic(platform), { burstId }, { key: `burst-${burstId}`, delayMs: BURST_PAUSE_MS }),
    clusters: () => add('clusters', {}, { key: 'now' }),
    trackers: () => add('trackers', {}, { key: 'now' }),
    outreach: () => add('outreach', {}, { key: 'now' }),
  };
}

function cardsTopic(platform: string): string {
  return `cards-${platform}`;
}

/** Starts this process's workers. */
export async function startJobs(queue: Queue, deps: FlowDeps): Promise<void> {
  await queue.work('ticket', ({ ticketId }) => workOnTicket(deps, Number(ticketId)), {
    concurrency: TICKETS,
  });
  // A topic for each platform, so that one that is slow holds up neither tickets nor the others.
  for (const id of deps.platforms.keys())
    await queue.work(
      cardsTopic(id),
      ({ ticketId, burstId }) =>
        burstId === undefined
          ? timed(deps, 'present', () => present(deps, Number(ticketId), id))
          : showBurst(deps, Number(burstId)),
      { concurrency: CARDS },
    );
  await queue.work('outbox', () => sendDue(deps), { concurrency: SENDERS });
  await queue.work('clusters', () => compareReports(deps), { concurrency: 1 });
  for (const { topic, when, work } of recurringJobs(deps)) {
    await queue.work(topic, async (payload) => void (await work(payload)), { concurrency: 1 });
    await queue.every(topic, when);
  }
}

async function workOnTicket(deps: FlowDeps, ticketId: number): Promise<void> {
  if (await advance(deps, ticketId)) return;
  throw new AppError('ticket_busy', `ticket ${ticketId} is being worked on`, {
    retryable: true,
    retryAfterMs: BUSY_MS,
  });
}

async function compareReports(deps: FlowDeps): Promise<void> {
  const more = await timed(deps, 'cluster', () => clusterDue(deps));
  await showClusters(deps);
  if (more) await deps.wake.clusters();
}

/** What runs at its time or is looked at regularly, so that a lost wake-up costs no more than that pause. */
interface RecurringJob {
  topic: string;
  when: Parameters<Queue['every']>[1];
  work(payload: Record<string, unknown>): Promise<unknown>;
}

function recurringJobs(deps: FlowDeps): RecurringJob[] {
  const { clock, settings } = deps;
  const every = (ms: number) => ({ everyMs: ms });
  const at = (cron: string) => ({ cron, timeZone: settings.workspace.timeZone });
  return [
    { topic: 'sweep', when: every(10 * SECOND_MS), work: createSweeper(deps) },
    {
      topic: 'background',
      when: every(5 * SECOND_MS),
      work: () => deps.withKey('background', () => showBackgrounds(deps)),
    },
    { topic: 'trackers', when: every(30 * SECOND_MS), work: () => keepTrack(deps) },
    { topic: 'outreach', when: every(MINUTE_MS), work: () => considerEvents(deps) },
    // An account that wrote is looked at soon, all of them at night, when nobody waits for the database.
    {
      topic: 'accounts',
      when: every(MINUTE_MS),
      work: () => watchAccounts(deps, new Date(clock.now().getTime() - LOOKED_BACK_MS)),
    },
    {
      topic: 'all-accounts',
      when: at('40 3 * * *'),
      work: async () => {
        await watchAccounts(deps);
        await findGaps(deps);
      },
    },
    // At night, since it changes what people look at.
    { topic: 'merge-clusters', when: at('20 3 * * *'), work: () => mergeClusters(deps) },
    // One that was asked for, or all that are due: so late may a digest be.
    {
      topic: 'digest',
      when: every(MINUTE_MS),
      work: (payload) => {
        const asked = digestPeriodSchema.safeParse(payload);
        return asked.success ? postDigest(deps, asked.data, digestPlaces(deps)) : postDueDigests(deps);
      },
    },
    {
      topic: 'day-figures',
      when: every(5 * MINUTE_MS),
      work: () => keepDays(deps, digestTimes(settings).timeZone),
    },
    { topic: 'derive-events', when: every(15 * MINUTE_MS), work: () => deriveEvents(deps) },
    {
      topic: 'calibrate',
      when: every(HOUR_MS),
      work: () => deps.withKey('calibrate', () => calibrate(deps)),
    },
    // Looks whether history teaches more; learning itself is for once a day and after imports.
    { topic: 'learn-priority', when: at('40 * * * *'), work: () => learnPriority(deps) },
  ];
}

/** Sweeps, and now and then throws away what nobody asks for any more. */
function createSweeper(deps: FlowDeps): () => Promise<void> {
  let forgotten = Number.NEGATIVE_INFINITY;
  return async () => {
    await sweep(deps);
    const now = deps.clock.now().getTime();
    if (now - forgotten < FORGET_MS) return;
    forgotten = now;
    await forgetOld(deps);
  };
}
