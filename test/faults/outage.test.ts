// Database or Redis gone and back under a bot that works: a clear "later", nothing acknowledged is lost, and it goes on by itself.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, type BotProcess, spawnBot } from '../support/bot-process.ts';
import { type Broker, startPostgresBroker } from '../support/broker.ts';
import { query } from '../support/query.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { createReplyWebhook, type ReplyWebhook } from '../support/reply-webhook.ts';
import { findTool } from '../support/tools.ts';

const COMES_BACK = { timeout: 180_000, interval: 250 };

let broker: Broker | undefined;
let redis: TestRedis | undefined;
let webhook: ReplyWebhook | undefined;
let bot: BotProcess | undefined;
afterEach(async () => {
  await bot?.stop();
  await webhook?.stop();
  await redis?.stop();
  await broker?.stop();
});

async function start(more: Record<string, string> = {}): Promise<{ url: string; broker: Broker }> {
  broker = await startPostgresBroker();
  webhook = await createReplyWebhook();
  bot = spawnBot({
    DATABASE_URL: broker.databaseUrl,
    // Leases and pauses, which are a minute long, pass in seconds.
    CLOCK: `${Date.now()} 10`,
    DESKHAND_CONFIG: 'test/fixtures/undo-at-once.yaml',
    DESKHAND_REPLY_WEBHOOK_URL: webhook.url,
    DESKHAND_REPLY_WEBHOOK_SECRET: webhook.secret,
    ...more,
  });
  return { url: await bot.url, broker };
}
const message = (n: number) => ({
  channel: 'api',
  externalId: `m-${n}`,
  customer: { email: `customer-${n}@example.org` },
  text: `Question number ${n}`,
});
/** A draft waits on every ticket. */
async function drafted(url: string, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const rows = await query(url, `select 1 from draft where status = 'pending'`);
    expect(rows).toHaveLength(count);
  }, COMES_BACK);
}
async function approveAll(url: string, databaseUrl: string): Promise<number[]> {
  const tickets = await query(
    databaseUrl,
    `select 'T-' || id as id from ticket where status = 'awaiting_agent'`,
  );
  const body = { kind: 'approve', draftVersion: 1, agent: 'ana@example.org' };
  return Promise.all(
    tickets.map(async ({ id }) => (await ask(url, `/api/tickets/${id}/actions`, body)).status),
  );
}

describe('the database', () => {
  it('is gone and back: messages are refused for the moment, and the work goes on', async () => {
    const { url, broker: database } = await start();
    expect((await ask(url, '/api/messages', message(1))).status).toBe(202);

    await database.fail();
    for (const n of [1, 2, 3]) {
      const refused = await ask(url, '/api/messages', message(n));
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const decision = { kind: 'approve', draftVersion: 1, agent: 'ana@example.org' };
    expect((await ask(url, '/api/tickets/T-1001/actions', decision)).status).toBe(503);
    expect((await ask(url, '/api/tickets')).status).toBe(503);
    expect((await ask(url, '/readyz')).status).toBe(503);
    expect((await ask(url, '/healthz')).status).toBe(200);

    await database.recover();
    await vi.waitFor(async () => {
      for (const n of [1, 2, 3]) expect((await ask(url, '/api/messages', message(n))).status).toBe(202);
    }, COMES_BACK);
    await drafted(database.databaseUrl, 3);
    expect(await approveAll(url, database.databaseUrl)).toEqual([200, 200, 200]);
    await vi.waitFor(() => expect(webhook?.journal).toHaveLength(3), COMES_BACK);
  }, 400_000);

  it('is cut off while replies leave: each arrives, under one key', async () => {
    const { url, broker: database } = await start();
    for (const n of [1, 2, 3, 4]) await ask(url, '/api/messages', message(n));
    await drafted(database.databaseUrl, 4);
    if (webhook) webhook.faults.push({ status: 503 }, { drop: 'after' }, { status: 429 });
    const clicks = approveAll(url, database.databaseUrl);
    await vi.waitFor(() => expect(webhook?.faults.length).toBeLessThan(3), COMES_BACK);
    await database.fail();
    await database.recover();
    await clicks;
    await vi.waitFor(async () => {
      await approveAll(url, database.databaseUrl);
      expect(new Set(webhook?.journal.map(({ body }) => body.ticketId)).size).toBe(4);
    }, COMES_BACK);
    expect(webhook?.journal).toHaveLength(4);
  }, 400_000);
});

const note = findTool('redis') ? '' : ' (skipped: redis-server is not installed)';
describe.skipIf(!findTool('redis'))(`Redis${note}`, () => {
  it('is gone and back: messages and decisions are taken meanwhile, and the work goes on', async () => {
    redis = await startRedis();
    const { url, broker: database } = await start({ REDIS_URL: redis.url });
    expect((await ask(url, '/api/messages', message(1))).status).toBe(202);
    await drafted(database.databaseUrl, 1);

    await redis.kill();
    expect((await ask(url, '/api/messages', message(2))).status).toBe(202);
    expect(await approveAll(url, database.databaseUrl)).toEqual([200]);

    await redis.revive();
    await vi.waitFor(() => expect(webhook?.journal).toHaveLength(1), COMES_BACK);
    await drafted(database.databaseUrl, 1);
  }, 400_000);
});
