// Which charts a digest has, with the words that stand for them where no picture can be shown.
import type { Chart } from '../model/chart.ts';
import type { Digest } from '../model/digest.ts';
import { duration } from '../model/measure.ts';
import { answeredText, shortDay } from './digest-words.ts';
import { count, line } from './words.ts';

export type ChartName = 'volume' | 'response' | 'share' | 'themes';

export interface DigestChart {
  title: string;
  /** What it shows, for those who do not see it. */
  alt: string;
  chart: Chart;
}

/** Bars of the chart of themes. */
const THEMES = 8;

/** The charts that have something to show. */
export function digestCharts(digest: Digest): Partial<Record<ChartName, DigestChart>> {
  const { days, themes, answered } = digest;
  const any = days.some(({ received }) => received > 0);
  const timed = days.filter(({ response }) => response !== null);
  const rows = themes.slice(0, THEMES).map(({ name, received, normal }) => ({
    label: line(name, 40),
    value: received,
    normal: normal?.mean ?? null,
  }));
  return {
    ...(any && {
      volume: {
        title: 'Tickets a day',
        alt: `From ${shortDay(days[0]?.day ?? '')} on: ${days.map(({ received }) => received).join(', ')}.`,
        chart: {
          kind: 'volume',
          steps: days.map(({ day, received, normal, current }) => ({
            label: shortDay(day),
            value: received,
            normal,
            current,
          })),
        },
      },
    }),
    ...(timed.length > 1 && {
      response: {
        title: 'Time to the first answer',
        alt: timed
          .map(({ day, response }) => `${shortDay(day)} ${duration(response?.median ?? 0)}`)
          .join(', '),
        chart: {
          kind: 'response',
          steps: days.map(({ day, response }) => ({
            label: shortDay(day),
            median: response?.median ?? null,
            p90: response?.p90 ?? null,
          })),
        },
      },
    }),
    ...(answered.total > 0 && {
      share: {
        title: 'Who answered',
        alt: `${answeredText(digest)}.`,
        chart: {
          kind: 'share',
          parts: [
            { who: 'auto', label: 'the bot alone', value: answered.auto.n },
            { who: 'assisted', label: 'people with its draft', value: answered.assisted.n },
            { who: 'agent', label: 'people', value: answered.agent.n },
          ],
        },
      },
    }),
    ...(rows.length > 1 && {
      themes: {
        title: 'Tickets by category',
        alt: rows.map(({ label, value }) => `${label}: ${count(value, 'ticket')}`).join(', '),
        chart: { kind: 'themes', rows },
      },
    }),
  };
}
