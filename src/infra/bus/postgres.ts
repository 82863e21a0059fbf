// The bus over PostgreSQL's LISTEN and NOTIFY, on a connection of its own that is made again when it is lost.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { errorText } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import type { Carrier } from './index.ts';

const CHANNEL = 'deskhand_bus';
const RECONNECT_MS = 1_000;

/** Resolves after the first try to connect, whether it went well or not. */
export async function connectPostgresCarrier(options: {
  databaseUrl: string;
  receive(text: string): void;
  log: Log;
}): Promise<Carrier> {
  const { databaseUrl, receive, log } = options;
  const stopping = new AbortController();
  let current: pg.Client | undefined;

  async function connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: `deskhand-bus:${process.pid}`,
      connectionTimeoutMillis: 4_000,
      query_timeout: 4_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => receive(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    if (stopping.signal.aborted) return client.end();
    current = client;
    client.once('end', () => {
      current = undefined;
      if (!stopping.signal.aborted) log.warn({}, 'the bus lost its connection to the database');
      void reconnect();
    });
  }

  async function reconnect(): Promise<void> {
    while (!stopping.signal.aborted && !current) {
      await wait(RECONNECT_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (!stopping.signal.aborted) await connect().catch(() => undefined);
    }
    if (current) log.info({}, 'the bus is connected to the database again');
  }

  await connect().catch((error: unknown) => {
    log.warn({ reason: errorText(error) }, 'the bus cannot reach the database');
    void reconnect();
  });

  async function notify(text: string): Promise<void> {
    const client = current;
    if (!client) throw new Error('the connection to the database is down');
    try {
      await client.query('select pg_notify($1, $2)', [CHANNEL, text]);
    } catch (error) {
      // A connection that does not answer is as good as lost.
      client.end().catch(() => undefined);
      throw error;
    }
  }

  let sending: Promise<void> = Promise.resolve();
  return {
    /** One after the other: the driver wants one statement at a time. */
    send(text) {
      const turn = sending.then(() => notify(text));
      sending = turn.catch(() => undefined);
      return turn;
    },
    async stop() {
      stopping.abort();
      await current?.end();
    },
  };
}
