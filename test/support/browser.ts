// People at the console: Chromium, opened on a running bot, and what hands and eyes do there.
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { findTool, requireTool, TOOLS } from './tools.ts';

/** Why tests in a browser are skipped; null when there is one. */
export const CHROMIUM_MISSING = findTool('chromium')
  ? null
  : `chromium is not installed (Debian: ${TOOLS.chromium.debianPackage})`;

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
/** How long something may take to appear: the machine may be busy with other tests. */
const PATIENCE_MS = 90_000;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: requireTool('chromium'), args: FLAGS });
}

/** One person at one browser window. */
export interface Desk {
  page: Page;
  /** The card in the open channel that shows `text`. */
  card(text: string): Locator;
  /** All cards and posts of the open channel. */
  posts: Locator;
  /** Presses a button of a card, which may be redrawn or scrolled away under a slower hand. */
  press(card: Locator, button: string | RegExp): Promise<void>;
  /** Presses an entry of a card's menu. */
  fromMenu(card: Locator, entry: string): Promise<void>;
  /** The open dialog. */
  dialog: Locator;
  /** A private notice with these words. */
  notice(text: string | RegExp): Locator;
  /** Opens the thread of a card. */
  openThread(card: Locator): Promise<Locator>;
  go(channel: string): Promise<void>;
  /** Becomes another agent of the workspace. */
  become(name: string): Promise<void>;
  /** Errors of the page itself; connections that a stopped bot broke are none. */
  complaints: string[];
}

/** Opens the console in a browser of its own (own storage); `agent`: name to act as. */
export async function sitDown(
  browser: Browser,
  url: string,
  { agent, width = 1280, height = 900 }: { agent?: string; width?: number; height?: number } = {},
): Promise<Desk> {
  const context = await browser.newContext({ viewport: { width, height } });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${url}/console`);
  await page.getByRole('heading', { name: 'support' }).waitFor();

  const desk: Desk = {
    page,
    posts: page.locator('.feed article'),
    dialog: page.getByRole('dialog'),
    complaints,
    card: (text) => page.locator('.feed article', { hasText: text }),
    notice: (text) => page.locator('.toasts').getByText(text),
    async press(card, name) {
      const button = card.getByRole('button', { name });
      await button.click({ trial: true });
      await button.dispatchEvent('click');
    },
    async fromMenu(card, entry) {
      await desk.press(card, 'More actions');
      await page.getByRole('menuitem', { name: entry, exact: true }).click();
    },
    async openThread(card) {
      const link = card.locator('.thread-link').first();
      if ((await link.getAttribute('aria-pressed')) !== 'true') {
        // A card that just came may move: the click is told to the link itself.
        await link.click({ trial: true });
        await link.dispatchEvent('click');
      }
      const thread = page.getByRole('complementary', { name: /^Thread/ });
      await thread.waitFor();
      return thread;
    },
    async go(channel) {
      await page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name: channel }).click();
      await page.getByRole('heading', { level: 1, name: channel }).waitFor();
    },
    async become(name) {
      await page.getByRole('button', { name: /^Acting as/ }).click();
      await page.getByRole('menuitemradio', { name }).click();
      await page.getByRole('button', { name: `Acting as ${name}` }).waitFor();
    },
  };
  if (agent) await desk.become(agent);
  return desk;
}
