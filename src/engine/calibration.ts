// Learns the weight of evidence from how drafts fared: regularised logistic regression around the hand-set weights.
import { type Calibration, EVIDENCE, type Evidence, type Judged } from '../model/calibration.ts';
import { logistic } from '../model/probability.ts';
import { PRIOR_BIAS, PRIOR_WEIGHTS } from './confidence.ts';

/** Fewer outcomes than this say too little to move a weight. */
const LEAST = 30;
/** How strongly a weight is held at its hand-set value: as if so many outcomes had spoken for it. */
const HOLD = 6;
/** A past ticket that is answered again says less than a draft that people saw. */
const REHEARSED = 0.5;
const ROUNDS = 400;
const RATE = 0.4;

/**
 * Weights fitted to outcomes, or null while there are fewer than 30: those of hand hold then. Minimises the weighted
 * log-loss plus HOLD/2 times the squared distance from the hand-set weights, by gradient descent; a weight never
 * changes its sign, so that every reason keeps its meaning. Past tickets have a bias of their own: they teach what
 * tells good drafts from bad ones, and only real outcomes teach how many are good.
 */
export function fitCalibration(judged: readonly Judged[]): Calibration | null {
  const outcomes = judged.filter(({ rehearsed }) => !rehearsed).length;
  if (judged.length < LEAST) return null;
  const rows = judged.map(({ evidence, error, rehearsed }) => ({
    x: EVIDENCE.map((name) => evidence[name] ?? 0),
    right: error ? 0 : 1,
    rehearsed,
    importance: rehearsed ? REHEARSED : 1,
  }));
  const prior = EVIDENCE.map((name) => PRIOR_WEIGHTS[name]);
  const weights = [...prior];
  // One unit of `HOLD` for the bias of outcomes as well: thirty lucky drafts do not make all drafts good.
  let bias = PRIOR_BIAS;
  let rehearsedBias = 0;
  const total = rows.reduce((sum, row) => sum + row.importance, 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const gradient = weights.map((weight, i) => HOLD * (weight - (prior[i] ?? 0)));
    let biasGradient = HOLD * (bias - PRIOR_BIAS);
    let rehearsedGradient = 0;
    for (const { x, right, rehearsed, importance } of rows) {
      const logit = x.reduce(
        (sum, value, i) => sum + value * (weights[i] ?? 0),
        rehearsed ? rehearsedBias : bias,
      );
      const miss = importance * (logistic(logit) - right);
      for (const [i, value] of x.entries()) gradient[i] = (gradient[i] ?? 0) + miss * value;
      if (rehearsed) rehearsedGradient += miss;
      else biasGradient += miss;
    }
    const step = RATE / (1 + total / 4 + HOLD);
    for (const [i, slope] of gradient.entries()) {
      const moved = (weights[i] ?? 0) - 4 * step * slope;
      const sign = Math.sign(prior[i] ?? 0);
      weights[i] = sign * Math.max(0, sign * moved);
    }
    bias -= 4 * step * biasGradient;
    rehearsedBias -= 4 * step * rehearsedGradient;
  }
  return {
    bias,
    weights: Object.fromEntries(EVIDENCE.map((name, i) => [name, weights[i] ?? 0])),
    outcomes,
    rehearsed: judged.length - outcomes,
  };
}

/**
 * Confidences of judged drafts by calibrations that have not seen them: `folds` parts, each judged by a fit on the
 * others. With rehearsed ones alone the bias is theirs.
 */
export function crossCalibrated(
  judged: readonly Judged[],
  logit: (evidence: Evidence, calibration: Calibration | null) => number,
  folds = 5,
): number[] {
  const fits = Array.from({ length: folds }, (_, fold) =>
    fitCalibration(judged.filter((_, i) => i % folds !== fold).map((row) => ({ ...row, rehearsed: false }))),
  );
  return judged.map(({ evidence }, i) => logistic(logit(evidence, fits[i % folds] ?? null)));
}
