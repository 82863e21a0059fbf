// Figures for Prometheus: counters and timings that flows and infra feed, process figures, gauges read at scrape time.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterName, Metrics, TimingName } from '../ports.ts';

const PREFIX = 'deskhand_';

interface Definition {
  help: string;
  labels: string[];
}

const COUNTERS: Record<CounterName, Definition> = {
  messages_received: { help: 'Customer messages taken in', labels: ['channel', 'duplicate'] },
  drafts_written: { help: 'Draft versions written', labels: ['route'] },
  decisions_made: { help: 'Decisions of agents and of the policy', labels: ['kind', 'outcome'] },
  replies_settled: { help: 'Attempts at sending a reply, by how they ended', labels: ['channel', 'status'] },
  jobs_failed: { help: 'Pieces of work that failed', labels: ['topic'] },
};

const TIMINGS: Record<TimingName, Definition> = {
  http_request: { help: 'Answering an HTTP request', labels: ['method', 'route', 'status'] },
  step: { help: 'One step of the work on a ticket', labels: ['step'] },
  receive_to_card: { help: 'From taking a message in to its card', labels: ['channel'] },
};

/** Seconds. A click is acknowledged in milliseconds; an answer by a language model may take a minute. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface MetricsRegistry extends Metrics {
  /** A number read at every scrape; a name that is given again replaces the earlier reader. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** All figures in Prometheus' text format. */
  text(): Promise<string>;
}

/** An own registry, so that two of them in one process do not mix. */
export function createMetrics(): MetricsRegistry {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: PREFIX });
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, { help, labels }]) => [
      name,
      new Counter({ name: `${PREFIX}${name}_total`, help, labelNames: labels, registers: [register] }),
    ]),
  );
  const timings = new Map(
    Object.entries(TIMINGS).map(([name, { help, labels }]) => [
      name,
      new Histogram({
        name: `${PREFIX}${name}_seconds`,
        help,
        labelNames: labels,
        buckets: BUCKETS,
        registers: [register],
      }),
    ]),
  );
  return {
    count: (name, labels = {}) => counters.get(name)?.inc(known(COUNTERS[name], labels)),
    observe: (name, seconds, labels = {}) =>
      timings.get(name)?.observe(known(TIMINGS[name], labels), seconds),
    gauge(name, help, read) {
      register.removeSingleMetric(PREFIX + name);
      new Gauge({
        name: PREFIX + name,
        help,
        registers: [register],
        async collect() {
          // One figure that cannot be read must not take the others away.
          this.set(
            await Promise.resolve()
              .then(read)
              .catch(() => Number.NaN),
          );
        },
      });
    },
    text: () => register.metrics(),
  };
}

/** Labels that the definition has; prom-client throws on others, and figures must never break the work. */
function known({ labels }: Definition, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => labels.includes(name)));
}
