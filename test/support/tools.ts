// The programs that some tests need besides Node: where they are, and what is left out without them.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Tool {
  /** Names it goes by, best first; absolute paths are taken as they are. */
  commands: string[];
  /** Debian package that brings it. */
  debianPackage: string;
  /** What is skipped without it, for people. */
  without: string;
}

export const TOOLS = {
  redis: {
    commands: ['redis-server'],
    debianPackage: 'redis-server',
    without: 'queue and fan-out on Redis',
  },
  dovecot: {
    commands: ['dovecot'],
    debianPackage: 'dovecot-imapd',
    without: 'e-mail against a real IMAP server',
  },
  chromium: {
    commands: [
      'chromium',
      'chromium-browser',
      'google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    debianPackage: 'chromium',
    without: 'the console in a real browser',
  },
} satisfies Record<string, Tool>;
export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES: ToolName[] = ['redis', 'dovecot', 'chromium'];

/** Path of an installed tool, or null: `describe.skipIf(!findTool('redis'))`. */
export function findTool(name: ToolName): string | null {
  // Servers live in sbin, which is often not in the PATH of ordinary users.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const candidates = TOOLS[name].commands.flatMap((command) =>
    command.startsWith('/') ? [command] : folders.map((folder) => join(folder, command)),
  );
  return candidates.find(isExecutable) ?? null;
}

/** Like `findTool`, for tests that run only where the tool is. */
export function requireTool(name: ToolName): string {
  const path = findTool(name);
  if (!path) throw new Error(`${name} is not installed (Debian: ${TOOLS[name].debianPackage})`);
  return path;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
