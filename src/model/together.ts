// Several things awaited at once, each by its name.

/** Resolves with all values, or rejects as the first that fails. */
export async function together<T extends object>(work: { [Name in keyof T]: Promise<T[Name]> }): Promise<T> {
  const entries = Object.entries(work).map(async ([name, value]) => [name, await value]);
  return Object.fromEntries(await Promise.all(entries));
}
