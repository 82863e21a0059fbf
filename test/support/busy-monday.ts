// A digest of a busy Monday, for pictures and for what chat platforms promise.
import { digestOf, spanOf } from '../../src/insights/digest-period.ts';
import type { Digest } from '../../src/model/digest.ts';

const period = digestOf('daily', '2026-03-02', 'Europe/Paris');
const spread = { n: 58, median: 840, p90: 11_000 };

/** With figures and without any list; `more` adds them. */
export function busyMonday(more: Partial<Digest>): Digest {
  return {
    period,
    span: spanOf(period),
    now: new Date('2026-03-03T07:30:00Z'),
    volume: { received: 63, rejected: 2, normal: { mean: 44, deviation: 5, spans: 4 } },
    response: spread,
    resolved: { n: 38, confirmed: 9, spread: { n: 38, median: 9_000, p90: 60_000 } },
    due: { first_answer: { known: 40, late: 3 }, resolution: { known: 30, late: 2 } },
    backlog: {
      total: 14,
      byPriority: { P1: 1, P2: 3, P3: 8, P4: 2, none: 0 },
      overdue: { first_answer: 3, resolution: 1 },
      oldest: null,
    },
    answered: {
      total: 41,
      auto: { n: 12, rating: { n: 5, mean: 4.6 } },
      assisted: { n: 20, rating: null },
      agent: { n: 9, rating: { n: 2, mean: 3.5 } },
    },
    saved: { minutes: 216 },
    cost: { perResolution: 2.5, model: 0, currency: 'EUR' },
    changes: [],
    themes: [],
    days: [],
    clusters: [],
    requests: { clusters: [], tickets: 0 },
    gaps: [],
    atRisk: [],
    left: [],
    recovered: [],
    promotions: [],
    ...more,
  };
}
