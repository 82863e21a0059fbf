// Schedules of repeating jobs, where replicas meet at the same moment.
import { expect, it } from 'vitest';
import { ensureSchedule } from '../../src/infra/queue/schedule.ts';

/** A topic whose schedule somebody else keeps as soon as we try to. */
function takenMeanwhile(kept: { pattern: string; tz: string } | undefined) {
  let tried = false;
  return {
    name: 'nightly',
    getJobScheduler: async () => (tried && kept ? { key: 'nightly', name: 'nightly', ...kept } : undefined),
    upsertJobScheduler: async () => {
      tried = true;
      throw new Error('Cannot create job scheduler iteration - job ID already exists');
    },
  };
}
const nightly = { cron: '40 3 * * *', timeZone: 'Europe/Paris' };

it('a replica that finds the same schedule made in the same moment starts', async () => {
  const topic = takenMeanwhile({ pattern: '40 3 * * *', tz: 'Europe/Paris' });
  await expect(ensureSchedule(topic, nightly, 0)).resolves.toBeUndefined();
});

it.each([undefined, { pattern: '0 4 * * *', tz: 'Europe/Paris' }])(
  'a schedule that is not kept is a failure (%o)',
  async (kept) => {
    await expect(ensureSchedule(takenMeanwhile(kept), nightly, 0)).rejects.toThrow('already exists');
  },
);
