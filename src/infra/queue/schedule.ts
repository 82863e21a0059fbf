// Repeating jobs: one schedule per topic, shared by all replicas.
import type { Jobs } from './backend.ts';

export type Schedule = { everyMs: number } | { cron: string; timeZone: string };

/**
 * Makes the topic's schedule what it should be; costs one look when it is already. Intervals tick at whole
 * multiples of `everyMs`, so that replicas agree on the ticks without talking.
 */
export async function ensureSchedule(jobs: Jobs, schedule: Schedule, now: number): Promise<void> {
  const known = await jobs.getJobScheduler(jobs.name);
  if ('everyMs' in schedule) {
    const every = schedule.everyMs;
    if (known?.every === every) return;
    const startDate = (Math.floor(now / every) + 1) * every;
    await jobs.upsertJobScheduler(jobs.name, { every, startDate }, { name: jobs.name, data: {} });
  } else {
    const { cron: pattern, timeZone: tz } = schedule;
    if (known?.pattern === pattern && known.tz === tz) return;
    await jobs.upsertJobScheduler(jobs.name, { pattern, tz }, { name: jobs.name, data: {} });
  }
}
