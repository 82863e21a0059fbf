// vitest: one process per test file, longest files first, limits for slow machines, and a closing line for machines.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // As bin/deskhand.js has it: bots and the threads of engines compile nothing twice.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('./node_modules/.cache/deskhand', import.meta.url)) },
    // More than two cores can do: tests wait half of their time, for pauses, servers and browsers.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    isolate: true,
    // They bound what hangs; on a quiet machine nothing takes a third of it.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    reporters: ['default', closingLine],
  },
});
