// Encrypted mail: servers whose certificates nobody vouches for are refused in plain words, those of MAIL_CA are not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type EmailConfig, emailConfig } from '../../../adapters/intake/email/config.ts';
import { createEmail } from '../../../adapters/intake/email/index.ts';
import type { InboundMessage } from '../../../src/model/message.ts';
import type { IntakeChannel } from '../../../src/ports.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import { createDovecot, DOVECOT_MISSING, type Dovecot, selfSigned } from '../../support/dovecot.ts';
import { createMailServer, type MailServer } from '../../support/mail-server.ts';

const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const MAIL =
  'From: Ana <ana@customer.example>\r\nSubject: Invoice\r\nMessage-ID: <1@customer.example>\r\n\r\nWhere is it?\r\n';

describe.skipIf(DOVECOT_MISSING)(`encrypted mail${DOVECOT_MISSING ? `: ${DOVECOT_MISSING}` : ''}`, () => {
  let folder: string;
  let dovecot: Dovecot;
  let smtp: { starttls: MailServer; smtps: MailServer };
  let channel: IntakeChannel | null = null;
  const received: InboundMessage[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deskhand-tls-'));
    const [ours, other] = [selfSigned(['IP:127.0.0.1']), selfSigned(['IP:127.0.0.1'])];
    writeFileSync(join(folder, 'ours.pem'), ours.cert);
    writeFileSync(join(folder, 'other.pem'), other.cert);
    writeFileSync(join(folder, 'empty.pem'), 'no certificate');
    dovecot = await createDovecot(ours);
    smtp = {
      starttls: await createMailServer(undefined, { ...ours, secure: false }),
      smtps: await createMailServer(undefined, { ...ours, secure: true }),
    };
  });
  afterEach(async () => {
    await channel?.stop();
    received.length = 0;
  });
  afterAll(async () => {
    await Promise.all([dovecot.remove(), smtp.starttls.stop(), smtp.smtps.stop()]);
    rmSync(folder, { recursive: true });
  });

  function config(way: 'starttls' | 'smtps', user: string, ca?: string): EmailConfig {
    const plain = dovecot.url(user);
    const imap = way === 'smtps' ? plain.replace(/^imap:(.*):\d+$/, `imaps:$1:${dovecot.tlsPort}`) : plain;
    const env = { IMAP_URL: imap, SMTP_URL: smtp[way].url, MAIL_FROM: 'support@desk.example' };
    const parsed = emailConfig.parse({
      env: { ...env, ...(ca && { MAIL_CA: join(folder, ca) }) },
      yaml: {},
    });
    if (!parsed) throw new Error('not configured');
    return parsed;
  }

  async function open(settings: EmailConfig): Promise<IntakeChannel> {
    channel = createEmail(settings, adapterDeps(), { first: 20, most: 200 });
    await channel.start(async (message) => {
      received.push(message);
      return { messageId: 1, ticketId: 1, duplicate: false };
    });
    return channel;
  }
  const answer = {
    key: 'k',
    ticketId: 1,
    to: { email: 'ana@customer.example' },
    by: 'Ana',
    subject: 'x',
    text: 'Here',
    thread: {},
  };
  const limit = () => AbortSignal.timeout(15_000);

  describe.each(['starttls', 'smtps'] as const)('by %s', (way) => {
    it('is read and answered when MAIL_CA vouches for the servers', async () => {
      dovecot.deliver(way, MAIL);
      const trusted = await open(config(way, way, 'ours.pem'));
      await soon(() => expect(received.map(({ text }) => text)).toEqual(['Where is it?']));
      const before = smtp[way].journal.length;
      await trusted.send({ ...answer, key: `${way}-1` }, limit());
      expect(smtp[way].journal.slice(before).map(({ to }) => to)).toEqual([['ana@customer.example']]);
    });

    it('is refused when nobody vouches for them, and says what helps', async () => {
      dovecot.deliver(`${way}-other`, MAIL);
      const refused = await open(config(way, `${way}-other`, 'other.pem'));
      const words = /certificate of 127\.0\.0\.1:\d+ is not trusted: it is signed by itself; .* in MAIL_CA/;
      await soon(async () => expect((await refused.health()).detail).toMatch(words));
      const before = smtp[way].journal.length;
      const failure = refused.send({ ...answer, key: `${way}-2` }, limit());
      await expect(failure).rejects.toMatchObject({
        code: 'mail_unreachable',
        message: expect.stringMatching(words),
      });
      expect(smtp[way].journal).toHaveLength(before);
      expect(received).toEqual([]);
    });
  });

  it('is demanded of servers elsewhere, whose certificates are checked', () => {
    const elsewhere = emailConfig.parse({
      env: {
        IMAP_URL: 'imap://a:b@mail.example.com',
        SMTP_URL: 'smtps://a:b@mail.example.com',
        MAIL_FROM: 'a@b.example',
      },
      yaml: {},
    });
    expect(elsewhere?.mailboxes[0]).toMatchObject({
      imap: { startTls: 'required', verify: true },
      smtp: { secure: true, verify: true },
    });
  });

  it('a server that offers no STARTTLS where it is demanded gets no password', async () => {
    const plain = await createDovecot();
    try {
      const settings = config('starttls', 'nobody');
      const [mailbox] = settings.mailboxes;
      if (!mailbox) throw new Error('no mailbox');
      const imap = { ...mailbox.imap, port: plain.port, startTls: 'required' as const };
      const refused = await open({ mailboxes: [{ ...mailbox, imap }] });
      await soon(async () => expect((await refused.health()).detail).toMatch(/STARTTLS/));
    } finally {
      await channel?.stop();
      await plain.remove();
    }
  });

  it.each(['empty.pem', 'missing.pem'])('a MAIL_CA that is no certificate stops the start: %s', (file) => {
    expect(() => config('smtps', 'nobody', file)).toThrow(/MAIL_CA[\s\S]*cannot be read as PEM/);
  });
});
