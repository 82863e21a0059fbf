// The regression behind learned confidence and priority ends at its best point, whatever the rows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logistic } from '../../src/model/probability.ts';
import { type Column, intercept, type Outcome, regress, UNHELD } from '../../src/model/regression.ts';

/** What `regress` makes least. */
function loss(columns: Column[], outcomes: Outcome[], weights: number[]): number {
  const odds = outcomes.map((outcome) => outcome.odds);
  for (const [c, { cells }] of columns.entries())
    for (const { row, value } of cells) odds[row] = (odds[row] ?? 0) + value * (weights[c] ?? 0);
  const misses = outcomes.map(
    ({ happened, importance }, row) =>
      importance * Math.log1p(Math.exp((happened ? -1 : 1) * (odds[row] ?? 0))),
  );
  const pulls = columns.map(({ pull, prior }, c) => (pull / 2) * ((weights[c] ?? 0) - prior) ** 2);
  return [...misses, ...pulls].reduce((sum, part) => sum + part, 0);
}

const column = (rows: number) =>
  fc
    .record({
      values: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: rows, maxLength: rows }),
      prior: fc.double({ min: 0, max: 3, noNaN: true }),
      pull: fc.constantFrom(0.5, 6),
      high: fc.constantFrom(3, Number.POSITIVE_INFINITY),
    })
    .map(
      ({ values, ...held }): Column => ({
        ...held,
        low: 0,
        cells: values.map((value, row) => ({ row, value })),
      }),
    );
const outcome = fc.record({
  happened: fc.boolean(),
  importance: fc.constantFrom(0.5, 1, 4),
  odds: fc.double({ min: -2, max: 2, noNaN: true }),
});

describe('a regression', () => {
  it('finds the share of what happened when rows do not differ', () => {
    const outcomes = Array.from({ length: 300 }, (_, i) => ({
      happened: i % 3 === 0,
      importance: 1,
      odds: 0,
    }));
    const [weight = 0] = regress([intercept(300)], outcomes);
    expect(logistic(weight)).toBeCloseTo(1 / 3, 4);
  });

  it('stays finite where all that happened is alike, and without rows', () => {
    const [weight = 0] = regress([intercept(50)], Array(50).fill({ happened: true, importance: 1, odds: 0 }));
    expect(weight).toBeGreaterThan(3);
    expect(Number.isFinite(weight)).toBe(true);
    expect(regress([{ ...UNHELD, prior: 2, pull: 1, cells: [] }], [])).toEqual([2]);
  });

  it('ends where no weight can move within its bounds and make the loss less', () => {
    const rows = 30;
    const problem = fc.tuple(
      fc.array(column(rows), { minLength: 1, maxLength: 6 }),
      fc.array(outcome, { minLength: rows, maxLength: rows }),
    );
    fc.assert(
      fc.property(problem, ([columns, outcomes]) => {
        const weights = regress(columns, outcomes);
        const best = loss(columns, outcomes, weights);
        for (const [c, { low, high }] of columns.entries())
          for (const step of [-0.05, 0.05]) {
            const moved = Math.min(high, Math.max(low, (weights[c] ?? 0) + step));
            expect(weights[c]).toBeGreaterThanOrEqual(low);
            expect(weights[c]).toBeLessThanOrEqual(high);
            expect(loss(columns, outcomes, weights.with(c, moved))).toBeGreaterThan(best - 1e-3);
          }
      }),
      { numRuns: 100 },
    );
  });
});
