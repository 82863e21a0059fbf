// Learns the weight of evidence from how drafts fared: regularised logistic regression around the hand-set weights.
import { type Calibration, EVIDENCE, type Evidence, type Judged } from '../model/calibration.ts';
import { logistic } from '../model/probability.ts';
import { type Column, regress, UNHELD } from '../model/regression.ts';
import { PRIOR_BIAS, PRIOR_WEIGHTS } from './confidence.ts';

/** Fewer outcomes than this say too little to move a weight. */
const LEAST = 30;
/** How strongly a weight is held at its hand-set value: as if so many outcomes had spoken for it. */
const HOLD = 6;
/** A past ticket that is answered again says less than a draft that people saw. */
const REHEARSED = 0.5;

/**
 * Weights fitted to outcomes, or null while there are fewer than 30: those of hand hold then. Minimises the weighted
 * log-loss plus HOLD/2 times the squared distance from the hand-set weights; a weight never changes its
 * sign, so that every reason keeps its meaning. Past tickets have a bias of their own: they teach what
 * tells good drafts from bad ones, and only real outcomes teach how many are good.
 */
export function fitCalibration(judged: readonly Judged[]): Calibration | null {
  const outcomes = judged.filter(({ rehearsed }) => !rehearsed).length;
  if (judged.length < LEAST) return null;
  const where = (value: (row: Judged) => number) =>
    judged.flatMap((one, row) => (value(one) === 0 ? [] : [{ row, value: value(one) }]));
  const columns = EVIDENCE.map((name): Column => {
    const prior = PRIOR_WEIGHTS[name];
    const sign = prior > 0 ? { low: 0 } : { high: 0 };
    return { ...UNHELD, ...sign, cells: where(({ evidence }) => evidence[name] ?? 0), prior, pull: HOLD };
  });
  // One unit of `HOLD` for the bias of outcomes as well: thirty lucky drafts do not make all drafts good.
  const ofOutcomes = { prior: PRIOR_BIAS, pull: HOLD, cells: where(({ rehearsed }) => Number(!rehearsed)) };
  const ofRehearsals = { ...UNHELD, cells: where(({ rehearsed }) => Number(rehearsed)) };
  const [bias = PRIOR_BIAS, , ...weights] = regress(
    [{ ...UNHELD, ...ofOutcomes }, ofRehearsals, ...columns],
    judged.map(({ error, rehearsed }) => ({
      happened: !error,
      importance: rehearsed ? REHEARSED : 1,
      odds: 0,
    })),
  );
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
