// A bot in a process of its own, with an engine that answers at once: everything else is as in production.
import { loadConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/infra/http/server.ts';
import { createLog } from '../../src/infra/log.ts';
import { createMetrics } from '../../src/infra/metrics.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { allModules } from '../../src/main/adapters.ts';
import { startBot } from '../../src/main/bot.ts';
import { appOf } from '../../src/main/http.ts';
import { createLetters } from '../chaos/letters.ts';
import { scriptedEngine } from './scripted-engine.ts';

/**
 * `LETTERS_URL`: where letters go; `CLOCK`: "EPOCH_MS SPEED", a clock that is faster since then; `SAMPLE`: with the
 * sample's far ends; `TEAMS_AUTHORITY`: JSON, Microsoft's sign-in pages, which no setting says.
 */
const { LETTERS_URL, SAMPLE, CLOCK = '0 1', TEAMS_AUTHORITY, ...env } = process.env;
const [since = 0, speed = 1] = CLOCK.split(' ').map(Number);
const clock = { now: () => new Date(since + (Date.now() - since) * speed) };

const config = loadConfig(allModules, env);
if (TEAMS_AUTHORITY)
  Object.assign(config.adapters.get('teams') ?? {}, { authority: JSON.parse(TEAMS_AUTHORITY) });
const log = createLog({ level: config.env.LOG_LEVEL });
const postgres = await openPostgres({ dataDir: config.dataDir, databaseUrl: config.env.DATABASE_URL, log });
const metrics = createMetrics();
const bot = await startBot({
  config,
  databaseUrl: postgres.url,
  log,
  clock,
  metrics,
  sample: SAMPLE !== undefined,
  engine: scriptedEngine(),
  channels: LETTERS_URL ? [createLetters(LETTERS_URL)] : [],
});
const server = createHttpServer({ host: '127.0.0.1', port: config.env.PORT, log });
const token = config.env.DESKHAND_API_TOKEN ?? '';
await server.setApp(appOf(bot, { token, metrics, log, clock }));
const { port } = await server.listen();
console.log(JSON.stringify({ port }));

process.once('SIGTERM', async () => {
  await server.close(1_000);
  await bot.stop();
  await postgres.stop();
  process.exit();
});
