// Numbers and days as the page writes them.
import type { Spread } from '../../../../model/digest.ts';
import { duration, FEW } from '../../../../model/measure.ts';

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** `43 %` */
export function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / Math.max(1, whole))} %`;
}

/** `9 of 10 within 3 h`; of few cases only how few they are. */
export function spreadNote({ n, p90 }: Spread): string {
  return n < FEW ? `of ${count(n, 'case')} only` : `9 of 10 within ${duration(p90)}`;
}

/** `2 Mar`, with the year where it is another than `now`'s. */
export function dayText(day: string, now: string): string {
  const year = day.slice(0, 4) === now.slice(0, 4) ? undefined : 'numeric';
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year,
  });
}

/** `Mon 2 Mar 10:45` in the workspace's time zone. */
export function momentText(at: string, timeZone: string): string {
  return new Date(at)
    .toLocaleString('en-GB', {
      timeZone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    .replaceAll(',', '');
}

/** `1,850 a month` */
export function mrrText(mrr: number | null): string {
  return mrr === null ? '' : `${Math.round(mrr).toLocaleString('en')} a month`;
}

export const WHO = { auto: 'The bot alone', assisted: 'People with its draft', agent: 'People' } as const;

/** `C-7`, `T-1042` */
export const clusterName = (id: number) => `C-${id}`;
export const ticketName = (id: number) => `T-${id}`;
