// The database's address: a server that DATABASE_URL names, or Deskhand's own PostgreSQL.
import type { Log } from '../../ports.ts';
import { checkServer } from './connection.ts';
import { openEmbedded } from './embedded.ts';

export interface PostgresOptions {
  /** Where the embedded server keeps its data; made when missing. */
  dataDir: string;
  /** A server to use instead of the embedded one. `database` is then ignored: the address names it. */
  databaseUrl?: string | undefined;
  /** Name of the embedded database, made when missing. Default "deskhand". */
  database?: string;
  /** False gives up safety against power loss for speed; for tests. Default true. */
  durable?: boolean;
  log: Log;
}

export interface Postgres {
  url: string;
  embedded: boolean;
  /** Leaves the embedded server, which stops when nobody else uses it. Close your connections before. */
  stop(): Promise<void>;
}

/**
 * Opens the database for this process. Throws `AppError`s whose messages say what to do:
 * see `checkServer` for DATABASE_URL, and place, cluster and failure for the embedded server.
 */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, databaseUrl, database = 'deskhand', durable = true, log } = options;
  if (databaseUrl) {
    await checkServer(databaseUrl);
    return { url: databaseUrl, embedded: false, stop: async () => undefined };
  }
  const { url, stop } = await openEmbedded({ dataDir, database, durable, log });
  return { url, embedded: true, stop };
}
