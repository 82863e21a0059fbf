// Two bots on one database: every message once, every reply once, one card per ticket; and two on one data folder.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ask, type BotProcess, spawnBot } from '../support/bot-process.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { query } from '../support/query.ts';
import { createReplyWebhook, type ReplyWebhook } from '../support/reply-webhook.ts';

const receipts = z.object({ messageId: z.string(), ticketId: z.string(), duplicate: z.boolean() });
const bots: BotProcess[] = [];
async function start(env: Record<string, string>): Promise<string> {
  const bot = spawnBot(env);
  bots.push(bot);
  return bot.url;
}
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.stop();
});

describe('two bots on one database', () => {
  let database: TestDatabase;
  let webhook: ReplyWebhook;
  beforeAll(async () => {
    database = await createTestDatabase();
    webhook = await createReplyWebhook();
  });
  afterAll(async () => {
    await webhook.stop();
    await database.drop();
  });

  it('share the work: nothing is doubled, whichever of them is asked', async () => {
    const env = {
      DATABASE_URL: database.url,
      DESKHAND_CONFIG: 'test/fixtures/undo-at-once.yaml',
      DESKHAND_REPLY_WEBHOOK_URL: webhook.url,
      DESKHAND_REPLY_WEBHOOK_SECRET: webhook.secret,
    };
    const urls = await Promise.all([start(env), start(env)]);

    // Every message is delivered to both at once.
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => n).flatMap((n) =>
        urls.map(async (url) => {
          const message = {
            channel: 'api',
            externalId: `m-${n}`,
            customer: { email: `customer-${n % 7}@example.org` },
            text: `${'abcdefghijklmnopqrst'[n]}`.repeat(8),
          };
          return receipts.parse(await (await ask(url, '/api/messages', message)).json());
        }),
      ),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(20);
    const tickets = new Set(answers.map(({ ticketId }) => ticketId));
    expect(tickets.size).toBe(20);

    await vi.waitFor(
      async () => {
        const drafted = await query(database.url, `select 1 from draft where status = 'pending'`);
        expect(drafted).toHaveLength(20);
      },
      { timeout: 180_000, interval: 100 },
    );
    // Two agents press the same button, each on another bot.
    const clicks = await Promise.all(
      [...tickets].flatMap((ticket) =>
        urls.map(async (url) => {
          const body = { kind: 'approve', draftVersion: 1, agent: 'ana@example.org' };
          return (await ask(url, `/api/tickets/${ticket}/actions`, body)).status;
        }),
      ),
    );
    expect(clicks.filter((status) => status === 200)).toHaveLength(20);
    expect(clicks.filter((status) => status === 409)).toHaveLength(20);

    await vi.waitFor(
      async () => {
        expect(webhook.journal).toHaveLength(20);
        const late = await query(
          database.url,
          `select 1 from ticket where status <> 'awaiting_customer' or rev > presented_rev`,
        );
        expect(late).toEqual([]);
      },
      { timeout: 180_000, interval: 200 },
    );
    expect(new Set(webhook.journal.map(({ body }) => body.ticketId)).size).toBe(20);
    const attempts = await query(database.url, 'select 1 from outbox where attempts <> 1');
    expect(attempts).toEqual([]);
    const cards = await query(
      database.url,
      `select 1 from value where owner = 'console' and key like 'post/support/%'`,
    );
    expect(cards).toHaveLength(20);
  }, 400_000);
});

describe('a second bot on the data folder of the first', () => {
  it('works beside it, and goes on when the first is killed', async () => {
    const folder = await createDataFolder();
    const env = { DATA_DIR: folder };
    try {
      const [one, other] = await Promise.all([start(env), start(env)]);
      const message = {
        channel: 'api',
        externalId: 'm-1',
        customer: { email: 'maria@example.org' },
        text: 'Where is it?',
      };
      const first = receipts.parse(await (await ask(one, '/api/messages', message)).json());
      await bots[0]?.kill();
      const again = receipts.parse(await (await ask(other, '/api/messages', message)).json());
      expect(again).toEqual({ ...first, duplicate: true });
    } finally {
      for (const bot of bots.splice(0)) await bot.stop();
      await removeDataFolder(folder);
    }
  }, 400_000);

  it('is refused with the name of the setting when it wants the same port', async () => {
    const database = await createTestDatabase();
    const url = await start({ DATABASE_URL: database.url });
    await expect(start({ DATABASE_URL: database.url, PORT: new URL(url).port })).rejects.toThrow('PORT');
    expect((await ask(url, '/healthz')).status).toBe(200);
    await bots[0]?.stop();
    await database.drop();
  }, 400_000);
});
