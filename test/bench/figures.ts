// What a benchmark reports: named figures, and the arithmetic that they share.

export interface Figure {
  name: string;
  /** With its unit, ready to print. */
  value: string;
  /** What it was aimed at, where something was. */
  aim?: string;
}

/** The value below which `share` of the sorted numbers lie (nearest rank). NaN when there are none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
