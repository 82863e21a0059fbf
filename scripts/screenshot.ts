// Makes the pictures of the README: starts the sample workspace, lets its morning arrive, works a little, and photographs console and dashboard.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { start } from '../src/main.ts';

const PICTURES = [
  { file: 'docs/console.png', width: 1440, height: 960, scheme: 'light', thread: true },
  { file: 'docs/console-dark.png', width: 1440, height: 960, scheme: 'dark', thread: true },
  { file: 'docs/console-narrow.png', width: 390, height: 844, scheme: 'light', thread: false },
] as const;
/** A message of the stream that most workspaces would like to answer well: the pictures show its card. */
const SHOWN = 'talk to quickbooks';
const NOTE = 'Her bookkeeper starts on Thursday, so please answer today.';
const PATIENT = { timeout: 300_000 };

const dataDir = await mkdtemp(join(tmpdir(), 'deskhand-screenshot-'));
const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' };
const bot = await start({ workspace: 'sample', fast: true, env });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const { file, width, height, scheme, thread } of PICTURES) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      deviceScaleFactor: 2,
    });
    const page = await context.newPage();
    await page.goto(`${bot.url}/console`);
    const post = await cardOf(page, SHOWN);
    if (thread) {
      await post.getByRole('button', { name: /Open thread|1 reply/ }).click();
      await page.getByPlaceholder('Internal note').waitFor(PATIENT);
      if (scheme === 'light') {
        await page.getByPlaceholder('Internal note').fill(NOTE);
        await page.keyboard.press('Enter');
      }
      await page.getByLabel('Replies').getByText(NOTE).waitFor(PATIENT);
    }
    await post.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.screenshot({ path: file });
    console.log(file);
    await context.close();
  }
  await photographDashboard();
} finally {
  await browser.close();
  await bot.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();

async function photographDashboard(): Promise<void> {
  const file = 'docs/dashboard.png';
  const look = { viewport: { width: 1440, height: 1180 }, deviceScaleFactor: 2, locale: 'en-GB' };
  const page = await browser.newPage(look);
  await page.goto(`${bot.url}/dashboard`);
  await page.locator('main[aria-busy="false"]').waitFor(PATIENT);
  await page.locator('.chart canvas').nth(2).waitFor(PATIENT);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.screenshot({ path: file });
  console.log(file);
}

/** The post with these words, once its draft is there. */
async function cardOf(page: Page, words: string) {
  const post = page.locator('article', { hasText: words }).first();
  await post.getByRole('button', { name: 'Approve & send' }).waitFor(PATIENT);
  return post;
}
