// The risk that an account leaves within 30 days, learned from those that left; nothing while they are too few.
import { logistic } from '../model/probability.ts';
import { type AccountSignals, HEALTH_REASONS, type HealthReason, strengthsOf } from './health.ts';

/** Pull of every weight towards nothing, per account: a few accounts must not make a rule. */
const RIDGE = 0.05;
const STEPS = 2_000;
const PACE = 0.5;

/** An account as it was on the day before it left, after its last 30 days; or as it is. */
export interface ChurnExample {
  signals: AccountSignals;
  left: boolean;
}

export interface ChurnModel {
  weights: Record<HealthReason, number>;
  intercept: number;
  /** Accounts that left, and those that stayed, that it was learned from. */
  left: number;
  stayed: number;
}

/**
 * Logistic regression with an L2 penalty on the strengths of the reasons, by projected gradient descent: weights
 * below nothing are set to nothing, so that a worse account never has the lower risk. Those that left stand beside
 * today's others, so the intercept is moved to `monthly`, the share of accounts that really leaves in 30 days
 * (King and Zeng 2001, prior correction). Null with fewer than `enough` that left, or none that stayed.
 */
export function learnChurn(
  examples: ChurnExample[],
  { enough, monthly }: { enough: number; monthly: number },
): ChurnModel | null {
  const left = examples.filter((one) => one.left).length;
  const stayed = examples.length - left;
  if (left < enough || stayed === 0) return null;
  const rows = examples.map(({ signals, left: y }) => ({ x: vector(signals), y: y ? 1 : 0 }));
  const weights = HEALTH_REASONS.map(() => 0);
  let intercept = Math.log(left / stayed);
  for (let step = 0; step < STEPS; step++) {
    const gradient = HEALTH_REASONS.map(() => 0);
    let shift = 0;
    for (const { x, y } of rows) {
      const error = logistic(intercept + dot(weights, x)) - y;
      shift += error;
      for (const [i, value] of x.entries()) gradient[i] = (gradient[i] ?? 0) + error * value;
    }
    intercept -= (PACE * shift) / rows.length;
    for (const [i, weight] of weights.entries())
      weights[i] = Math.max(0, weight - PACE * ((gradient[i] ?? 0) / rows.length + (RIDGE * weight) / 10));
  }
  const odds = (p: number) => Math.log(p / (1 - p));
  const real = Math.min(0.5, Math.max(0.0005, monthly));
  const moved = intercept + odds(real) - Math.log(left / stayed);
  const named = HEALTH_REASONS.map((name, i): [HealthReason, number] => [name, weights[i] ?? 0]);
  return { weights: asRecord(named), intercept: moved, left, stayed };
}

/** Likelihood to leave within 30 days, 0..1. */
export function churnRisk({ weights, intercept }: ChurnModel, signals: AccountSignals): number {
  const x = strengthsOf(signals);
  return logistic(HEALTH_REASONS.reduce((sum, name) => sum + weights[name] * x[name], intercept));
}

function asRecord(entries: [HealthReason, number][]): Record<HealthReason, number> {
  const of = new Map(entries);
  const weight = (name: HealthReason) => of.get(name) ?? 0;
  return {
    leaving: weight('leaving'),
    tone: weight('tone'),
    usage: weight('usage'),
    unresolved: weight('unresolved'),
    trend: weight('trend'),
    billing: weight('billing'),
    contacts: weight('contacts'),
    unseen: weight('unseen'),
    reopened: weight('reopened'),
    renewal: weight('renewal'),
  };
}

function vector(signals: AccountSignals): number[] {
  const strengths = strengthsOf(signals);
  return HEALTH_REASONS.map((name) => strengths[name]);
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
