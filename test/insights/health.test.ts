// Health never rises when anything gets worse; churn is learned from enough accounts only; answers move the bar.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barOf, reasonToAlert } from '../../src/insights/alarm.ts';
import { type ChurnExample, churnRisk, learnChurn } from '../../src/insights/churn.ts';
import { type AccountSignals, HEALTH_REASONS, healthOf } from '../../src/insights/health.ts';
import type { AlertAnswers } from '../../src/model/alert.ts';
import { logistic } from '../../src/model/probability.ts';

const WELL: AccountSignals = {
  tone: 0.1,
  toneBefore: 0.1,
  contacts: 1,
  usualContacts: 1,
  unresolved: 0,
  oldestDays: 0,
  reopened: 0,
  billing: 0,
  leaving: 0,
  usageDrop: 0,
  unseenDays: 1,
  renewalDays: 200,
};

const share = fc.double({ min: 0, max: 1, noNaN: true });
const few = fc.integer({ min: 0, max: 20 });
const days = fc.integer({ min: 0, max: 400 });
const signals: fc.Arbitrary<AccountSignals> = fc.record({
  tone: fc.option(share),
  toneBefore: fc.option(share),
  contacts: few,
  usualContacts: few,
  unresolved: few,
  oldestDays: days,
  reopened: few,
  billing: share,
  leaving: share,
  usageDrop: share,
  unseenDays: fc.option(days),
  renewalDays: fc.option(days),
});
/** Inputs that are worse when there is more of them. */
const WORSE = [
  'tone',
  'contacts',
  'unresolved',
  'oldestDays',
  'reopened',
  'billing',
  'leaving',
  'usageDrop',
  'unseenDays',
] as const;

describe('health', () => {
  test('of an account that is well is whole, without reasons', () => {
    expect(healthOf(WELL)).toEqual({ health: 100, reasons: [] });
  });

  test('never rises when one thing gets worse', () => {
    fc.assert(
      fc.property(signals, fc.constantFrom(...WORSE), share, (before, name, more) => {
        const value = before[name];
        if (value === null) return;
        const worse = { ...before, [name]: value + more * (value <= 1 ? 1 - Math.min(1, value) : 5) };
        expect(healthOf(worse).health).toBeLessThanOrEqual(healthOf(before).health + 1e-9);
      }),
    );
  });

  test('never rises when the renewal comes nearer, and a renewal alone is no reason', () => {
    fc.assert(
      fc.property(signals, days, days, (before, a, b) => {
        const [near, far] = [Math.min(a, b), Math.max(a, b)];
        const at = (renewalDays: number) => healthOf({ ...before, renewalDays }).health;
        expect(at(near)).toBeLessThanOrEqual(at(far) + 1e-9);
      }),
    );
    expect(healthOf({ ...WELL, renewalDays: 1 }).health).toBe(100);
  });

  test('lies between 0 and 100, and its reasons are its weights in words', () => {
    fc.assert(
      fc.property(signals, (given) => {
        const { health, reasons } = healthOf(given);
        expect(health).toBeGreaterThanOrEqual(0);
        expect(health).toBeLessThanOrEqual(100);
        for (const { text, strength } of reasons) {
          expect(text).toMatch(/^[A-Z0-9].{10,110}\.$/);
          expect(strength).toBeGreaterThan(0);
        }
        expect(reasons.map(({ points }) => points)).toEqual(
          reasons.map(({ points }) => points).sort((a, b) => b - a),
        );
      }),
    );
  });
});

describe('the risk to leave', () => {
  /** A repeatable stream of numbers in 0..1 (mulberry32). */
  function numbers(seed: number) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  /** Accounts of which those leave that use the product less; their tone says nothing. */
  function history(left: number, stayed: number, seed = 7): ChurnExample[] {
    const random = numbers(seed);
    const one = (leaves: boolean): ChurnExample => ({
      left: leaves,
      signals: { ...WELL, tone: random(), usageDrop: leaves ? 0.4 + 0.5 * random() : 0.4 * random() },
    });
    return [
      ...Array.from({ length: left }, () => one(true)),
      ...Array.from({ length: stayed }, () => one(false)),
    ];
  }
  const options = { enough: 20, monthly: 0.02 };

  test('is not learned from too few, nor without any that stayed', () => {
    expect(learnChurn(history(19, 300), options)).toBeNull();
    expect(learnChurn(history(40, 0), options)).toBeNull();
  });

  test('finds what made accounts leave, and nothing in what did not', () => {
    const model = learnChurn(history(60, 300), options);
    if (!model) throw new Error('nothing learned');
    const others = HEALTH_REASONS.filter((name) => name !== 'usage').map((name) => model.weights[name]);
    expect(model.weights.usage).toBeGreaterThan(3);
    expect(model.weights.usage).toBeGreaterThan(3 * Math.max(...others));
    // On accounts it has not seen, whoever leaves stands before whoever stays nearly always.
    const fresh = history(40, 40, 99);
    const risk = (left: boolean) =>
      fresh.filter((one) => one.left === left).map((one) => churnRisk(model, one.signals));
    const pairs = risk(true).flatMap((a) => risk(false).map((b) => a > b));
    expect(pairs.filter(Boolean).length / pairs.length).toBeGreaterThan(0.9);
  });

  test('stays near the share that really leaves, though half of the examples did', () => {
    const random = numbers(3);
    const same = Array.from({ length: 200 }, (_, i) => ({
      left: i % 2 === 0,
      signals: { ...WELL, tone: random() },
    }));
    const model = learnChurn(same, options);
    if (!model) throw new Error('nothing learned');
    expect(churnRisk(model, WELL)).toBeLessThan(0.05);
  });

  test('is what really happens to accounts in such danger, once many have taught it', () => {
    const random = numbers(11);
    const chance = (usageDrop: number) => logistic(8 * usageDrop - 5);
    const account = (): ChurnExample => {
      const usageDrop = 0.8 * random();
      return { signals: { ...WELL, usageDrop }, left: random() < chance(usageDrop) };
    };
    const accounts = Array.from({ length: 3000 }, account);
    const monthly = accounts.filter((one) => one.left).length / accounts.length;
    const model = learnChurn(accounts, { enough: 20, monthly });
    if (!model) throw new Error('nothing learned');
    for (const usageDrop of [0.2, 0.5, 0.7, 0.8]) {
      const risk = churnRisk(model, { ...WELL, usageDrop });
      expect(Math.abs(risk - chance(usageDrop))).toBeLessThan(0.06);
    }
  });

  test('never falls when an account gets worse, whatever was learned', () => {
    const model = learnChurn(history(30, 100), options);
    if (!model) throw new Error('nothing learned');
    fc.assert(
      fc.property(signals, share, (before, more) => {
        const worse = {
          ...before,
          usageDrop: Math.min(1, before.usageDrop + more),
          reopened: before.reopened + 1,
        };
        expect(churnRisk(model, worse)).toBeGreaterThanOrEqual(churnRisk(model, before));
      }),
    );
  });
});

describe('whether to warn', () => {
  const now = new Date('2026-03-02T09:00:00Z');
  const ago = (n: number) => new Date(now.getTime() - n * 86_400_000);
  const tone = { name: 'tone', strength: 0.6 };
  const usage = { name: 'usage', strength: 0.4 };
  const ask = (earlier: Parameters<typeof reasonToAlert>[1], answers: AlertAnswers[] = []) =>
    reasonToAlert([tone, usage], earlier, { now, everyDays: 14, answers })?.name ?? null;

  test.each([
    ['nobody was warned: the weightiest', [], 'tone'],
    ['somebody is on it', [{ reason: 'tone', status: 'on_it', strength: 0.5, at: ago(3) }], null],
    ['it waits for an answer', [{ reason: 'usage', status: 'open', strength: 0.5, at: ago(3) }], null],
    ['that was long ago', [{ reason: 'tone', status: 'on_it', strength: 0.5, at: ago(15) }], 'tone'],
    [
      'it was false: the next reason',
      [{ reason: 'tone', status: 'false_alarm', strength: 0.5, at: ago(3) }],
      'usage',
    ],
    [
      'it was false at this strength',
      [{ reason: 'tone', status: 'false_alarm', strength: 0.5, at: ago(60) }],
      'usage',
    ],
    [
      'it is clearly stronger now',
      [{ reason: 'tone', status: 'false_alarm', strength: 0.4, at: ago(60) }],
      'tone',
    ],
    ['that is forgotten', [{ reason: 'tone', status: 'false_alarm', strength: 0.9, at: ago(200) }], 'tone'],
  ] as const)('%s', (_, earlier, expected) => {
    expect(ask([...earlier])).toBe(expected);
  });

  test.each([
    ['was false once: that says little', { right: 0, wrong: 1 }, 'tone'],
    ['was false with many others: the next reason', { right: 1, wrong: 15 }, 'usage'],
    ['was right as often as false', { right: 15, wrong: 15 }, 'tone'],
  ])('a reason that %s', (_, answers, expected) => {
    expect(ask([], [{ reason: 'tone', ...answers }])).toBe(expected);
  });

  test('the bar of a reason rises with false alarms, falls with right ones, and the strongest sign passes it', () => {
    expect([0, 1, 3, 10, 30].map((wrong) => barOf({ right: 0, wrong }))).toEqual(
      [0, 1 / 7, 1 / 3, 5 / 8, 5 / 6].map((bar) => expect.closeTo(bar)),
    );
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (right, wrong) => {
        const bar = barOf({ right, wrong });
        expect(bar).toBeLessThan(1);
        if (right >= wrong) expect(bar).toBe(0);
        expect(barOf({ right, wrong: wrong + 1 })).toBeGreaterThanOrEqual(bar);
        expect(barOf({ right: right + 1, wrong })).toBeLessThanOrEqual(bar);
      }),
    );
  });
});
