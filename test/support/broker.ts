// Where queue and bus run in a test, and how that server fails and comes back.
import pg from 'pg';
import { createTestDatabase } from './database.ts';
import { startRedis } from './redis.ts';

export interface Broker {
  databaseUrl: string;
  redisUrl?: string;
  /** From now on every connection is cut and every new one refused. */
  fail(): Promise<void>;
  recover(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedisBroker(): Promise<Broker> {
  const redis = await startRedis();
  return {
    // Only its name matters: it keeps workspaces on one Redis apart.
    databaseUrl: 'postgres://nobody@127.0.0.1:1/deskhand',
    redisUrl: redis.url,
    fail: redis.kill,
    recover: redis.revive,
    stop: redis.stop,
  };
}

export async function startPostgresBroker(): Promise<Broker> {
  const database = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  return {
    databaseUrl: database.url,
    async fail() {
      await onServer(database.url, `alter database ${name} allow_connections false`);
      await onServer(
        database.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      );
    },
    recover: () => onServer(database.url, `alter database ${name} allow_connections true`),
    stop: database.drop,
  };
}

async function onServer(databaseUrl: string, statement: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
