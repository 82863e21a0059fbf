// Measures as people say them: durations, means, and one number against what is normal.
import type { Normal, Spread } from './digest.ts';

/** Of fewer cases a 90th percentile or a mean says little. */
export const FEW = 5;

/** `45 s`, `12 min`, `3 h 20 min`, `2 days 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return `${days} ${days === 1 ? 'day' : 'days'}${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

/** The same for narrow columns: `45 s`, `77 min`, `5.2 h`, `2.1 d`. */
export function briefly(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3_600;
  return hours < 48 ? `${rounded(hours)} h` : `${rounded(hours / 24)} d`;
}

/** For a narrow column: `12 min / 3.1 h`, the middle and the 90th percentile; of few cases only the middle. */
export function spreadCell(spread: Spread | null): string {
  if (!spread) return '–';
  const { n, median, p90 } = spread;
  return n < FEW ? briefly(median) : `${briefly(median)} / ${briefly(p90)}`;
}

/** What such a column means, as far as there is anything in it. */
export function timesNote(spreads: (Spread | null)[]): string {
  const known = spreads.filter((spread) => spread !== null);
  if (known.length === 0) return '';
  return known.some(({ n }) => n >= FEW)
    ? 'Times: half within the first, 9 of 10 within the second.'
    : 'Times are the middle ones: half were faster.';
}

/** Whole when large, one decimal when small: `44`, `3.5`. */
export function rounded(mean: number): string {
  return mean >= 10 || Number.isInteger(mean) ? String(Math.round(mean)) : mean.toFixed(1);
}

/** `43 % more than normal (44)`, `4 times the normal number (12)`, `as many as normally`. */
export function against(count: number, { mean }: Normal): string {
  if (mean === 0) return count === 0 ? 'none, as normally' : 'normally none';
  const ratio = count / mean;
  const normal = rounded(mean);
  if (ratio >= 3) return `${Math.round(ratio)} times the normal number (${normal})`;
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  if (percent === 0) return 'as many as normally';
  return `${percent} % ${ratio > 1 ? 'more' : 'fewer'} than normal (${normal})`;
}
