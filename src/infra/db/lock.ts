// One process at a time works on a ticket, sends a reply or does what has a name: PostgreSQL advisory locks, all in one session.
import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Log } from '../../ports.ts';
import { openDatabase } from './index.ts';

/** First half of an advisory lock's key; the second is the ticket's id, the outbox row's, or the hash of a name. */
const SPACES = { ticket: 724_002, reply: 724_003, key: 724_004 };

type WithLock<Id> = <T>(id: Id, work: () => Promise<T>) => Promise<T | null>;

/** How soon a session is asked again that does not answer. */
const AGAIN_MS = 250;

/** Each runs `work` while holding one lock, or gives null at once when another process or job holds it. */
export interface Locks {
  withTicket: WithLock<number>;
  withReply: WithLock<number>;
  /** Two names share a lock once in four thousand million pairs, which only costs time. */
  withKey: WithLock<string>;
  close(): Promise<void>;
}

/**
 * Opens this process's locks. Whoever holds one may wait long for a chat platform, so they take nothing from the pool
 * that agents' clicks need. PostgreSQL gives the locks of a killed process back at once; those of a session that was cut
 * are taken again by the next one.
 */
export function openLocks(url: string, { log }: { log: Log }): Locks {
  const { pool, close } = openDatabase(url, { log, max: 1, idleMs: 0, onConnect: takeAgain });
  // A session may take its own locks twice, so this process keeps its jobs apart by itself.
  const wanted = new Set<string>();
  const held = new Map<string, number[]>();
  let closed = false;
  pool.on('remove', reconnect);

  async function takeAgain(session: ClientBase): Promise<void> {
    const keys = [...held.values()];
    await session.query(
      'select pg_try_advisory_lock(space, id) from unnest($1::int[], $2::int[]) as lock (space, id)',
      [keys.map(([space]) => space), keys.map(([, id]) => id)],
    );
  }

  function reconnect(): void {
    if (held.size > 0 && !closed)
      pool.query('select 1').catch(() => void setTimeout(reconnect, AGAIN_MS).unref());
  }

  /** Also after the session did not answer in time: a lock that it kept would be closed to all other processes. */
  async function release(name: string, key: number[]): Promise<void> {
    try {
      await pool.query('select pg_advisory_unlock($1, $2)', key);
      held.delete(name);
      wanted.delete(name);
    } catch {
      if (!closed) setTimeout(() => void release(name, key), AGAIN_MS).unref();
    }
  }

  function createLock(space: keyof typeof SPACES): WithLock<number> {
    return async (id, work) => {
      const key = [SPACES[space], id];
      const name = key.join();
      if (wanted.has(name)) return null;
      wanted.add(name);
      try {
        const { rows } = await pool.query('select pg_try_advisory_lock($1, $2) as got', key);
        if (rows[0]?.got !== true) return null;
        held.set(name, key);
        return await work();
      } finally {
        if (held.has(name)) await release(name, key);
        else wanted.delete(name);
      }
    };
  }

  const withId = createLock('key');
  return {
    withTicket: createLock('ticket'),
    withReply: createLock('reply'),
    withKey: (key, work) => withId(createHash('sha256').update(key).digest().readInt32BE(), work),
    async close() {
      closed = true;
      await close();
    },
  };
}
