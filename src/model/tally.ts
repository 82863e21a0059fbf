// Counts how often each thing occurs.

/** Each thing with its number, in the order in which they came. */
export function tally<T>(things: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}

/** The most frequent first; of those that are as frequent the one that came first. */
export function byFrequency<T>(counts: Iterable<[T, number]>): [T, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}
