// What went wrong at a tracker, in one family of codes and in words that say what to do.
import { z } from 'zod';
import { AppError, errorText } from './errors.ts';

export interface TrackerFailure {
  /** "GitHub" */
  tracker: string;
  /** Names what its administrators set: "GITHUB_TOKEN". */
  credential: string;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** The tracker's own words. */
  detail: string;
  /** The call changes something, so that no answer does not mean that nothing happened. */
  changes: boolean;
  retryAfterMs?: number;
  cause: unknown;
}

/** No answer for this long counts as none. */
export const TRACKER_LIMIT_MS = 15_000;

/**
 * Codes: `tracker_limited`, `tracker_unavailable` (both retryable), `outcome_unknown` (a change may have
 * happened), `tracker_auth`, `tracker_missing`, `tracker_refused` (final).
 */
export function trackerError(failure: TrackerFailure): AppError {
  const { tracker, credential, status, changes, retryAfterMs, cause } = failure;
  const detail = failure.detail.replace(/\s+/g, ' ').slice(0, 300);
  if (status === 429 || retryAfterMs !== undefined)
    return new AppError('tracker_limited', `${tracker} asks for a pause; it is tried again by itself.`, {
      retryable: true,
      retryAfterMs: retryAfterMs ?? 60_000,
      cause,
    });
  if (status === null || status >= 500) {
    const what = status === null ? `cannot be reached (${detail})` : `has a fault (status ${status})`;
    return new AppError(changes ? 'outcome_unknown' : 'tracker_unavailable', `${tracker} ${what}.`, {
      retryable: true,
      cause,
    });
  }
  if (status === 401 || status === 403)
    return new AppError(
      'tracker_auth',
      `${tracker} refuses access (${detail}); check ${credential} and its permissions.`,
      { cause },
    );
  if (status === 404 || status === 410)
    return new AppError('tracker_missing', `${tracker} knows no such thing (${detail}).`, { cause });
  return new AppError('tracker_refused', `${tracker} refuses that (${detail}).`, { cause });
}

/** Milliseconds of a `Retry-After` header (seconds, or a date); undefined when there is none. */
export function retryAfterOf(header: string | null | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The words of a failed request, with the reason that `fetch` hides in `cause`; `signal`: its time limit. */
export function requestFault(error: unknown, signal?: AbortSignal): string {
  // SDKs tell of it in as many ways as there are, or take what they have for the whole answer.
  if (signal?.aborted) return 'no answer in time';
  if (error instanceof z.ZodError) return 'its answer is not of the expected form';
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${errorText(error)}${cause}`;
}
