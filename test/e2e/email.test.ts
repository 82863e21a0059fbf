// A customer's e-mail becomes a card, the answer a threaded mail: real IMAP, real SMTP, a real browser.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { CHROMIUM_MISSING, type Desk, openBrowser, sitDown } from '../support/browser.ts';
import { createDovecot, DOVECOT_MISSING, type Dovecot } from '../support/dovecot.ts';
import { createMailServer, type MailServer } from '../support/mail-server.ts';
import { tellAsOneStory } from '../support/story.ts';

const MISSING = CHROMIUM_MISSING ?? DOVECOT_MISSING;
const LONG = 300_000;
const soon = { timeout: 120_000, interval: 50 };

describe.skipIf(MISSING)(`e-mail, there and back${MISSING ? `: ${MISSING}` : ''}`, () => {
  tellAsOneStory(() => bot?.output());
  let dovecot: Dovecot;
  let smtp: MailServer;
  let home: Home;
  let bot: RunningBot;
  let browser: Browser;
  let desk: Desk;
  /** Ticket and answer of the story. */
  let key: string;
  let answerId: string;

  beforeAll(async () => {
    dovecot = await createDovecot();
    smtp = await createMailServer();
    home = await createHome({
      DESKHAND_CONFIG: 'deskhand.yaml',
      IMAP_URL: dovecot.url('support'),
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Desk Support <support@desk.example>',
    });
    await writeFile(join(home.folder, 'deskhand.yaml'), 'send: { undoSeconds: 1 }\n');
    [bot, browser] = await Promise.all([home.start(), openBrowser()]);
    desk = await sitDown(browser, bot.url);
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await home?.remove();
    await Promise.all([dovecot?.remove(), smtp?.stop()]);
  });

  function write(id: string, text: string, answers?: string): void {
    dovecot.deliver(
      'support',
      [
        'From: Mia Berg <mia@example.com>',
        'To: support@desk.example',
        `Subject: ${answers ? 'Re: ' : ''}Invoice missing`,
        `Message-ID: <${id}@example.com>`,
        ...(answers ? [`In-Reply-To: ${answers}`, `References: <first@example.com> ${answers}`] : []),
        'Content-Type: text/plain; charset=utf-8',
        '',
        text,
        '',
      ].join('\r\n'),
    );
  }
  const answers = () => smtp.journal.filter(({ to }) => to.includes('mia@example.com'));
  async function send(words: string): Promise<void> {
    await desk.press(desk.card(key), /^(Edit|Complete the reply)$/);
    await desk.dialog.getByLabel('Reply', { exact: true }).fill(words);
    await desk.dialog.getByRole('button', { name: 'Send' }).click();
  }

  it('starts without the sample, since a mailbox is set up', { timeout: LONG }, async () => {
    expect(bot.output()).not.toContain('Sample workspace');
    await desk.page.getByText('No messages yet').waitFor();
  });

  it('shows a mail as a card', { timeout: LONG }, async () => {
    write('first', 'Hello,\r\n\r\nmy invoice of March has not come. Could you send it again?\r\n\r\nMia');
    const card = desk.posts.first();
    await card.getByText('my invoice of March has not come', { exact: false }).first().waitFor();
    await card.getByRole('button', { name: /^(Edit|Complete the reply)$/ }).waitFor();
    key = /T-\d+/.exec((await card.textContent()) ?? '')?.[0] ?? '';
    expect(key).not.toBe('');
  });

  it('answers in the thread of the mail', { timeout: LONG }, async () => {
    await send('Hello Mia,\n\nhere it is. Grüße');
    await desk
      .card(key)
      .getByText(/Sent by/)
      .waitFor();
    expect(answers()).toHaveLength(1);
    const mail = await simpleParser(Buffer.from(answers()[0]?.raw ?? '', 'latin1'));
    expect(mail).toMatchObject({
      subject: 'Re: Invoice missing',
      inReplyTo: '<first@example.com>',
      from: { value: [{ name: 'Desk Support', address: 'support@desk.example' }] },
    });
    expect(mail.text).toContain('here it is. Grüße');
    answerId = mail.messageId ?? '';
    expect(answerId).toMatch(/^<deskhand\..+@desk\.example>$/);
  });

  it('joins what the customer answers to the same ticket', { timeout: LONG }, async () => {
    write('second', 'That is the one of February. I need March.\r\n\r\n> here it is.', answerId);
    await desk.card(key).getByText('That is the one of February').first().waitFor();
    expect(await desk.posts.count()).toBe(1);
    await desk
      .card(key)
      .getByRole('button', { name: /^(Edit|Complete the reply)$/ })
      .waitFor();
    await send('Sorry! This one is of March.');
    await vi.waitFor(() => expect(answers()).toHaveLength(2), soon);
    expect(answers()[1]?.header('in-reply-to')).toBe('<second@example.com>');
    expect(answers()[1]?.header('references')).toContain(answerId);
  });

  it('waits for a mail server that is down, and sends once it is back', { timeout: LONG }, async () => {
    await desk
      .card(key)
      .getByText(/Sent by/)
      .waitFor();
    await smtp.stop();
    write('third', 'And April, please?', answers()[1]?.header('message-id'));
    await desk.card(key).getByText('And April, please?').first().waitFor();
    await send('April follows.');
    await vi.waitUntil(() => bot.output().includes('reply not sent'), soon);
    expect(await bot.stop()).toBe(0);
    await smtp.start();
    bot = await home.start();
    await desk
      .card(key)
      .getByText(/Sent by/)
      .waitFor();
    expect(answers().map(({ header }) => header('in-reply-to'))).toEqual([
      '<first@example.com>',
      '<second@example.com>',
      '<third@example.com>',
    ]);
    expect(desk.complaints).toEqual([]);
  });
});
