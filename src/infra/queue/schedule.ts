// Repeating jobs: one schedule per topic, shared by all replicas.
import type { Jobs } from './backend.ts';

export type Schedule = { everyMs: number } | { cron: string; timeZone: string };

type Scheduler = Pick<Jobs, 'name' | 'getJobScheduler' | 'upsertJobScheduler'>;

/**
 * Makes the topic's schedule what it should be; costs one look when it is already. Intervals tick at whole
 * multiples of `everyMs`, so that replicas agree on the ticks without talking.
 */
export async function ensureSchedule(jobs: Scheduler, schedule: Schedule, now: number): Promise<void> {
  if (await isKept(jobs, schedule)) return;
  const next = 'everyMs' in schedule ? ticks(schedule.everyMs, now) : times(schedule);
  try {
    await jobs.upsertJobScheduler(jobs.name, next, { name: jobs.name, data: {} });
  } catch (error) {
    // A replica that started at the same moment was first.
    if (!(await isKept(jobs, schedule))) throw error;
  }
}

const ticks = (every: number, now: number) => ({ every, startDate: (Math.floor(now / every) + 1) * every });
const times = ({ cron, timeZone }: { cron: string; timeZone: string }) => ({ pattern: cron, tz: timeZone });

async function isKept(jobs: Scheduler, schedule: Schedule): Promise<boolean> {
  const known = await jobs.getJobScheduler(jobs.name);
  return 'everyMs' in schedule
    ? known?.every === schedule.everyMs
    : known?.pattern === schedule.cron && known.tz === schedule.timeZone;
}
