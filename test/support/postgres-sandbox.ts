// What the tests of the embedded PostgreSQL share: a folder per test, openers in this and other processes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach } from 'vitest';
import { openPostgres, type Postgres } from '../../src/infra/postgres/index.ts';
import type { Log } from '../../src/ports.ts';
import { createDataFolder, removeDataFolder } from './data-folder.ts';

const CHILD = fileURLToPath(new URL('./postgres-child.ts', import.meta.url));
export const NOBODY = { uid: 65534, gid: 65534 };
export const isRoot = process.getuid?.() === 0;
export const noteUnlessRoot = isRoot ? '' : ' (skipped: needs root)';
export const nobodyRunsNode = isRoot && spawnSync(process.execPath, ['--check', CHILD], NOBODY).status === 0;
export const noteUnlessNobody = nobodyRunsNode ? '' : ' (skipped: needs root and a checkout open to others)';

/** DATA_DIR of the current test. */
export let folder = '';
/** The messages logged in the current test. */
export const logged: string[] = [];
/** What to stop after the current test. */
export const opened: Postgres[] = [];
const children: ChildProcess[] = [];

const write = (_fields: Record<string, unknown>, message: string) => {
  logged.push(message);
};
export const log: Log = { debug: write, info: write, warn: write, error: write };

beforeEach(async () => {
  folder = await createDataFolder();
  logged.length = 0;
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const postgres of opened.splice(0)) await postgres.stop();
  const pid = Number((await readFile(postmasterFile(), 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 1 && pid !== process.pid) await open().then((postgres) => postgres.stop());
  opened.length = 0;
  await removeDataFolder(folder);
});

/** Opens the database in this process; left after the test. */
export async function open(dataDir = folder): Promise<Postgres> {
  const postgres = await openPostgres({ dataDir, durable: false, log });
  opened.push(postgres);
  return postgres;
}

/** What opening fails with; a test that expects a failure is wrong when there is none. */
export async function failure(options: {
  dataDir?: string;
  databaseUrl?: string;
}): Promise<Error & { code: string }> {
  const error: unknown = await openPostgres({ dataDir: folder, log, ...options }).then(
    (postgres) => opened.push(postgres),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return Object.assign(error, { code: error.code });
  }
  throw new Error(`expected an AppError, got ${String(error)}`);
}

/** Starts another process on the folder and waits for its answer. */
export async function openInChild(as: { uid?: number; gid?: number } = {}): Promise<{
  process: ChildProcess;
  url?: string;
  code?: string;
}> {
  const child = spawnChild(as);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  return { process: child, ...JSON.parse(String(line)) };
}

export function spawnChild(as: { uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['pipe', 'pipe', 'inherit'], ...as });
  children.push(child);
  return child;
}

/** Ends a child in good order. */
export async function leave(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** The first value of the first row. */
export async function ask(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}

export const postmasterFile = (home = join(folder, 'postgres')) => join(home, 'data', 'postmaster.pid');
export const isRunning = () => existsSync(postmasterFile());
export const serverPid = async () => Number((await readFile(postmasterFile(), 'utf8')).split('\n')[0]);
