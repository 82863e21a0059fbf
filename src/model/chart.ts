// Charts as plain data: what is drawn, not how. src/infra/charts turns them into pictures.

/** One day (or another step of time) on the horizontal axis. */
interface Step {
  /** `2 Mar`, below the axis. */
  label: string;
}

export type Chart =
  /** Tickets a day against what is normal for that weekday; `current` days belong to the period. */
  | { kind: 'volume'; steps: (Step & { value: number; normal: number | null; current: boolean })[] }
  /** Seconds to the first answer by day: the median as a line, up to the 90th percentile as a band. */
  | { kind: 'response'; steps: (Step & { median: number | null; p90: number | null })[] }
  /** Who answered: parts of one whole, in this order. */
  | { kind: 'share'; parts: { who: 'auto' | 'assisted' | 'agent'; label: string; value: number }[] }
  /** Longest first; `normal` is marked beside each bar. */
  | { kind: 'themes'; rows: { label: string; value: number; normal: number | null }[] };
