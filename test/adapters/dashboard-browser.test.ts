// The dashboard in a real browser: a manager filters, opens what is behind a figure, and takes it along as a file.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeDashboard, makeSignals, ticketsBehind } from '../../src/flows/dashboard.ts';
import { CHROMIUM_MISSING, openBrowser } from '../support/browser.ts';
import { serveHttp } from '../support/http-app.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const PATIENCE_MS = 30_000;
/** Opened so many days before now; answered after so many minutes, by whom. */
const TICKETS = [
  { ago: 0, category: 'billing/refund', subject: 'Refund of March', answered: null },
  { ago: 1, category: 'billing/refund', subject: '=cmd|calc', answered: { after: 30, by: 'assisted' } },
  { ago: 2, category: 'reports/exports', subject: 'Export is empty', answered: { after: 12, by: 'auto' } },
  { ago: 3, category: 'reports/exports', subject: '<img src=x onerror=alert(1)>', answered: null },
  { ago: 40, category: 'reports/exports', subject: 'Long ago', answered: { after: 5, by: 'agent' } },
];

describe.skipIf(CHROMIUM_MISSING)('the dashboard in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let desk: Workspace;
  let served: Awaited<ReturnType<typeof serveHttp>>;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await openBrowser();
    desk = await openWorkspace();
    served = await serveHttp({
      mayRead: async () => true,
      dashboard: {
        overview: (asked) => makeDashboard(desk.deps, asked),
        signals: (asked) => makeSignals(desk.deps, asked),
        behind: (asked, drill, pages) => ticketsBehind(desk.deps, asked, drill, pages),
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await served?.server.close(0);
    await desk?.close();
  });
  afterEach(async () => {
    await page?.close();
    expect(complaints).toEqual([]);
  });

  async function fill(): Promise<void> {
    const now = desk.clock.now().getTime();
    const customer = await desk.pool.query(`insert into customer (name) values ('Maria') returning id`);
    const talk = await desk.pool.query(`insert into conversation (customer_id) values ($1) returning id`, [
      customer.rows[0].id,
    ]);
    for (const { ago, category, subject, answered } of TICKETS) {
      const opened = new Date(now - ago * 86_400_000 - 3_600_000);
      await desk.pool.query(
        `insert into ticket (conversation_id, customer_id, channel, status, category, subject, created_at,
           first_response_at, replied_by) values ($1, $2, 'email', $3, $4, $5, $6, $7, $8)`,
        [
          talk.rows[0].id,
          customer.rows[0].id,
          answered ? 'awaiting_customer' : 'awaiting_agent',
          category,
          subject,
          opened,
          answered && new Date(opened.getTime() + answered.after * 60_000),
          answered?.by ?? null,
        ],
      );
    }
  }

  async function open(query = '', width = 1280): Promise<void> {
    page = await browser.newPage({ viewport: { width, height: 900 }, acceptDownloads: true });
    page.setDefaultTimeout(PATIENCE_MS);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${served.base}/dashboard${query}`);
    await page.locator('main[aria-busy="false"]').waitFor();
  }

  const tile = (name: string) => page.getByRole('list', { name: 'Figures' }).getByRole('link', { name });
  const sheet = () => page.getByRole('dialog');
  const settled = () => page.locator('main[aria-busy="false"]').waitFor();

  it('says what to do while there is no ticket', async () => {
    await open();
    await page.getByText('No ticket yet').waitFor();
    await page.getByText('import tickets').waitFor();
    await fill();
  });

  it('filters, drills down, goes back, and exports', async () => {
    await open();
    expect(await tile('Tickets').textContent()).toContain('4');
    await page.locator('.chart canvas').first().waitFor();

    await page.getByLabel('Category').selectOption('billing/refund');
    await expect.poll(() => tile('Tickets').locator('b').textContent()).toBe('2');
    expect(page.url()).toContain('category=billing%2Frefund');

    await tile('Answered').click();
    await sheet().getByText('1 ticket · ').waitFor();
    const row = sheet().getByRole('link', { name: /=cmd\|calc/ });
    expect(await row.textContent()).toContain('answered in 30 min by people with its draft');
    expect(await row.getAttribute('href')).toBe('/console#/ticket/T-1002');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      sheet().getByRole('link', { name: 'Export these as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('deskhand-tickets.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`T-1002,`);
    expect(lines[1]).toContain(`,'=cmd|calc,Maria,`);

    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'hidden' });
    expect(page.url()).not.toContain('view=');
    await page.goBack();
    await sheet().waitFor();
    await sheet().getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => tile('Tickets').locator('b').textContent()).toBe('4');
  });

  it('opens what a digest links to, with customers’ words as words', async () => {
    await open('?from=2026-02-27&to=2026-03-02&view=backlog');
    await sheet().getByRole('heading', { name: 'Waiting now' }).waitFor();
    await sheet().getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('opens behind every figure the tickets that it counts, promises by their name', async () => {
    await desk.pool.query(`update ticket set due_at = created_at + interval '20 minutes'`);
    await desk.pool.query(`insert into service_clock
        (ticket_id, target, limit_ms, business_hours, due_at, warn_at, escalate_at)
      select id, 'resolution', 1, false, created_at, created_at, created_at from ticket where subject like 'Refund%'`);
    await open();
    const counts: Record<string, string> = {};
    const tiles = page.getByRole('list', { name: 'Figures' }).getByRole('link');
    for (const link of await tiles.all()) {
      const [label = ''] = await link.locator('.tile-label').allTextContents();
      await link.click();
      counts[label] =
        (
          await sheet()
            .getByText(/^\d+ tickets? · /)
            .textContent()
        )?.split(' ')[0] ?? '';
      await page.keyboard.press('Escape');
      await sheet().waitFor({ state: 'hidden' });
    }
    expect(counts).toEqual({
      Tickets: '4',
      'First answer': '2',
      Answered: '2',
      // Late: one answered after its time, two not answered at all.
      'Answered in time': '3',
      'Resolved in time': '1',
      'Waiting now': '2',
      'First answers overdue': '2',
      'Resolutions overdue': '1',
    });
    expect(await tile('Answered in time').textContent()).toContain('3 of 4 late');
    const categories = page.getByRole('region', { name: 'Categories' });
    await categories.getByRole('cell').getByRole('link').first().click();
    expect(page.url()).toMatch(/view=response&topic=/);
    await sheet().getByText('1 ticket · ').waitFor();
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: '3 of 4 first answers that were due are late.' }).click();
    await sheet().getByText('3 tickets · ').waitFor();
  });

  it('shows how accounts fare and what is wished for, each with its tickets', async () => {
    await desk.pool.query(
      `insert into account (name, plan, mrr, owner) values ('<b>Acme</b>', 'Team', 900, 'Ana')`,
    );
    await desk.pool.query('update customer set account_id = 1');
    await desk.pool.query(`insert into account_health (account_id, day, health, reasons) values
      (1, '2026-03-01', 60, '[]'), (1, '2026-03-02', 42, '[{"name": "tone", "points": 30, "text": "Their tone is upset."}]')`);
    await open('?page=signals');
    const row = page.getByRole('row', { name: /Acme/ });
    expect(await row.textContent()).toMatch(/<b>Acme<\/b>Team42.*−18 in 1 day.*Their tone is upset/);
    await page.getByText('1 of 1 account is at risk, paying 900 a month').waitFor();
    await row.getByRole('link', { name: 'Acme' }).click();
    await sheet().getByText('4 tickets').waitFor();
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Overview' }).click();
    await tile('Tickets').waitFor();
    await page.goBack();
    await page.getByText('How accounts fare').waitFor();

    await desk.pool.query(`insert into cluster (kind, title, first_seen, last_seen)
      select 'feature_request', 'A dark calendar', min(created_at), max(created_at) from ticket`);
    await desk.pool.query(`insert into message
        (conversation_id, ticket_id, seq, direction, channel, external_id, author, text, at)
      select conversation_id, id, 1, 'inbound', 'email', 'm-1', 'Maria', 'Dark, please', created_at
        from ticket order by created_at desc limit 1`);
    await desk.pool.query(`insert into cluster_member (cluster_id, message_id, ticket_id, score, at)
      select 1, id, ticket_id, 1, at from message`);
    await open('?page=signals');
    await page.getByRole('link', { name: 'A dark calendar' }).click();
    await sheet().getByText('1 ticket · ').waitFor();
    await sheet().getByText('“/deskhand ticket C-1” in the chat corrects it').waitFor();

    await desk.pool.query(`insert into account (name) values ('Calm')`);
    await desk.pool.query(`insert into account_health (account_id, day, health, reasons)
      select id, '2026-03-02', 90, '[]' from account where name = 'Calm'`);
    await open();
    await page.getByRole('region', { name: 'Accounts at risk' }).getByRole('link', { name: /Acme/ }).click();
    await page.getByText('How <b>Acme</b> fares.').waitFor();
    expect(await page.getByRole('row', { name: /Calm/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'All accounts' }).click();
    await page.getByRole('row', { name: /Calm/ }).waitFor();
  });

  it('has the colours of the theme in its charts', async () => {
    await open();
    const canvas = page.locator('.chart canvas').first();
    const drawn = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
    await canvas.waitFor();
    const light = await drawn();
    await page.getByRole('button', { name: /^Appearance: auto/ }).click();
    await page.getByRole('button', { name: /^Appearance: light/ }).click();
    await expect.poll(drawn, { timeout: PATIENCE_MS }).not.toBe(light);
  });

  it('says in words what is wrong with a period, and goes on from there', async () => {
    await open('?from=2026-03-02&to=2026-02-01');
    await page.getByRole('alert').getByText('must not be after to').waitFor();
    await page.getByRole('link', { name: 'Last four weeks' }).click();
    await tile('Tickets').waitFor();
    // The browser tells of the refused request, too.
    complaints = complaints.filter((text) => !text.includes('400'));
  });

  it('is worked by keyboard alone', async () => {
    await open();
    await page.getByRole('button', { name: '90 days' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => tile('Tickets').locator('b').textContent()).toBe('5');
    await tile('Tickets').focus();
    await page.keyboard.press('Enter');
    await sheet().getByText('5 tickets · ').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'hidden' });
    await settled();
  });

  it('fits a phone: filters behind a button, the list over everything, nothing wider than the screen', async () => {
    await open('', 390);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Priority').waitFor();
    await tile('Tickets').click();
    await sheet().getByText('4 tickets · ').waitFor();
    expect((await sheet().boundingBox())?.width).toBeCloseTo(390, 1);
  });
});
