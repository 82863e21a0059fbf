// Bots of bot-child.ts: start, ask, kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const CHILD = fileURLToPath(new URL('./bot-child.ts', import.meta.url));
export const TOKEN = 'a-token-that-nobody-guesses';
const ready = z.object({ port: z.number() });

export interface BotProcess {
  pid: number;
  /** Resolves with `http://…` once it serves; rejects when the process ends before. */
  url: Promise<string>;
  /** Lines of its log. */
  log: string[];
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

/** `env` is all that it sees besides the PATH, where compiled code is kept, and a token. */
export function spawnBot(env: Record<string, string>): BotProcess {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [CHILD], {
    env: { PATH, NODE_COMPILE_CACHE, DESKHAND_API_TOKEN: TOKEN, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const url = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve(`http://127.0.0.1:${ready.parse(JSON.parse(line)).port}`),
    );
    child.once('exit', (code, signal) =>
      reject(new Error(`the bot ended (${code ?? signal})\n${log.join('\n').slice(-4_000)}`)),
    );
  });
  // Whoever kills it need not listen to that.
  url.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    url,
    log,
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}

/** A request with the API token. */
export function ask(url: string, path: string, body?: unknown): Promise<Response> {
  return fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
}
