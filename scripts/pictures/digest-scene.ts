// The digest of a busy Monday, as the pictures show it.
import { digestCards } from '../../src/cards/digest.ts';
import { digestCharts } from '../../src/cards/digest-charts.ts';
import { drawChart } from '../../src/infra/charts/draw.ts';
import type { Card } from '../../src/model/card.ts';
import { busyMonday } from '../../test/support/busy-monday.ts';

/** Of two weeks, from a Tuesday on. */
const RECEIVED = [41, 38, 45, 43, 12, 9, 40, 44, 47, 39, 42, 11, 8, 63];
const digest = busyMonday({
  changes: [
    {
      about: 'New report',
      tone: 'warning',
      text: 'New: “CSV export stops with EXP-504”, 15 reports from 9 companies.',
      drill: { view: 'clusters', cluster: 'C-7' },
    },
  ],
  days: RECEIVED.map((received, n) => ({
    day: new Date(Date.UTC(2026, 1, 17 + n)).toISOString().slice(0, 10),
    received,
    normal: n % 7 === 4 || n % 7 === 5 ? 11 : 44,
    current: n === RECEIVED.length - 1,
    response: null,
  })),
});

/** Its first card, with the chart. */
export async function digestScene(): Promise<Card> {
  const { volume } = digestCharts(digest);
  const pictures = volume ? { volume: await drawChart(volume.chart) } : {};
  return digestCards(digest, { pictures, publicUrl: 'https://desk.crewlane.example' }).card;
}
