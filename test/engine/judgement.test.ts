// Confidence and route: readable weights, exact bounds, and vetoes that nothing overrules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreConfidence } from '../../src/engine/confidence.ts';
import { seeded } from '../../src/engine/local/linear.ts';
import {
  chooseRoute,
  neededOutcomes,
  proves,
  proveThreshold,
  type RouteInput,
} from '../../src/engine/policy.ts';
import { analysis, customer } from './samples.ts';

const now = new Date('2026-03-02T08:00:00Z');

describe('confidence', () => {
  const base = {
    analysis: analysis(),
    customer: customer(),
    history: { reviewed: 0, unchanged: 0 },
    answerable: true,
    words: 12,
    retrieval: { support: 0.8, lead: 0.6, category: 'billing/invoice-copy' },
    questions: { asked: 1, answered: 1 },
    needsAccountData: false,
    now,
  };

  it('is high for a clear question with a fitting source, and says so', () => {
    const { confidence, reasons } = scoreConfidence(base);
    expect(confidence).toBeGreaterThan(0.75);
    expect(reasons[0]?.effect).toBe('up');
  });

  it.each([
    ['no source fits', { retrieval: { support: 0.2, lead: 0, category: null } }],
    ['the topic is unclear', { analysis: analysis({ categoryConfidence: 0.2 }) }],
    ['the customer is unhappy', { analysis: analysis({ frustration: 0.95 }) }],
    ['one of two questions is open', { questions: { asked: 2, answered: 1 } }],
    ['it is not in English', { analysis: analysis({ language: 'fr' }) }],
    ['it gives orders', { analysis: analysis({ injection: 0.9 }) }],
    ['the category has gone wrong before', { history: { reviewed: 20, unchanged: 5 } }],
    ['it needs a look into the account', { needsAccountData: true }],
  ])('falls when %s, with a reason', (_, changes) => {
    const { confidence, reasons } = scoreConfidence({ ...base, ...changes });
    expect(confidence).toBeLessThan(scoreConfidence(base).confidence);
    expect(reasons.some((reason) => reason.effect === 'down')).toBe(true);
  });

  it('rises with a good record', () => {
    const good = scoreConfidence({ ...base, history: { reviewed: 60, unchanged: 59 } });
    expect(good.confidence).toBeGreaterThan(scoreConfidence(base).confidence);
  });

  it('stays below what is suggested when nothing answers', () => {
    const { confidence, reasons } = scoreConfidence({ ...base, answerable: false });
    expect(confidence).toBeLessThan(0.25);
    expect(reasons[0]?.text).toBe('nothing we know answers this');
  });
});

describe('the bound of an error rate', () => {
  it('is the known one', () => {
    const alone = 1 - 0.05 ** (1 / 99);
    expect([alone - 1e-6, alone + 1e-6].map((risk) => proves(0, 99, risk))).toEqual([false, true]);
    // Clopper and Pearson, one-sided 95 %: 1 of 50.
    expect([0.0913, 0.0915].map((risk) => proves(1, 50, risk))).toEqual([false, true]);
    expect(proves(0, 0, 1)).toBe(false);
    expect([0, 1, 2].map((errors) => neededOutcomes(errors, 0.03))).toEqual([99, 157, 208]);
  });

  it('grows with errors and shrinks with evidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 31, max: 2000 }), (errors, n) => {
        const risks = Array.from({ length: 100 }, (_, i) => (i + 1) / 100);
        const bound = (wrong: number, all: number) => {
          const least = risks.findIndex((risk) => proves(wrong, all, risk));
          // When all went wrong nothing is proven.
          return least < 0 ? risks.length : least;
        };
        expect(bound(errors + 1, n)).toBeGreaterThanOrEqual(bound(errors, n));
        expect(bound(errors, n + 10)).toBeLessThanOrEqual(bound(errors, n));
        expect(risks[bound(errors, n)] ?? 1).toBeGreaterThan(errors / n);
      }),
    );
  });
});

describe('proving a threshold', () => {
  const outcomes = (n: number, error: (i: number) => boolean) =>
    Array.from({ length: n }, (_, i) => ({ confidence: 1 - i / (2 * n), error: error(i) }));

  it('takes 99 reviewed tickets without an error at 3 %', () => {
    expect(
      proveThreshold(
        outcomes(98, () => false),
        0.03,
      ),
    ).toEqual({ threshold: null, missing: 1 });
    expect(
      proveThreshold(
        outcomes(99, () => false),
        0.03,
      ).threshold,
    ).not.toBeNull();
    expect(proveThreshold([], 0.03)).toEqual({ threshold: null, missing: 99 });
  });

  it('stops where the errors begin', () => {
    const { threshold } = proveThreshold(
      outcomes(600, (i) => i >= 300 && i % 3 === 0),
      0.03,
    );
    expect(threshold).toBeGreaterThan(0.72);
    expect(threshold).toBeLessThan(0.85);
  });

  it('says how many more it takes, and so many it takes', () => {
    // Spread evenly, whatever their number.
    const judged = (i: number, error: boolean) => ({ confidence: (i * 0.618034) % 1, error });
    for (const [n, every] of [
      [0, 1],
      [40, 50],
      [60, 40],
      [150, 100],
      [150, 10],
      [400, 30],
    ] as const) {
      const list = Array.from({ length: n }, (_, i) => judged(i, i % every === every - 1));
      const said = proveThreshold(list, 0.03).missing ?? 0;
      let took = 0;
      for (; proveThreshold(list, 0.03).threshold === null; took += 1) list.push(judged(n + took, false));
      expect(Math.abs(took - said)).toBeLessThanOrEqual(3 + 0.05 * said);
    }
  });

  it('does not ask for more than are looked at', () => {
    const hopeless = outcomes(1_000, () => true);
    expect(proveThreshold(hopeless, 0.03)).toEqual({ threshold: null, missing: 1_000 });
  });

  it('treats equal confidences alike', () => {
    const same = Array.from({ length: 200 }, (_, i) => ({ confidence: 0.8, error: i >= 120 }));
    expect(proveThreshold(same, 0.03).threshold).toBeNull();
  });

  it('proves too much in at most about 5 % of worlds, in spite of the scan', () => {
    const random = seeded(11);
    let wrong = 0;
    const worlds = 1000;
    for (let world = 0; world < worlds; world += 1) {
      // The true error rate just above the risk everywhere: any threshold is a false proof.
      const list = Array.from({ length: 500 }, () => ({ confidence: random(), error: random() < 0.031 }));
      if (proveThreshold(list, 0.03).threshold !== null) wrong += 1;
    }
    expect(wrong / worlds).toBeLessThan(0.07);
  });
});

describe('the route', () => {
  const proven = Array.from({ length: 150 }, (_, i) => ({ confidence: 0.7 + (i % 30) / 100, error: false }));
  const proposal = {
    text: 'x',
    language: 'en',
    sources: [],
    confidence: 0.9,
    reasons: [],
    answerable: true,
    engine: 'local-1',
  };
  const input = (changes: Partial<RouteInput> = {}): RouteInput => ({
    analysis: analysis(),
    proposal,
    mode: 'auto',
    neverAuto: false,
    assignee: null,
    risk: 0.03,
    customer: customer(),
    outcomes: proven,
    ...changes,
  });

  it('is auto when proven, allowed and nothing stands against it', () => {
    expect(chooseRoute(input())).toMatchObject({ route: 'auto', mode: 'auto', reviewsUntilAuto: null });
  });

  it('is suggest until outcomes prove it, and says how many are missing', () => {
    expect(chooseRoute(input({ outcomes: proven.slice(0, 40) }))).toMatchObject({
      route: 'suggest',
      reviewsUntilAuto: 59,
    });
  });

  it('is suggest below the threshold, and in other modes', () => {
    expect(chooseRoute(input({ proposal: { ...proposal, confidence: 0.5 } })).route).toBe('suggest');
    expect(chooseRoute(input({ mode: 'suggest' }))).toMatchObject({
      route: 'suggest',
      threshold: null,
      reviewsUntilAuto: null,
    });
    expect(chooseRoute(input({ mode: 'observe' })).route).toBe('suggest');
  });

  it.each([
    ['the taxonomy says never', { neverAuto: true }],
    ['an agent took it', { assignee: 'Ana' }],
    ['spam', { analysis: analysis({ spam: 0.9 }) }],
    ['orders to the assistant', { analysis: analysis({ injection: 0.9 }) }],
    ['another language', { analysis: analysis({ language: 'fr' }) }],
    ['a fault', { analysis: analysis({ kind: 'bug' }) }],
    [
      'an error code',
      {
        analysis: analysis({
          bug: { codes: ['504'], endpoints: [], versions: [], exceptions: [], steps: [] },
        }),
      },
    ],
    ['a text unlike any other', { analysis: analysis({ outOfScope: 0.99 }) }],
    ['no answer', { proposal: { ...proposal, answerable: false } }],
    ['a customer who opted out', { customer: customer('Team', { optedOut: true }) }],
  ] satisfies [string, Partial<RouteInput>][])('is never auto with %s', (_, changes) => {
    const { route, reasons } = chooseRoute(input(changes));
    expect(route).not.toBe('auto');
    expect(reasons.length).toBeGreaterThan(0);
  });

  it('gives what nothing answers, orders, and low confidence to a person', () => {
    expect(chooseRoute(input({ proposal: { ...proposal, answerable: false } })).route).toBe('escalate');
    expect(chooseRoute(input({ analysis: analysis({ injection: 0.9 }) })).route).toBe('escalate');
    expect(chooseRoute(input({ mode: 'suggest', proposal: { ...proposal, confidence: 0.1 } })).route).toBe(
      'escalate',
    );
  });

  it.each([
    [0.5, 'its confidence of 50.0 % is below the proven threshold of 70.0 %'],
    [0.1, 'its confidence of 10.0 % is too low to suggest it'],
  ])('names the number that it has gone by, at %s', (confidence, reason) => {
    expect(chooseRoute(input({ proposal: { ...proposal, confidence } })).reasons[0]).toBe(reason);
  });

  it('names what weighs most first: why a person must write it before why one must send it', () => {
    const never = { neverAuto: true, proposal: { ...proposal, answerable: false } };
    expect(chooseRoute(input(never)).reasons[0]).toBe('nothing we know answers it');
    const low = { neverAuto: true, proposal: { ...proposal, confidence: 0.1 } };
    expect(chooseRoute(input(low)).reasons[0]).toContain('too low');
  });
});
