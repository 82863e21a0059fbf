// Wires the queue's topics to the flows.
import { advance, timed } from '../flows/advance.ts';
import { showBurst } from '../flows/burst.ts';
import { calibrate } from '../flows/calibrate.ts';
import { clusterDue } from '../flows/cluster.ts';
import { showClusters } from '../flows/cluster-confirm.ts';
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
import { sweep } from '../flows/sweep.ts';
import { keepTrack } from '../flows/track.ts';
import { watchAccounts } from '../flows/watch-accounts.ts';
import { withDeadline } from '../infra/queue/deadline.ts';
import { digestPeriodSchema } from '../model/digest.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Clock, Log, Queue } from '../ports.ts';

/** Tickets worked on at once by one process; their embeddings queue up by urgency behind that. */
const TICKETS = 6;
const SENDERS = 4;
/** When clusters that grew apart are merged: nobody looks at them then. */
const NIGHTLY = '20 3 * * *';
/** When it is looked whether history teaches more about priorities. */
const HOURLY = '40 * * * *';
/** Cards drawn at once on one platform. They wait for the platform's rates, which costs next to nothing. */
const CARDS = 24;
/** The message of a burst is changed at most this often. */
const BURST_PAUSE_MS = 5_000;
/** How often the confidence is fitted to new outcomes. */
const CALIBRATE_MS = 3_600_000;
/** How often what nobody asks for any more is forgotten. */
const FORGET_MS = 6 * 3_600_000;
/** How late a digest may be. */
const DIGESTS_MS = 60_000;
/** How soon the figures of a day are kept, or counted again when something of it has changed. */
const DAYS_MS = 300_000;
/** How soon work is found again whose wake-up was lost. */
const SWEEP_MS = 10_000;
/** How soon work at the trackers is found again whose wake-up was lost. */
const TRACKERS_MS = 30_000;
/** How soon events are looked at whose wake-up was lost. */
const OUTREACH_MS = 60_000;
/** How soon an account that wrote is looked at. */
const ACCOUNTS_MS = 60_000;
/** How far back such a look goes: a message may wait for its analysis, and a look may be lost. */
const LOOKED_BACK_MS = 15 * 60_000;
/** When all accounts are, what makes them leave is learned, and missing articles are drafted. */
const WATCHED = '40 3 * * *';
/** How often our own records are looked through for reasons to write. */
const DERIVE_MS = 15 * 60_000;
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
  await queue.work(
    'clusters',
    async () => {
      const more = await timed(deps, 'cluster', () => clusterDue(deps));
      await showClusters(deps);
      if (more) await deps.wake.clusters();
    },
    { concurrency: 1 },
  );
  await queue.work('merge-clusters', async () => void (await mergeClusters(deps)), { concurrency: 1 });
  await queue.every('merge-clusters', { cron: NIGHTLY, timeZone: deps.settings.workspace.timeZone });
  await queue.work('calibrate', async () => void (await deps.withKey('calibrate', () => calibrate(deps))), {
    concurrency: 1,
  });
  await queue.every('calibrate', { everyMs: CALIBRATE_MS });
  await queue.work('learn-priority', () => learnPriority(deps), { concurrency: 1 });
  await queue.every('learn-priority', { cron: HOURLY, timeZone: deps.settings.workspace.timeZone });
  let forgotten = Number.NEGATIVE_INFINITY;
  await queue.work(
    'sweep',
    async () => {
      await sweep(deps);
      const now = deps.clock.now().getTime();
      if (now - forgotten < FORGET_MS) return;
      forgotten = now;
      await forgetOld(deps);
    },
    { concurrency: 1 },
  );
  await queue.every('sweep', { everyMs: SWEEP_MS });
  await queue.work(
    'digest',
    async (payload) => {
      const asked = digestPeriodSchema.safeParse(payload);
      if (asked.success) await postDigest(deps, asked.data, digestPlaces(deps));
      else await postDueDigests(deps);
    },
    { concurrency: 1 },
  );
  await queue.every('digest', { everyMs: DIGESTS_MS });
  await queue.work('day-figures', () => keepDays(deps, digestTimes(deps.settings).timeZone), {
    concurrency: 1,
  });
  await queue.every('day-figures', { everyMs: DAYS_MS });
  await queue.work(
    'accounts',
    () => watchAccounts(deps, new Date(deps.clock.now().getTime() - LOOKED_BACK_MS)),
    { concurrency: 1 },
  );
  await queue.every('accounts', { everyMs: ACCOUNTS_MS });
  await queue.work(
    'all-accounts',
    async () => {
      await watchAccounts(deps);
      await findGaps(deps);
    },
    { concurrency: 1 },
  );
  await queue.every('all-accounts', { cron: WATCHED, timeZone: deps.settings.workspace.timeZone });
  await queue.work('derive-events', () => deriveEvents(deps), { concurrency: 1 });
  await queue.every('derive-events', { everyMs: DERIVE_MS });
  await queue.work('outreach', () => considerEvents(deps), { concurrency: 1 });
  await queue.every('outreach', { everyMs: OUTREACH_MS });
  await queue.work('trackers', () => keepTrack(deps), { concurrency: 1 });
  await queue.every('trackers', { everyMs: TRACKERS_MS });
}
