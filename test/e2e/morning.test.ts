// A first morning: somebody starts Deskhand with nothing configured and works in a real browser.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { CHROMIUM_MISSING, type Desk, openBrowser, sitDown } from '../support/browser.ts';
import { tellAsOneStory } from '../support/story.ts';

/** Messages in the sample workspace's Monday. */
const STREAM = 90;
const LONG = 400_000;
const soon = { timeout: 180_000, interval: 100 };
/** For what waits until a whole history is learned. */
const patient = { timeout: 360_000, interval: 250 };

const ticketSchema = z.object({
  id: z.string(),
  status: z.string(),
  createdAt: z.string(),
  messages: z.array(z.object({ direction: z.string(), text: z.string() })),
  outbox: z.array(z.object({ key: z.string(), status: z.string() })),
});

describe.skipIf(CHROMIUM_MISSING)(`a first morning${CHROMIUM_MISSING ? `: ${CHROMIUM_MISSING}` : ''}`, () => {
  tellAsOneStory(() => bot?.output());
  const began = new Date();
  let home: Home;
  let bot: RunningBot;
  let browser: Browser;
  let ana: Desk;
  /** Tickets of the story. */
  let edited: string;
  let approved: string;

  beforeAll(async () => {
    [home, browser] = await Promise.all([createHome(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await home?.remove();
  });

  const waiting = () =>
    ana.posts
      .filter({ has: ana.page.getByRole('button', { name: 'Approve & send' }), hasNotText: 'Escalated to' })
      // Proposed messages to customers have such a button, too.
      .filter({ hasText: /T-\d+/ })
      .first();
  const keyOf = (text: string | null) => z.string().parse(/T-\d+/.exec(text ?? '')?.[0]);
  async function nextToApprove(): Promise<string> {
    await waiting().waitFor();
    return keyOf(await waiting().textContent());
  }

  async function api(path: string, body?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${await home.token()}`, 'content-type': 'application/json' };
    return fetch(
      `${bot.url}/api/${path}`,
      body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
    );
  }
  async function ticket(id: string) {
    return ticketSchema.parse(await (await api(`tickets/${id}`)).json());
  }
  async function mondaysTickets() {
    const all = z.array(ticketSchema).parse(await (await api('tickets?limit=100')).json());
    return all.filter(({ createdAt }) => new Date(createdAt) >= began);
  }

  it('starts on the sample workspace, and says how to start empty', { timeout: LONG }, async () => {
    bot = await home.start();
    expect(bot.output()).toContain('Sample workspace. Start empty with `npm start -- --empty`');
    ana = await sitDown(browser, bot.url);
    await ana.page.locator('.banner', { hasText: 'Sample workspace.' }).waitFor();
    expect(await ana.page.getByRole('button', { name: /^Acting as/ }).textContent()).toContain('Ana');
  });

  it('lets messages arrive as cards, without a reload', { timeout: LONG }, async () => {
    // The morning begins when the history is learned.
    await vi.waitUntil(async () => (await ana.posts.count()) >= 3, patient);
    const first = ana.posts.first();
    await first.locator('[data-part=quote-customer]').waitFor();
    await first.locator('[data-part=quote-draft]').waitFor();
    expect(await first.getByText('% confident').count()).toBe(1);
  });

  it('lets a draft be edited, and holds the reply back for a moment', { timeout: LONG }, async () => {
    edited = await nextToApprove();
    await ana.press(ana.card(edited), 'Edit');
    const reply = ana.dialog.getByLabel('Reply', { exact: true });
    const draft = await reply.inputValue();
    expect(draft.length).toBeGreaterThan(20);
    await reply.fill(`${draft}\n\nP.S. Call me if that does not help.`);
    await ana.dialog.getByRole('button', { name: 'Send' }).click();
    await ana.card(edited).getByText('Ana approved · sending at').waitFor();
  });

  it('escalates with a reason, and leaves a summary in the thread', { timeout: LONG }, async () => {
    const key = await nextToApprove();
    await ana.press(ana.card(key), 'Escalate');
    await ana.dialog.getByLabel('To').selectOption({ label: 'Devin' });
    await ana.dialog.getByLabel('Why').fill('Nothing in the articles covers this');
    await ana.dialog.getByRole('button', { name: 'Escalate' }).click();
    await ana
      .card(key)
      .getByText(/Escalated to .* by Ana/)
      .waitFor();
    const thread = await ana.openThread(ana.card(key));
    await thread.getByText(/Handed to .*Nothing in the articles covers this/).waitFor();
    await ana.page.keyboard.press('Escape');
  });

  it('stops a reply on Undo', { timeout: LONG }, async () => {
    approved = await nextToApprove();
    const card = ana.card(approved);
    await ana.press(card, 'Approve & send');
    await ana.press(card, 'Undo');
    await card.getByText('Sending was stopped').waitFor();
    await card.getByRole('button', { name: 'Approve & send' }).waitFor();
    expect((await ticket(approved)).outbox.map(({ status }) => status)).toEqual(['cancelled']);
  });

  it('sends what was edited, and shows it in the sample mailbox', { timeout: LONG }, async () => {
    await ana
      .card(edited)
      .getByText(/Sent by Ana .* · edited/)
      .waitFor();
    await ana.go('sent');
    await ana.card(edited).getByText('P.S. Call me if that does not help.').waitFor();
    await ana.go('support');
  });

  it('loses nothing when it is killed in the middle of the morning, while a reply waits', {
    timeout: LONG,
  }, async () => {
    await ana.press(ana.card(approved), 'Approve & send');
    await ana.card(approved).getByText('Ana approved · sending at').waitFor();
    await bot.kill();
    await ana.page.getByText('Reconnecting…').filter({ visible: true }).waitFor();

    bot = await home.start(['--fast']);
    expect(bot.output()).toContain('Sample workspace.');
    await ana.page.getByText('Live', { exact: true }).waitFor();
    await ana.card(approved).getByText('Sent by Ana').waitFor();
    await ana.card(edited).getByText('Sent by Ana').waitFor();
    expect((await ticket(approved)).outbox.map(({ status }) => status)).toEqual(['cancelled', 'sent']);
    await vi.waitFor(async () => {
      const inbound = (await mondaysTickets()).flatMap(({ messages }) =>
        messages.filter(({ direction }) => direction === 'inbound'),
      );
      expect(inbound).toHaveLength(STREAM);
    }, patient);
    await vi.waitUntil(async () => (await ana.posts.count()) >= 20, soon);
    // Proposed messages and posts that stand for a burst are there, too; the others are tickets' cards.
    const cards = ana.posts.filter({ hasText: /T-\d+/, hasNotText: /\bP-\d+/ });
    const keys = (await cards.allTextContents()).map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(ana.complaints).toEqual([]);
  });

  it('ends the sample with the first real message, stops in order while its reply waits, and hands it over at the next start', {
    timeout: LONG,
  }, async () => {
    const sent = await api('messages', {
      channel: 'api',
      externalId: 'first-1',
      customer: { email: 'mia@example.com', name: 'Mia' },
      text: 'How do I get a copy of my last invoice?',
    });
    expect(sent.status).toBe(202);
    const { ticketId, duplicate } = z
      .object({ ticketId: z.string(), duplicate: z.boolean() })
      .parse(await sent.json());
    expect(duplicate).toBe(false);

    await ana.page.locator('.banner').waitFor({ state: 'detached' });
    const card = ana.card(ticketId);
    await card.getByText('How do I get a copy of my last invoice?').first().waitFor();
    expect(await ana.posts.count()).toBe(1);
    await card.getByRole('button', { name: /^(Edit|Complete the reply)$/ }).waitFor();
    await ana.press(card, /^(Edit|Complete the reply|Reply)$/);
    await ana.dialog.getByLabel('Reply', { exact: true }).fill('It is under Settings, Billing, Invoices.');
    await ana.dialog.getByRole('button', { name: 'Send' }).click();
    await card.getByText('sending at').waitFor();

    expect(await bot.stop()).toBe(0);
    bot = await home.start();
    expect(bot.output()).not.toContain('Sample workspace');
    await card.getByText(/Sent by/).waitFor();
    expect((await ticket(ticketId)).messages).toMatchObject([
      { direction: 'inbound', text: 'How do I get a copy of my last invoice?' },
      { direction: 'outbound', text: 'It is under Settings, Billing, Invoices.' },
    ]);
    expect(ana.complaints).toEqual([]);
  });
});
