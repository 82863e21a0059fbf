// What the pipeline is compared with: the processor time of one embedding and of one durable insert.
import pg from 'pg';
import { createLocalEmbedder } from '../../src/engine/local/embedder.ts';
import { createMessageSource } from './messages.ts';
import { log, type Stage } from './stage.ts';

/** Long texts are few and costly: with fewer than this the average depends on which ones come. */
const TEXTS = 300;

export interface Baseline {
  /** Milliseconds of processor time each. */
  embeddingMs: number;
  insertMs: number;
}

/**
 * Embeds messages one by one, then inserts them one by one, on an otherwise idle stage. `seed`: that of the run
 * which is compared, so that the texts are the same.
 */
export async function measureBaseline(stage: Stage, seed: number): Promise<Baseline> {
  const source = await createMessageSource(seed, 'baseline');
  const texts = Array.from({ length: TEXTS }, () => source.next()).map(({ subject, text }) =>
    [subject, text].filter(Boolean).join('\n'),
  );
  const embedder = createLocalEmbedder({ log });
  for (const text of texts.slice(0, 10)) await embedder.embed([`${text} once to warm up`]);
  const embedding = process.cpuUsage();
  for (const text of texts) await embedder.embed([text]);
  const embeddingMs = processorMs(embedding) / TEXTS;
  await embedder.close();

  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  await client.query(
    'create table bench_insert (id bigint generated always as identity primary key, text text)',
  );
  const insert = (text: string) => client.query('insert into bench_insert (text) values ($1)', [text]);
  for (const text of texts.slice(0, 20)) await insert(text);
  const before = { own: process.cpuUsage(), servers: (await stage.cpu()).servers };
  for (const text of texts) await insert(text);
  const servers = ((await stage.cpu()).servers - before.servers) * 1_000;
  const insertMs = (processorMs(before.own) + servers) / TEXTS;
  await client.query('drop table bench_insert');
  await client.end();
  return { embeddingMs, insertMs };
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
