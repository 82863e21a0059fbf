// Makes the pictures of the README: starts the sample workspace, lets its morning arrive, and photographs the console.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { start } from '../src/main.ts';

const PICTURES = [
  { file: 'docs/console.png', width: 1440, height: 900, scheme: 'light', thread: true },
  { file: 'docs/console-dark.png', width: 1440, height: 900, scheme: 'dark', thread: false },
  { file: 'docs/console-narrow.png', width: 390, height: 844, scheme: 'light', thread: false },
] as const;

const dataDir = await mkdtemp(join(tmpdir(), 'deskhand-screenshot-'));
const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' };
const bot = await start({ workspace: 'sample', fast: true, env });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await bot.indexed;
  for (const { file, width, height, scheme, thread } of PICTURES) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 2 });
    const page = await context.newPage();
    await page.goto(`${bot.url}/console`);
    await page.getByRole('button', { name: 'Approve & send' }).last().waitFor({ timeout: 120_000 });
    if (thread) await page.getByRole('button', { name: 'Open thread' }).last().click();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.screenshot({ path: file });
    console.log(file);
    await context.close();
  }
} finally {
  await browser.close();
  await bot.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
