// Microsoft's Agents Playground, a Teams client that runs on this machine: started for one test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(
  new URL('../../node_modules/@microsoft/m365agentsplayground/cli.js', import.meta.url),
);

/** Why tests with the Playground are skipped; null when it is installed. */
export const PLAYGROUND_MISSING = existsSync(CLI) ? null : '@microsoft/m365agentsplayground is not installed';

/** A channel, and who sits at the Playground, as its built-in configuration has them. */
export const PLAYGROUND = {
  channel: 'channel-announcements-id',
  user: { id: 'user-id-0', name: 'Alex Wilber', email: 'alexw@example.com' },
};

const START_MS = 30_000;

export async function startPlayground(endpoint: string, port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'));
  const child = spawn(process.execPath, [CLI, '-e', endpoint, '-c', 'msteams', '-p', String(port), '--dt'], {
    cwd: folder,
    // It says where it listens, and little else.
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      TEAMSAPPTESTER_BROWSER: 'none',
      M365_AGENTS_PLAYGROUND_LOGFILE: join(folder, 'log.txt'),
    },
  });
  const ended = once(child, 'exit');
  const listens = once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(START_MS) });
  await Promise.race([
    listens,
    ended.then(() => {
      throw new Error('the Playground does not start');
    }),
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    /** Its HTTP door: what its page sends when a card's button is pressed. Answers as the bot did. */
    async invoke(
      message: { conversation: string; id: string },
      action: Record<string, unknown>,
    ): Promise<unknown> {
      const response = await fetch(`${url}/_conversation/v1/invoke`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'adaptiveCard/action',
          value: { action, trigger: 'manual' },
          from: { id: PLAYGROUND.user.id },
          conversation: { id: message.conversation },
          replyToId: message.id,
        }),
      });
      return response.json();
    },
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
