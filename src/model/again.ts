// Work that is done again while the other side is in trouble.
import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE_MS } from './duration.ts';
import { AppError } from './errors.ts';

/** How long it is kept in hand. */
const PATIENCE_MS = 15 * MINUTE_MS;
/** Pauses grow from the first to the longest. */
const PAUSE_MS = { first: 250, longest: 15_000 };

/**
 * What `work` resolves to. While it fails for a time (AppError `retryable`) it is done again, with growing pauses, for a
 * quarter of an hour or until `signal` ends it; then it rejects as it failed last.
 */
export async function again<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  let waited = 0;
  for (let wait = PAUSE_MS.first; ; wait = Math.min(wait * 2, PAUSE_MS.longest)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError && error.retryable) || waited >= PATIENCE_MS || signal.aborted)
        throw error;
      const ms = Math.max(wait, error.retryAfterMs ?? 0);
      await pause(ms, undefined, { signal }).catch(() => undefined);
      waited += ms;
    }
  }
}
