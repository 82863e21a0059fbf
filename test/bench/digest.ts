// Digest and dashboard over a million tickets: a year of them, on the PostgreSQL that ships with the bot.
import { yamlSchema } from '../../src/config/schema.ts';
import { makeDashboard } from '../../src/flows/dashboard.ts';
import { keepDays } from '../../src/flows/day-figures.ts';
import { makeDigest } from '../../src/flows/digest.ts';
import { openDatabase } from '../../src/infra/db/index.ts';
import { migrate } from '../../src/infra/db/migrate.ts';
import { createStore } from '../../src/infra/db/queries/index.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { digestOf } from '../../src/insights/digest-period.ts';
import { DIGEST_KINDS } from '../../src/model/digest.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { query } from '../support/query.ts';
import { type Figure, ms, percentile } from './figures.ts';

const RUNS = 7;
const LAST_DAY = '2026-03-01';
const YEAR = { from: '2025-03-03', to: '2026-03-02' };
const ZONE = 'Europe/Paris';
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
function quiet(): void {}

/** A year of tickets up to LAST_DAY, 50,000 customers of 5,000 companies, every fifth ticket with an analysis. */
function fill(tickets: number): string[] {
  return [
    `insert into account (name, mrr) select 'Company ' || n, n % 900 from generate_series(1, 5000) n`,
    `insert into customer (account_id) select 1 + n % 5000 from generate_series(1, 50000) n`,
    `insert into conversation (customer_id) select id from customer`,
    `insert into ticket (conversation_id, customer_id, channel, status, category, kind, replied_by, resolution, csat,
       created_at, first_response_at, resolved_at, due_at, analysis, presented_rev)
     select 1 + n % 50000, 1 + n % 50000, 'email', case when n % 400 = 0 then 'awaiting_agent' else 'resolved' end,
       'area/topic-' || n % 12, case when n % 20 = 0 then 'feature_request' else 'question' end,
       (array['auto', 'assisted', 'agent'])[1 + n % 3], 'assumed', case when n % 4 = 0 then 1 + n % 5 end,
       at, at + (60 + n % 7919) * interval '1 second',
       case when n % 400 <> 0 then at + (600 + n % 86243) * interval '1 second' end,
       at + interval '4 hours', case when n % 5 = 0 then jsonb_build_object('churnRisk', (n % 1000) / 1500.0) end, 1
     from (select n, '2026-03-02'::timestamptz - (n * 365.0 / ${tickets}) * interval '1 day' as at
       from generate_series(1, ${tickets}) n) t`,
    `insert into cluster (kind, title, size, first_seen, last_seen)
     select 'bug', 'Problem ' || n, 20, '2025-03-02', '2026-03-02' from generate_series(1, 2000) n`,
    `insert into message (conversation_id, ticket_id, seq, direction, channel, external_id, author, text, at)
     select conversation_id, id, id, 'inbound', 'email', 'bench-' || id, 'A', 'text', created_at
     from ticket where id % 25 = 0`,
    `insert into cluster_member (cluster_id, message_id, ticket_id, score, at)
     select 1 + id % 2000, id, ticket_id, 1, at from message`,
    'vacuum analyze',
  ];
}

export async function measureDigest(tickets: number): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const dataDir = await createDataFolder('deskhand-bench-digest-');
  closing.defer(() => removeDataFolder(dataDir));
  const server = await openPostgres({ dataDir, databaseUrl: undefined, database: 'deskhand', log });
  closing.defer(() => server.stop());
  await migrate(server.url);
  for (const statement of fill(tickets)) await query(server.url, statement);
  const database = openDatabase(server.url, { log });
  closing.defer(() => database.close());
  const clock = { now: () => new Date('2026-03-02T08:30:00Z') };
  const deps = {
    store: createStore(database.db),
    settings: yamlSchema.parse({ workspace: { timeZone: ZONE } }),
    taxonomy: { categories: [], signals: {} },
    clock,
  };

  const of = `of ${tickets.toLocaleString('en-GB')} tickets`;
  const keeping = performance.now();
  await keepDays({ ...deps, withKey: (_, work) => work() }, ZONE);
  const figures: Figure[] = [
    { name: `Counting a year of days ${of}, once`, value: ms(performance.now() - keeping) },
  ];
  for (const kind of DIGEST_KINDS) {
    const period = digestOf(kind, kind === 'monthly' ? '2026-02-28' : LAST_DAY, ZONE);
    const took = await timed(() => makeDigest(deps, period));
    figures.push({ name: `${kind} digest ${of}`, value: took, aim: 'under 1 s' });
  }
  const views: [string, Parameters<typeof makeDashboard>[1]][] = [
    ['four weeks', {}],
    ['a year', YEAR],
    ['a year of one category', { ...YEAR, category: 'area/topic-3' }],
    ['a year, filtered by channel and counted anew', { ...YEAR, channel: 'email' }],
  ];
  for (const [name, asked] of views)
    figures.push({
      name: `Dashboard ${of}: ${name}`,
      value: await timed(() => makeDashboard(deps, asked)),
      ...(name === 'a year' && { aim: 'under 1.5 s' }),
    });
  return figures;
}

/** Median and slowest of several runs. */
async function timed(work: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return `${ms(percentile(times, 0.5))} (median of ${RUNS}; slowest ${ms(Math.max(...times))})`;
}
