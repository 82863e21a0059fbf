// Whether a number of reports is more than chance: a count test that stays calm on small numbers.
import { asShare } from '../model/probability.ts';

export interface Surge {
  /** Reports in the window. */
  count: number;
  /** How many are usual in such a window. */
  expected: number;
  /** Probability of at least `count` when nothing has changed, 0..1. */
  chance: number;
}

/**
 * Compares `count` events in `windowDays` with `before` events in the `baselineDays` ahead of them. The rate is not
 * known but estimated, so the count is not Poisson but negative binomial: the exact predictive distribution of a
 * Poisson count whose rate has the posterior Gamma(before + 1/2, baselineDays) (Jeffreys prior; Gelman et al.,
 * Bayesian Data Analysis, 2.6). With little to compare with its tail is long, so that nothing is called unusual
 * on the word of one quiet week.
 */
export function surgeOf(count: number, windowDays: number, before: number, baselineDays: number): Surge {
  const days = Math.max(baselineDays, windowDays);
  const shape = before + 0.5;
  const expected = (shape / days) * windowDays;
  // P(X = 0) = (days / (days + window)) ^ shape; each next term follows from the last.
  const odds = windowDays / (days + windowDays);
  let term = (days / (days + windowDays)) ** shape;
  let below = 0;
  for (let k = 0; k < count; k += 1) {
    below += term;
    term *= ((shape + k) / (k + 1)) * odds;
  }
  return { count, expected, chance: asShare(1 - below) };
}
