// The database handle: one connection pool, one Drizzle instance, transactions.
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { AppError } from '../../model/errors.ts';
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
 * one that nobody uses stays open; 0 for ever.
 */
export function openDatabase(
  url: string,
  { log, max = 10, idleMs = 10_000 }: { log: Log; max?: number; idleMs?: number },
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
  });
  pool.on('error', (error) => log.warn({ reason: error.message }, 'a database connection was lost'));
  // Without a listener a connection that dies while checked out would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { db: drizzle(pool, { schema, casing: 'snake_case' }), pool, close: () => pool.end() };
}

/** SQLSTATE classes after which the same statement may succeed later: connection, resources, shutdown, lock, serialisation, or a database closed for maintenance. */
const PASSING = /^(08|53|57P0|40|55P03|55000)/;

/** Turns a driver's error into AppError `database_unavailable` when waiting may help; hands others on. */
export function databaseError(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const gone =
    /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(cause.message);
  if (!gone && !PASSING.test(code)) return error;
  return new AppError('database_unavailable', `The database cannot answer at the moment: ${cause.message}`, {
    retryable: true,
    retryAfterMs: 2_000,
    cause: error,
  });
}
