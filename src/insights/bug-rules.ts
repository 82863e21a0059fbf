// When a bug is more than a few alike messages: the rules by which engineers are told of it, and told again.
import { DAY_MS } from '../model/duration.ts';
import { surgeOf } from './surge.ts';

/** What a usual number of reports is taken from: at most so many days, the last one left out. */
export const BASELINE_DAYS = 28;
/** Chance below which a number of reports is no accident; a workspace has some twenty categories that are tried each day. */
const CHANCE = 0.001;

/** As configured under `clusters`. */
export interface BugRules {
  customers: number;
  days: number;
  growth: number;
  urgent: boolean;
}

/** How many reports came in so many days before the last one. */
export interface Baseline {
  reports: number;
  days: number;
}

export interface BugFacts {
  /** Different customers within the days of the rule, and within the last day. */
  lately: number;
  today: number;
  /** Bugs reported in its category; null: nothing to compare with, or not asked since `today` is below `growth`. */
  baseline: Baseline | null;
  /** The error code or exception of a P1 that surely tells of something broken. */
  hardError: string | null;
}

/** Why engineers are told of a bug, in words; null: not yet. */
export function reasonToTell(
  rules: BugRules,
  { lately, today, baseline, hardError }: BugFacts,
): string | null {
  if (lately >= rules.customers)
    return `${lately} customers in ${rules.days === 1 ? 'a day' : `${rules.days} days`}`;
  if (baseline && today >= rules.growth && isSurge(today, baseline))
    return `${today} customers in a day, where ${usual(baseline)} is usual`;
  return rules.urgent && hardError !== null ? `a P1 with ${hardError}` : null;
}

/**
 * Whether engineers are told again of a bug that they were told of `told`: longer ago than the days of the rule, and
 * `today` far more customers report it than its own `baseline` lets expect.
 */
export function isToldAgain(
  rules: BugRules,
  { told, now, today, baseline }: { told: Date; now: Date; today: number; baseline: Baseline },
): boolean {
  const isOld = now.getTime() - told.getTime() >= rules.days * DAY_MS;
  return isOld && today >= rules.growth && isSurge(today, baseline);
}

function isSurge(today: number, { reports, days }: Baseline): boolean {
  return surgeOf(today, 1, reports, days).chance < CHANCE;
}

/** "0.3 a day": how many reports a day are to be expected, by the estimate that a day's number is compared with. */
export function usual({ reports, days }: Baseline): string {
  const { expected } = surgeOf(0, 1, reports, days);
  return expected < 0.1 ? 'less than one in ten days' : `${expected.toFixed(1)} a day`;
}
