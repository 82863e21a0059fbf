// Messages as fast as they are taken: rate of the whole pipeline, its processor time, its memory.
import type { Baseline } from './baseline.ts';
import { type Figure, megabytes } from './figures.ts';
import { createMessageSource } from './messages.ts';
import type { Stage } from './stage.ts';

/** Requests under way at once. */
const SENDERS = 8;

/** From the first message sent to the last card posted. `baseline`: also tells the ratio of processor time. */
export async function measurePipeline(
  stage: Stage,
  options: { count: number; seed: number; where: string; baseline?: Baseline },
): Promise<Figure[]> {
  const { count, seed, where, baseline } = options;
  const source = await createMessageSource(seed, `rate-${seed}`);
  const cpuBefore = await stage.cpu();
  const started = performance.now();
  let sent = 0;
  const sender = async () => {
    while (sent < count) {
      sent += 1;
      await stage.send(source.next());
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  const takenIn = (performance.now() - started) / 1_000;
  await stage.finished();
  const took = (performance.now() - started) / 1_000;
  const cpuAfter = await stage.cpu();
  const bot = ((cpuAfter.bot - cpuBefore.bot) * 1_000) / count;
  const servers = ((cpuAfter.servers - cpuBefore.servers) * 1_000) / count;
  const memory = await stage.memory();
  const figures: Figure[] = [
    { name: `whole pipeline, ${where}`, value: `${(count / took).toFixed(1)} messages/s` },
    { name: `acknowledged only, ${where}`, value: `${(count / takenIn).toFixed(1)} messages/s` },
    {
      name: `processor time a message, ${where}`,
      value: `${bot.toFixed(1)} ms bot + ${servers.toFixed(1)} ms PostgreSQL`,
    },
    {
      name: `memory after ${count.toLocaleString('en')} messages, ${where}`,
      value: `${megabytes(memory.bot)} bot (at most ${megabytes(memory.botMost)}), ${megabytes(memory.postgres)} PostgreSQL`,
    },
  ];
  if (baseline) {
    const { embeddingMs, insertMs } = baseline;
    figures.push(
      {
        name: 'processor time of one embedding + one durable insert',
        value: `${embeddingMs.toFixed(1)} ms + ${insertMs.toFixed(1)} ms`,
      },
      {
        name: 'pipeline : one embedding + one insert',
        value: ((bot + servers) / (embeddingMs + insertMs)).toFixed(2),
        aim: 'at most 2',
      },
    );
  }
  return figures;
}
