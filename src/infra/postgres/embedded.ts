// The embedded PostgreSQL as its users see it: the first starts it, others share it, the last stops it.
//
// Two lock files in the cluster's folder decide everything. `door` is held alone while anything
// starts or stops. `users` is shared by every process that uses the server; whoever leaves and can
// then take it alone was the last. The kernel drops both when a process is killed.
import { readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, errorText } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import { handOver } from './account.ts';
import { openBinaries } from './binaries.ts';
import { dataFolder, ensureCluster, readPassword, SUPERUSER } from './cluster.ts';
import { ensureDatabase, readDataFolder } from './connection.ts';
import { explainFailure } from './failure.ts';
import { type Release, tryLock, withLock } from './lock.ts';
import { findPlace, type Place } from './place.ts';
import { findServer, isServer, type Server, startServer, stopServer } from './server.ts';

/** A first start on a slow disk may hold the door this long. */
const DOOR_PATIENCE_MS = 330_000;
const WATCH_MS = 2_000;

export interface EmbeddedOptions {
  dataDir: string;
  database: string;
  durable: boolean;
  log: Log;
}

export interface Membership {
  url: string;
  /** Leaves; the last one stops the server. */
  stop(): Promise<void>;
}

/**
 * Joins the running server of `dataDir` or starts it, and makes the database unless it exists.
 * Throws only AppErrors.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Membership> {
  try {
    return await joinServer(options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw explainFailure(`open the database in ${options.dataDir}`, errorText(error), error);
  }
}

async function joinServer(options: EmbeddedOptions): Promise<Membership> {
  const { database, log } = options;
  const place = await findPlace(options.dataDir, log);
  const door = join(place.home, 'door.lock');
  const { server, leave } = await withLock(door, DOOR_PATIENCE_MS, () => enter(place, options));
  const stop = once(() => withLock(door, DOOR_PATIENCE_MS, () => depart(place, leave, log)));
  try {
    const password = await readPassword(place.home);
    const serverUrl = connectionUrl(server.port, password, 'postgres');
    await assertOurs(serverUrl, place);
    await ensureDatabase(serverUrl, database);
    const unwatch = watch(place, server, options);
    return {
      url: connectionUrl(server.port, password, database),
      stop() {
        unwatch();
        return stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function enter(
  place: Place,
  { durable, log }: EmbeddedOptions,
): Promise<{ server: Server; leave: Release }> {
  const users = join(place.home, 'users.lock');
  const running = await findServer(place.home);
  if (running) {
    log.debug({ home: place.home, pid: running.pid }, 'using the PostgreSQL that already runs');
  } else {
    await assertSameSystem(place, users);
  }
  const server = running ?? (await start(place, { durable, log }));
  const leave = tryLock(users, 'shared');
  // Whoever takes it alone holds the door meanwhile, as we do now.
  if (!leave) throw new AppError('lock_failed', `${users} is locked by a program that is not Deskhand.`);
  // Made by us, perhaps as root; the cluster's owner must be able to use them without us.
  for (const name of ['door.lock', 'users.lock', 'system']) {
    await handOver(join(place.home, name), place.account);
  }
  return { server, leave };
}

async function start(place: Place, options: { durable: boolean; port?: number; log: Log }): Promise<Server> {
  const began = Date.now();
  const binaries = await openBinaries(place.home, place.account);
  const created = await ensureCluster(place, binaries, options.durable);
  const server = await startServer(place, binaries, options);
  await writeFile(join(place.home, 'system'), await thisSystem());
  const fields = { home: place.home, pid: server.pid, port: server.port, ms: Date.now() - began };
  options.log.info(fields, created ? 'PostgreSQL database created and started' : 'PostgreSQL started');
  return server;
}

/** The last one out turns off the light. */
async function depart(place: Place, leave: Release, log: Log): Promise<void> {
  leave();
  const alone = tryLock(join(place.home, 'users.lock'), 'exclusive');
  if (!alone) return;
  try {
    const server = await findServer(place.home);
    if (!server) return;
    await stopServer(server.pid, place.home);
    log.info({ home: place.home }, 'PostgreSQL stopped');
  } finally {
    alone();
  }
}

/**
 * Two containers may share a data folder but not see each other's processes, and PostgreSQL then
 * cannot see its other self either. Users of a server that is not here must be over there.
 */
async function assertSameSystem(place: Place, users: string): Promise<void> {
  const alone = tryLock(users, 'exclusive');
  if (alone) {
    alone();
    return;
  }
  const there = await readFile(join(place.home, 'system'), 'utf8').catch(() => undefined);
  if (there === undefined || there === (await thisSystem())) return;
  throw new AppError(
    'database_elsewhere',
    `Another Deskhand uses ${place.home} from another container. Stop it, or give both a DATABASE_URL.`,
  );
}

/** Names the process namespace: one per container. Elsewhere than on Linux there is only one. */
async function thisSystem(): Promise<string> {
  return readlink('/proc/self/ns/pid').catch(() => '');
}

/** A pid and a port can be anybody's; the folder that the server names cannot. */
async function assertOurs(url: string, place: Place): Promise<void> {
  const found = await readDataFolder(url);
  if (found === dataFolder(place.home)) return;
  throw new AppError('database_foreign', `The server on the port of ${place.home} serves ${found}.`);
}

/** Starts the server again on its port when it dies under us (killed, out of memory); pools reconnect. */
function watch(place: Place, first: Server, options: EmbeddedOptions): () => void {
  const { durable, log } = options;
  let server = first;
  let busy = false;
  async function check(): Promise<void> {
    if (await isServer(server.pid, place.home)) return;
    log.warn({ home: place.home, pid: server.pid }, 'PostgreSQL has ended, starting it again');
    server = await withLock(
      join(place.home, 'door.lock'),
      DOOR_PATIENCE_MS,
      async () => (await findServer(place.home)) ?? (await start(place, { durable, port: first.port, log })),
    );
  }
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    check()
      .catch((error: unknown) =>
        log.error({ err: error, home: place.home }, 'PostgreSQL does not start again'),
      )
      .finally(() => {
        busy = false;
      });
  }, WATCH_MS).unref();
  return () => clearInterval(timer);
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
