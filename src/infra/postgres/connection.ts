// The few questions asked of a server before Deskhand uses it, each on a connection of its own.
import { Client, DatabaseError } from 'pg';
import { AppError, errorText } from '../../model/errors.ts';

const CONNECT_MS = 5_000;
/** Deskhand's SQL is tested on 15 and newer. */
const OLDEST_MAJOR = 15;
// https://www.postgresql.org/docs/18/errcodes-appendix.html
const DUPLICATE_DATABASE = '42P04';
const INVALID_CATALOG_NAME = '3D000';
const AUTHENTICATION = /^28/;

/** Makes the database unless it exists, also when several processes try at once. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount) return;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
      const exists = error instanceof DatabaseError && error.code === DUPLICATE_DATABASE;
      // Two at the same instant fail on the catalogue's unique index instead (23505).
      if (!exists && !(error instanceof DatabaseError && error.code === '23505')) throw error;
    });
  });
}

/** The server's data folder; needs a superuser. */
export async function readDataFolder(url: string): Promise<string> {
  return withClient(url, (client) => show(client, 'data_directory'));
}

/**
 * Checks that DATABASE_URL leads to a PostgreSQL that Deskhand can use. Throws
 * `database_url_invalid`, `database_unreachable` (retryable), `database_refused`,
 * `database_not_found` or `database_version`; no message carries the password.
 */
export async function checkServer(databaseUrl: string): Promise<void> {
  const shown = withoutPassword(databaseUrl);
  let version: number;
  try {
    version = Number(await withClient(databaseUrl, (client) => show(client, 'server_version_num')));
  } catch (error) {
    throw explainConnection(shown, error);
  }
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_MAJOR) return;
  throw new AppError(
    'database_version',
    `DATABASE_URL (${shown}) is PostgreSQL ${major}; Deskhand needs ${OLDEST_MAJOR} or newer.`,
  );
}

/** "postgres://user@host:port/database" for messages. Throws `database_url_invalid`. */
export function withoutPassword(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl) || !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new AppError(
      'database_url_invalid',
      'DATABASE_URL is not a PostgreSQL address. It looks like postgres://user:password@host:5432/deskhand; special characters in the password are percent-encoded.',
    );
  }
  const url = new URL(databaseUrl);
  const user = url.username ? `${url.username}@` : '';
  return `postgres://${user}${url.host}${url.pathname}`;
}

function explainConnection(shown: string, error: unknown): AppError {
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  const words = errorText(error) || connectionCode(error);
  if (code === INVALID_CATALOG_NAME) {
    return new AppError('database_not_found', `DATABASE_URL (${shown}): ${words}. Create it first.`);
  }
  if (AUTHENTICATION.test(code)) {
    return new AppError('database_refused', `DATABASE_URL (${shown}): the server refused: ${words}.`);
  }
  return new AppError('database_unreachable', `DATABASE_URL (${shown}) cannot be reached: ${words}.`, {
    retryable: true,
  });
}

/** Node reports a refused "localhost" as an AggregateError without words of its own. */
function connectionCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

async function show(client: Client, setting: string): Promise<string> {
  const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [setting]);
  return rows[0]?.value ?? '';
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'deskhand',
  });
  // A connection lost between queries is reported by the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
