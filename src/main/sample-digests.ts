// The sample workspace's first digests: of its history, without waiting for the next morning.
import { digestPlaces, digestTimes, postDigest } from '../flows/digest.ts';
import { addDays, localTime } from '../insights/calendar.ts';
import { digestOf } from '../insights/digest-period.ts';
import type { Bot } from './bot.ts';

const POSTED = 'digests-posted';

/** Posts, once, the digest of the sample's weekend and that of its last week. Its today is a Monday. */
export async function postSampleDigests({ flows, memory }: Pick<Bot, 'flows' | 'memory'>): Promise<void> {
  if (await memory.get(POSTED)) return;
  const { timeZone } = digestTimes(flows.settings);
  const last = addDays(localTime(flows.clock.now(), timeZone).day, -1);
  const places = digestPlaces(flows);
  await postDigest(flows, { kind: 'daily', first: addDays(last, -2), last, timeZone }, places);
  await postDigest(flows, digestOf('weekly', last, timeZone), places);
  await memory.set(POSTED, flows.clock.now().toISOString());
}
