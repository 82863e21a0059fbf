// A process that takes one job and never ends it; the queue's contract kills it.
import { createQueue } from '../../src/infra/queue/index.ts';

const quiet = () => undefined;
const [databaseUrl = '', redisUrl = '', topic = '', lockMs = ''] = process.argv.slice(2);
const queue = await createQueue({
  databaseUrl,
  redisUrl: redisUrl || undefined,
  lockMs: Number(lockMs),
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  clock: { now: () => new Date() },
});
await queue.work(
  topic,
  () =>
    new Promise(() => {
      console.log('started');
    }),
  { concurrency: 1 },
);
