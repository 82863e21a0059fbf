// Where the embedded cluster lives: DATA_DIR/postgres, or elsewhere when PostgreSQL's user cannot go there.
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import { type Account, canEnter, chooseAccount, handOver } from './account.ts';

const SHARED_ROOT = '/var/lib/deskhand';

export interface Place {
  /** Absolute, real path of the folder that holds the cluster, its log, password and locks. */
  home: string;
  account: Account;
}

/**
 * Finds or makes the cluster's folder for `dataDir`. The first process decides, and
 * `postgres.location` in `dataDir` tells the others where it went if it had to go elsewhere.
 * Throws `data_dir`, `database_missing`, `database_owner` or `database_closed`.
 */
export async function findPlace(dataDir: string, log: Log): Promise<Place> {
  const folder = await openFolder(dataDir);
  const locationFile = join(folder, 'postgres.location');
  const located = await readLocation(locationFile);
  if (located) return located;

  const home = join(folder, 'postgres');
  const account = await chooseAccount(home);
  if (await canEnter(account, folder)) {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await handOver(home, account);
    return { home, account };
  }
  if (await stat(join(home, 'data')).catch(() => undefined)) {
    throw new AppError(
      'database_closed',
      `User id ${account?.uid}, which runs PostgreSQL, cannot enter ${folder}, where its database is. Open the folders above it (chmod o+x) or move DATA_DIR.`,
    );
  }
  await moveElsewhere(locationFile, account, log);
  return findPlace(dataDir, log);
}

async function openFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    return await realpath(dataDir);
  } catch (cause) {
    throw new AppError('data_dir', `Cannot open or create DATA_DIR ${dataDir}.`, { cause });
  }
}

async function readLocation(file: string): Promise<Place | undefined> {
  const home = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (home === undefined) return undefined;
  if (!isAbsolute(home) || !(await stat(home).catch(() => undefined))?.isDirectory()) {
    throw new AppError(
      'database_missing',
      `${file} says that the database is in "${home}", which does not exist. Bring that folder back, or delete the file to start with an empty database.`,
    );
  }
  const account = await chooseAccount(home);
  await handOver(home, account);
  return { home, account };
}

/** Makes a folder that PostgreSQL's user can reach and publishes it, unless another process was first. */
async function moveElsewhere(locationFile: string, account: Account, log: Log): Promise<void> {
  const home = join(SHARED_ROOT, randomBytes(6).toString('hex'));
  await mkdir(SHARED_ROOT, { recursive: true, mode: 0o755 });
  // A strict umask would close it.
  await chmod(SHARED_ROOT, 0o755);
  await mkdir(home, { mode: 0o700 });
  await handOver(home, account);
  const draft = `${locationFile}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${home}\n`);
  try {
    await link(draft, locationFile);
    log.info({ home, locationFile }, 'database kept outside DATA_DIR, which is closed to PostgreSQL');
  } catch {
    await rmdir(home);
  } finally {
    await rm(draft);
  }
}
