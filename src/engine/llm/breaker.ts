// A circuit breaker: stops asking a model that keeps failing, and tries again with one call after a pause.
import type { Clock } from '../../ports.ts';

/** Failures in a row that open it, and the first pause; each failed trial doubles the pause. */
const LIMITS = { failures: 3, pauseMs: 30_000, longestPauseMs: 10 * 60_000 };

export interface BreakerState {
  /** When the first of the failures happened. */
  since: Date;
  /** From when on one call is let through as a trial. */
  until: Date;
  /** The last failure, in words. */
  reason: string;
}

export interface Breaker {
  /** Whether a call may be made now. Who gets a yes reports back with `succeeded` or `failed`. */
  admits(): boolean;
  succeeded(): void;
  failed(reason: string): void;
  /** Null while closed. */
  state(): BreakerState | null;
}

/** Closed at first. Each process has its own: what one cannot reach another may. */
export function createBreaker({ clock }: { clock: Clock }): Breaker {
  let failures = 0;
  let since = clock.now();
  let open: BreakerState | null = null;
  let pauseMs = LIMITS.pauseMs;
  let trying = false;
  return {
    admits() {
      if (!open) return true;
      if (trying || clock.now() < open.until) return false;
      trying = true;
      return true;
    },
    succeeded() {
      failures = 0;
      pauseMs = LIMITS.pauseMs;
      trying = false;
      open = null;
    },
    failed(reason) {
      const now = clock.now();
      if (failures === 0) since = now;
      failures += 1;
      if (open && !trying) return;
      if (trying) pauseMs = Math.min(pauseMs * 2, LIMITS.longestPauseMs);
      trying = false;
      if (failures >= LIMITS.failures) open = { since, until: new Date(now.getTime() + pauseMs), reason };
    },
    state: () => open,
  };
}
