// The queue's backend on PostgreSQL: BullMQ's tables in a schema of their own, one pool for all topics.
import { type BackendFactory, PostgresConnection, PostgresQueueBackend, runMigrations } from 'bullmq';
import pg from 'pg';
import type { Log } from '../../ports.ts';
import type { QueueBackend } from './backend.ts';

const SCHEMA = 'deskhand_queue';
/** Connections for statements; each worker adds one that listens. */
const STATEMENT_CONNECTIONS = 6;
/** A wake-up lost while a connection was replaced costs this long at most; BullMQ would wait an hour. */
const LONGEST_WAIT_S = 5;

/** Brings the schema up to date (BullMQ holds an advisory lock meanwhile) and opens the pool. */
export async function openPostgresBackend(options: { databaseUrl: string; log: Log }): Promise<QueueBackend> {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: STATEMENT_CONNECTIONS,
    application_name: `deskhand-queue:${process.pid}`,
    options: `-c search_path=${SCHEMA}`,
    keepAlive: true,
    connectionTimeoutMillis: 4_000,
    statement_timeout: 10_000,
  });
  // Every topic's connection listens for the pool's errors and reports them to the queue's own log.
  pool.setMaxListeners(0);
  pool.on('error', () => undefined);
  // Without a listener a connection that dies while checked out would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    name: 'PostgreSQL',
    factory: createFactory(pool),
    connection: {},
    prefix: SCHEMA,
    ping: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
}

/** Like BullMQ's `createPostgresBackend`, which takes a pool only for the schema `bullmq`. */
function createFactory(pool: pg.Pool): BackendFactory {
  return (topic, options, { withBlockingConnection = false } = {}) => {
    if (withBlockingConnection) pool.options.max += 1;
    const connection = Object.assign(new PostgresConnection(pool), { schema: SCHEMA });
    const backend = new PostgresQueueBackend(connection, topic, { ...options, connection: pool });
    return Object.defineProperty(backend, 'maximumBlockTimeout', { value: LONGEST_WAIT_S });
  };
}
