// A whole bot in this process, set up as `.env` and config/deskhand.yaml say, beside the API on one port; it can end and start.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/infra/http/server.ts';
import { createMetrics } from '../../src/infra/metrics.ts';
import { allModules } from '../../src/main/adapters.ts';
import { startBot } from '../../src/main/bot.ts';
import { appOf } from '../../src/main/http.ts';
import { createDataFolder, removeDataFolder } from './data-folder.ts';
import { createTestDatabase } from './database.ts';
import { createReplyWebhook } from './reply-webhook.ts';
import { scriptedEngine } from './scripted-engine.ts';
import { silentLog } from './silent-log.ts';

const TOKEN = 'a-token-of-the-api-that-is-long-enough';

export type WholeBot = Awaited<ReturnType<typeof openWholeBot>>;

/** A bot that is not started yet. `adjust`: what no setting says. */
export async function openWholeBot(
  yaml: Record<string, unknown>,
  env: Record<string, string>,
  adjust: (config: Config) => Config = (config) => config,
) {
  const [folder, database, customers] = await Promise.all([
    createDataFolder('deskhand-whole-'),
    createTestDatabase(),
    createReplyWebhook(),
  ]);
  const file = join(folder, 'deskhand.yaml');
  await writeFile(file, JSON.stringify(yaml));
  const config = adjust(
    loadConfig(allModules, {
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      DESKHAND_CONFIG: file,
      DESKHAND_API_TOKEN: TOKEN,
      DESKHAND_REPLY_WEBHOOK_URL: customers.url,
      DESKHAND_REPLY_WEBHOOK_SECRET: customers.secret,
      ...env,
    }),
  );
  const clock = { now: () => new Date() };
  let end: (() => Promise<void>) | null = null;
  let port = 0;

  const whole = {
    /** Where replies to customers go. */
    customers,
    url: '',
    /** Starts with all that earlier ones have stored, on their port. */
    async start(): Promise<void> {
      const metrics = createMetrics();
      const bot = await startBot({
        config,
        databaseUrl: database.url,
        log: silentLog,
        clock,
        metrics,
        sample: false,
        engine: scriptedEngine(),
      });
      const server = createHttpServer({ host: '127.0.0.1', port, log: silentLog });
      end = async () => {
        await server.close(1_000);
        await bot.stop();
      };
      await server.setApp(appOf(bot, { token: TOKEN, metrics, log: silentLog, clock }));
      port = (await server.listen()).port;
      whole.url = `http://127.0.0.1:${port}`;
    },
    async stop(): Promise<void> {
      await end?.();
      end = null;
    },
    api: (path: string, body?: unknown) =>
      fetch(`${whole.url}${path}`, {
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }),
    /** A customer writes over the API; the key of the ticket that it opened. */
    async receive(id: string, text: string): Promise<string> {
      const customer = { email: `${id}@acme.example`, name: 'Maria' };
      const taken = await whole.api('/api/messages', { channel: 'api', externalId: id, customer, text });
      const { ticketId } = (await taken.json()) as { ticketId: string };
      return ticketId;
    },
    /** Replies on a ticket as its customer sees them. */
    repliesOn: (key: string) => customers.journal.filter(({ body }) => body.ticketId === key),
    async remove(): Promise<void> {
      await whole.stop();
      await customers.stop();
      await database.drop();
      await removeDataFolder(folder);
    },
  };
  return whole;
}
