// Digests on a real database: the numbers against plain arithmetic, posted once, honest about what is not known.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestCommand, drawDigest, makeDigest, postDigest, postDueDigests } from '../../src/flows/digest.ts';
import { drawChart } from '../../src/infra/charts/draw.ts';
import { localTime } from '../../src/insights/calendar.ts';
import { comparedSpans, digestOf } from '../../src/insights/digest-period.ts';
import type { Digest } from '../../src/model/digest.ts';
import { AppError } from '../../src/model/errors.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';
import { NO_WORDS } from '../support/writer.ts';

const DAY = 86_400_000;
/** A Wednesday. */
const NOW = '2026-03-04T07:40:00Z';
const YESTERDAY = digestOf('daily', '2026-03-03', 'Europe/Paris');
const PLACE = { platform: 'console', channel: 'digests' };

interface TicketFacts {
  createdAt: Date;
  category: string | null;
  repliedBy: 'auto' | 'assisted' | 'agent' | null;
  /** Seconds after it was opened; null: not yet. */
  answeredAfter: number | null;
  resolvedAfter: number | null;
  resolution: 'confirmed' | 'assumed' | 'rejected';
  reopened: boolean;
  csat: number | null;
  dueAfter: number | null;
  /** The promised resolution: when it is due, and since when its clock stands still. */
  solveAfter: number | null;
  pausedAfter: number | null;
}

describe('a digest', { timeout: 120_000 }, () => {
  let desk: Workspace;
  beforeEach(async () => {
    desk = await openWorkspace({
      workspace: { timeZone: 'Europe/Paris' },
      digest: { minutes: { byHand: 8, withDraft: 2 }, cost: { hour: 30 } },
    });
    desk.clock.set(NOW);
  });
  afterEach(() => desk.close());

  const digest = (period = YESTERDAY): Promise<Digest> => makeDigest(desk.deps, period);
  const words = async (period = YESTERDAY) => {
    const { card, thread } = await drawDigest(desk.deps, await digest(period));
    return JSON.stringify([card, thread.map((post) => post.card)]);
  };

  /** Puts tickets into the database as they are, past the flows. */
  async function insert(tickets: TicketFacts[]): Promise<void> {
    const { rows } = await desk.pool.query(`insert into customer default values returning id`);
    const talk = await desk.pool.query(`insert into conversation (customer_id) values ($1) returning id`, [
      rows[0].id,
    ]);
    for (const one of tickets) {
      const later = (seconds: number | null) =>
        seconds === null ? null : new Date(one.createdAt.getTime() + seconds * 1_000);
      const resolvedAt = later(one.resolvedAfter);
      const ticket = await desk.pool.query(
        `insert into ticket (conversation_id, customer_id, channel, status, category, replied_by, resolution, csat,
           created_at, first_response_at, resolved_at, reopened_at, due_at)
         values ($1, $2, 'email', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
        [
          talk.rows[0].id,
          rows[0].id,
          resolvedAt ? 'resolved' : 'awaiting_agent',
          one.category,
          one.answeredAfter === null ? null : one.repliedBy,
          resolvedAt ? one.resolution : null,
          one.csat,
          one.createdAt,
          later(one.answeredAfter),
          resolvedAt,
          one.reopened ? resolvedAt : null,
          later(one.dueAfter),
        ],
      );
      if (one.solveAfter !== null)
        await desk.pool.query(
          `insert into service_clock (ticket_id, target, limit_ms, business_hours, due_at, warn_at, escalate_at, paused_at)
           values ($1, 'resolution', 1, false, $2, $2, $2, $3)`,
          [ticket.rows[0].id, later(one.solveAfter), later(one.pausedAfter)],
        );
    }
  }

  const aTicket = (at: string, more: Partial<TicketFacts> = {}): TicketFacts => ({
    createdAt: new Date(at),
    category: 'billing/refund',
    repliedBy: 'agent',
    answeredAfter: 600,
    resolvedAfter: null,
    resolution: 'assumed',
    reopened: false,
    csat: null,
    dueAfter: null,
    solveAfter: null,
    pausedAfter: null,
    ...more,
  });

  /** PostgreSQL's percentile_cont, by hand. */
  function quantile(values: number[], share: number): number {
    const sorted = values.toSorted((a, b) => a - b);
    const at = share * (sorted.length - 1);
    const low = sorted[Math.floor(at)] ?? 0;
    return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at - Math.floor(at));
  }

  test('counts what plain arithmetic counts, whatever the tickets are', async () => {
    const end = Date.parse('2026-03-04T02:00:00Z');
    const seconds = fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: null });
    const facts: fc.Arbitrary<TicketFacts> = fc.record({
      createdAt: fc.integer({ min: 0, max: 31 * DAY }).map((back) => new Date(end - back)),
      category: fc.constantFrom('billing/refund', 'reports/exports', null),
      repliedBy: fc.constantFrom('auto', 'assisted', 'agent'),
      answeredAfter: seconds,
      resolvedAfter: seconds,
      resolution: fc.constantFrom('confirmed', 'assumed', 'rejected'),
      reopened: fc.boolean(),
      csat: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
      dueAfter: seconds,
      solveAfter: seconds,
      pausedAfter: seconds,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(facts, { maxLength: 60 }),
        fc.constantFrom(YESTERDAY, digestOf('weekly', '2026-03-03', 'America/New_York')),
        async (tickets, period) => {
          await desk.pool.query('truncate ticket, conversation, customer cascade');
          await insert(tickets);
          const now = Date.parse(NOW);
          const found = await digest(period);

          const [span, ...earlier] = comparedSpans(period);
          const within = (at: Date | number, { from, to }: { from: Date; to: Date }) =>
            Number(at) >= from.getTime() && Number(at) < to.getTime();
          if (!span) throw new Error('a period has a span');
          const opened = tickets.filter(({ createdAt }) => within(createdAt, span));
          const answered = opened.filter(({ answeredAfter }) => answeredAfter !== null);
          expect(found.volume.received).toBe(opened.length);
          expect(found.answered.total).toBe(answered.length);
          for (const who of ['auto', 'assisted', 'agent'] as const) {
            const mine = answered.filter(({ repliedBy }) => repliedBy === who);
            const rated = mine.flatMap(({ csat }) => (csat === null ? [] : [csat]));
            expect(found.answered[who].n).toBe(mine.length);
            expect(found.answered[who].rating?.n ?? 0).toBe(rated.length);
            if (rated.length > 0)
              expect(found.answered[who].rating?.mean).toBeCloseTo(
                rated.reduce((sum, n) => sum + n, 0) / rated.length,
                6,
              );
          }
          const times = answered.map(({ answeredAfter }) => answeredAfter ?? 0);
          expect(found.response === null).toBe(times.length === 0);
          if (found.response) {
            expect(found.response.median).toBeCloseTo(quantile(times, 0.5), 3);
            expect(found.response.p90).toBeCloseTo(quantile(times, 0.9), 3);
          }

          const solved = tickets.filter(
            ({ createdAt, resolvedAfter, resolution, reopened }) =>
              resolvedAfter !== null &&
              within(createdAt.getTime() + resolvedAfter * 1_000, span) &&
              resolution !== 'rejected' &&
              !reopened,
          );
          expect(found.resolved.n).toBe(solved.length);
          expect(found.resolved.confirmed).toBe(
            solved.filter(({ resolution }) => resolution === 'confirmed').length,
          );

          const serious = opened.filter((one) => one.resolvedAfter === null || one.resolution !== 'rejected');
          const late = serious.filter(({ createdAt, dueAfter, answeredAfter }) => {
            const done = answeredAfter === null ? now : createdAt.getTime() + answeredAfter * 1_000;
            return dueAfter !== null && done > createdAt.getTime() + dueAfter * 1_000;
          });
          expect(found.due.first_answer.late).toBe(late.length);
          // A promise is broken when its time was over before the clock stopped, or the ticket was resolved.
          const over = ({ createdAt, solveAfter, pausedAfter, resolvedAfter }: TicketFacts) =>
            solveAfter !== null &&
            solveAfter < (pausedAfter ?? resolvedAfter ?? (now - createdAt.getTime()) / 1_000);
          const promised = serious.filter((one) => one.solveAfter !== null);
          expect(found.due.resolution).toEqual({
            known: promised.filter((one) => over(one) || one.resolvedAfter !== null).length,
            late: promised.filter(over).length,
          });

          const day = (at: Date) => localTime(at, period.timeZone).day;
          const since = tickets.map(({ createdAt }) => day(createdAt)).sort()[0] ?? '9999';
          const counts = earlier
            .filter(({ from }) => since <= day(from))
            .map((each) => tickets.filter(({ createdAt }) => within(createdAt, each)).length);
          expect(found.volume.normal?.spans ?? 0).toBe(counts.length);
          if (found.volume.normal)
            expect(found.volume.normal.mean).toBeCloseTo(
              counts.reduce((sum, n) => sum + n, 0) / counts.length,
              6,
            );
          expect(found.themes.reduce((sum, { received }) => sum + received, 0)).toBe(opened.length);
          const current = found.days.filter((day) => day.current);
          expect(current.reduce((sum, { received }) => sum + received, 0)).toBe(opened.length);
          const waiting = tickets.filter(({ resolvedAfter }) => resolvedAfter === null);
          expect(found.backlog?.total).toBe(waiting.length);
          expect(found.backlog?.overdue.resolution).toBe(waiting.filter(over).length);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('of a day without tickets says so', async () => {
    await insert([aTicket('2026-02-24T10:00:00Z'), aTicket('2026-02-24T11:00:00Z')]);
    expect(await words()).toContain('No tickets came in, where 2 are normal.');
  });

  test('of a workspace without history says that normal is not known', async () => {
    expect(await words()).toContain('What is normal is not known yet');
  });

  test('tells time and cost only when they are configured', async () => {
    await insert([
      aTicket('2026-03-03T10:00:00Z', { repliedBy: 'auto', resolvedAfter: 60 }),
      aTicket('2026-03-03T10:05:00Z', { repliedBy: 'assisted', resolvedAfter: 60 }),
      aTicket('2026-03-03T10:10:00Z', { repliedBy: 'agent', resolvedAfter: 60 }),
    ]);
    // 8 saved by the bot, 6 by its draft; 8 + 2 minutes at 30 an hour, by three.
    expect(await digest()).toMatchObject({ saved: { minutes: 14 }, cost: { currency: 'EUR' } });
    expect((await digest()).cost?.perResolution).toBeCloseTo(5 / 3, 6);
    await desk.store.recordModelCall({
      at: new Date('2026-03-03T10:00:00Z'),
      day: '2026-03-03',
      step: 'draft',
      model: 'm',
      prompt: 'p',
      inputTokens: 1,
      outputTokens: 1,
      cost: 0.6,
      outcome: 'ok',
      milliseconds: 1,
    });
    expect((await digest()).cost?.model).toBeCloseTo(0.2, 6);
    expect(await words()).toContain('1.87 EUR (0.20 of it for the language model) a resolution');
    const { digest: rates, ...settings } = desk.deps.settings;
    const { minutes: _, cost: __, ...without } = rates;
    const bare = await makeDigest({ ...desk.deps, settings: { ...settings, digest: without } }, YESTERDAY);
    expect(bare).toMatchObject({ saved: null, cost: null });
  });

  test('leaves out what waits now when its period ended long ago', async () => {
    await insert([aTicket('2026-01-10T10:00:00Z', { answeredAfter: null })]);
    expect((await digest(digestOf('daily', '2026-01-10', 'Europe/Paris'))).backlog).toBeNull();
    expect((await digest()).backlog).toMatchObject({ total: 1 });
  });

  test('says what changed, and only when it stands out', async () => {
    const weekly = [7, 14, 21, 28].map((back) => new Date(Date.parse('2026-03-03T09:00:00Z') - back * DAY));
    await insert([
      ...weekly.flatMap((at) => [
        aTicket(at.toISOString()),
        aTicket(at.toISOString(), { category: 'reports/exports' }),
      ]),
      ...Array.from({ length: 14 }, () => aTicket('2026-03-03T09:00:00Z', { category: 'reports/exports' })),
      aTicket('2026-03-03T09:00:00Z'),
    ]);
    const { changes } = await digest();
    expect(changes.map(({ text }) => text)).toEqual([
      '15 tickets came in, 8 times the normal number (2).',
      'Exports: 14, 14 times the normal number (1).',
    ]);
  });

  test('does not make news of one ticket where none is usual', async () => {
    await insert([aTicket('2026-01-05T09:00:00Z'), aTicket('2026-03-03T09:00:00Z')]);
    const { volume, changes } = await digest();
    expect(volume).toMatchObject({ received: 1, normal: { mean: 0, spans: 4 } });
    expect(changes).toEqual([]);
  });

  test('proposes a category for auto when its outcomes prove it', async () => {
    const { ticketId } = await desk.write('Please send me the invoice of March');
    await desk.work();
    const draft = await desk.store.latestDraft(ticketId ?? 0);
    await desk.pool.query(
      `insert into draft (ticket_id, version, status, text, language, sources, confidence, reasons, answerable, engine, routing, based_on_seq, created_at)
       select ticket_id, version + n, 'sent', text, language, sources, confidence, reasons, answerable, engine, routing, based_on_seq, created_at
       from draft, generate_series(1, 300) n where id = $1`,
      [draft?.id],
    );
    await desk.pool.query(
      `insert into outcome (ticket_id, draft_id, category, kind, error, confidence, at)
       select ticket_id, id, 'billing/invoice-copy', 'unchanged', 0, 0.9, now() from draft where version > 1`,
    );
    const period = digestOf('daily', '2026-03-04', 'Europe/Paris');
    expect((await digest(period)).promotions).toMatchObject([
      { category: 'billing/invoice-copy', reviewed: 300 },
    ]);
    expect(await words(period)).toContain('/deskhand mode billing/invoice-copy auto');
  });

  test('comes at its hour, once, whatever happens in between', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z'), aTicket('2026-02-20T10:00:00Z')]);
    desk.clock.set('2026-03-04T07:20:00Z');
    await postDueDigests(desk.deps);
    expect(desk.platform.posts).toEqual([]);
    desk.clock.set('2026-03-04T07:30:00Z');
    await Promise.allSettled([postDueDigests(desk.deps), postDueDigests(desk.deps)]);
    const heads = () => desk.platform.posts.filter(({ place }) => !place.thread);
    expect(heads()).toHaveLength(1);
    const all = desk.platform.posts.length;
    expect(all).toBeGreaterThan(1);
    // More came in meanwhile; the digest stands as it is.
    await insert([aTicket('2026-03-03T12:00:00Z')]);
    for (let tick = 0; tick < 3; tick++) await postDueDigests(desk.deps);
    expect(desk.platform.posts).toHaveLength(all);
    expect(heads()[0]?.updates).toBe(0);
    expect(heads()[0]?.place).toMatchObject(PLACE);
  });

  test('of a day that is not over leaves its place to the whole one of the next morning', async () => {
    await insert([aTicket('2026-03-03T08:00:00Z'), aTicket('2026-02-20T10:00:00Z')]);
    desk.clock.set('2026-03-03T10:00:00Z');
    for (let press = 0; press < 2; press++) await postDigest(desk.deps, YESTERDAY, [PLACE]);
    const heads = () => desk.platform.posts.filter(({ place }) => !place.thread);
    expect(heads()).toHaveLength(1);
    await insert([aTicket('2026-03-03T14:00:00Z')]);
    desk.clock.set('2026-03-04T07:30:00Z');
    for (let tick = 0; tick < 2; tick++) await postDueDigests(desk.deps);
    expect(heads().map(({ card }) => card.fallback)).toEqual([
      expect.stringContaining('1 ticket came in'),
      expect.stringContaining('2 tickets came in'),
    ]);
  });

  test('that broke off in the middle goes on with what is missing', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z')]);
    const { platform } = desk;
    const post = platform.post.bind(platform);
    let left = 2;
    platform.post = async (...args) => {
      if (left-- === 0) throw new AppError('slack_unavailable', 'gone for a moment', { retryable: true });
      return post(...args);
    };
    await expect(postDigest(desk.deps, YESTERDAY, [PLACE])).rejects.toThrow('gone for a moment');
    await postDigest(desk.deps, YESTERDAY, [PLACE]);
    const threads = platform.posts.filter(({ place }) => place.thread);
    expect(platform.posts.length - threads.length).toBe(1);
    expect(new Set(threads.map(({ card }) => card.fallback)).size).toBe(threads.length);
  });

  test('begins with a language model’s sentences where there is one, made of what the cards say', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z'), aTicket('2026-02-24T10:00:00Z')]);
    let told: string[] = [];
    const writer = {
      ...NO_WORDS,
      digest: async (facts: string[]) => {
        told = facts;
        return '1 ticket came in, as many as normally.';
      },
    };
    await postDigest({ ...desk.deps, writer }, YESTERDAY, [PLACE]);
    expect(told).toContain('First answer: after 10 min');
    expect(told.join('\n')).toMatch(/Category: .*, Tickets: 1 \/ 1, First answer: 10 min/);
    const head = JSON.stringify(desk.platform.posts[0]?.card);
    expect(head).toContain('"text":"1 ticket came in, as many as normally."');
    expect(head).toContain('The sentences are a language model’s');
  });

  test('goes to every channel at that channel’s own hour', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z')]);
    const slack = journalPlatform('slack');
    const settings = {
      ...desk.deps.settings,
      channels: { ...desk.deps.settings.channels, digests: ['console:digests', 'slack:C0M', 'teams:19:x'] },
      digest: { ...desk.deps.settings.digest, channels: { 'slack:C0M': { at: '07:00', timeZone: 'UTC' } } },
    };
    const deps = { ...desk.deps, settings, platforms: new Map([...desk.deps.platforms, ['slack', slack]]) };
    desk.clock.set('2026-03-04T07:10:00Z');
    await postDueDigests(deps);
    expect([slack.posts.length > 0, desk.platform.posts.length]).toEqual([true, 0]);
    desk.clock.set('2026-03-04T07:31:00Z');
    await postDueDigests(deps);
    expect(desk.platform.posts.length).toBeGreaterThan(0);
  });

  test('is not posted in a workspace where nothing ever came in', async () => {
    await postDueDigests(desk.deps);
    expect(desk.platform.posts).toEqual([]);
  });

  test('can be asked for in the chat; a wrong day is named', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z')]);
    expect(JSON.stringify(await digestCommand(desk.deps, '2026-03-03'))).toContain('1 ticket came in');
    expect(JSON.stringify(await digestCommand(desk.deps, 'weekly'))).toContain('Weekly digest');
    expect(await digestCommand(desk.deps, '2026-02-30')).toMatchObject({ kind: 'notice', ok: false });
  });

  test('draws its charts, the same bytes for the same numbers', async () => {
    await insert(Array.from({ length: 9 }, (_, n) => aTicket(`2026-03-0${(n % 3) + 1}T10:00:00Z`)));
    const deps = { ...desk.deps, drawChart };
    const [once, again] = [await drawDigest(deps, await digest()), await drawDigest(deps, await digest())];
    expect(again).toEqual(once);
    const charts = [once.card, ...once.thread.map(({ card }) => card)].flatMap(({ blocks }) =>
      blocks.filter((block) => block.type === 'chart'),
    );
    expect(charts.map(({ title }) => title)).toEqual([
      'Tickets a day',
      'Who answered',
      'Time to the first answer',
    ]);
    for (const { png } of charts) expect(Buffer.from(png).subarray(1, 4).toString()).toBe('PNG');
  });

  test('without pictures still tells everything in words', async () => {
    await insert([aTicket('2026-03-03T10:00:00Z')]);
    const broken = { ...desk.deps, drawChart: async () => Promise.reject(new Error('no font')) };
    const { card } = await drawDigest(broken, await digest());
    expect(card.blocks.map(({ type }) => type)).toEqual(['header', 'text', 'fields', 'context']);
  });
});
