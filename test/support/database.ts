// Databases for test files: copies of the migrated template, made in milliseconds.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

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

/** Emptied ones, for the next test of this file. */
const idle: TestDatabase[] = [];

export async function dropBorrowed(): Promise<void> {
  await Promise.all(idle.splice(0).map((database) => database.drop()));
}

/** Like a fresh one, for tests that change no tables: `drop` empties it and keeps it, which takes a tenth of making one. */
export async function borrowDatabase(): Promise<TestDatabase> {
  const database = idle.pop() ?? (await createTestDatabase());
  return {
    url: database.url,
    async drop() {
      await runOn(database.url, EMPTY);
      idle.push(database);
    },
  };
}

const EMPTY = `do $$
declare public_table record;
begin
  perform pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
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
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
