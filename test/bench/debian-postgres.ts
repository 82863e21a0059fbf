// A PostgreSQL server of the system, as DATABASE_URL would name one: private, durable, on a free port.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { chooseAccount } from '../../src/infra/postgres/account.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { freePort } from '../support/free-port.ts';

const INSTALLED = '/usr/lib/postgresql';
const START_LIMIT_MS = 15_000;

export interface OwnPostgres {
  url: string;
  stop(): Promise<void>;
}

/** Folder of the newest installed server's programs, or null. */
export function findDebianPostgres(): string | null {
  if (!existsSync(INSTALLED)) return null;
  const versions = readdirSync(INSTALLED).map(Number).filter(Boolean);
  const newest = Math.max(...versions);
  const folder = join(INSTALLED, String(newest), 'bin');
  return existsSync(join(folder, 'initdb')) ? folder : null;
}

/** Starts it with the settings that it comes with, in a folder that goes with it. */
export async function startDebianPostgres(programs: string): Promise<OwnPostgres> {
  const folder = await createDataFolder('deskhand-bench-server-');
  const account = await chooseAccount(folder);
  if (account) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'deskhand', '-A', 'trust', '-E', 'UTF8'], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  const port = await freePort();
  const settings = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const server = spawn(join(programs, 'postgres'), settings, { ...account, cwd: '/', stdio: 'ignore' });
  const url = `postgres://deskhand@127.0.0.1:${port}/postgres`;
  await waitUntilUp(url, server);
  return {
    url,
    async stop() {
      const exit = once(server, 'exit');
      server.kill('SIGINT');
      await exit;
      await removeDataFolder(folder);
    },
  };
}

async function waitUntilUp(url: string, server: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > limit || server.exitCode !== null) throw error;
      await wait(100);
    }
  }
}
