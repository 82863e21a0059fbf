// A bot in a process of its own on a real database, with the sample's articles and history, and its users' ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { z } from 'zod';
import { SHIPPED_CONFIG } from '../../src/config.ts';
import { openDatabase } from '../../src/infra/db/index.ts';
import { migrate } from '../../src/infra/db/migrate.ts';
import { createStore } from '../../src/infra/db/queries/index.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { createAdapterStore } from '../../src/infra/store.ts';
import { loadSample } from '../../src/main/sample.ts';
import type { Log } from '../../src/ports.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis.ts';
import { type CardWatch, watchCards } from './cards.ts';
import { findDebianPostgres, startDebianPostgres } from './debian-postgres.ts';
import type { BenchMessage } from './messages.ts';
import { cpuOf, cpuOfFamily, memoryOf, memoryOfFamily, parentOf } from './processes.ts';

const COMMAND = fileURLToPath(new URL('../../bin/deskhand.js', import.meta.url));
export const TOKEN = 'token-of-the-benchmark';
/** An agent of the sample workspace's settings, which the bench uses. */
export const AGENT = 'ana@crewlane.example';
const READY_LIMIT_MS = 120_000;
/** Processor use below which a started bot counts as at rest: history read, classifier trained. */
const REST_SHARE = 0.05;

const receiptSchema = z.object({ ticketId: z.string().nullable() });
const stateSchema = z.looseObject({ workspace: z.looseObject({ indexing: z.unknown() }) });

const quiet = () => undefined;
export const log: Log = { debug: quiet, info: quiet, warn: console.warn, error: console.error };

/** `embedded`: no server at all; `servers`: PostgreSQL and Redis of the system. */
export type StageKind = 'embedded' | 'servers';

export interface Stage {
  url: string;
  /** Sends one message and answers when it is acknowledged. Throws unless it was accepted. */
  send(message: BenchMessage): Promise<{ ticketId: string | null }>;
  /** Opens a console page that hears of cards as a browser does. */
  watch(): Promise<CardWatch>;
  /** Resolves when every message has its card. */
  finished(): Promise<void>;
  /** Tickets whose draft or card lags behind. */
  backlog(): Promise<number>;
  /** Seconds of processor time so far. */
  cpu(): Promise<{ bot: number; servers: number }>;
  memory(): Promise<{ bot: number; botMost: number; postgres: number }>;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** Opens a stage; resolves when the bot has read everything and rests. */
export async function openStage(
  kind: StageKind,
  options: { nodeOptions?: string[]; logFile?: string } = {},
): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    opening.defer(() => part.stop());
    return part;
  };
  const programs = kind === 'servers' ? findDebianPostgres() : null;
  if (kind === 'servers' && !programs) throw new Error('no PostgreSQL server of the system is installed');
  const folder = await createDataFolder('deskhand-bench-');
  opening.defer(() => removeDataFolder(folder));
  const server = programs ? keep(await startDebianPostgres(programs)) : null;
  const redis = kind === 'servers' ? keep(await startRedis()) : null;
  const postgres = keep(await openPostgres({ dataDir: folder, databaseUrl: server?.url, log }));
  await fillWithSample(postgres.url);

  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  // `end` does not wait for the connections, so that the stopping server may be heard on them.
  pool.on('error', () => undefined);
  opening.defer(() => pool.end());
  const backend = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = await parentOf(backend.rows[0]?.pid ?? 0);
  const settings = {
    DATA_DIR: folder,
    DATABASE_URL: server?.url,
    REDIS_URL: redis?.url,
    DESKHAND_API_TOKEN: TOKEN,
    DESKHAND_CONFIG: join(SHIPPED_CONFIG, 'sample/deskhand.yaml'),
  };
  const bot = keep(await startBotProcess({ ...options, env: settings, args: ['--empty'] }));
  const pid = bot.process.pid ?? 0;
  await atRest(bot.url, pid);
  const open = opening.move();

  const backlog = async () => {
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::int as n from ticket where inbound_seq > drafted_seq or rev > presented_rev',
    );
    return rows[0]?.n ?? 0;
  };
  return {
    url: bot.url,
    databaseUrl: postgres.url,
    backlog,
    async send(message) {
      const response = await fetch(`${bot.url}/api/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
      if (response.status !== 202)
        throw new Error(`message refused: ${response.status} ${await response.text()}`);
      return receiptSchema.parse(await response.json());
    },
    watch: () => watchCards(bot.url, AGENT),
    async finished() {
      while ((await backlog()) > 0) await wait(100);
    },
    cpu: async () => ({ bot: await cpuOf(pid), servers: await cpuOfFamily(postmaster) }),
    async memory() {
      const { now, most } = await memoryOf(pid);
      return { bot: now, botMost: most, postgres: await memoryOfFamily(postmaster) };
    },
    stop: () => open.disposeAsync(),
  };
}

interface BotProcess {
  process: ChildProcess;
  url: string;
  /** Milliseconds from the start of the process to a page that answers with its state. */
  pageMs: number;
  stop(): Promise<void>;
}

/** Starts `deskhand start` and waits for its page. Settings of this process's environment are not handed on. */
export async function startBotProcess(options: {
  env: Record<string, string | undefined>;
  args: string[];
  nodeOptions?: string[];
  logFile?: string;
}): Promise<BotProcess> {
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const command = [...(options.nodeOptions ?? []), COMMAND, 'start', ...options.args];
  const env = {
    LOG_LEVEL: options.logFile ? 'info' : 'warn',
    ...options.env,
    PATH,
    HOME,
    PORT: String(port),
  };
  const started = performance.now();
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (options.logFile) child.stdout.pipe(createWriteStream(options.logFile));
  else child.stdout.resume();
  const url = `http://localhost:${port}`;
  while (!(await pageState(url))) {
    if (child.exitCode !== null || performance.now() - started > READY_LIMIT_MS) {
      child.kill();
      throw new Error(`the bot did not start (exit code ${child.exitCode})`);
    }
    await wait(20);
  }
  return {
    process: child,
    url,
    pageMs: performance.now() - started,
    async stop() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** What a browser asks first; null while nobody answers. */
async function pageState(url: string): Promise<z.infer<typeof stateSchema> | null> {
  try {
    const page = await fetch(`${url}/console`);
    await page.text();
    const state = await fetch(`${url}/console/api/state?agent=${AGENT}`);
    return page.ok && state.ok ? stateSchema.parse(await state.json()) : null;
  } catch {
    return null;
  }
}

/** Resolves when everything is indexed and the bot hardly computes any more. */
async function atRest(url: string, pid: number): Promise<void> {
  while ((await pageState(url))?.workspace.indexing !== null) await wait(250);
  for (let resting = 0; resting < 6; ) {
    const before = await cpuOf(pid);
    await wait(1_000);
    resting = (await cpuOf(pid)) - before < REST_SHARE ? resting + 1 : 0;
  }
}

async function fillWithSample(url: string): Promise<void> {
  await migrate(url);
  const database = openDatabase(url, { log, max: 4 });
  const { db } = database;
  await loadSample({
    store: createStore(db),
    memory: createAdapterStore(db, 'deskhand'),
    clock: { now: () => new Date() },
  });
  await database.close();
}
