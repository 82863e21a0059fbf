// The database handle: one connection pool, one Drizzle instance, transactions.
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Log } from '../../ports.ts';
import * as schema from './schema/index.ts';

export type Db = NodePgDatabase<typeof schema>;

export interface Database {
  db: Db;
  pool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Opens a pool of at most `max` connections. A statement that runs longer than 30 s is given up, so that a
 * stuck server shows as an error instead of a hang; broken idle connections are dropped and replaced. `idleMs`: how long
 * one that nobody uses stays open; 0 for ever. `onConnect` is done first on each new one.
 */
export function openDatabase(
  url: string,
  {
    log,
    max = 10,
    idleMs = 10_000,
    ...hooks
  }: { log: Log; max?: number; idleMs?: number; onConnect?(client: pg.ClientBase): Promise<void> },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: `deskhand:${process.pid}`,
    idleTimeoutMillis: idleMs,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // The server's own limit says nothing when the server, or the way to it, is frozen.
    query_timeout: 35_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 30_000,
    ...hooks,
  });
  pool.on('error', (error) => log.warn({ reason: error.message }, 'a database connection was lost'));
  // Without a listener a connection that dies while checked out would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { db: drizzle(pool, { schema, casing: 'snake_case' }), pool, close: () => pool.end() };
}
