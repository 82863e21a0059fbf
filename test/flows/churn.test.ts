// The risk to leave, the whole way: from the last 30 days of accounts that left to what is said of one that has not.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchAccounts } from '../../src/flows/watch-accounts.ts';
import { put } from '../support/put.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-03-02T09:00:00Z');

let desk: Workspace;
beforeEach(async () => {
  desk = await openWorkspace();
  desk.clock.set(NOW.toISOString());
});
afterEach(() => desk.close());

/** An account that left so many days ago, or is still there. */
async function account(name: string, { left, renewal }: { left?: number; renewal?: number } = {}) {
  return put(desk.pool, 'account', {
    name,
    churned_at: left === undefined ? null : ago(left),
    renewal_at: renewal === undefined ? null : ago(renewal),
  });
}

const ago = (days: number) => new Date(NOW.getTime() - days * DAY);

/** One of its people writes: a ticket opened `opened` days ago; what came of it so many days ago. */
async function writes(
  account_id: number,
  opened: number,
  {
    answered,
    resolved,
    reopened,
    tone = 0.1,
  }: { answered?: number; resolved?: number; reopened?: number; tone?: number } = {},
) {
  const at = (days: number | undefined) => (days === undefined ? null : ago(days));
  const customer_id = await put(desk.pool, 'customer', { account_id });
  const conversation_id = await put(desk.pool, 'conversation', { customer_id });
  const ticket_id = await put(desk.pool, 'ticket', {
    conversation_id,
    customer_id,
    channel: 'email',
    status:
      resolved === undefined ? (answered === undefined ? 'awaiting_agent' : 'awaiting_customer') : 'resolved',
    resolution: resolved === undefined ? null : 'assumed',
    analysis: { frustration: tone, churnRisk: 0, expansion: 0 },
    created_at: ago(opened),
    first_response_at: at(answered),
    resolved_at: at(resolved),
    reopened_at: at(reopened),
  });
  const said = async (seq: number, direction: string, days: number) =>
    put(desk.pool, 'message', {
      conversation_id,
      ticket_id,
      seq,
      direction,
      channel: 'email',
      external_id: `${ticket_id}-${seq}`,
      author: 'x',
      text: 'x',
      at: ago(days),
    });
  await said(1, 'inbound', opened);
  if (answered !== undefined) await said(2, 'outbound', answered);
}

describe('an account that left', () => {
  test('is seen as it was after its last 30 days: not before them, and nothing that came later', async () => {
    // It left 100 days ago; its contract would have renewed four days after that.
    const who = await account('Gone', { left: 100, renewal: 96 });
    await writes(who, 190, { answered: 189, resolved: 188, tone: 0.2 });
    await writes(who, 121, { resolved: 90, tone: 0.7 });
    await writes(who, 115, { answered: 114, resolved: 60, tone: 0.7 });
    await writes(who, 110, { answered: 109, resolved: 108, reopened: 105, tone: 0.7 });
    await writes(who, 105, { answered: 104, resolved: 103, reopened: 99, tone: 0.7 });
    await writes(who, 99.5, { tone: 1 });

    const [row] = await desk.store.accountSignals(NOW);

    expect(row).toMatchObject({
      left: true,
      contacts: 4,
      usualContacts: expect.closeTo(1 / 3),
      tone: expect.closeTo(0.7),
      toneBefore: expect.closeTo(0.2),
      // The first was never answered while they were here; the second waited for them.
      unresolved: 1,
      oldestDays: expect.closeTo(20),
      reopened: 1,
      renewalDays: expect.closeTo(5),
    });
  });

  test('teaches the risk of those that stayed, which is told with how many it was learned from', async () => {
    for (let n = 0; n < 24; n++) {
      const left = 40 + 10 * n;
      const who = await account(`Gone ${n}`, { left });
      // Nobody answered them for weeks; afterwards somebody tidied up. A few were also upset.
      await writes(who, left + 12, { resolved: left - 2, tone: n % 4 === 0 ? 0.8 : 0.2 });
      await writes(who, left + 8, { resolved: left - 2, tone: 0.2 });
    }
    for (let n = 0; n < 60; n++) {
      const who = await account(`Here ${n}`);
      await writes(who, 12 + (n % 9), { answered: 11, resolved: 10, tone: n % 4 === 0 ? 0.8 : 0.2 });
    }
    const waiting = await account('Waits');
    for (const opened of [13, 9, 7]) await writes(waiting, opened, { tone: 0.95 });
    const upset = await account('Upset');
    for (const opened of [13, 9, 7]) await writes(upset, opened, { answered: 6, resolved: 5, tone: 0.95 });

    await watchAccounts(desk.deps);

    const { rows } = await desk.pool.query(
      'select a.name, h.risk::float8 as risk from account_health h join account a on a.id = h.account_id',
    );
    const risk = new Map(rows.map((row): [string, number] => [row.name, row.risk]));
    expect(risk.size).toBe(62);
    const others = [...risk].filter(([name]) => name !== 'Waits').map(([, value]) => value);
    // What those who left had in common counts, and what others were, too, does not.
    expect(risk.get('Waits')).toBeGreaterThan(5 * Math.max(...others));
    const alert = desk.platform.posts.find(({ card }) => card.ref?.ticketId.startsWith('A-'))?.card;
    expect(JSON.stringify(alert)).toMatch(/Waits may leave.*\d+ % within 30 days, learned from 24 that left/);
  });
});
