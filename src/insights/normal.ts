// What is usual, and whether a number is out of the ordinary.
import type { Normal } from '../model/digest.ts';

/** How many standard deviations apart a number must be to be told of. Two: seen by chance in one of twenty. */
export const NOTABLE = 2;

/** The mean and spread of the same count in earlier spans; null when there is none. */
export function normalOf(earlier: number[]): Normal | null {
  const spans = earlier.length;
  if (spans === 0) return null;
  const mean = earlier.reduce((sum, n) => sum + n, 0) / spans;
  const variance = spans < 2 ? 0 : earlier.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (spans - 1);
  return { mean, deviation: Math.sqrt(variance), spans };
}

/**
 * How far `count` lies from normal, in standard deviations of the difference. Counts of independent arrivals vary
 * as Poisson's; where the earlier spans lie further apart than that, their own variance counts. The mean is itself
 * known from a few spans only, which adds its share. Small numbers therefore seldom stand out.
 */
export function distance(count: number, { mean, deviation, spans }: Normal): number {
  const pooled = (count + spans * mean) / (spans + 1);
  const variance = Math.max(pooled, deviation ** 2) * (1 + 1 / spans);
  return variance === 0 ? 0 : (count - mean) / Math.sqrt(variance);
}
