// Confidence learns from outcomes: which evidence counts, and how many drafts are right.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossCalibrated, fitCalibration } from '../../src/engine/calibration.ts';
import { logitOf, PRIOR_WEIGHTS } from '../../src/engine/confidence.ts';
import { EVIDENCE, type Judged } from '../../src/model/calibration.ts';
import { logistic } from '../../src/model/probability.ts';

/** Drafts of which those whose source covers the question are right, but for every tenth. */
function outcomes(count: number, rehearsed = false): Judged[] {
  return Array.from({ length: count }, (_, i) => {
    const covered = (i % 20) / 20 - 0.45;
    const right = i % 10 === 3 ? covered < 0 : covered >= 0;
    return { evidence: { covered, agreement: i % 2 ? 1 : -1 }, error: !right, rehearsed };
  });
}

const sure = (calibration: ReturnType<typeof fitCalibration>, covered: number) =>
  logistic(logitOf({ covered }, calibration));

describe('a calibration', () => {
  it('needs thirty drafts', () => {
    expect(fitCalibration(outcomes(29))).toBeNull();
    expect(fitCalibration(outcomes(30))).not.toBeNull();
  });

  it('gives more weight to what tells right from wrong, and less to what does not', () => {
    const fitted = fitCalibration(outcomes(600));
    expect(fitted?.weights.covered).toBeGreaterThan(PRIOR_WEIGHTS.covered);
    expect(fitted?.weights.agreement).toBeLessThan(PRIOR_WEIGHTS.agreement / 2);
    expect(sure(fitted, 0.4)).toBeGreaterThan(0.75);
    expect(sure(fitted, -0.4)).toBeLessThan(0.25);
  });

  it('says how many drafts are right when all evidence is alike', () => {
    const alike = Array.from(
      { length: 400 },
      (_, i): Judged => ({ evidence: {}, error: i % 4 === 0, rehearsed: false }),
    );
    expect(sure(fitCalibration(alike), 0)).toBeCloseTo(0.75, 1);
  });

  it('says how many drafts are right when all of them look good', () => {
    const evidence = { support: 0.3, lead: 0.4, category: 0.45, margin: 0.5, agreement: 1, question: 1 };
    const alike = Array.from(
      { length: 200 },
      (_, i): Judged => ({ evidence, error: i % 3 > 0, rehearsed: false }),
    );
    const confidence = logistic(logitOf(evidence, fitCalibration(alike)));
    // Drawn towards the hand-set weights, which say 0.91.
    expect(confidence).toBeGreaterThan(1 / 3);
    expect(confidence).toBeLessThan(0.45);
  });

  it('learns what tells drafts apart from past tickets, but not how many are right', () => {
    const failed = outcomes(400, true).map((row, i) => ({ ...row, error: row.error || i % 3 > 0 }));
    const fitted = fitCalibration(failed);
    expect(fitted).toMatchObject({ outcomes: 0, rehearsed: 400 });
    expect(sure(fitted, 0)).toBeCloseTo(sure(null, 0), 5);
  });

  it('never turns a reason round, whatever happened', () => {
    const row = fc.record({
      evidence: fc.dictionary(fc.constantFrom(...EVIDENCE), fc.double({ min: -1, max: 1, noNaN: true })),
      error: fc.boolean(),
      rehearsed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 30, maxLength: 60 }), (rows) => {
        const weights = fitCalibration(rows)?.weights ?? {};
        for (const name of EVIDENCE) {
          const weight = weights[name] ?? 0;
          expect(Number.isFinite(weight)).toBe(true);
          expect(weight * PRIOR_WEIGHTS[name]).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is judged on drafts that it has not seen', () => {
    const rows = outcomes(200);
    const confidences = crossCalibrated(rows, logitOf);
    const mean = (wrong: boolean) => {
      const chosen = confidences.filter((_, i) => rows[i]?.error === wrong);
      return chosen.reduce((sum, confidence) => sum + confidence, 0) / chosen.length;
    };
    expect(mean(false)).toBeGreaterThan(mean(true) + 0.2);
  });
});
