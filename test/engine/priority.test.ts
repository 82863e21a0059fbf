// Priority: readable weights, reasons for every ticket, and what history may change about them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/engine/local/linear.ts';
import { type PriorityInput, prioritise, signalsOf } from '../../src/engine/priority.ts';
import { fitPriority, type PastTicket, shiftWeights } from '../../src/engine/priority-fit.ts';
import { DEFAULT_RULES } from '../../src/model/priority.ts';
import { analysis, customer } from './samples.ts';

const now = new Date('2026-03-02T08:00:00Z');
const contacts = { openTickets: 0, last30Days: 1 };
const { weights } = DEFAULT_RULES;
const score = (a = analysis(), c = customer(), k = contacts) =>
  prioritise({ analysis: a, customer: c, contacts: k, now });

describe('a score', () => {
  it('puts a blocked, angry enterprise customer near renewal first, and says why', () => {
    const c = customer('Enterprise');
    if (c.account) Object.assign(c.account, { mrr: 1850, renewalAt: new Date('2026-03-11') });
    const a = analysis({ urgency: 0.95, blocked: true, frustration: 0.9, kind: 'bug' });
    const { level, score: points, factors } = score(a, c);
    expect(level).toBe('P1');
    expect(points).toBeLessThanOrEqual(100);
    expect(factors[0]?.name).toBe('urgency');
    expect(factors.map((f) => f.text)).toContain('renews in 9 days');
  });

  it('lets a calm question of a small customer wait, and says why, too', () => {
    const { level, factors } = score(analysis({ urgency: 0.1 }), customer('Starter'));
    expect(level).toBe('P4');
    expect(factors.map((f) => f.text)).toEqual([
      'not urgent by their words',
      'their work goes on',
      'no time limit named',
    ]);
  });

  it.each([
    [0.58, ['may be urgent', 'may be unhappy']],
    [0.7, ['sounds urgent', 'unhappy']],
    [0.9, ['very urgent by their words', 'very unhappy']],
  ])('has reasons as strong as what is known, at %s', (share, words) => {
    const texts = score(analysis({ urgency: share, frustration: share })).factors.map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(words));
  });

  it('says of a message without words that there are none, not that it is calm', () => {
    const { factors } = score(analysis({ language: 'und', urgency: 0 }), customer('Starter'));
    expect(factors.map(({ text }) => text)).toEqual(['there are no words to judge by']);
  });

  it('claims less of a message that is not in English', () => {
    const { factors } = score(analysis({ language: 'de', urgency: 0.1 }), customer('Starter'));
    expect(factors.map(({ text }) => text)).toEqual([
      'no urgency found in their words',
      'no standstill found',
      'no time limit found',
    ]);
  });

  it('puts spam last whatever it shouts', () => {
    expect(score(analysis({ spam: 0.95, urgency: 1, blocked: true })).level).toBe('P4');
  });

  it('counts what others report, an open incident, and the time that is left', () => {
    const more = { analysis: analysis(), customer: customer(), contacts, now };
    const { score: points, factors } = prioritise({ ...more, others: 31, incident: true, timeUsed: 0.9 });
    expect(points).toBe(score().score + 8 + 8 + 6);
    expect(factors.slice(0, 3).map((f) => f.text)).toEqual([
      'an incident of theirs is open',
      '31 other customers report the same',
      '10 % of the promised time is left',
    ]);
  });

  it('is not made a level of by the time that is left', () => {
    const late = { analysis: analysis({ urgency: 0.55 }), customer: customer('Team'), contacts, now };
    const rules = { ...DEFAULT_RULES, thresholds: { P1: 68, P2: 46, P3: score(late.analysis).score + 1 } };
    expect(prioritise({ ...late, timeUsed: 2 }, rules)).toMatchObject({ level: 'P4' });
    expect(prioritise({ ...late, timeUsed: 2 }, rules).score).toBeGreaterThan(rules.thresholds.P3);
  });

  it('obeys other weights', () => {
    const a = { analysis: analysis({ urgency: 0.9 }), customer: customer(), contacts, now };
    const rules = { ...DEFAULT_RULES, weights: { ...weights, urgency: 60 } };
    expect(prioritise(a, rules).score).toBe(prioritise(a).score + 30);
  });

  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const inputs = fc
    .record({
      urgency: share,
      frustration: share,
      churnRisk: share,
      spam: share,
      blocked: fc.boolean(),
      attempts: fc.nat(6),
      plan: fc.constantFrom('Enterprise', 'Business', 'Team', null),
      mrr: fc.nat(5_000),
      renewsIn: fc.option(fc.integer({ min: -3, max: 90 })),
      last30Days: fc.nat(12),
      others: fc.nat(60),
      timeUsed: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
    })
    .map(({ plan, mrr, renewsIn, last30Days, others, timeUsed, ...felt }): PriorityInput => {
      const c = customer(plan);
      const renewalAt = renewsIn === null ? null : new Date(now.getTime() + renewsIn * 86_400_000);
      if (c.account) Object.assign(c.account, { mrr, renewalAt });
      const a = analysis(felt);
      return { analysis: a, customer: c, contacts: { openTickets: 0, last30Days }, others, timeUsed, now };
    });

  it('stays within 0 and 100, and gives at least three reasons, strongest first', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { score: points, factors } = prioritise(input);
        expect(points).toBeGreaterThanOrEqual(0);
        expect(points).toBeLessThanOrEqual(100);
        expect(factors.length).toBeGreaterThanOrEqual(3);
        expect(factors.every(({ text }) => text.length > 3 && !/NaN|null|undefined/.test(text))).toBe(true);
        const sizes = factors.filter(({ points: p }) => Math.abs(p) >= 1).map(({ points: p }) => Math.abs(p));
        expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
      }),
    );
  });

  it('never falls when a signal grows that raises it', () => {
    const grown: [string, (input: PriorityInput, by: number) => PriorityInput][] = [
      ['urgency', (i, by) => felt(i, { urgency: i.analysis.urgency + (1 - i.analysis.urgency) * by })],
      ['frustration', (i, by) => felt(i, { frustration: Math.min(1, i.analysis.frustration + by) })],
      ['churn', (i, by) => felt(i, { churnRisk: Math.min(1, i.analysis.churnRisk + by) })],
      ['blocked', (i) => felt(i, { blocked: true })],
      ['attempts', (i) => felt(i, { attempts: i.analysis.attempts + 1 })],
      ['contacts', (i) => ({ ...i, contacts: { ...i.contacts, last30Days: i.contacts.last30Days + 1 } })],
      ['others', (i) => ({ ...i, others: (i.others ?? 0) + 1 })],
      ['incident', (i) => ({ ...i, incident: true })],
      ['time', (i, by) => ({ ...i, timeUsed: (i.timeUsed ?? 0) + by })],
    ];
    const felt = (i: PriorityInput, more: object) => ({ ...i, analysis: { ...i.analysis, ...more } });
    fc.assert(
      fc.property(inputs, fc.constantFrom(...grown), share, (input, [, grow], by) => {
        expect(prioritise(grow(input, by)).score).toBeGreaterThanOrEqual(prioritise(input).score);
      }),
    );
  });
});

describe('what history teaches', () => {
  /** Tickets whose end depends on signals by hidden weights. */
  function history(n: number, hidden: (strengths: Record<string, number>) => number, seed = 7): PastTicket[] {
    const random = seeded(seed);
    return Array.from({ length: n }, () => {
      const strengths = {
        urgency: random(),
        blocked: Number(random() < 0.3),
        frustration: random() ** 2,
        contacts: Number(random() < 0.2),
        'plan:enterprise': Number(random() < 0.2),
      };
      const signals = Object.entries(strengths).map(([name, strength]) => ({ name, strength }));
      return { signals, bad: random() < 1 / (1 + Math.exp(-hidden(strengths))) };
    });
  }
  const contactsMatter = (s: Record<string, number>) => 3 * (s.contacts ?? 0) - 1.5 + 0.2 * (s.urgency ?? 0);

  it('is nothing while there is little of it, and says so', async () => {
    const fit = await fitPriority(history(120, contactsMatter), weights, 6);
    expect(fit).toMatchObject({ n: 120, shifts: {}, learnedAuc: null });
    expect(fit.verdict).toContain('too little history: 120 tickets');
  });

  it('moves the weights of what went with a bad end, as far as allowed', async () => {
    const fit = await fitPriority(history(1_500, contactsMatter), weights, 6);
    expect(fit.verdict).toBe('learned weights are in use');
    expect(fit.learnedAuc ?? 0).toBeGreaterThan(fit.configuredAuc ?? 1);
    expect(fit.shifts.contacts ?? 0).toBeGreaterThan(2);
    expect(fit.shifts.urgency ?? 0).toBeLessThan(0);
  });

  it('leaves the weights alone when chance is all there is to learn', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const chance = history(600, () => -1, seed);
      expect(await fitPriority(chance, weights, 6)).toMatchObject({ n: 600, shifts: {} });
    }
  });

  it('gives the same again, and about as many points on average', async () => {
    const past = history(1_500, contactsMatter);
    const fit = await fitPriority(past, weights, 6);
    expect(await fitPriority(past, weights, 6)).toEqual(fit);
    const mean = past
      .flatMap(({ signals }) => signals)
      .reduce((sum, { name, strength }) => sum + (strength * (fit.shifts[name] ?? 0)) / past.length, 0);
    expect(mean + (fit.shifts.base ?? 0)).toBeCloseTo(0, 0);
  });

  it('never goes further than allowed, and never turns a signal round', async () => {
    const maxShift = fc.double({ min: 0, max: 40, noNaN: true });
    const end = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(maxShift, end, fc.nat(1_000), async (most, slopes, seed) => {
        const past = history(
          260,
          (s) => Object.values(s).reduce((sum, x, k) => sum + x * (slopes[k] ?? 0), 0),
          seed,
        );
        const shifted = shiftWeights(weights, (await fitPriority(past, weights, most)).shifts, most);
        const pairs = signalsOf({
          analysis: analysis(),
          customer: customer('Enterprise'),
          contacts,
          now,
        }).map(({ name }) => name);
        for (const name of pairs) {
          const [before, after] = [pointsOf(weights, name), pointsOf(shifted, name)];
          expect(Math.abs(after - before)).toBeLessThanOrEqual(most + 1e-9);
          expect(after * before).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('stays within bounds that were narrowed after it was learned', () => {
    const shifted = shiftWeights(weights, { urgency: 9, contacts: -99, 'plan:enterprise': 9 }, 2);
    expect(shifted).toMatchObject({ urgency: 32, contacts: 4, plans: { enterprise: 14, team: 2 } });
  });

  function pointsOf(of: typeof weights, name: string): number {
    const { plans, ...others } = of;
    return (
      { ...others, ...Object.fromEntries(Object.entries(plans).map(([k, v]) => [`plan:${k}`, v])) }[name] ?? 0
    );
  }
});
