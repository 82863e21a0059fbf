// Whether an alert is raised: what people answered to earlier ones moves the bar.
import type { AlertStatus } from '../model/alert.ts';
import { DAY_MS } from '../model/duration.ts';

/** How far above a false alarm the same signal of the same account must be, and for how long that is remembered. */
const MARGIN = 0.15;
const REMEMBERED_DAYS = 180;

export interface EarlierAlert {
  reason: string;
  status: AlertStatus;
  strength: number;
  at: Date;
}

/**
 * The reason to raise an alert for, of `reasons` with the weightiest first; null: none. One alert an account in
 * `everyDays` as long as nobody called it false, one a reason in any case; after a false alarm the same reason must be
 * clearly stronger than it was then.
 */
export function reasonToAlert<T extends { name: string; strength: number }>(
  reasons: T[],
  earlier: EarlierAlert[],
  { now, everyDays }: { now: Date; everyDays: number },
): T | null {
  const within = (at: Date, days: number) => now.getTime() - at.getTime() < days * DAY_MS;
  const recent = earlier.filter(({ at }) => within(at, everyDays));
  if (recent.some(({ status }) => status !== 'false_alarm')) return null;
  return (
    reasons.find(({ name, strength }) => {
      if (recent.some(({ reason }) => reason === name)) return false;
      const bars = earlier.filter(
        ({ reason, status, at }) =>
          reason === name && status === 'false_alarm' && within(at, REMEMBERED_DAYS),
      );
      return bars.every((one) => strength >= Math.min(1, one.strength + MARGIN));
    }) ?? null
  );
}
