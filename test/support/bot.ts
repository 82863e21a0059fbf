// The bot as people run it: the real command in a process of its own, on a data folder that the test removes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { createDataFolder, removeDataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';

const COMMAND = fileURLToPath(new URL('../../bin/deskhand.js', import.meta.url));
/** A fresh database on a busy machine; the tests wait for it, they do not measure it. */
const START_LIMIT_MS = 180_000;

/** What a command left behind. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningBot {
  /** `http://localhost:PORT`, without a slash at the end. */
  url: string;
  /** Everything it has printed so far, log lines included. */
  output(): string;
  /** Asks it to stop (SIGTERM) and waits; the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** A place where bots and commands run one after another or beside each other. */
export interface Home {
  folder: string;
  /** Starts the bot on this home's port and waits until it says where it runs. */
  start(args?: string[]): Promise<RunningBot>;
  /** Runs a command to its end. */
  run(args: string[], env?: Record<string, string>): Promise<Ended>;
  /** The generated API token. */
  token(): Promise<string>;
  /** Stops whatever still runs and removes the folder. */
  remove(): Promise<void>;
}

/** `env` is all that the processes see besides PATH; the bot's port stays the same across restarts. */
export async function createHome(env: Record<string, string> = {}): Promise<Home> {
  const folder = await createDataFolder('deskhand-e2e-');
  const port = await freePort();
  const children = new Set<ChildProcess>();

  function launch(args: string[], more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      // No .env and no config folder of this checkout.
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', DATA_DIR: join(folder, 'data'), PORT: `${port}`, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.stderr += text;
    });
    children.add(child);
    const ended = once(child, 'close').then(() => children.delete(child));
    return { child, printed, ended };
  }

  return {
    folder,
    async start(args = []) {
      const { child, printed, ended } = launch(['start', ...args]);
      const url = await new Promise<string>((resolve, reject) => {
        const fail = (why: string) =>
          reject(new Error(`the bot ${why}\n${printed.stdout}${printed.stderr}`.slice(0, 5_000)));
        const limit = setTimeout(() => fail('does not start'), START_LIMIT_MS);
        child.stdout.on('data', () => {
          // The line about the token is the last of those that everybody gets.
          const found = /Deskhand runs: (\S+)\/console\n[\s\S]*API token: /.exec(printed.stdout)?.[1];
          if (!found) return;
          clearTimeout(limit);
          resolve(found);
        });
        child.once('close', (code) => {
          clearTimeout(limit);
          fail(`ended with ${code}`);
        });
      });
      const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
        child.kill(signal);
        await ended;
        return child.exitCode;
      };
      return {
        url,
        output: () => printed.stdout + printed.stderr,
        stop: () => end('SIGTERM'),
        kill: async () => void (await end('SIGKILL')),
      };
    },
    async run(args, more) {
      const { child, printed, ended } = launch(args, more);
      await ended;
      return { code: child.exitCode, ...printed };
    },
    async token() {
      return (await readFile(join(folder, 'data', 'api-token'), 'utf8')).trim();
    },
    async remove() {
      const rest = [...children].map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      });
      await Promise.all(rest);
      await stopOrphan(join(folder, 'data'));
      await removeDataFolder(join(folder, 'data'));
      await removeDataFolder(folder);
    },
  };
}

/** A bot that was killed leaves its database server running: adopt it, and leave it as the last. */
async function stopOrphan(dataDir: string): Promise<void> {
  const home = await readFile(join(dataDir, 'postgres.location'), 'utf8').catch(() => '');
  const pid = await readFile(join(home.trim() || join(dataDir, 'postgres'), 'data', 'postmaster.pid')).catch(
    () => null,
  );
  if (!pid) return;
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const left = await openPostgres({ dataDir, log }).catch(() => null);
  await left?.stop();
}
