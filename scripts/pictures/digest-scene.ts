// The digest of a busy Monday, as the pictures show it.
import { digestCards } from '../../src/cards/digest.ts';
import { digestCharts } from '../../src/cards/digest-charts.ts';
import { drawChart } from '../../src/infra/charts/draw.ts';
import { digestOf, spanOf } from '../../src/insights/digest-period.ts';
import type { Card } from '../../src/model/card.ts';
import type { Digest } from '../../src/model/digest.ts';

/** Of two weeks, from a Tuesday on. */
const RECEIVED = [41, 38, 45, 43, 12, 9, 40, 44, 47, 39, 42, 11, 8, 63];
const period = digestOf('daily', '2026-03-02', 'Europe/Paris');

const digest: Digest = {
  period,
  span: spanOf(period),
  now: new Date('2026-03-03T07:30:00Z'),
  volume: { received: 63, rejected: 2, normal: { mean: 44, deviation: 5, spans: 4 } },
  response: { n: 58, median: 840, p90: 11_000 },
  resolved: { n: 38, confirmed: 9, spread: { n: 38, median: 9_000, p90: 60_000 } },
  due: { known: 40, late: 3 },
  backlog: { total: 14, byPriority: { P1: 1, P2: 3, P3: 8, P4: 2, none: 0 }, overdue: 3, oldest: null },
  answered: {
    total: 41,
    auto: { n: 12, rating: { n: 5, mean: 4.6 } },
    assisted: { n: 20, rating: null },
    agent: { n: 9, rating: { n: 2, mean: 3.5 } },
  },
  saved: { minutes: 216 },
  cost: { perResolution: 2.5, model: 0, currency: 'EUR' },
  changes: [{ tone: 'warning', text: 'New: “CSV export stops with EXP-504”, 15 reports from 9 companies.' }],
  themes: [],
  days: RECEIVED.map((received, n) => ({
    day: new Date(Date.UTC(2026, 1, 17 + n)).toISOString().slice(0, 10),
    received,
    normal: n % 7 === 4 || n % 7 === 5 ? 11 : 44,
    current: n === RECEIVED.length - 1,
    response: null,
  })),
  clusters: [],
  requests: { clusters: [], tickets: 0 },
  gaps: [],
  leaving: [],
  left: [],
  recovered: [],
  promotions: [],
};

/** Its first card, with the chart. */
export async function digestScene(): Promise<Card> {
  const { volume } = digestCharts(digest);
  const pictures = volume ? { volume: await drawChart(volume.chart) } : {};
  return digestCards(digest, { pictures, publicUrl: 'https://desk.crewlane.example' }).card;
}
