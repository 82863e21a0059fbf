// The files of a cluster: made once, whole or not at all, and checked before every start.
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../model/errors.ts';
import { handOver, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { explainFailure } from './failure.ts';
import type { Place } from './place.ts';

/** The superuser of every embedded cluster, and its owner in the connection URL. */
export const SUPERUSER = 'deskhand';

/** PGDATA inside the cluster's folder. */
export function dataFolder(home: string): string {
  return join(home, 'data');
}

function passwordFile(home: string): string {
  return join(home, 'password');
}

/** The generated password. Throws `database_password` when the file has gone. */
export async function readPassword(home: string): Promise<string> {
  const file = passwordFile(home);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new AppError('database_password', `Cannot read the database's password in ${file}.`, { cause });
  }
}

/**
 * Makes the cluster unless it is there; call it under the cluster's lock. What a killed attempt
 * left behind is removed. `durable: false` skips fsync (tests). Returns whether it made one.
 * Throws `database_version`, `database_damaged`, or what initdb's output means (`disk_full`, …).
 */
export async function ensureCluster(place: Place, binaries: Binaries, durable: boolean): Promise<boolean> {
  const data = dataFolder(place.home);
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (version === binaries.major) return false;
  if (version !== undefined) {
    throw new AppError(
      'database_version',
      `The database in ${data} was made by PostgreSQL ${version}, and this Deskhand brings ${binaries.major}. Start the version of Deskhand that made it, or dump and load it into a server of your own and set DATABASE_URL.`,
    );
  }
  if ((await readdir(data).catch(() => [])).length > 0) {
    throw new AppError(
      'database_damaged',
      `${data} is not empty but has no PG_VERSION: it is no PostgreSQL database, or a damaged one. Restore it from a backup, or move it away to start with an empty database.`,
    );
  }
  await makeCluster(place, binaries, durable);
  return true;
}

async function makeCluster(place: Place, binaries: Binaries, durable: boolean): Promise<void> {
  const { home, account } = place;
  for (const name of await readdir(home)) {
    if (name.startsWith('data-draft-'))
      await rm(join(home, name), { recursive: true, force: true, maxRetries: 5 });
  }
  await writePassword(place);
  const draft = join(home, `data-draft-${randomBytes(4).toString('hex')}`);
  const { ok, output } = await runAs(account, binaries.initdb, [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile(home)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Unicode case mapping, without a system locale that a later upgrade could change under the indexes.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (!ok) {
    await rm(draft, { recursive: true, force: true });
    throw explainFailure(`create the database in ${home}`, output);
  }
  await rename(draft, dataFolder(home));
}

async function writePassword({ home, account }: Place): Promise<void> {
  const file = passwordFile(home);
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(24).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await handOver(file, account);
}
