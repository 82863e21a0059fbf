// The PostgreSQL server process of a cluster: find it running, start it, stop it.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import { handOver, PROGRAM_ENVIRONMENT, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { dataFolder } from './cluster.ts';
import { explainFailure } from './failure.ts';
import type { Place } from './place.ts';

const POLL_MS = 15;
/** Crash recovery replays at most max_wal_size; minutes are ample even on a slow disk. */
const START_PATIENCE_MS = 300_000;
/** A server whose postmaster.pid was removed notices within a minute and ends; others end sooner. */
const RETRY_PATIENCE_MS = 75_000;
const STOP_PATIENCE_MS = 60_000;

/** A server that accepts connections on 127.0.0.1. */
export interface Server {
  pid: number;
  port: number;
}

/** postmaster.pid: pid, folder, start time, port, socket folder, address, shared memory key, state, a line each. */
export function parsePostmasterFile(text: string): (Server & { state: string }) | undefined {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number.isInteger(port) ? port : 0, state: lines[7]?.trim() ?? '' };
}

/**
 * The running server of this cluster, waited for while it starts; undefined when there is none, or
 * one that was stopping and now has gone. Call it under the cluster's lock.
 */
export async function findServer(home: string): Promise<Server | undefined> {
  const data = dataFolder(home);
  const file = join(data, 'postmaster.pid');
  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const found = parsePostmasterFile(text);
    if (!found || !(await isServer(found.pid, home))) return undefined;
    if (found.state === 'ready') return { pid: found.pid, port: found.port };
    if (found.state === 'stopping') await stopServer(found.pid, home);
    await delay(POLL_MS);
  }
  throw new AppError('database_start_timeout', `PostgreSQL in ${data} is starting since minutes.`, {
    retryable: true,
  });
}

/** Whether `pid` is alive and the server of this cluster, and not another program that got its number. */
export async function isServer(pid: number, home: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const data = dataFolder(home);
  if (process.platform !== 'linux') {
    return (await runAs(undefined, 'ps', ['-o', 'command=', '-p', String(pid)])).output.includes(data);
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(data);
}

/**
 * Starts the server on `port`, or on a free one, and waits until it accepts connections. It
 * outlives this process. Call it under the cluster's lock, after `findServer` found none: a
 * postmaster.pid that is left is removed, since a damaged one, or one whose pid now belongs to
 * another program, would stop PostgreSQL. Its shared memory still guards against a second server.
 * Throws what PostgreSQL's words mean (`disk_full`, `port_taken`, `still_running`, …).
 */
export async function startServer(
  place: Place,
  binaries: Binaries,
  options: { durable: boolean; port?: number; log: Log },
): Promise<Server> {
  const deadline = Date.now() + RETRY_PATIENCE_MS;
  await rm(join(dataFolder(place.home), 'postmaster.pid'), { force: true });
  let warned = false;
  for (;;) {
    const failure = await tryStart(place, binaries, options.port ?? (await freePort()), options.durable);
    const server = await findServer(place.home);
    if (server) return server;
    const error = explainFailure(`start PostgreSQL in ${place.home}`, failure);
    const worthRetrying = error.code === 'port_taken' || error.code === 'still_running';
    if (!worthRetrying || Date.now() > deadline) throw error;
    if (!warned)
      options.log.warn({ code: error.code, home: place.home }, 'PostgreSQL does not start yet, retrying');
    warned = true;
    await delay(250);
  }
}

/** Resolves with '' once the server is ready, or with its words when it ended instead. */
async function tryStart(place: Place, binaries: Binaries, port: number, durable: boolean): Promise<string> {
  const { home, account } = place;
  const since = new Date().toISOString().replace('T', ' ').slice(0, 23);
  const startLog = join(home, 'start.log');
  await rm(startLog, { force: true });
  const output = openSync(startLog, 'w', 0o600);
  const child = spawn(binaries.postgres, ['-D', dataFolder(home), ...settings(port, durable)], {
    ...account,
    cwd: '/',
    env: PROGRAM_ENVIRONMENT,
    // A session of its own: Ctrl-C reaches the bot only, which then stops the server itself.
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  let ended = false;
  let spawnError = '';
  child.once('error', (error) => {
    ended = true;
    spawnError = error.message;
  });
  child.once('exit', () => {
    ended = true;
  });
  await handOver(startLog, account);

  const file = join(dataFolder(home), 'postmaster.pid');
  const deadline = Date.now() + START_PATIENCE_MS;
  while (!ended && Date.now() < deadline) {
    const found = parsePostmasterFile(await readFile(file, 'utf8').catch(() => ''));
    if (found?.pid === child.pid && found?.state === 'ready') return '';
    await delay(POLL_MS);
  }
  return [spawnError, await readTail(startLog), await logSince(home, since)].join('\n').trim();
}

/** Given on the command line at every start, so that a new version of Deskhand can change them. */
function settings(port: number, durable: boolean): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    max_wal_size: '256MB',
    io_method: 'sync',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // One file a weekday, overwritten a week later.
    logging_collector: 'on',
    log_directory: '../log',
    log_filename: 'postgres-%a.log',
    log_rotation_age: '1d',
    log_rotation_size: 0,
    log_truncate_on_rotation: 'on',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Rolls back what is open, writes a checkpoint and ends the server (a "fast" shutdown). */
export async function stopServer(pid: number, home: string): Promise<void> {
  const deadline = Date.now() + STOP_PATIENCE_MS;
  if (await isServer(pid, home)) process.kill(pid, 'SIGINT');
  while (await isServer(pid, home)) {
    if (Date.now() > deadline) {
      throw new AppError('database_stop_timeout', `PostgreSQL (pid ${pid}) in ${home} does not stop.`);
    }
    await delay(POLL_MS);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** What the server's own log says since `since`, in its format: "2026-11-22 19:32:35.417 UTC [pid] …". */
async function logSince(home: string, since: string): Promise<string> {
  const folder = join(home, 'log');
  const lines: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const tail = await readTail(join(folder, name));
    lines.push(...tail.split('\n').filter((line) => line.slice(0, since.length) >= since));
  }
  return lines.join('\n');
}

const TAIL_BYTES = 8_192;

async function readTail(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(TAIL_BYTES),
      position: Math.max(0, size - TAIL_BYTES),
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
