// When a failed job is tried again.
import { AppError } from '../../model/errors.ts';

/** Tries of one job; at the default back-off they span about two minutes. The sweeper finds what is dropped. */
export const ATTEMPTS = 8;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const LONGEST_WISH_MS = 60 * 60_000;

/**
 * Milliseconds until the next try after `failures` failed ones, doubling from `baseMs`, never shorter than the
 * other side asked for (`retryAfterMs`, believed up to an hour); null when another try cannot help.
 */
export function retryDelay(error: unknown, failures: number, baseMs: number): number | null {
  if (!(error instanceof AppError) || !error.retryable) return null;
  const backoff = Math.min(baseMs * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
  return Math.max(backoff, Math.min(error.retryAfterMs ?? 0, LONGEST_WISH_MS));
}
