// A team at work: several people in real browsers on one bot, with everything that a card offers.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { CHROMIUM_MISSING, type Desk, openBrowser, sitDown } from '../support/browser.ts';
import { tellAsOneStory } from '../support/story.ts';

const CONFIG = `
workspace: { name: Crewlane, timeZone: UTC }
agents:
  - { name: Ana, email: ana@crewlane.example, role: lead }
  - { name: Ben, email: ben@crewlane.example, role: agent }
  - { name: Vera, email: vera@crewlane.example, role: viewer }
send: { undoSeconds: 1 }
knowledge: { folder: articles }
`;
const ARTICLE = `---
title: Download your invoices
url: https://help.crewlane.example/invoices
category: billing/invoice-copy
---

You can download every Crewlane invoice as PDF under **Settings › Billing › Invoices**, back to your first payment.

## Steps
1. Sign in as Owner, Admin or Accountant.
2. Open **Settings › Billing › Invoices**.
3. Click **PDF** at the end of the row. To pass it on, click **Send copy** and type the address.

## Good to know
- On the 1st of every month the new invoice is e-mailed to your billing contact.
- The filter above the list narrows it to one year.
`;
const QUESTION = 'Where can I download a copy of my last invoice as PDF?';
const LONG = 300_000;
const soon = { timeout: 120_000, interval: 50 };

const ticketSchema = z.object({
  status: z.string(),
  category: z.string().nullable(),
  assignee: z.string().nullable(),
  messages: z.array(z.object({ direction: z.string(), author: z.string(), text: z.string() })),
  drafts: z.array(z.object({ version: z.number(), status: z.string(), text: z.string() })),
  decisions: z.array(z.object({ kind: z.string(), by: z.string() })),
  outbox: z.array(z.object({ status: z.string() })),
});

describe.skipIf(CHROMIUM_MISSING)(`a team at work${CHROMIUM_MISSING ? `: ${CHROMIUM_MISSING}` : ''}`, () => {
  tellAsOneStory(() => bot?.output());
  let home: Home;
  let bot: RunningBot;
  let browser: Browser;
  let ana: Desk;
  let ben: Desk;
  let asked = 0;

  beforeAll(async () => {
    home = await createHome({ DESKHAND_CONFIG: 'deskhand.yaml' });
    await writeFile(join(home.folder, 'deskhand.yaml'), CONFIG);
    await mkdir(join(home.folder, 'articles'));
    await writeFile(join(home.folder, 'articles', 'invoices.md'), ARTICLE);
    [bot, browser] = await Promise.all([home.start(['--empty']), openBrowser()]);
    ana = await sitDown(browser, bot.url);
    ben = await sitDown(browser, bot.url, { agent: 'Ben' });
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await home?.remove();
  });

  async function api(path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${await home.token()}`, 'content-type': 'application/json' };
    const response = await fetch(
      `${bot.url}/api/${path}`,
      body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
    );
    return response.json();
  }
  const ticket = async (id: string) => ticketSchema.parse(await api(`tickets/${id}`));

  /** A customer of their own asks; the ticket's id, once Ana sees its draft. */
  async function ask(text = QUESTION): Promise<string> {
    asked += 1;
    const id = await write(`c${asked}`, text);
    await ana.card(id).getByText('% confident').waitFor();
    return id;
  }
  async function write(customer: string, text: string): Promise<string> {
    const answer = await api('messages', {
      channel: 'api',
      externalId: crypto.randomUUID(),
      threadId: `thread-${customer}`,
      customer: { email: `${customer}@example.com`, name: `Customer ${customer}` },
      text,
    });
    return z.object({ ticketId: z.string() }).parse(answer).ticketId;
  }

  /** With `j`, from wherever the selection is, down to a newer card. */
  async function walkTo(id: string): Promise<void> {
    await vi.waitUntil(async () => {
      await ana.page.keyboard.press('j');
      return (await ana.card(id).getAttribute('class'))?.includes('is-selected');
    }, soon);
  }

  it('shows what was asked, a draft from the article, and where it comes from', {
    timeout: LONG,
  }, async () => {
    await ana.page.getByText('No messages yet').waitFor();
    // The first draft may come before the articles were read; then the question comes again.
    await vi.waitUntil(async () => (await ana.page.getByText('Reading history').count()) === 0, soon);
    const id = await ask();
    const card = ana.card(id);
    await card.locator('[data-part=quote-customer]').getByText(QUESTION).waitFor();
    await card.locator('[data-part=sources]').getByText('Download your invoices').waitFor();
    await ana.press(card, 'Approve & send');
    await card.getByText('Sent by Ana').waitFor();
    // Ben never reloaded.
    await ben.card(id).getByText('Sent by Ana').waitFor();
    expect((await ticket(id)).messages.at(-1)?.text).toContain('Settings › Billing › Invoices');
  });

  it('gives a ticket to whoever takes it, and brings a snoozed one back', { timeout: LONG }, async () => {
    const id = await ask();
    await ana.fromMenu(ana.card(id), 'Take');
    await ben.card(id).getByText('Ana has it').waitFor();
    await ben.fromMenu(ben.card(id), 'Release (Ana has it)');
    await vi.waitUntil(async () => (await ana.card(id).getByText('Ana has it').count()) === 0, soon);

    await ana.fromMenu(ana.card(id), 'Snooze…');
    await ana.dialog.getByRole('button', { name: /^In an hour/ }).click();
    await ana.dialog.getByRole('button', { name: 'Snooze', exact: true }).click();
    await ben
      .card(id)
      .getByText(/Snoozed until .* by Ana/)
      .waitFor();
    // An hour is long: the API shortens it.
    const until = new Date(Date.now() + 1_000).toISOString();
    await api(`tickets/${id}/actions`, {
      kind: 'snooze',
      draftVersion: 1,
      agent: 'ben@crewlane.example',
      until,
    });
    await vi.waitUntil(
      async () =>
        (await ana
          .card(id)
          .getByText(/Snoozed until/)
          .count()) === 0,
      soon,
    );
    expect((await ticket(id)).status).toBe('awaiting_agent');
  });

  it('changes a category, and drafts anew', { timeout: LONG }, async () => {
    const id = await ask();
    await ana.fromMenu(ana.card(id), 'Wrong category…');
    await ana.dialog.getByLabel('Category').selectOption('billing/refund');
    await ana.dialog.getByRole('button', { name: 'Change' }).click();
    await ana.notice('Category changed').waitFor();
    await vi.waitFor(async () => {
      const { category, drafts } = await ticket(id);
      expect(category).toBe('billing/refund');
      expect(drafts.map(({ version, status }) => [version, status])).toEqual([
        [1, expect.not.stringMatching('pending')],
        [2, 'pending'],
      ]);
    }, soon);
  });

  it('keeps notes internal, rewrites on a word, and sends own words only when told to', {
    timeout: LONG,
  }, async () => {
    const id = await ask();
    const thread = await ana.openThread(ana.card(id));
    const box = thread.getByLabel(`Internal note on ${id}`);
    const say = async (words: string) => {
      await box.fill(words);
      await ana.page.keyboard.press('Enter');
      await vi.waitUntil(async () => (await box.inputValue()) === '', soon);
    };
    await say('She is a friend of the CEO, be careful');
    await thread.locator('article', { hasText: 'friend of the CEO' }).waitFor();
    await say('@deskhand shorter');
    await vi.waitFor(async () => {
      const [first, second] = (await ticket(id)).drafts;
      expect(second?.status).toBe('pending');
      expect(second?.text.length).toBeLessThan(first?.text.length ?? 0);
    }, soon);
    await say('@deskhand send: It is on its way to you.');
    await ana.card(id).getByText('Draft by Ana').waitFor();
    expect((await ticket(id)).outbox).toEqual([]);
    await ana.press(ana.card(id), 'Approve & send');
    await ana.card(id).getByText('Sent by Ana').waitFor();
    const outbound = (await ticket(id)).messages.filter(({ direction }) => direction === 'outbound');
    expect(outbound.map(({ text }) => text)).toEqual(['It is on its way to you.']);
    await ana.page.keyboard.press('Escape');
  });

  it('refuses a viewer in private', { timeout: LONG }, async () => {
    const id = await ask();
    const vera = await sitDown(browser, bot.url, { agent: 'Vera' });
    await vera.press(vera.card(id), 'Approve & send');
    await vera.notice('Your role is "viewer", which may look but not approve replies').waitFor();
    expect(await ana.notice(/viewer/).count()).toBe(0);
    expect(await ticket(id)).toMatchObject({ status: 'awaiting_agent', decisions: [], outbox: [] });
    await vera.page.context().close();
  });

  it('lets one of two win the same card, and tells the other who it was', { timeout: LONG }, async () => {
    const id = await ask();
    await ben.card(id).getByText('% confident').waitFor();
    const buttons = await Promise.all(
      [ana, ben].map((desk) => desk.card(id).getByRole('button', { name: 'Approve & send' }).elementHandle()),
    );
    await Promise.all(
      buttons.map((button) =>
        button?.evaluate((element) => element.dispatchEvent(new MouseEvent('click', { bubbles: true }))),
      ),
    );
    await ana
      .card(id)
      .getByText(/Sent by (Ana|Ben)/)
      .waitFor();
    const { decisions, outbox, messages } = await ticket(id);
    expect(outbox).toEqual([{ status: 'sent' }]);
    expect(messages.filter(({ direction }) => direction === 'outbound')).toHaveLength(1);
    expect(decisions.map(({ kind }) => kind)).toEqual(['approve']);
    const loser = decisions[0]?.by === 'Ana' ? ben : ana;
    await loser.notice(new RegExp(`${decisions[0]?.by}`)).waitFor();
  });

  it('does not send an edited reply over what the customer wrote meanwhile', { timeout: LONG }, async () => {
    const id = await ask();
    await ana.press(ana.card(id), 'Edit');
    const reply = ana.dialog.getByLabel('Reply', { exact: true });
    await reply.fill('Here is your invoice.');
    expect(await write(`c${asked}`, 'And could you send me the one of January, too?')).toBe(id);
    await vi.waitFor(
      async () => expect((await ticket(id)).drafts.at(-1)).toMatchObject({ version: 2 }),
      soon,
    );
    await ana.dialog.getByRole('button', { name: 'Send' }).click();
    await ana.dialog.getByRole('alert').waitFor();
    expect(await reply.inputValue()).toBe('Here is your invoice.');
    expect((await ticket(id)).outbox).toEqual([]);
    await ana.page.keyboard.press('Escape');
    await ana.page.locator('dialog').waitFor({ state: 'detached' });
  });

  it('is worked from the keyboard alone', { timeout: LONG }, async () => {
    const id = await ask();
    await ana.page.locator('.feed').focus();
    await walkTo(id);
    await ana.page.keyboard.press('e');
    await ana.dialog.getByLabel('Reply', { exact: true }).fill('Typed without a mouse.');
    await ana.page.keyboard.press('Control+Enter');
    await ana
      .card(id)
      .getByText(/Sent by Ana .* · edited/)
      .waitFor();
    const next = await ask();
    await walkTo(next);
    await ana.page.keyboard.press('x');
    await ana.dialog.getByLabel('To').selectOption({ label: 'Ben' });
    await ana.dialog.getByLabel('Why').fill('Yours');
    await ana.page.keyboard.press('Control+Enter');
    await ana
      .card(next)
      .getByText(/Escalated to .* by Ana/)
      .waitFor();
    // Ben is told, wherever he looks.
    await ben.notice(/Handoff to/).waitFor();
    await ana.dialog.waitFor({ state: 'detached' });
    await ana.page.keyboard.press('?');
    await ana.dialog.getByText('Approve & send').waitFor();
    await ana.page.keyboard.press('Escape');
  });

  it('works on a narrow screen, and nothing hangs over its edge', { timeout: LONG }, async () => {
    const id = await ask();
    const phone = await sitDown(browser, bot.url, { agent: undefined, width: 390, height: 800 });
    const overhang = () => phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await phone.card(id).waitFor();
    expect(await overhang()).toBeLessThanOrEqual(0);
    const thread = await phone.openThread(phone.card(id));
    expect(await overhang()).toBeLessThanOrEqual(0);
    await thread.getByRole('button', { name: 'Back to the channel' }).click();
    await phone.page.getByRole('button', { name: 'Channels' }).click();
    await phone.go('support');
    await phone.press(phone.card(id), 'Approve & send');
    await ana.card(id).getByText('Sent by Ana').waitFor();
    expect([...ana.complaints, ...ben.complaints, ...phone.complaints]).toEqual([]);
  });
});
