// Databases for test files: copies of the migrated template, made in milliseconds.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { type Database, openDatabase } from '../../src/infra/db/index.ts';
import * as schema from '../../src/infra/db/schema/index.ts';
import { silentLog } from './silent-log.ts';

export interface TestDatabase {
  url: string;
  /** Drops the database, cutting whatever is still connected. */
  drop(): Promise<void>;
}

/** A fresh, migrated, empty database on the run's server (see global-setup.ts). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(
    template,
    `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)} STRATEGY FILE_COPY`,
  );
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(template, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

interface Idle extends TestDatabase {
  pool: pg.Pool;
}

/** Emptied ones, for the next test of this file. */
const idle: Idle[] = [];

// Once for each test file that imports this; the benchmarks do, too, without vitest.
if (process.env.VITEST)
  afterAll(async () => {
    for (const { pool, drop } of idle.splice(0)) {
      await pool.end();
      await drop();
    }
  });

/**
 * Like a fresh one with connections to it, for tests that change no tables: `drop` empties it and keeps it, which takes
 * a tenth of making one. New connections would cost as much as the work that most tests do.
 */
export async function borrowDatabase(): Promise<TestDatabase & Database> {
  const own = idle.pop() ?? (await connected(await createTestDatabase()));
  const { pool, close } = lent(own.pool);
  return {
    url: own.url,
    pool,
    db: drizzle(pool, { schema, casing: 'snake_case' }),
    close,
    async drop() {
      await close();
      await own.pool.query(EMPTY);
      idle.push(own);
    },
  };
}

async function connected(database: TestDatabase): Promise<Idle> {
  const onConnect = async (client: pg.ClientBase) =>
    void (await client.query(`SET application_name = '${KEPT}'`));
  return {
    ...database,
    pool: openDatabase(database.url, { log: silentLog, max: 12, idleMs: 0, onConnect }).pool,
  };
}

/** A pool that ends for its borrower alone: what is asked for later is refused, what is under way is waited for. */
function lent(pool: pg.Pool): { pool: pg.Pool; close(): Promise<void> } {
  let over = false;
  return {
    pool: new Proxy(pool, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (over && (name === 'query' || name === 'connect')) return refuse;
        return value.bind(target);
      },
    }),
    async close() {
      over = true;
      while (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) await once(pool, 'release');
    },
  };
}

const refuse = () => Promise.reject(new Error('the test that borrowed this database is over'));

/** What the connections that are kept call themselves. */
const KEPT = 'kept between tests';

const EMPTY = `do $$
declare public_table record;
begin
  perform pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name <> '${KEPT}';
  set local session_replication_role = replica;
  for public_table in select tablename as name from pg_tables where schemaname = 'public' loop
    execute format('delete from public.%I', public_table.name);
  end loop;
  perform setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    from pg_sequences where schemaname = 'public' and last_value is not null;
end $$`;

/** On no database of a test, since none may be in use that is copied or dropped. */
function onServer(template: URL, statement: string): Promise<void> {
  const server = new URL(template);
  server.pathname = '/postgres';
  return runOn(server.href, statement);
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
