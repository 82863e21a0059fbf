// E-mail as a whole: threads, Sent copies, several mailboxes, positions, against real servers.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EmailConfig, emailConfig } from '../../../adapters/intake/email/config.ts';
import { createEmail } from '../../../adapters/intake/email/index.ts';
import type { InboundMessage, OutboundReply } from '../../../src/model/message.ts';
import type { IntakeChannel } from '../../../src/ports.ts';
import { adapterDeps, createFailingStore } from '../../support/adapter-memory.ts';
import { createDovecot, DOVECOT_MISSING, type Dovecot } from '../../support/dovecot.ts';
import { createMailServer, type MailServer, type TakenMail } from '../../support/mail-server.ts';
import { textOf } from './mails.ts';

const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const limit = () => AbortSignal.timeout(15_000);

describe.skipIf(DOVECOT_MISSING)(
  `e-mail over IMAP and SMTP${DOVECOT_MISSING ? `: ${DOVECOT_MISSING}` : ''}`,
  () => {
    let dovecot: Dovecot;
    let smtp: MailServer;
    let channel: IntakeChannel;
    let received: InboundMessage[];
    let store: ReturnType<typeof createFailingStore>;

    beforeEach(async () => {
      dovecot = await createDovecot();
      smtp = await createMailServer();
      store = createFailingStore();
      received = [];
      channel = create();
      await channel.start(take);
    });
    afterEach(async () => {
      await channel.stop();
      await Promise.all([dovecot.remove(), smtp.stop()]);
    });

    function create(): IntakeChannel {
      const env = {
        IMAP_URL: dovecot.url('support'),
        SMTP_URL: smtp.url,
        MAIL_FROM: 'Desk Support <support@desk.example>',
        IMAP_URL_BILLING: dovecot.url('billing'),
        SMTP_URL_BILLING: smtp.url,
      };
      const billing = {
        name: 'billing',
        from: 'billing@desk.example',
        imap: 'IMAP_URL_BILLING',
        smtp: 'SMTP_URL_BILLING',
      };
      const config = emailConfig.parse({ env, yaml: { mailboxes: [billing] } });
      if (!config) throw new Error('not configured');
      return createEmail(config, adapterDeps({ store }), { first: 20, most: 200 });
    }
    async function take(message: InboundMessage) {
      received.push(message);
      return { messageId: received.length, ticketId: 1, duplicate: false };
    }
    function deliver(user: string, headers: Record<string, string>, body: string) {
      const all: Record<string, string> = {
        From: 'Ana <ana@customer.example>',
        Subject: 'Invoice',
        'Content-Type': 'text/plain; charset=utf-8',
        ...headers,
      };
      const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
      dovecot.deliver(user, [...head, '', body, ''].join('\r\n'));
    }
    const arrived = (text: string) =>
      soon(() => {
        const message = received.find((each) => each.text === text);
        if (!message) throw new Error(`"${text}" has not come in`);
        return message;
      });
    function answer(message: InboundMessage, key = 'key-1'): OutboundReply {
      const { customer: to, subject = null, thread = {} } = message;
      return { key, ticketId: 1, to, by: 'Ana', subject, text: 'Grüße aus Köln', thread };
    }
    const sentMail = (): TakenMail => {
      const mail = smtp.journal.at(-1);
      if (!mail) throw new Error('nothing was sent');
      return mail;
    };

    it('answers in the thread, from the mailbox that got the mail', async () => {
      deliver(
        'billing',
        { 'Message-ID': '<b@c.example>', References: '<a@c.example>', Subject: 'Re: Rechnung für Mai' },
        'hello',
      );
      const result = await channel.send(answer(await arrived('hello')), limit());
      const mail = sentMail();
      expect(result).toEqual({ providerId: '<deskhand.key-1@desk.example>', threadId: '<a@c.example>' });
      expect(mail).toMatchObject({ from: 'billing@desk.example', to: ['ana@customer.example'] });
      expect(mail.header('message-id')).toBe('<deskhand.key-1@desk.example>');
      expect(mail.header('in-reply-to')).toBe('<b@c.example>');
      expect(mail.header('references')).toBe('<a@c.example> <b@c.example>');
      expect(mail.header('subject')).toBe('=?UTF-8?Q?Re=3A_Rechnung_f=C3=BCr_Mai?=');
      expect(mail.header('x-deskhand-key')).toBe('key-1');
      expect(textOf(mail.raw)).toBe('Grüße aus Köln');
    });

    it('finds the thread again when an answer names only our mail', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      await channel.send(answer(await arrived('hello')), limit());
      deliver(
        'support',
        { 'Message-ID': '<z@c.example>', 'In-Reply-To': sentMail().header('message-id') ?? '' },
        'thanks',
      );
      expect((await arrived('thanks')).threadId).toBe('<a@c.example>');
    });

    it('finds the thread of a mail that came back', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      await channel.send(answer(await arrived('hello')), limit());
      const report = 'multipart/report; report-type=delivery-status; boundary=b';
      const body = `--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${sentMail().raw}\r\n--b--`;
      deliver(
        'support',
        { 'Message-ID': '<r@mx.example>', From: 'MAILER-DAEMON@mx.example', 'Content-Type': report },
        body,
      );
      expect(await arrived('No such user.')).toMatchObject({
        automatic: 'bounce',
        threadId: '<a@c.example>',
      });
    });

    it('keeps a copy in the Sent folder, where a look-up finds it when the outcome was lost', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      const reply = answer(await arrived('hello'));
      await channel.send(reply, limit());
      const note = 'sent/key-1';
      await soon(async () => {
        // As if the bot had died between the server's answer and its own note.
        await store.set(note, { threadId: '<a@c.example>', state: 'handed' });
        expect(await channel.lookup?.(reply, limit())).toBe('sent');
      });
      const lost = answer(await arrived('hello'), 'key-2');
      await store.set('sent/key-2', { threadId: '<a@c.example>', state: 'handed' });
      expect(await channel.lookup?.(lost, limit())).toBe('unknown');
    });

    it('leaves the outcome open when the server falls silent after the whole mail', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      const reply = answer(await arrived('hello'));
      smtp.faults.push({ at: 'silence' });
      const patience = new AbortController();
      const sending = channel.send(reply, patience.signal).catch((error: unknown) => error);
      await soon(() => expect(smtp.journal).toHaveLength(1));
      patience.abort();
      expect(await sending).toMatchObject({ code: 'outcome_unknown', retryable: false });
      expect(await channel.lookup?.(reply, limit())).toBe('unknown');
    });

    it("passes the server's words on when it refuses", async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      const reply = answer(await arrived('hello'));
      smtp.faults.push({ at: 'data', code: 554, words: '5.7.1 too much like spam' });
      await expect(channel.send(reply, limit())).rejects.toMatchObject({
        code: 'mail_refused',
        retryable: false,
        message: expect.stringContaining('5.7.1 too much like spam'),
      });
      expect((await channel.health()).ok).toBe(true);
    });

    it('sends nothing to a customer without an address, and says so', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>', From: 'nobody at all' }, 'hello');
      const message = await arrived('hello');
      await expect(channel.send(answer(message), limit())).rejects.toMatchObject({ code: 'no_address' });
    });

    it('finds everything again when the server numbers its mails anew', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'before');
      await arrived('before');
      await channel.stop();
      await dovecot.stop();
      dovecot.renumber('support');
      deliver('support', { 'Message-ID': '<b@c.example>' }, 'meanwhile');
      await dovecot.start();
      channel = create();
      await channel.start(take);
      await arrived('meanwhile');
      const ids = received.map(({ externalId }) => externalId);
      expect(new Set(ids)).toEqual(new Set(['<a@c.example>', '<b@c.example>']));
    });

    it('puts no header of its own words: line breaks in a subject or name stay text', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      const message = await arrived('hello');
      const thread = { ...message.thread, subject: 'x\r\nBcc: all@victims.example' };
      const to = { email: 'ana@customer.example', name: 'Ana\r\nBcc: all@victims.example' };
      await channel.send({ ...answer(message), to, thread }, limit());
      expect(sentMail().to).toEqual(['ana@customer.example']);
      expect(sentMail().header('bcc')).toBeUndefined();
    });

    it('reads a mail of 20 MB', async () => {
      const bytes = Buffer.alloc(20 * 1024 * 1024, 'deskhand');
      const file = `--b\r\n\r\nSee the file.\r\n--b\r\nContent-Disposition: attachment; filename=log.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--`;
      deliver(
        'support',
        { 'Message-ID': '<a@c.example>', 'Content-Type': 'multipart/mixed; boundary=b' },
        file,
      );
      const { attachments } = await arrived('See the file.');
      expect(attachments?.[0]?.content?.length).toBe(bytes.length);
    }, 60_000);

    it('reads one mailbox while the other cannot be reached, and says which', async () => {
      await channel.stop();
      const config = {
        mailboxes: [mailboxOf('support'), { ...mailboxOf('billing'), imap: wrongPassword('billing') }],
      };
      channel = createEmail(config, adapterDeps({ store }), { first: 20, most: 200 });
      await channel.start(take);
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      await arrived('hello');
      const health = await soon(async () => {
        const now = await channel.health();
        expect(now.detail).toContain('Mailbox support is being read');
        expect(now.detail).toMatch(
          /Mailbox billing cannot be read since .*AUTHENTICATIONFAILED|Mailbox billing cannot be read since .*Authentication failed/,
        );
        return now;
      });
      expect(health.ok).toBe(false);
      expect(health.detail).not.toContain('wrong-password');
    });

    it('loses nothing when its own store fails, and goes on where it was', async () => {
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'one');
      await arrived('one');
      store.fail = true;
      deliver('support', { 'Message-ID': '<b@c.example>' }, 'two');
      await soon(async () => expect((await channel.health()).detail).toContain('The database is gone'));
      store.fail = false;
      deliver('support', { 'Message-ID': '<c@c.example>' }, 'three');
      await arrived('two');
      await arrived('three');
      await channel.stop();
      received.length = 0;
      channel = create();
      await channel.start(take);
      deliver('support', { 'Message-ID': '<d@c.example>' }, 'four');
      await arrived('four');
      expect(received.map(({ text }) => text)).toEqual(['four']);
    });

    it('does not let one mail that is always refused hold back the others', async () => {
      await channel.stop();
      let refusals = 0;
      channel = create();
      await channel.start(async (message) => {
        if (message.text !== 'poison') return take(message);
        refusals += 1;
        throw new Error('cannot be stored');
      });
      deliver('support', { 'Message-ID': '<p@c.example>' }, 'poison');
      deliver('support', { 'Message-ID': '<a@c.example>' }, 'hello');
      await arrived('hello');
      await soon(() => expect(refusals).toBeGreaterThan(2));
    });

    it('takes the unread mail of a mailbox at the first look', async () => {
      await channel.stop();
      dovecot.deliver('fresh', 'From: old@c.example\r\nMessage-ID: <o@c.example>\r\n\r\nunread\r\n');
      channel = createEmail({ mailboxes: [mailboxOf('fresh')] }, adapterDeps({ store }), {
        first: 20,
        most: 200,
      });
      await channel.start(take);
      await arrived('unread');
    });

    function mailboxOf(name: string): EmailConfig['mailboxes'][number] {
      const env = { IMAP_URL: dovecot.url(name), SMTP_URL: smtp.url, MAIL_FROM: `${name}@desk.example` };
      const mailbox = emailConfig.parse({ env, yaml: {} })?.mailboxes[0];
      if (!mailbox) throw new Error('not configured');
      return { ...mailbox, name };
    }
    function wrongPassword(name: string) {
      return { ...mailboxOf(name).imap, password: 'wrong-password' };
    }
  },
);

describe('the configuration of e-mail', () => {
  const issues = (env: Record<string, string>, yaml: Record<string, unknown> = {}) =>
    (emailConfig.safeParse({ env, yaml }).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );

  it('is off when nothing is set', () => {
    expect(emailConfig.parse({ env: { IMAP_URL: '' }, yaml: {} })).toBeNull();
  });

  it('takes the variables and further mailboxes', () => {
    const env = {
      IMAP_URL: 'imaps://a%40b.example:p%3As@imap.example',
      SMTP_URL: 'smtp://smtp.example',
      MAIL_FROM: '"Ana, Desk" <Ana@Desk.example>',
      IMAP_URL_B: 'imap://u:p@127.0.0.1:1143/Support',
      SMTP_URL_B: 'smtp://mail:1025?tls=off',
    };
    const yaml = {
      mailboxes: [{ name: 'b', from: 'b@desk.example', imap: 'IMAP_URL_B', smtp: 'SMTP_URL_B' }],
    };
    const [first, second] = emailConfig.parse({ env, yaml })?.mailboxes ?? [];
    expect(first).toMatchObject({
      from: { name: 'Ana, Desk', address: 'ana@desk.example' },
      imap: { port: 993, secure: true, verify: true, user: 'a@b.example', password: 'p:s' },
      smtp: { port: 587, secure: false, startTls: 'required' },
      folder: 'INBOX',
    });
    expect(second).toMatchObject({
      imap: { port: 1143, startTls: 'offered', verify: false },
      folder: 'Support',
      smtp: { port: 1025, startTls: 'off' },
    });
  });

  it('names what is missing and what is wrong, never a password', () => {
    const found = issues({ IMAP_URL: 'pop3://ana:hunter2@imap.example', MAIL_FROM: 'support' });
    expect(found).toEqual([
      expect.stringMatching(/^env\.MAIL_FROM got "support"; allowed is/),
      expect.stringMatching(/^env\.IMAP_URL got "pop3:\/\/ana:\*\*\*@imap\.example": the scheme "pop3"/),
      expect.stringMatching(/^env\.SMTP_URL is not set; allowed is smtps:/),
    ]);
    expect(found.join()).not.toContain('hunter2');
  });

  it('names the mailbox that is wrong in the YAML', () => {
    expect(
      issues({}, { mailboxes: [{ name: 'b', from: 'b@x.example', imap: 'imaps://u:p@h', smtp: 'S' }] }),
    ).toEqual(['yaml.mailboxes.0.imap names an environment variable, for example IMAP_URL_BILLING']);
  });
});
