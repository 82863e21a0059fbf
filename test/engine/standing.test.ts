// Who writes tells what about.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStanding } from '../../src/engine/local/standing.ts';

const even = [
  { category: 'login', probability: 0.6 },
  { category: 'sales', probability: 0.4 },
];

describe('who writes', () => {
  it('says nothing until some people without a plan have written', () => {
    const standing = createStanding();
    for (let i = 0; i < 4; i += 1) standing.add(`s${i}`, 'sales', false);
    for (let i = 0; i < 40; i += 1) standing.add(`l${i}`, 'login', true);
    expect(standing.weigh(even, false)).toEqual(even);
  });

  it('makes likelier what such people wrote about, and not beyond measure', () => {
    const standing = createStanding();
    for (let i = 0; i < 10; i += 1) standing.add(`s${i}`, 'sales', false);
    for (let i = 0; i < 90; i += 1) standing.add(`l${i}`, 'login', true);
    expect(standing.weigh(even, false)[0]).toMatchObject({ category: 'sales' });
    expect(standing.weigh(even, true)[0]).toMatchObject({ category: 'login' });
    const sure = [
      { category: 'login', probability: 0.97 },
      { category: 'sales', probability: 0.03 },
    ];
    expect(standing.weigh(sure, false)[0]).toMatchObject({ category: 'login' });
  });

  it('counts a ticket that was put elsewhere once', () => {
    const [moved, direct] = [createStanding(), createStanding()];
    for (const standing of [moved, direct])
      for (let i = 0; i < 20; i += 1) standing.add(`${i}`, i % 2 ? 'sales' : 'login', i % 4 > 0);
    moved.add('0', 'sales', true);
    moved.add('0', 'login', false);
    expect(moved.weigh(even, false)).toEqual(direct.weigh(even, false));
  });

  it('leaves probabilities that add up to one, of the same categories', () => {
    const category = fc.constantFrom('a', 'b', 'c', 'd');
    const tickets = fc.array(fc.tuple(category, fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(tickets, fc.boolean(), (known, hasPlan) => {
        const standing = createStanding();
        for (const [i, [topic, has]] of known.entries()) standing.add(`${i}`, topic, has);
        const ranked = ['a', 'b', 'c', 'd'].map((id, i) => ({ category: id, probability: (4 - i) / 10 }));
        const weighed = standing.weigh(ranked, hasPlan);
        expect(weighed.map(({ category: id }) => id).sort()).toEqual(['a', 'b', 'c', 'd']);
        expect(weighed.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1);
        expect(weighed.every(({ probability }, i) => probability <= (weighed[i - 1]?.probability ?? 1))).toBe(
          true,
        );
      }),
    );
  });
});
