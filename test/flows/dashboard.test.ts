// The dashboard's numbers on a real database: against plain arithmetic on random data, and against the lists behind them.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { makeDashboard, ticketsBehind } from '../../src/flows/dashboard.ts';
import type { Drill, TicketSlice } from '../../src/model/dashboard.ts';
import { zonedDate } from '../../src/model/zone.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';

const NOW = new Date('2026-03-04T07:40:00Z');
const ZONE = 'Europe/Paris';
const PERIOD = { from: '2026-02-20', to: '2026-03-04' };
const DAY = 86_400_000;

interface Facts {
  createdAt: Date;
  category: string | null;
  channel: string;
  priority: 'P1' | 'P3' | null;
  plan: string | null;
  assignee: string | null;
  decidedBy: string | null;
  repliedBy: 'auto' | 'assisted' | 'agent';
  /** Seconds after it was opened; null: not yet. */
  answeredAfter: number | null;
  resolvedAfter: number | null;
  resolution: 'confirmed' | 'assumed' | 'rejected';
  dueAfter: number | null;
  kind: string | null;
}

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const facts: fc.Arbitrary<Facts> = fc.record({
  createdAt: fc.integer({ min: 0, max: 40 * 24 * 60 }).map((ago) => new Date(NOW.getTime() - ago * 60_000)),
  category: maybe(fc.constantFrom('billing/refund', 'account/login')),
  channel: fc.constantFrom('email', 'livechat'),
  priority: maybe(fc.constantFrom('P1', 'P3')),
  plan: maybe(fc.constantFrom('Team', "O'Pro")),
  assignee: maybe(fc.constantFrom('Ana', 'Bruno')),
  decidedBy: maybe(fc.constantFrom('Ana', 'Bruno')),
  repliedBy: fc.constantFrom('auto', 'assisted', 'agent'),
  answeredAfter: maybe(fc.integer({ min: 1, max: 200_000 })),
  resolvedAfter: maybe(fc.integer({ min: 1, max: 400_000 })),
  resolution: fc.constantFrom('confirmed', 'assumed', 'rejected'),
  dueAfter: maybe(fc.integer({ min: 1, max: 100_000 })),
  kind: maybe(fc.constantFrom('bug', 'feature_request')),
});
const slices: fc.Arbitrary<TicketSlice> = fc.record(
  {
    category: fc.constantFrom('billing/refund', 'none'),
    channel: fc.constant('email'),
    plan: fc.constantFrom("O'Pro", 'none'),
    priority: fc.constantFrom('P1', 'P3'),
    agent: fc.constant('Ana'),
  },
  { requiredKeys: [] },
);

describe('the dashboard', { timeout: 120_000 }, () => {
  let desk: Workspace;
  beforeEach(async () => {
    desk = await openWorkspace({ workspace: { timeZone: ZONE } });
    desk.clock.set(NOW.toISOString());
  });
  afterEach(() => desk.close());

  const later = ({ createdAt }: Facts, seconds: number | null) =>
    seconds === null ? null : new Date(createdAt.getTime() + seconds * 1_000);

  async function insert(all: Facts[]): Promise<void> {
    const { pool } = desk;
    await pool.query('truncate ticket, conversation, customer, account restart identity cascade');
    for (const one of all) {
      const account = one.plan
        ? (await pool.query('insert into account (name, plan) values ($1, $1) returning id', [one.plan]))
            .rows[0].id
        : null;
      const customer = (
        await pool.query('insert into customer (account_id) values ($1) returning id', [account])
      ).rows[0].id;
      const talk = (
        await pool.query('insert into conversation (customer_id) values ($1) returning id', [customer])
      ).rows[0].id;
      const resolvedAt = later(one, one.resolvedAfter);
      const { rows } = await pool.query(
        `insert into ticket (conversation_id, customer_id, channel, status, category, priority, assignee, replied_by,
           resolution, created_at, first_response_at, resolved_at, due_at, kind)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id`,
        [
          talk,
          customer,
          one.channel,
          resolvedAt ? 'resolved' : 'awaiting_agent',
          one.category,
          one.priority && { level: one.priority, score: 1, factors: [] },
          one.assignee,
          one.answeredAfter === null ? null : one.repliedBy,
          resolvedAt ? one.resolution : null,
          one.createdAt,
          later(one, one.answeredAfter),
          resolvedAt,
          later(one, one.dueAfter),
          one.kind,
        ],
      );
      if (one.decidedBy)
        await pool.query(
          `insert into decision (ticket_id, kind, decision, by, at) values ($1, 'note', '{}', $2, $3)`,
          [rows[0].id, one.decidedBy, one.createdAt],
        );
    }
  }

  /** The same filter by plain comparison. */
  const isIn = (slice: TicketSlice) => (one: Facts) =>
    (!slice.category || (one.category ?? 'none') === slice.category) &&
    (!slice.plan || (one.plan ?? 'none') === slice.plan) &&
    (!slice.channel || one.channel === slice.channel) &&
    (!slice.priority || one.priority === slice.priority) &&
    (!slice.agent || one.assignee === slice.agent || one.decidedBy === slice.agent);

  const inPeriod = (at: Date | null) => {
    const day = at && zonedDate(at, ZONE);
    return day !== null && day >= PERIOD.from && day <= PERIOD.to;
  };
  const behind = async (slice: TicketSlice, drill: Drill) =>
    ticketsBehind(desk.deps, { ...PERIOD, ...slice }, drill, { limit: 500 });

  test('every figure is what plain arithmetic says, and opens exactly the tickets that it counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(facts, { maxLength: 24 }), slices, async (all, slice) => {
        await insert(all);
        const board = await makeDashboard(desk.deps, { ...PERIOD, ...slice });
        const mine = all.filter(isIn(slice));
        const opened = mine.filter(({ createdAt }) => inPeriod(createdAt));
        const answered = opened.filter(({ answeredAfter }) => answeredAfter !== null);
        const resolved = mine.filter(
          (one) => inPeriod(later(one, one.resolvedAfter)) && one.resolution !== 'rejected',
        );
        const isRejected = (one: Facts) => one.resolvedAfter !== null && one.resolution === 'rejected';
        const late = opened.filter((one) => {
          const due = later(one, one.dueAfter);
          return due && !isRejected(one) && (later(one, one.answeredAfter) ?? NOW) > due;
        });
        const waiting = mine.filter(({ resolvedAfter }) => resolvedAfter === null);

        expect(board.volume.received).toBe(opened.length);
        expect(board.response?.n ?? 0).toBe(answered.length);
        expect(board.answered.total).toBe(answered.length);
        expect(board.resolved.n).toBe(resolved.length);
        expect(board.due.first_answer.late).toBe(late.length);
        expect(board.backlog?.total).toBe(waiting.length);
        expect(board.requests.tickets).toBe(opened.filter(({ kind }) => kind === 'feature_request').length);
        for (const { day, received } of board.days.filter(({ current }) => current))
          expect(received).toBe(opened.filter(({ createdAt }) => zonedDate(createdAt, ZONE) === day).length);
        const middle = answered.map(({ answeredAfter }) => answeredAfter ?? 0).sort((a, b) => a - b);
        if (board.response && middle.length % 2 === 1)
          expect(board.response.median).toBeCloseTo(middle[(middle.length - 1) / 2] ?? 0, 3);

        const lists: [Drill, number][] = [
          [{ view: 'tickets' }, board.volume.received],
          [{ view: 'response' }, board.response?.n ?? 0],
          [{ view: 'answered' }, board.answered.total],
          [{ view: 'answered', by: 'assisted' }, board.answered.assisted.n],
          [{ view: 'resolved' }, board.resolved.n],
          [{ view: 'tickets', status: 'late' }, board.due.first_answer.late],
          [{ view: 'tickets', status: 'due' }, board.due.first_answer.known],
          [{ view: 'backlog' }, board.backlog?.total ?? 0],
          [{ view: 'backlog', status: 'overdue' }, board.backlog?.overdue.first_answer ?? 0],
          [{ view: 'requests' }, board.requests.tickets],
          ...board.themes.map(({ category, received }): [Drill, number] => [
            { view: 'tickets', topic: category ?? 'none' },
            received,
          ]),
          ...board.days
            .filter(({ current }) => current)
            .map(({ day, received }): [Drill, number] => [{ view: 'tickets', day }, received]),
        ];
        for (const [drill, figure] of lists) {
          const { total, tickets } = await behind(slice, drill);
          expect([drill, total, tickets.length]).toEqual([drill, figure, figure]);
        }
      }),
      { numRuns: 12 },
    );
  });

  test('reports, gaps and companies that may leave open exactly their tickets, too', async () => {
    const one = fc.sample(facts, { numRuns: 1, seed: 7 })[0];
    if (!one) throw new Error('no sample');
    const at = (time: string) => ({
      ...one,
      createdAt: new Date(time),
      plan: 'Team',
      kind: 'bug',
      resolution: 'assumed' as const,
    });
    await insert([at('2026-03-01T08:00:00Z'), at('2026-03-02T08:00:00Z'), at('2026-01-05T08:00:00Z')]);
    const { pool } = desk;
    await pool.query(`insert into message (conversation_id, ticket_id, seq, direction, channel, external_id, author, text, at)
      select conversation_id, id, 1, 'inbound', 'email', id::text, 'Maria', 'It fails.', created_at from ticket`);
    await pool.query(`insert into cluster (kind, title, first_seen, last_seen)
      values ('bug', 'Export fails', '2026-03-01', '2026-03-02')`);
    await pool.query(`insert into cluster_member (cluster_id, message_id, ticket_id, score, at)
      select 1, id, ticket_id, 1, at from message`);
    await pool.query(`insert into draft (ticket_id, version, text, language, sources, confidence, reasons, answerable,
      engine, routing, based_on_seq, created_at)
      select id, 1, '', 'en', '[]', 0.1, '[]', false, 'local', '{}', 1, created_at from ticket`);
    await pool.query(`update ticket set analysis = '{"churnRisk": 0.8}' where id = 1001`);

    const board = await makeDashboard(desk.deps, PERIOD);

    expect(board.clusters).toMatchObject([{ title: 'Export fails', reports: 2 }]);
    expect(board.gaps).toMatchObject([{ n: 2 }]);
    expect(board.atRisk).toMatchObject([{ account: 'Team', tickets: [1001] }]);
    const ids = async (drill: Drill) => (await behind({}, drill)).tickets.map(({ id }) => id);
    expect(await ids({ view: 'clusters', cluster: 'C-1' })).toEqual([1002, 1001]);
    expect(await ids({ view: 'gaps' })).toEqual([1002, 1001]);
    expect(await ids({ view: 'accounts', account: 'Team' })).toEqual([1001]);
  });

  test('a list comes in pages, newest first, and says how many there are', async () => {
    const one = fc.sample(facts, { numRuns: 1, seed: 7 })[0];
    if (!one) throw new Error('no sample');
    await insert(
      Array.from({ length: 5 }, (_, n) => ({ ...one, createdAt: new Date(NOW.getTime() - n * DAY) })),
    );
    const page = (skip: number) => ticketsBehind(desk.deps, PERIOD, { view: 'tickets' }, { limit: 3, skip });

    const [first, second] = [await page(0), await page(3)];

    expect(first.total).toBe(5);
    expect([...first.tickets, ...second.tickets].map(({ id }) => id)).toEqual([1001, 1002, 1003, 1004, 1005]);
  });

  test('a period that is not over is compared with as much of the earlier ones', async () => {
    const one = fc.sample(facts, { numRuns: 1, seed: 7 })[0];
    if (!one) throw new Error('no sample');
    const at = (time: string) => ({ ...one, createdAt: new Date(time) });
    // A week ago two came by 7:40 and one after it; records begin before that.
    await insert([
      at('2026-02-20T08:00:00Z'),
      at('2026-02-25T06:00:00Z'),
      at('2026-02-25T07:30:00Z'),
      at('2026-02-25T18:00:00Z'),
      at('2026-03-04T07:00:00Z'),
    ]);

    const { volume } = await makeDashboard(desk.deps, { from: '2026-03-04', to: '2026-03-04' });

    expect(volume).toMatchObject({ received: 1, normal: { mean: 2, spans: 1 } });
  });

  test.each([
    [{ from: '2026-03-04', to: '2026-03-01' }, 'from: 2026-03-04 must not be after to, which is 2026-03-01'],
    [
      { from: '2020-01-01', to: '2026-03-01' },
      'from: 2020-01-01 to 2026-03-01 is longer than 366 days; ask for less',
    ],
  ])('a period that cannot be is refused: %o', async (asked, message) => {
    await expect(makeDashboard(desk.deps, asked)).rejects.toMatchObject({ code: 'invalid', message });
  });

  test('before the first ticket nothing is claimed', async () => {
    const board = await makeDashboard(desk.deps, {});
    expect(board).toMatchObject({ since: null, response: null, charts: {}, atRisk: [], changes: [] });
    expect(board.volume.normal).toBeNull();
  });
});

describe('/deskhand dashboard', () => {
  test('gives each agent, viewers too, a short-lived link of their own; strangers get none', async () => {
    const desk = await openWorkspace();
    const links: unknown[] = [];
    const console: ChatPlatform = {
      ...journalPlatform(),
      signInLink: async (...asked) => {
        links.push(asked);
        return 'https://desk.example/console/sign-in?token=t';
      },
    };
    const deps = { ...desk.deps, platforms: new Map([['console', console]]) };
    const ask = (userId: string, platform = 'slack') =>
      act(deps, {
        ref: null,
        agent: { platform, userId, email: userId },
        intent: { type: 'command', text: 'dashboard' },
      });
    try {
      expect(await ask('vera@team.example')).toMatchObject({
        kind: 'card',
        card: {
          fallback: expect.not.stringContaining('token'),
          blocks: expect.arrayContaining([
            {
              type: 'fields',
              fields: [expect.objectContaining({ url: 'https://desk.example/console/sign-in?token=t' })],
            },
          ]),
        },
      });
      expect(links).toEqual([['vera@team.example', { path: '/dashboard', minutes: 15 }]]);
      expect(await ask('eve@elsewhere.example')).toMatchObject({ kind: 'notice', ok: false });
      // Whoever asks in the console is signed in there already.
      expect(await ask('ana@team.example', 'console')).toMatchObject({
        text: 'The dashboard is at http://localhost:3000/dashboard',
      });
      expect(links).toHaveLength(1);
    } finally {
      await desk.close();
    }
  });
});
