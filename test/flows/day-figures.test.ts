// Days are counted once and kept: what is read is always what would be counted now, whatever was changed since.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { figuresOfDays, keepDays } from '../../src/flows/day-figures.ts';
import { sumDays } from '../../src/insights/day-figures.ts';
import type { DaySpan } from '../../src/model/digest.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/** A zone whose clocks go forward on 8 March 2026. */
const ZONE = 'America/New_York';
const NOW = '2026-03-12T15:00:00Z';
const SPAN = { from: new Date('2026-03-02T05:00:00Z'), to: new Date('2026-03-13T04:00:00Z') };
const HOURS = 9 * 24;

let desk: Workspace;
beforeEach(async () => {
  desk = await openWorkspace();
  desk.clock.set(NOW);
  await desk.pool.query('insert into customer default values');
  await desk.pool.query('insert into conversation (customer_id) values (1)');
});
afterEach(() => desk.close());

const sum = async (category?: string, store = desk.store) => {
  const slice = { category };
  const { byCategory, ...whole } = sumDays(
    await figuresOfDays({ ...desk.deps, store }, SPAN, { timeZone: ZONE, slice }),
  );
  return {
    ...whole,
    byCategory: byCategory
      .filter(({ cohort, resolved }) => cohort.received + resolved.n > 0)
      .sort((a, b) => `${a.category}`.localeCompare(`${b.category}`)),
  };
};
const counted = (category?: string) => sum(category, { ...desk.store, keptDays: async () => [] });

/** Opens a ticket `hours` before now. */
async function open(hours: number, more: Record<string, unknown> = {}): Promise<void> {
  const columns = ['conversation_id', 'customer_id', 'channel', 'status', 'created_at', ...Object.keys(more)];
  const at = new Date(Date.parse(NOW) - hours * 3_600_000);
  const values = [1, 1, 'email', 'open', at, ...Object.values(more)];
  await desk.pool.query(
    `insert into ticket (${columns}) values (${values.map((_, n) => `$${n + 1}`)})`,
    values,
  );
}

/** Promises a resolution to tickets. */
const promise = (which: string, due: string) =>
  `insert into service_clock (ticket_id, target, limit_ms, business_hours, due_at, warn_at, escalate_at)
   select id, 'resolution', 1, false, ${due}, created_at, created_at from ticket where ${which}
   on conflict (ticket_id, target) do update set due_at = excluded.due_at, paused_at = null, breached_at = null`;

test('kept or counted, the figures are the same; also after tickets were changed, moved and deleted', async () => {
  const hours = fc.integer({ min: 0, max: HOURS });
  const change = fc.oneof(
    fc.record({ set: fc.constant('csat = 5'), at: hours }),
    fc.record({ set: fc.constant(`category = 'b/b'`), at: hours }),
    fc.record({ set: fc.constant(`resolution = 'rejected'`), at: hours }),
    fc.record({ set: fc.constant(`first_response_at = created_at + interval '7 minutes'`), at: hours }),
    fc.record({ set: fc.constant(`resolved_at = created_at + interval '30 hours'`), at: hours }),
    fc.record({ set: fc.constant(`reopened_at = created_at + interval '40 hours'`), at: hours }),
    fc.record({ set: fc.constant(`due_at = created_at + interval '5 minutes'`), at: hours }),
    fc.record({ set: fc.constant(`created_at = created_at - interval '1 day'`), at: hours }),
    fc.record({ set: fc.constant('delete'), at: hours }),
    // The promise of a resolution, its clock stopped, broken, and taken back.
    fc.record({ set: fc.constantFrom('due', 'paused', 'breached', 'no promise'), at: hours }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(hours, { maxLength: 20 }),
      fc.array(change, { maxLength: 5 }),
      async (tickets, changes) => {
        await desk.pool.query('delete from service_clock');
        await desk.pool.query('delete from ticket');
        for (const [n, ago] of tickets.entries())
          await open(ago, { category: n % 3 === 0 ? null : 'a/a', replied_by: n % 2 ? 'auto' : 'agent' });
        await keepDays(desk.deps, ZONE);
        expect(await sum()).toEqual(await counted());

        for (const { set, at } of changes) {
          const which = `created_at <= timestamptz '${NOW}' - interval '${at} hours'`;
          const clocks = `service_clock where ticket_id in (select id from ticket where ${which})`;
          const statements: Record<string, string[]> = {
            delete: [`delete from ${clocks}`, `delete from ticket where ${which}`],
            'no promise': [`delete from ${clocks}`],
            due: [promise(which, `created_at + interval '20 hours'`)],
            paused: [promise(which, `created_at`), `update service_clock set paused_at = due_at`],
            breached: [promise(which, `created_at`), `update service_clock set breached_at = due_at`],
          };
          for (const statement of statements[set] ?? [`update ticket set ${set} where ${which}`])
            await desk.pool.query(statement);
          expect(await sum()).toEqual(await counted());
        }
        await keepDays(desk.deps, ZONE);
        expect(await sum()).toEqual(await counted());
        expect(await sum('a/a')).toEqual(await counted('a/a'));
        expect(await sum('none')).toEqual(await counted('none'));
      },
    ),
    { numRuns: 20 },
  );
}, 120_000);

test('days that are over and settled are not counted again; today, and days that promise an answer, are', async () => {
  await open(9 * 24);
  await open(3 * 24, { due_at: '2026-03-12T18:00:00Z' });
  await open(5 * 24);
  await desk.pool.query(promise(`created_at::date = '2026-03-07'`, `'2026-03-13'`));
  await open(1);
  await keepDays(desk.deps, ZONE);
  const asked: string[] = [];
  const countDays = async (days: DaySpan[], ...rest: [Date]) => {
    asked.push(...days.map(({ day }) => day));
    return desk.store.countDays(days, ...rest);
  };
  const store = { ...desk.store, countDays };

  await figuresOfDays({ ...desk.deps, store }, SPAN, { timeZone: ZONE });

  // Records begin on 3 March, and before nothing is counted; the ticket of the 9th becomes late at six, and that of the 7th is to be solved by
  // tomorrow, without anything being changed.
  expect(asked).toEqual(['2026-03-07', '2026-03-09', '2026-03-12']);
});

test('a change of the time zone counts all days again', async () => {
  await open(9 * 24);
  await keepDays(desk.deps, 'Europe/Paris');
  await keepDays(desk.deps, ZONE);
  expect(await desk.store.keptDays('Europe/Paris', '2026-01-01', '2026-12-31')).toEqual([]);
  expect(await desk.store.keptDays(ZONE, '2026-03-03', '2026-03-03')).toHaveLength(1);
});
