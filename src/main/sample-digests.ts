// The sample workspace's first digests: of its history, without waiting for the next morning.
import { setTimeout as delay } from 'node:timers/promises';
import { digestPlaces, digestTimes, postDigest } from '../flows/digest.ts';
import { addDays, localTime } from '../insights/calendar.ts';
import { digestOf } from '../insights/digest-period.ts';
import { errorText } from '../model/errors.ts';
import type { Bot } from './bot.ts';

const POSTED = 'digests-posted';

/** Pause after a failure: on a machine that reads the history and the Monday at once the database may be late. */
const AGAIN_MS = 5_000;

/**
 * Posts, once, the digest of the sample's weekend and that of its last week; what fails is tried again until `signal`
 * aborts. Its today is a Monday.
 */
export async function postSampleDigests(
  bot: Pick<Bot, 'flows' | 'memory'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted)
    try {
      return await post(bot);
    } catch (error) {
      bot.flows.log.warn({ reason: errorText(error) }, 'the sample’s digests are not posted yet');
      await delay(AGAIN_MS, undefined, { ref: false, signal }).catch(() => undefined);
    }
}

async function post({ flows, memory }: Pick<Bot, 'flows' | 'memory'>): Promise<void> {
  if (await memory.get(POSTED)) return;
  const { timeZone } = digestTimes(flows.settings);
  const last = addDays(localTime(flows.clock.now(), timeZone).day, -1);
  const places = digestPlaces(flows);
  await postDigest(flows, { kind: 'daily', first: addDays(last, -2), last, timeZone }, places);
  await postDigest(flows, digestOf('weekly', last, timeZone), places);
  await memory.set(POSTED, flows.clock.now().toISOString());
}
