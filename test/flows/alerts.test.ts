// Accounts that may leave, from what their people wrote to an alert that somebody answers.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestCards } from '../../src/cards/digest.ts';
import { act } from '../../src/flows/actions.ts';
import { makeSignals } from '../../src/flows/dashboard.ts';
import { makeDigest } from '../../src/flows/digest.ts';
import { recordEvent } from '../../src/flows/record-event.ts';
import { watchAccounts } from '../../src/flows/watch-accounts.ts';
import { digestOf } from '../../src/insights/digest-period.ts';
import type { Intent } from '../../src/model/platform.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const DAY = 86_400_000;
let w: Workspace;

beforeEach(async () => {
  w = await openWorkspace();
  await account('Acme', 'acme.example');
});
afterEach(() => w.close());

async function account(name: string, domain: string, more: Record<string, unknown> = {}) {
  await w.store.transaction((tx) =>
    tx.upsertAccount({ name, domain, plan: 'Team', mrr: 99, owner: 'ben@team.example', ...more }),
  );
}

/** Somebody writes in a tone: frustration and how much it reads as if they may leave. */
async function writes(frustration: number, churnRisk: number, more: Record<string, unknown> = {}) {
  const analyse = w.engine.analyse;
  w.engine.analyse = async (input) => ({ ...(await analyse(input)), frustration, churnRisk, ...more });
  await w.write('We are looking at other tools now.');
  await w.work();
  w.engine.analyse = analyse;
}

const alerts = (channel = 'alerts') =>
  w.platform.posts.filter(
    ({ card, place }) => card.ref?.ticketId.startsWith('A-') && place.channel === channel,
  );
const words = () => JSON.stringify(alerts().at(-1)?.card.blocks);
const press = (intent: Intent, user = 'ana') => {
  const ref = alerts().at(-1)?.card.ref ?? null;
  return act(w.deps, { ref, agent: { platform: 'console', userId: `${user}@team.example` }, intent });
};

describe('an account at risk', () => {
  test('is one alert with reasons, facts and words, and its owner is told', async () => {
    await writes(0.9, 0.9);
    for (let i = 0; i < 3; i++) await watchAccounts(w.deps);
    expect(alerts()).toHaveLength(1);
    expect(words()).toContain('Acme may leave');
    expect(words()).toContain('Their messages read as if they may leave.');
    expect(words()).toContain('not learned yet: 0 of 20 accounts have left');
    expect(words()).toContain('We are looking at other tools now.');
    expect(w.platform.notices).toEqual([{ to: 'ben@team.example', text: expect.stringContaining('A-1') }]);
  });

  test('is seen within a minute of writing, without waiting for the night', async () => {
    await writes(0.9, 0.9);
    await watchAccounts(w.deps, new Date(w.clock.now().getTime() - 60_000));
    expect(alerts()).toHaveLength(1);
  });

  test('calm accounts, and those that have left, are not warned of', async () => {
    await writes(0.1, 0);
    await watchAccounts(w.deps);
    await writes(0.9, 0.9);
    await recordEvent(w.deps, { customer: { email: 'maria@acme.example' }, type: 'churned', data: {} });
    await watchAccounts(w.deps);
    expect(alerts()).toEqual([]);
  });

  test.each([
    ['a health under the configured one', 80, 70, null],
    ['a risk that was learned, whatever the health', 50, 90, 0.6],
  ])('%s puts an account at risk in digest and dashboard as in alerts', async (_, atRisk, health, risk) => {
    w.deps.settings.alerts.atRisk = atRisk;
    await writes(0.1, 0);
    const stands = async (day: string, value: number, likely: number | null) =>
      w.pool.query(
        `insert into account_health (account_id, day, health, risk, reasons)
         select id, $1, $2, $3, '[]' from account
         on conflict (account_id, day) do update set health = excluded.health, risk = excluded.risk`,
        [day, value, likely],
      );
    const seen = async () => {
      const { accounts } = await makeSignals(w.deps, {});
      const { atRisk: rows } = await makeDigest(w.deps, digestOf('daily', '2026-03-02', 'UTC'));
      return { dashboard: accounts.filter((one) => one.atRisk).map((one) => one.account), digest: rows };
    };
    for (const day of ['2026-03-02', '2026-03-03']) await stands(day, health, risk);
    expect(await seen()).toMatchObject({
      dashboard: ['Acme'],
      digest: [{ account: 'Acme', health, risk, tickets: [] }],
    });
    for (const day of ['2026-03-02', '2026-03-03']) await stands(day, atRisk, 0.49);
    expect(await seen()).toEqual({ dashboard: [], digest: [] });
  });

  test('“I’m on it” settles it; a colleague who is late is told who it was', async () => {
    await writes(0.9, 0.9);
    await watchAccounts(w.deps);
    const [stale] = [alerts().at(-1)?.card.ref ?? null];
    await press({ type: 'act', act: 'on_it' });
    expect(words()).toContain('Ana is on it');
    const late = await act(w.deps, {
      ref: stale,
      agent: { platform: 'console', userId: 'ben@team.example' },
      intent: { type: 'act', act: 'false_alarm' },
    });
    expect(late).toMatchObject({ ok: false, text: expect.stringContaining('Ana') });
    w.clock.advance(DAY);
    await watchAccounts(w.deps);
    expect(alerts()).toHaveLength(1);
  });

  test('stands on the dashboard with its past and what came of the warning; well again, it counts as saved', async () => {
    await writes(0.9, 0.9);
    await watchAccounts(w.deps, new Date(w.clock.now().getTime() - 60_000));
    await press({ type: 'act', act: 'on_it' });
    const [frail] = (await makeSignals(w.deps, {})).accounts;
    expect(frail).toMatchObject({ account: 'Acme', owner: 'Ben', alert: { status: 'on_it', by: 'Ana' } });
    expect(frail?.health).toBeLessThan(50);
    const digestOn = (day: string) => makeDigest(w.deps, digestOf('daily', day, 'UTC'));
    expect((await digestOn('2026-03-02')).recovered).toEqual([]);

    w.clock.advance(20 * DAY);
    await w.pool.query(
      `update ticket set status = 'resolved', analysis = analysis || '{"churnRisk": 0, "frustration": 0}'`,
    );
    await watchAccounts(w.deps);
    const [well] = (await makeSignals(w.deps, {})).accounts;
    expect(well?.past.map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-22']);
    const digest = await digestOn('2026-03-22');
    expect(digest.recovered).toEqual([{ account: 'Acme', mrr: 99, by: 'Ana' }]);
    expect(JSON.stringify(digestCards(digest, { pictures: {}, publicUrl: '' }))).toContain(
      'Ana looked after it',
    );
    expect((await digestOn('2026-03-23')).recovered).toEqual([]);
  });

  test('a false alarm raises the bar of that reason for that account, and of no other', async () => {
    await writes(0.9, 0.5);
    await watchAccounts(w.deps);
    await press({ type: 'act', act: 'false_alarm' });
    expect(words()).toContain('False alarm, says Ana');
    const [first] = await w.store.alertsAbout({ accountId: 1 }, new Date(0));
    w.clock.advance(DAY);
    await watchAccounts(w.deps);
    const reasons = (await w.store.alertsAbout({ accountId: 1 }, new Date(0))).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === first?.reason)).toHaveLength(1);
  });

  test('a reason that was a false alarm with many accounts asks for a stronger sign of any other', async () => {
    const alarms = (status: string, n: number) =>
      w.pool.query(
        `insert into alert (kind, account_id, reason, strength, title, body, status, created_at, presented_version)
         select 'risk', id, reason, 0.9, '', '{}', $1, $2, 1 from account,
           unnest(array['leaving', 'tone', 'billing']) reason, generate_series(1, $3::int)
         where name = 'Elsewhere'`,
        [status, new Date(w.clock.now().getTime() - 30 * DAY), n],
      );
    await account('Elsewhere', 'elsewhere.example');
    await alarms('false_alarm', 40);
    // Points below 50, from signs that are not the strongest.
    await writes(0.7, 0.61);
    await watchAccounts(w.deps);
    expect(alerts()).toEqual([]);

    await alarms('on_it', 40);
    await watchAccounts(w.deps);
    expect(alerts()).toHaveLength(1);
  });

  test('who may only look may not answer', async () => {
    await writes(0.9, 0.9);
    await watchAccounts(w.deps);
    expect(await press({ type: 'act', act: 'on_it' }, 'vera')).toMatchObject({ ok: false });
  });

  test('falling use and an unpaid invoice count, as they are told', async () => {
    const customer = { email: 'maria@acme.example' };
    const start = w.clock.now().getTime();
    for (const [days, jobs] of [
      [40, 100],
      [30, 100],
      [3, 5],
      [1, 5],
    ] as const)
      await recordEvent(w.deps, {
        customer,
        type: 'usage',
        at: new Date(start - days * DAY).toISOString(),
        data: { jobs, lastSeenAt: '2026-02-30T99:99' },
      });
    await recordEvent(w.deps, { customer, type: 'payment_failed', data: {} });
    const [row] = await w.store.accountSignals(w.clock.now());
    expect(row).toMatchObject({ name: 'Acme', billing: 0.7, usageDrop: expect.closeTo(0.95) });
  });
});

test('an account that may want more is told to sales, where there is such a channel', async () => {
  await writes(0.1, 0, { expansion: 0.9 });
  await watchAccounts(w.deps);
  expect(alerts('sales')).toEqual([]);
  w.deps.settings.channels.sales = ['console:sales'];
  await watchAccounts(w.deps);
  await watchAccounts(w.deps);
  expect(alerts('sales')).toHaveLength(1);
});
