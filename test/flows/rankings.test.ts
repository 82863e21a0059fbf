// What is wished for and what is hard to find, ranked by the companies that say so and what they pay, on random data.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDashboard, makeSignals, ticketsBehind } from '../../src/flows/dashboard.ts';
import { makeDigest } from '../../src/flows/digest.ts';
import { digestOf } from '../../src/insights/digest-period.ts';
import { put } from '../support/put.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const NOW = '2026-03-04T09:00:00Z';
const IN_PERIOD = new Date('2026-03-03T12:00:00Z');
const BEFORE = new Date('2026-02-20T12:00:00Z');
/** What each company pays; the last of them is not known to pay. */
const MRR = [900, 50, 50, 20, null];

const people = new Map<string, { customer_id: number; conversation_id: number }>();
let desk: Workspace;
beforeEach(async () => {
  people.clear();
  desk = await openWorkspace();
  desk.clock.set(NOW);
  for (const [n, mrr] of MRR.entries()) await put(desk.pool, 'account', { name: `Firm ${n}`, mrr });
});
afterEach(() => desk.close());

interface Report {
  cluster: number;
  /** Who writes: its company, or none of the five. */
  account: number;
  /** One of two people there. */
  person: number;
  /** Whether its ticket was opened then, as it counts everywhere. */
  inPeriod: boolean;
  /** Said only in a later message of that ticket. */
  followUp?: boolean;
}

async function aCluster(kind: string, status = 'open'): Promise<number> {
  return put(desk.pool, 'cluster', { kind, title: kind, status, first_seen: BEFORE, last_seen: IN_PERIOD });
}

async function report(
  { account, person, inPeriod, followUp }: Report,
  cluster_id: number,
  kind: string,
): Promise<void> {
  const name = `${account}.${person}`;
  let who = people.get(name);
  if (!who) {
    const account_id = account < MRR.length ? account + 1 : null;
    const customer_id = await put(desk.pool, 'customer', { account_id });
    who = { customer_id, conversation_id: await put(desk.pool, 'conversation', { customer_id }) };
    people.set(name, who);
  }
  const at = inPeriod ? IN_PERIOD : BEFORE;
  const ticket_id = await put(desk.pool, 'ticket', {
    ...who,
    channel: 'email',
    status: 'open',
    kind,
    created_at: at,
  });
  const message_id = await put(desk.pool, 'message', {
    conversation_id: who.conversation_id,
    ticket_id,
    seq: ticket_id,
    direction: 'inbound',
    channel: 'email',
    external_id: String(ticket_id),
    author: name,
    text: 'We miss it.',
    at: followUp ? IN_PERIOD : at,
  });
  const member = { cluster_id, message_id, ticket_id, score: 1, at: followUp ? IN_PERIOD : at };
  await put(desk.pool, 'cluster_member', member);
}

const reports = fc.array(
  fc.record<Report>({
    cluster: fc.nat(3),
    account: fc.nat(MRR.length),
    person: fc.nat(1),
    inPeriod: fc.boolean(),
    followUp: fc.boolean(),
  }),
  { maxLength: 25 },
);

test('wishes and what is hard to find: a company counts once, however many of its people write', async () => {
  await fc.assert(
    fc.asyncProperty(reports, fc.constantFrom('feature_request', 'friction'), async (given, kind) => {
      await desk.pool.query('truncate ticket, conversation, customer, cluster restart identity cascade');
      people.clear();
      const ids: number[] = [];
      for (const status of ['open', 'confirmed', 'open', 'dismissed']) ids.push(await aCluster(kind, status));
      for (const one of given) await report(one, ids[one.cluster] ?? 0, kind);

      const expected = ids
        .slice(0, 3)
        .map((id, n) => {
          const own = given.filter(({ cluster, inPeriod }) => cluster === n && inPeriod);
          const companies = [...new Set(own.map(({ account }) => account))].filter((one) => one < MRR.length);
          const paying = companies.map((one) => MRR[one] ?? null).filter((mrr) => mrr !== null);
          return {
            id,
            title: kind,
            customers: new Set(own.map(({ account, person }) => `${account}.${person}`)).size,
            accounts: companies.length,
            mrr: paying.length > 0 ? paying.reduce((sum, mrr) => sum + mrr, 0) : null,
          };
        })
        .filter(({ customers }) => customers > 0)
        .sort(
          (a, b) =>
            b.accounts - a.accounts ||
            (b.mrr ?? -1) - (a.mrr ?? -1) ||
            b.customers - a.customers ||
            a.id - b.id,
        );
      const { requests, friction } = await makeSignals(desk.deps, { from: '2026-03-03', to: '2026-03-03' });
      expect({ requests, friction }).toEqual({
        requests: kind === 'feature_request' ? expected : [],
        friction: kind === 'friction' ? expected : [],
      });
      for (const { id, customers } of [...requests, ...friction]) {
        const drill = { view: 'clusters' as const, cluster: `C-${id}` };
        const asked = { from: '2026-03-03', to: '2026-03-03' };
        const { total } = await ticketsBehind(desk.deps, asked, drill, { limit: 1 });
        const opened = given.filter(({ cluster, inPeriod }) => ids[cluster] === id && inPeriod);
        expect(total).toBe(opened.length);
        expect(total).toBeGreaterThanOrEqual(customers);
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

test('a digest ranks wishes by companies and what they pay, not by reports, and bugs push none out', async () => {
  const wish = async (...accounts: number[]) => {
    const id = await aCluster('feature_request');
    for (const [person, account] of accounts.entries())
      await report({ cluster: 0, account, person, inPeriod: true }, id, 'feature_request');
    return id;
  };
  // Four people of one small company, two companies that pay little, two of which one pays much.
  const [loud, small, large] = [await wish(3, 3, 3, 3), await wish(1, 2), await wish(0, 2)];
  for (let bug = 0; bug < 25; bug++) {
    const id = await aCluster('bug');
    for (let person = 0; person < 5; person++)
      await report({ cluster: 0, account: 9, person, inPeriod: true }, id, 'bug');
  }

  const { requests } = await makeDigest(desk.deps, digestOf('daily', '2026-03-03', 'UTC'));
  expect(requests.clusters.map(({ id }) => id)).toEqual([large, small, loud]);
  const board = await makeDashboard(desk.deps, { from: '2026-03-03', to: '2026-03-03' });
  expect(board.requests.clusters.map(({ id }) => id)).toEqual([large, small, loud]);
});
