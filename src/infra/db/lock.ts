// One process at a time works on a ticket or sends a reply: PostgreSQL advisory locks, which a killed process gives back at once.
import { createHash } from 'node:crypto';
import type pg from 'pg';

/** First half of the advisory lock's key; the second is the ticket's or the outbox row's id. */
const SPACES = { ticket: 724_002, reply: 724_003, key: 724_004 };

/**
 * Answers a function that runs `work` while holding the lock of one id, or gives null at once when another
 * process or job holds it. Each lock in use occupies one connection of the pool.
 */
export function createLock(pool: pg.Pool, space: keyof typeof SPACES) {
  return async function withLock<T>(id: number, work: () => Promise<T>): Promise<T | null> {
    const key = [SPACES[space], id];
    const client = await pool.connect();
    let broken = true;
    try {
      const { rows } = await client.query<{ got: boolean }>(
        'select pg_try_advisory_lock($1, $2) as got',
        key,
      );
      if (!rows[0]?.got) {
        broken = false;
        return null;
      }
      try {
        return await work();
      } finally {
        await client.query('select pg_advisory_unlock($1, $2)', key);
        broken = false;
      }
    } finally {
      // A connection that failed in between may still hold the lock: closing it lets go.
      client.release(broken);
    }
  };
}

/** The same for anything that has a name: two names share a lock once in four thousand million pairs, which only costs time. */
export function createKeyLock(pool: pg.Pool) {
  const withId = createLock(pool, 'key');
  return <T>(key: string, work: () => Promise<T>): Promise<T | null> =>
    withId(createHash('sha256').update(key).digest().readInt32BE(), work);
}
