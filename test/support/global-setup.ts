// One PostgreSQL for the whole test run, with a migrated template that test files copy.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/infra/db/migrate.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import type { Log } from '../../src/ports.ts';
import { createDataFolder, removeDataFolder } from './data-folder.ts';

const PREFIX = 'deskhand-test-run-';
const TEMPLATE = 'deskhand_template';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the migrated template on the run's server; nobody may stay connected to it. */
    templateUrl: string;
  }
}

const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: console.warn, error: console.error };

/** Called by vitest before all files; what it returns, after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const folder = await createDataFolder(PREFIX);
  await writeFile(join(folder, 'run'), String(process.pid));
  const postgres = await openPostgres({ dataDir: folder, database: TEMPLATE, durable: false, log });
  await migrate(postgres.url);
  project.provide('templateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await removeDataFolder(folder);
  };
}

/** A run that was killed leaves its server behind: join it, leave it as the last, remove it. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    const pid = Number(await readFile(join(folder, 'run'), 'utf8').catch(() => 'none'));
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const left = await openPostgres({ dataDir: folder, durable: false, log }).catch(() => undefined);
    await left?.stop();
    await removeDataFolder(folder);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
