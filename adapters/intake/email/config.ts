// The e-mail adapter's slice of the configuration: IMAP_URL, SMTP_URL, MAIL_FROM, MAIL_CA, and `mailboxes` in the YAML.
import { isIP } from 'node:net';
import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';
import { readCertificates } from './tls.ts';

/** A mail server as a URL names it. */
export interface MailServer {
  host: string;
  port: number;
  /** TLS from the first byte (imaps, smtps). */
  secure: boolean;
  /** STARTTLS on the plain schemes: demanded, taken when offered (loopback), or off (`?tls=off`). */
  startTls: 'required' | 'offered' | 'off';
  /** False only on loopback without MAIL_CA, where certificates are self-signed. */
  verify: boolean;
  /** PEM of the certificate authorities that MAIL_CA names, trusted beside the public ones. */
  ca?: string;
  user: string | undefined;
  password: string | undefined;
}

export interface MailboxConfig {
  /** Unique; what `InboundMessage.thread.mailbox` says. */
  name: string;
  from: { name: string; address: string };
  imap: MailServer;
  /** Folder that is read. */
  folder: string;
  smtp: MailServer;
}

export interface EmailConfig {
  mailboxes: MailboxConfig[];
}

const PORTS = { imap: 143, imaps: 993, smtp: 587, smtps: 465 } as const;
type Scheme = keyof typeof PORTS;

const mailboxSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  from: z.string().trim().min(1).max(400),
  imap: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'names an environment variable, for example IMAP_URL_BILLING'),
  smtp: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'names an environment variable, for example SMTP_URL_BILLING'),
});

/** Null when neither the variables nor `mailboxes` are set. Issues carry `env.NAME` or `yaml.mailboxes.…`. */
export const emailConfig: z.ZodType<EmailConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const issue = (path: (string | number)[], message: string): null => {
      ctx.addIssue({ code: 'custom', path, message });
      return null;
    };
    const mailboxes: MailboxConfig[] = [];
    const caFile = input.env.MAIL_CA?.trim();
    const ca = caFile ? readCertificates(caFile) : null;
    if (caFile && !ca)
      issue(
        ['env', 'MAIL_CA'],
        `is "${caFile}", which cannot be read as PEM; allowed is a file of certificates`,
      );

    function add(
      name: string | null,
      from: string,
      fromPath: (string | number)[],
      imapVar: string,
      smtpVar: string,
    ) {
      const sender = parseFrom(from);
      if (!sender)
        issue(
          fromPath,
          `got "${from}"; allowed is an address, alone or with a name: Support <support@example.com>`,
        );
      const imap = server(imapVar, ['imap', 'imaps']);
      const smtp = server(smtpVar, ['smtp', 'smtps']);
      if (!sender || !imap || !smtp) return;
      mailboxes.push({
        name: name ?? sender.address,
        from: sender,
        imap: trusting(imap.server),
        folder: imap.path || 'INBOX',
        smtp: trusting(smtp.server),
      });
    }

    /** With authorities of their own, certificates are checked on loopback, too. */
    function trusting(plain: MailServer): MailServer {
      return ca ? { ...plain, verify: true, ca } : plain;
    }

    function server(variable: string, schemes: Scheme[]) {
      const value = input.env[variable]?.trim();
      if (!value) return issue(['env', variable], `is not set; allowed is ${example(schemes)}`);
      const parsed = parseMailUrl(value, schemes);
      return typeof parsed === 'string'
        ? issue(
            ['env', variable],
            `got "${withoutPassword(value)}": ${parsed}; allowed is ${example(schemes)}`,
          )
        : parsed;
    }

    const { IMAP_URL, SMTP_URL, MAIL_FROM } = input.env;
    if (IMAP_URL?.trim() || SMTP_URL?.trim() || MAIL_FROM?.trim()) {
      if (!MAIL_FROM?.trim()) {
        issue(
          ['env', 'MAIL_FROM'],
          'is not set; allowed is the address replies come from: Support <support@example.com>',
        );
        server('IMAP_URL', ['imap', 'imaps']);
        server('SMTP_URL', ['smtp', 'smtps']);
      } else add(null, MAIL_FROM.trim(), ['env', 'MAIL_FROM'], 'IMAP_URL', 'SMTP_URL');
    }

    const listed = z.array(mailboxSchema).safeParse(input.yaml.mailboxes ?? []);
    for (const { path, message } of listed.error?.issues ?? [])
      issue(['yaml', 'mailboxes', ...path.filter((step) => typeof step !== 'symbol')], message);
    for (const [index, { name, from, imap, smtp }] of (listed.data ?? []).entries())
      add(name, from, ['yaml', 'mailboxes', index, 'from'], imap, smtp);

    const names = mailboxes.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) issue(['yaml', 'mailboxes'], `two mailboxes are called "${twice}"; names must differ`);
    return mailboxes.length > 0 ? { mailboxes } : null;
  });

function parseFrom(text: string): MailboxConfig['from'] | null {
  const [entry, ...more] = addressparser(text);
  if (!entry || 'group' in entry || more.length > 0) return null;
  const address = z.email().safeParse(entry.address.toLowerCase());
  return address.success ? { name: entry.name, address: address.data } : null;
}

function parseMailUrl(value: string, schemes: Scheme[]): { server: MailServer; path: string } | string {
  const url = URL.parse(value);
  if (!url?.hostname) return 'this is not a URL';
  const scheme = schemes.find((allowed) => url.protocol === `${allowed}:`);
  if (!scheme) return `the scheme "${url.protocol.slice(0, -1)}" is not known`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  const tls = url.searchParams.get('tls');
  if (tls !== null && tls !== 'off') return `tls=${tls} is not known (only tls=off)`;
  const secure = scheme.endsWith('s') && scheme.length === 5;
  if (secure && tls === 'off') return `tls=off contradicts ${scheme}`;
  try {
    return {
      server: {
        host,
        port: url.port ? Number(url.port) : PORTS[scheme],
        secure,
        startTls: tls === 'off' ? 'off' : loopback ? 'offered' : 'required',
        verify: !loopback,
        user: url.username ? decodeURIComponent(url.username) : undefined,
        password: url.password ? decodeURIComponent(url.password) : undefined,
      },
      path: decodeURIComponent(url.pathname.slice(1)),
    };
  } catch {
    return 'a "%" in it is not followed by two hexadecimal digits (write % as %25)';
  }
}

/** The value as it may be shown: what stands between the first `:` after the scheme and the last `@` is hidden. */
function withoutPassword(value: string): string {
  return value.replace(/^([^:/]*:\/\/[^:@/]*):.*@/, '$1:***@').replace(/^(?![^:/]*:\/\/).*@/, '***@');
}

function example(schemes: Scheme[]): string {
  const [plain, secure] = schemes[0] === 'imap' ? (['imap', 'imaps'] as const) : (['smtp', 'smtps'] as const);
  return `${secure}://user:password@mail.example.com:${PORTS[secure]}, or ${plain}:// for STARTTLS (special characters as %40, %3A …)`;
}
