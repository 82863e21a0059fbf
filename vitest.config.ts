// vitest: two workers, one process per test file, and a closing line that machines can read.
import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/after-file.ts'],
    pool: 'forks',
    maxWorkers: 2,
    isolate: true,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', closingLine],
  },
});
