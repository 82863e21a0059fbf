// One process at a time works on a ticket: PostgreSQL advisory locks, which a killed process gives back at once.
import type pg from 'pg';

/** First half of the advisory lock's key; the second is the ticket. */
const SPACE = 724_002;

/**
 * Answers a function that runs `work` while holding the ticket's lock, or gives null at once when another
 * process or job holds it. Each lock in use occupies one connection of the pool.
 */
export function createTicketLock(pool: pg.Pool) {
  return async function withTicket<T>(ticketId: number, work: () => Promise<T>): Promise<T | null> {
    const client = await pool.connect();
    let broken = true;
    try {
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
        SPACE,
        ticketId,
      ]);
      if (!rows[0]?.got) {
        broken = false;
        return null;
      }
      try {
        return await work();
      } finally {
        await client.query('select pg_advisory_unlock($1, $2)', [SPACE, ticketId]);
        broken = false;
      }
    } finally {
      // A connection that failed in between may still hold the lock: closing it lets go.
      client.release(broken);
    }
  };
}
