#!/usr/bin/env node
// Starts the `deskhand` command with a Node that runs TypeScript, this one or the packaged Node 24, and little memory.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
/** Megabytes of each thread's young objects; Node would take up to 64 and keep them. */
const YOUNG = '--max-semi-space-size';
const FLAGS = process.execArgv.some((flag) => flag.startsWith(YOUNG))
  ? process.execArgv
  : [`${YOUNG}=8`, ...process.execArgv];
const ENVIRONMENT = {
  // Few malloc arenas: what one thread frees, another uses again.
  MALLOC_ARENA_MAX: '2',
  // Compiled once, not at every start and in every thread; where the folder cannot be written nothing is kept.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/deskhand', import.meta.url)),
  // What is set stays, and these only take effect from the beginning of a process.
  ...process.env,
};

if (majorOf(process.versions.node) >= NEEDED) {
  if (FLAGS !== process.execArgv && process.execve && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...FLAGS, ...process.argv.slice(1)], ENVIRONMENT);
  // Variables that are already set win over the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  await import('../src/cli.ts');
} else {
  const node = packagedNode();
  if (node && node !== process.execPath) relaunch(node);
  else {
    console.error(
      `Deskhand needs Node ${NEEDED} or newer; this is ${process.versions.node}, and the Node that comes with ` +
        'Deskhand is not installed. Run `npm ci` in its folder (install scripts must be allowed for the package ' +
        `"node"), or install Node ${NEEDED}.`,
    );
    process.exit(1);
  }
}

/** @param {string} version such as "24.21.0" */
function majorOf(version) {
  return Number.parseInt(version, 10);
}

/** Path of the binary in the npm package `node`, or null when its install script has not run. */
function packagedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

/** Runs this file again under `node` and ends as that process ends. @param {string} node */
function relaunch(node) {
  const child = spawn(node, [...FLAGS, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: ENVIRONMENT,
  });
  // Ctrl-C reaches the child from the terminal by itself: wait for its orderly end. The others are passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`Deskhand could not start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
