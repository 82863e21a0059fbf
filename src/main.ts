// Composition root: decides which workspace runs, builds it, serves it on one port.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from './config.ts';
import { recordEvent } from './flows/record-event.ts';
import { openDatabase } from './infra/db/index.ts';
import { migrate } from './infra/db/migrate.ts';
import { createStore } from './infra/db/queries/index.ts';
import { createHttpServer } from './infra/http/server.ts';
import { createLog } from './infra/log.ts';
import { createMetrics } from './infra/metrics.ts';
import { openPostgres } from './infra/postgres/index.ts';
import { allModules } from './main/adapters.ts';
import { type Bot, startBot } from './main/bot.ts';
import { appOf } from './main/http.ts';
import { loadSample, playStream } from './main/sample.ts';
import { sampleConfig } from './main/sample-config.ts';
import { postSampleDigests } from './main/sample-digests.ts';
import { errorText } from './model/errors.ts';
import type { Log } from './ports.ts';

export interface StartOptions {
  /** `auto`: the sample workspace when nothing is configured and the database is empty. */
  workspace: 'auto' | 'sample' | 'real';
  /** The sample's whole morning at once. */
  fast: boolean;
  /** Environment to read instead of the process's own. */
  env?: Record<string, string | undefined>;
  log?: Log;
}

export interface Running {
  config: Config;
  url: string;
  sample: boolean;
  /** Where the API token stands, when it was generated. */
  tokenFile: string | null;
  /** Signs a browser in where the console is not on loopback. */
  signInLink: string | null;
  /** Resolves when the workspace that was started has read all its knowledge. */
  indexed: Promise<void>;
  stop(): Promise<void>;
}

const clock = { now: () => new Date() };

/** Starts Deskhand. Throws AppError with a message for people when something needed is missing or wrong. */
export async function start(options: StartOptions): Promise<Running> {
  const config = loadConfig(allModules, options.env);
  const log = options.log ?? createLog({ level: config.env.LOG_LEVEL });
  const { token, file: tokenFile } = await apiToken(config);
  const server = createHttpServer({ host: config.env.HOST, port: config.env.PORT, log });
  // A taken port is told before anything else runs; until there is an app, the answer is 503.
  const { port } = await server.listen();
  const metrics = createMetrics();
  const connect = (database: string) =>
    openPostgres({ dataDir: config.dataDir, databaseUrl: config.env.DATABASE_URL, database, log });

  const real = await connect('deskhand');
  const sample =
    options.workspace === 'sample' ||
    (options.workspace === 'auto' && (await wantsSample(config, real.url, log)));
  const playing = new AbortController();
  let current: Bot;
  let promotion: Promise<Bot> | null = null;
  const servers = [real];

  if (sample) {
    const sampleServer = await connect('deskhand_sample');
    servers.push(sampleServer);
    current = await startBot({
      config: sampleConfig(options.env),
      databaseUrl: sampleServer.url,
      log,
      clock,
      metrics,
      sample: true,
      prepare: (parts) => loadSample({ ...parts, clock }),
      promote,
    });
  } else current = await startReal();
  await serve(current);
  // PORT=0 lets the system choose.
  const url = config.env.PORT === 0 ? config.publicUrl.replace(/:0$/, `:${port}`) : config.publicUrl;
  if (sample)
    play(current).catch((error: unknown) =>
      log.warn({ reason: errorText(error) }, 'the sample’s morning ended early'),
    );

  return {
    config,
    url,
    sample,
    tokenFile,
    signInLink: isLoopback(config.env.HOST) ? null : await signInLink(current),
    indexed: current.indexed,
    async stop() {
      playing.abort();
      await server.close(5_000);
      await current.stop();
      for (const one of servers) await one.stop();
    },
  };

  function startReal(): Promise<Bot> {
    return startBot({ config, databaseUrl: real.url, log, clock, metrics, sample: false });
  }

  /** The first real message or event: the real workspace takes the place of the sample. */
  function promote(): Promise<Bot> {
    promotion ??= replaceSample().catch((error: unknown) => {
      // The next message tries again.
      promotion = null;
      throw error;
    });
    return promotion;
  }

  async function replaceSample(): Promise<Bot> {
    log.info({}, 'something real arrived: the sample workspace ends here');
    playing.abort();
    const before = current;
    const bot = await startReal();
    current = bot;
    // The request that brought the message is still being answered by the sample's app.
    void serve(bot).then(() => before.stop());
    return bot;
  }

  async function play(bot: Bot): Promise<void> {
    // Before the history is read, the morning's first answers would be worse than the rest.
    await bot.indexed;
    void postSampleDigests(bot, playing.signal);
    await playStream(
      { memory: bot.memory, log, receive: bot.receive, tell: (event) => recordEvent(bot.flows, event) },
      { fast: options.fast, signal: playing.signal },
    );
  }

  /** Makes a workspace the one that answers on the port. */
  function serve(bot: Bot): Promise<void> {
    metrics.gauge('outbox_due', 'Replies that should have left', () => bot.store.countDueOutbox(clock.now()));
    metrics.gauge(
      'tickets_unfinished',
      'Tickets whose draft or card lags behind',
      async () => (await bot.store.unfinishedTickets(clock.now(), 10_000)).length,
    );
    return server.setApp(appOf(bot, { token, metrics, log, clock }));
  }
}

/** Nothing configured, and nothing in the database yet. */
async function wantsSample(config: Config, url: string, log: Log): Promise<boolean> {
  if (config.configured) return false;
  await migrate(url);
  const database = openDatabase(url, { log, max: 1 });
  try {
    const store = createStore(database.db);
    return (await store.countTickets()) + (await store.countCustomers()) === 0;
  } finally {
    await database.close();
  }
}

/** The token of the environment, else one generated at the first start and kept in `DATA_DIR`. */
async function apiToken({ env, dataDir }: Config): Promise<{ token: string; file: string | null }> {
  if (env.DESKHAND_API_TOKEN) return { token: env.DESKHAND_API_TOKEN, file: null };
  const file = join(dataDir, 'api-token');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim()) return { token: kept.trim(), file };
  const token = randomBytes(24).toString('base64url');
  await mkdir(dataDir, { recursive: true });
  // Another process may have been first: `wx` never overwrites its token.
  const written = await writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  return { token: written ? token : (await readFile(file, 'utf8')).trim(), file };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

async function signInLink(bot: Bot): Promise<string | null> {
  return (await bot.platforms.get('console')?.signInLink?.()) ?? null;
}
