// The console in a real browser: a morning of an agent at the keyboard, and on a phone.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleFixture, startConsoleFixture } from '../support/console-fixture.ts';
import { aDraft, aMessage, aTicket, aView } from '../support/ticket-views.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(!CHROMIUM)('the console in a browser', () => {
  let browser: Browser;
  let fixture: ConsoleFixture;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    fixture = await startConsoleFixture({ undoMs: 60_000 });
  });
  afterEach(async () => {
    await page?.close();
    await fixture.stop();
    expect(complaints).toEqual([]);
  });

  async function open(width = 1280, height = 900): Promise<void> {
    page = await browser.newPage({ viewport: { width, height } });
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${fixture.url}/console`);
    await page.getByRole('heading', { name: 'support' }).waitFor();
  }

  const card = (id: number) => page.locator('.feed article', { hasText: `T-${id}` });

  it('makes a ticket of what somebody wrote', async () => {
    await open();
    const words = 'Tom (tom@acme.example) called: the export is empty';
    await page.getByRole('textbox').first().fill(words);
    await page.keyboard.press('Enter');
    const post = page.locator('.feed article', { hasText: words });
    await post.hover();
    await post.getByRole('button', { name: 'Create ticket' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.getByLabel('E-mail').inputValue()).toBe('tom@acme.example');
    await dialog.getByLabel('Subject').fill('Empty export');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText('T-2001 is open').waitFor();
    expect(fixture.actions.at(-1)?.intent).toMatchObject({
      type: 'submit',
      form: 'create_ticket',
      origin: 'support/1',
      values: { email: 'tom@acme.example', subject: 'Empty export', text: words },
    });
  });

  it('has a draft rewritten from within the edit form', async () => {
    await open();
    await fixture.add(aView());
    await card(1042).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Shorter' }).waitFor();
    await dialog.getByRole('button', { name: 'Shorter' }).click();
    await expect
      .poll(() => fixture.actions.at(-1)?.intent)
      .toMatchObject({ type: 'thread', text: '@deskhand shorter' });
    await expect.poll(() => dialog.count()).toBe(0);
  });

  it('approves by keyboard, undoes, and edits in the dialog', async () => {
    await open();
    await fixture.add(aView());
    await card(1042).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await card(1042).getByText('Ana Lindqvist approved · sending at').waitFor();
    await page.keyboard.press('z');
    await card(1042).getByText('Sending was stopped').waitFor();

    await page.keyboard.press('e');
    const reply = page.getByRole('dialog').getByLabel('Reply', { exact: true });
    expect(await reply.inputValue()).toBe(fixture.view(1042).draft?.text);
    await reply.fill('Both invoices are on their way.');
    await page.keyboard.press('Control+Enter');
    await card(1042).getByText('Both invoices are on their way.').waitFor();
    expect(fixture.actions.at(-1)).toMatchObject({
      ref: { ticketId: 'T-1042', draftVersion: 1 },
      agent: { email: 'ana@crewlane.example' },
      intent: { decision: { kind: 'edit', text: 'Both invoices are on their way.', then: 'keep' } },
    });
  });

  it('says what is missing in a form, keeps what was typed, and escalates', async () => {
    await open();
    await fixture.add(aView());
    await card(1042).getByRole('button', { name: 'Escalate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('Wants a refund');
    await dialog.getByRole('button', { name: 'Escalate' }).click();
    await dialog.getByText('This is needed.').waitFor();
    await dialog.getByLabel('To').selectOption('billing');
    await dialog.getByRole('button', { name: 'Escalate' }).click();
    await card(1042).getByText('Escalated to billing by Ana Lindqvist').waitFor();
    await card(1042).getByRole('button', { name: '1 reply' }).click();
    await page
      .getByRole('complementary', { name: 'Thread of T-1042' })
      .getByText('Handed to billing')
      .waitFor();
  });

  it('keeps thread notes internal and shows them', async () => {
    await open();
    await fixture.add(aView());
    await card(1042).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const thread = page.getByRole('complementary', { name: 'Thread of T-1042' });
    await thread.getByLabel('Internal note on T-1042').fill('I know her, careful');
    await page.keyboard.press('Enter');
    await thread.locator('article', { hasText: 'I know her, careful' }).waitFor();
    expect(fixture.actions.map((a) => a.intent)).toEqual([
      { type: 'thread', text: 'I know her, careful', id: expect.any(String) },
    ]);
  });

  it('tells a viewer why not, privately', async () => {
    await open();
    await fixture.add(aView());
    await page.getByRole('button', { name: /Acting as Ana Lindqvist/ }).click();
    await page.getByRole('menuitemradio', { name: /Dev Rao/ }).click();
    await page.getByRole('button', { name: /Acting as Dev Rao/ }).waitFor();
    await card(1042).getByRole('button', { name: 'Approve & send' }).click();
    await page.getByText('You may look at tickets, not answer them.').waitFor();
  });

  it('never lets a customer’s words act', async () => {
    await open();
    const text = '<img src=x onerror=alert(1)> **bold** [click](https://evil.example) <at>all</at>';
    await fixture.add(aView({ messages: [aMessage({ text })] }));
    await card(1042).waitFor();
    expect(await card(1042).locator('img, strong, a[href*=evil]').count()).toBe(0);
    expect(await card(1042).textContent()).toContain(
      '<img src=x onerror=alert(1)> **bold** [click](https://evil.example)',
    );
  });

  it('counts what is unread in the title, and finds its place again after the line was lost', async () => {
    await open();
    await page.goto(`${page.url().split('#')[0]}#/sent`);
    await page.getByText('Nothing sent yet').waitFor();
    await fixture.add(aView());
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    await page.context().setOffline(true);
    await fixture.add(aView({ ticket: aTicket({ id: 1050 }) }));
    await page.context().setOffline(false);
    await page.waitForFunction(() => document.title.startsWith('(2) '));
    complaints = complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'));
  });

  it('asks again for a channel that could not be loaded', async () => {
    await open();
    let refused = 0;
    await page.route('**/channels/sent/posts', (route) => {
      refused += 1;
      return refused > 1 ? route.continue() : route.abort();
    });
    await page.goto(`${page.url().split('#')[0]}#/sent`);
    await page.getByText('The bot cannot be reached.').waitFor();
    await page.locator('.feed .skeleton').waitFor({ state: 'detached' });
    expect(refused).toBe(2);
    complaints = complaints.filter((one) => !one.includes('ERR_FAILED'));
  });

  it('works on a phone: channels in a drawer, the thread over everything, nothing wider than the screen', async () => {
    await open(390, 844);
    await fixture.add(aView({ draft: aDraft({ text: `See ${'very'.repeat(80)}long` }) }));
    await card(1042).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole('button', { name: 'Channels', exact: true }).click();
    await page.getByRole('link', { name: 'sent' }).click();
    await page.getByText('Nothing sent yet').waitFor();
    await page.goBack();
    await card(1042).getByRole('button', { name: 'Open thread' }).click();
    const thread = page.getByRole('complementary', { name: 'Thread of T-1042' });
    expect((await thread.boundingBox())?.width).toBe(390);
    await thread.getByRole('button', { name: 'Back to the channel' }).click();
    await thread.waitFor({ state: 'detached' });
  });

  it('remembers that one is looking at a ticket, and offers it only where it says something', async () => {
    await open();
    await fixture.add(aView());
    await fixture.add(aView({ ticket: aTicket({ id: 1050, assignee: 'Ben' }) }));
    const looking = card(1042).getByRole('button', { name: 'looking at it' });
    await looking.click();
    await card(1042).getByText('Ana Lindqvist is looking at it').waitFor();
    await page.reload();
    await expect.poll(() => looking.getAttribute('aria-pressed')).toBe('true');
    await looking.click();
    await expect.poll(() => looking.getAttribute('aria-pressed')).toBe('false');
    await card(1050).getByText('Ben has it').waitFor();
    expect(await card(1050).getByRole('button', { name: 'looking at it' }).count()).toBe(0);
  });

  it('does not put the keyboard on a button that nobody has read', async () => {
    await open();
    await fixture.add(aView());
    const approve = card(1042).getByRole('button', { name: 'Approve & send' });
    await approve.focus();
    await page.keyboard.press('Enter');
    await card(1042).getByText('Ana Lindqvist approved · sending at').waitFor();
    expect(await card(1042).evaluate((post) => document.activeElement === post)).toBe(true);
  });

  it('shows only the cards that wait, of channels that have tickets', async () => {
    await open();
    await fixture.add(aView());
    await fixture.add(aView({ ticket: aTicket({ id: 1050, status: 'resolved' }) }));
    await card(1050).waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await card(1050).waitFor({ state: 'detached' });
    expect(await card(1042).count()).toBe(1);
    await page.goto(`${fixture.url}/console#/sent`);
    await page.getByText('Nothing sent yet').waitFor();
    expect(await page.getByRole('button', { name: 'Open', exact: true }).count()).toBe(0);
  });

  it('searches from the bar, and opens what a list names', async () => {
    await open();
    await page.getByRole('button', { name: 'Search tickets' }).click();
    await page.keyboard.type('refund');
    await page.keyboard.press('Enter');
    const found = page.getByRole('dialog', { name: 'Only you see this' });
    await found.getByRole('link', { name: 'T-1042' }).click();
    await expect
      .poll(() => fixture.actions.map(({ intent }) => intent))
      .toMatchObject([
        { type: 'command', text: 'search refund' },
        { type: 'command', text: 'ticket T-1042' },
      ]);
  });

  it('says of an empty sample that its morning is about to begin', async () => {
    await open();
    await page.getByText('Monday morning is about to begin').waitFor();
    expect(await page.locator('pre').count()).toBe(0);
  });

  it('shows a ticket that an address names, also one without a card here', async () => {
    await open();
    await page.goto(`${fixture.url}/console#/ticket/T-1042`);
    await page.getByRole('dialog', { name: 'Only you see this' }).waitFor();
    expect(fixture.actions.at(-1)?.intent).toMatchObject({ type: 'command', text: 'ticket T-1042' });
    expect(page.url()).toContain('#/support');
  });

  it('explains an empty channel with a command that works', async () => {
    await fixture.stop();
    const status = { sample: false, indexing: null, notices: [] };
    fixture = await startConsoleFixture({ undoMs: 60_000, status });
    await open();
    expect(await page.locator('pre').textContent()).toContain(`curl ${fixture.url}/api/messages`);
  });

  it('stays quick with five hundred cards: the page holds a part of them', async () => {
    for (let n = 0; n < 500; n++) await fixture.add(aView({ ticket: aTicket({ id: 2000 + n }) }));
    await open();
    await card(2499).waitFor();
    expect(await page.locator('.feed article').count()).toBe(50);
    await page.locator('.feed').evaluate((feed) => {
      feed.scrollTop = 0;
    });
    await page.waitForFunction(() => document.querySelectorAll('.feed article').length === 100);
  });
});
