// What the pipeline is compared with: the processor time of one embedding and of one durable insert.
import pg from 'pg';
import { createLocalEmbedder } from '../../src/engine/local/embedder.ts';
import { createMessageSource } from './messages.ts';
import { log, type Stage } from './stage.ts';

export interface Baseline {
  /** Milliseconds of processor time each. */
  embeddingMs: number;
  insertMs: number;
}

/** Embeds `count` messages one by one, then inserts them one by one, on an otherwise idle stage. */
export async function measureBaseline(stage: Stage, count: number): Promise<Baseline> {
  const source = await createMessageSource(7, 'baseline');
  const texts = Array.from({ length: count }, () => source.text());
  const embedder = await createLocalEmbedder({ log });
  for (const text of texts.slice(0, 10)) await embedder.embed([`${text} once to warm up`]);
  const embedding = process.cpuUsage();
  for (const text of texts) await embedder.embed([text]);
  const embeddingMs = processorMs(embedding) / count;
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
  const insertMs = (processorMs(before.own) + servers) / count;
  await client.query('drop table bench_insert');
  await client.end();
  return { embeddingMs, insertMs };
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
