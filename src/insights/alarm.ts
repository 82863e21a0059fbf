// Whether an alert is raised: what people answered to earlier ones moves the bar.
import type { AlertAnswers, AlertStatus } from '../model/alert.ts';
import { DAY_MS } from '../model/duration.ts';

/** How far above a false alarm the same signal of the same account must be, and for how long that is remembered. */
const MARGIN = 0.15;
const REMEMBERED_DAYS = 180;

/** What is taken for granted of a reason before anybody answered: as if so many of its alerts had been right, and false. */
const PRIOR = { right: 3, wrong: 3 };

/**
 * The strength, 0..1, that a reason must have to be warned of at all. The share of its alerts that are false has the
 * posterior Beta(3 + wrong, 3 + right), whose mean m stays near one half while few have answered; up to one half
 * nothing is asked, above it 2m - 1: three false alarms and no other answer ask for 0.33, ten for 0.63. It never
 * reaches 1, so that the strongest sign is always told of.
 */
export function barOf({ right, wrong }: Pick<AlertAnswers, 'right' | 'wrong'>): number {
  const mean = (PRIOR.wrong + wrong) / (PRIOR.wrong + wrong + PRIOR.right + right);
  return Math.max(0, 2 * mean - 1);
}

export interface EarlierAlert {
  reason: string;
  status: AlertStatus;
  strength: number;
  at: Date;
}

/**
 * The reason to raise an alert for, of `reasons` with the weightiest first; null: none. One alert an account in
 * `everyDays` as long as nobody called it false, one a reason in any case; after a false alarm the same reason must be
 * clearly stronger than it was then. A reason that was mostly false, with other accounts too, must reach `barOf` it.
 */
export function reasonToAlert<T extends { name: string; strength: number }>(
  reasons: T[],
  earlier: EarlierAlert[],
  { now, everyDays, answers }: { now: Date; everyDays: number; answers: AlertAnswers[] },
): T | null {
  const within = (at: Date, days: number) => now.getTime() - at.getTime() < days * DAY_MS;
  const recent = earlier.filter(({ at }) => within(at, everyDays));
  if (recent.some(({ status }) => status !== 'false_alarm')) return null;
  return (
    reasons.find(({ name, strength }) => {
      if (recent.some(({ reason }) => reason === name)) return false;
      const answered = answers.find(({ reason }) => reason === name);
      if (answered && strength < barOf(answered)) return false;
      const bars = earlier.filter(
        ({ reason, status, at }) =>
          reason === name && status === 'false_alarm' && within(at, REMEMBERED_DAYS),
      );
      return bars.every((one) => strength >= Math.min(1, one.strength + MARGIN));
    }) ?? null
  );
}
