// The closest clusters in meaning: what a look at each of them would say, whatever came and went before.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCentroids } from '../../src/engine/local/centroids.ts';

const DIMENSIONS = 8;
const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((values) => Float32Array.from(values));
const step = fc.record({
  id: fc.nat(80),
  sum: vector,
  size: fc.integer({ min: 1, max: 9 }),
  stays: fc.boolean(),
});

test('finds the closest of those that are there, as a look at each would', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      vector,
      fc.integer({ min: 1, max: 5 }),
      (steps, sought, limit) => {
        const centroids = createCentroids(DIMENSIONS);
        const there = new Set<number>();
        for (const { id, sum, size, stays } of steps) {
          if (stays) centroids.set(id, sum, size);
          else centroids.remove(id);
          if (stays) there.add(id);
          else there.delete(id);
        }
        const direction = centroids.direction(sought, 1);
        const scores = (ids: number[]) => ids.map((id) => centroids.cosine(id, direction));
        const all = scores([...there]).sort((a, b) => b - a);
        const found = centroids.closest(direction, limit);
        expect(found.every((id) => there.has(id)) && new Set(found).size === found.length).toBe(true);
        expect(scores(found)).toEqual(all.slice(0, limit));
      },
    ),
  );
});
