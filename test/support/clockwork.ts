// A queue whose repeating jobs run by the test's clock: a night passes as fast as its jobs do.
import { MINUTE_MS } from '../../src/model/duration.ts';
import type { Queue } from '../../src/ports.ts';
import type { testClock } from './workspace.ts';

type Schedule = Parameters<Queue['every']>[1];

/** What is added is kept for nobody: the workspace does that work itself. */
export function createClockwork(clock: ReturnType<typeof testClock>) {
  const handlers = new Map<string, Parameters<Queue['work']>[1]>();
  const schedules = new Map<string, Schedule>();
  const queue: Queue = {
    add: async () => undefined,
    work: async (topic, handler) => void handlers.set(topic, handler),
    every: async (topic, schedule) => void schedules.set(topic, schedule),
    health: async () => ({ ok: true, detail: '' }),
    stop: async () => undefined,
  };
  return {
    queue,
    /** Moves the clock to `time` minute by minute, and runs at each minute what is due then. */
    async runUntil(time: string): Promise<void> {
      while (clock.now().getTime() < Date.parse(time)) {
        clock.advance(MINUTE_MS);
        for (const [topic, schedule] of schedules)
          if (isDue(schedule, clock.now())) await handlers.get(topic)?.({});
      }
    },
  };
}

/** Of cron's patterns only `MINUTE HOUR * * *`, where the hour may be any: `*`. */
function isDue(schedule: Schedule, at: Date): boolean {
  if ('everyMs' in schedule) return at.getTime() % Math.max(MINUTE_MS, schedule.everyMs) === 0;
  const [, minute, hour] = /^(\d+) (\d+|\*) \* \* \*$/.exec(schedule.cron) ?? [];
  if (minute === undefined) throw new Error(`this pattern is not known here: ${schedule.cron}`);
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: schedule.timeZone,
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
  const [hourNow, minuteNow] = local.split(':').map(Number);
  return minuteNow === Number(minute) && (hour === '*' || hourNow === Number(hour));
}
