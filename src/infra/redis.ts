// The connection to Redis: fails fast at the start, afterwards comes back by itself for ever.
import { AppError, errorText } from '../model/errors.ts';
import type { Log } from '../ports.ts';

/** About four seconds, for a Redis that is started at the same time as we are. */
const FIRST_CONNECT_TRIES = 10;
const FIRST_CONNECT_PAUSE_MS = 400;

/**
 * Connects to the server at `url` (`redis://` or `rediss://`). While the connection is down commands wait
 * for it, so callers set their own time limits. The start of an outage and its end are logged once each.
 * Throws AppError `redis_unavailable` when the first connection cannot be made.
 */
export async function connectRedis(url: string, { name, log }: { name: string; log: Log }) {
  // Some 600 modules that nobody needs without Redis.
  const { createClient } = await import('redis');
  let connected = false;
  let down = false;
  const client = createClient({
    url,
    name,
    // Shows a connection that died silently (a sleeping laptop, a firewall) within seconds.
    pingInterval: 10_000,
    socket: {
      connectTimeout: 5_000,
      reconnectStrategy: (retries, cause) => {
        if (connected) return Math.min(50 * 2 ** Math.min(retries, 6), 2_000);
        return retries < FIRST_CONNECT_TRIES ? FIRST_CONNECT_PAUSE_MS : cause;
      },
    },
  });
  client.on('error', (error: unknown) => {
    if (connected && !down) log.warn({ reason: errorText(error) }, 'the connection to Redis was lost');
    down = true;
  });
  client.on('ready', () => {
    if (connected && down) log.info({}, 'the connection to Redis is back');
    down = false;
  });
  try {
    await client.connect();
  } catch (error) {
    throw new AppError(
      'redis_unavailable',
      `Redis at ${withoutPassword(url)} cannot be reached: ${reason(error)}. Start it, correct REDIS_URL, or unset it to use PostgreSQL instead.`,
      { retryable: true, cause: error },
    );
  }
  connected = true;
  return client;
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'REDIS_URL';
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

/** node-redis wraps what the reconnect strategy returned; the cause says what happened. */
function reason(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? errorText(error.cause) : errorText(error);
}
