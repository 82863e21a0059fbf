// The queries behind the API's figures, clusters and tickets, on a real database.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/infra/db/index.ts';
import { createStore, type Store } from '../../src/infra/db/queries/index.ts';
import { cluster, clusterMember } from '../../src/infra/db/schema/index.ts';
import { createTicketReader } from '../../src/infra/http/ticket-reader.ts';
import { createLog } from '../../src/infra/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const MONDAY = new Date('2026-03-02T08:00:00Z');
const minutes = (n: number) => new Date(MONDAY.getTime() + n * 60_000);

let server: TestDatabase;
let database: Database;
let store: Store;
const messageIds: number[] = [];
const ticketIds: number[] = [];

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase(server.url, { log: createLog({ level: 'silent' }) });
  store = createStore(database.db);
  const factors = { score: 50, factors: [] };
  await open({
    createdAt: minutes(0),
    firstResponseAt: minutes(1),
    repliedBy: 'assisted',
    status: 'resolved',
  });
  await open({
    createdAt: minutes(1),
    firstResponseAt: minutes(4),
    repliedBy: 'auto',
    status: 'awaiting_customer',
  });
  await open({ createdAt: minutes(2), status: 'open', priority: { level: 'P1', ...factors } });
  await open({ createdAt: minutes(-90), status: 'awaiting_agent' });
  // We wrote first: no customer opened it.
  await open({
    createdAt: minutes(2),
    firstResponseAt: minutes(2),
    repliedBy: 'agent',
    status: 'awaiting_customer',
    outreach: 'incident',
  });
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

async function open(row: Partial<Parameters<Store['createTicket']>[0]>): Promise<void> {
  await store.transaction(async (tx) => {
    const name = `customer ${ticketIds.length}`;
    const customerId = await tx.ensureCustomer({ email: `c${ticketIds.length}@northwind.example`, name });
    const accountId = await tx.upsertAccount({ name: 'Northwind' });
    await tx.updateCustomer(customerId, { accountId: accountId ?? undefined });
    const { conversationId, seq } = await tx.nextSeq(customerId);
    const ticket = await tx.createTicket({
      conversationId,
      customerId,
      channel: 'email',
      createdAt: MONDAY,
      ...row,
    });
    const messageId = await tx.insertMessage({
      conversationId,
      ticketId: ticket.id,
      seq,
      direction: 'inbound',
      channel: 'email',
      externalId: name,
      author: name,
      text: 'It does not work.',
      at: MONDAY,
    });
    ticketIds.push(ticket.id);
    if (messageId !== null) messageIds.push(messageId);
  });
}

it('counts what came in, who answered and how fast, and what waits now', async () => {
  expect(await store.figures(minutes(0), minutes(3))).toEqual({
    from: minutes(0),
    to: minutes(3),
    received: 3,
    answered: { total: 2, auto: 1, assisted: 1, agent: 0 },
    resolved: 1,
    backlog: { P1: 1, P2: 0, P3: 0, P4: 0, none: 1 },
    firstResponse: { median: 120, p90: 168 },
  });
});

it('has figures also for a period in which nothing happened', async () => {
  expect(await store.figures(minutes(500), minutes(600))).toMatchObject({
    received: 0,
    answered: { total: 0 },
    firstResponse: { median: null, p90: null },
  });
});

it('lists clusters with their tickets and accounts, but not merged ones', async () => {
  expect(await store.clusterSummaries()).toEqual([]);
  const seen = { firstSeen: minutes(0), lastSeen: minutes(2) };
  const [bug] = await database.db
    .insert(cluster)
    .values([
      { kind: 'bug', title: 'Export fails', ...seen },
      { kind: 'bug', title: 'The same', mergedInto: 1, ...seen },
    ])
    .returning();
  for (const [index, messageId] of messageIds.slice(0, 2).entries())
    await database.db
      .insert(clusterMember)
      .values({ clusterId: bug?.id ?? 0, messageId, ticketId: ticketIds[index], score: 1, at: MONDAY });

  expect(await store.clusterSummaries()).toEqual([
    {
      id: bug?.id,
      kind: 'bug',
      title: 'Export fails',
      status: 'open',
      ticketIds: ticketIds.slice(0, 2).map((id) => `T-${id}`),
      accounts: ['Northwind'],
      ...seen,
    },
  ]);
});

it('reads tickets whole, newest first', async () => {
  const reader = createTicketReader(store);

  const list = await reader.list({ status: ['open', 'awaiting_agent'], limit: 10 });

  expect(list.map(({ ticket }) => ticket.status)).toEqual(['awaiting_agent', 'open']);
  expect(await reader.get(ticketIds[0] ?? 0)).toMatchObject({
    customer: { email: 'c0@northwind.example', account: { name: 'Northwind' } },
    messages: [{ text: 'It does not work.' }],
    drafts: [],
    decisions: [],
    outbox: [],
  });
  expect(await reader.get(999_999)).toBeNull();
});
