// IMAP connections: how one is opened, and what is done with a Sent folder.
import { ImapFlow } from 'imapflow';
import type { MailboxConfig, MailServer } from './config.ts';
import { certificateFault, tlsOptions } from './tls.ts';

/** Milliseconds. An idle line is renewed well before servers (30 min) and most firewalls (5 min) drop it. */
const TIMES = { connect: 15_000, greeting: 15_000, socket: 180_000, idle: 120_000 } as const;

/** A client that is not connected yet. Its `error` events are swallowed: `close` follows each. */
export function createImapClient(server: MailServer): ImapFlow {
  const { host, port, secure, startTls, user, password } = server;
  const client = new ImapFlow({
    host,
    port,
    secure,
    ...(!secure && startTls !== 'offered' && { doSTARTTLS: startTls === 'required' }),
    tls: tlsOptions(server),
    ...(user && { auth: { user, pass: password ?? '' } }),
    logger: false,
    clientInfo: { name: 'Deskhand' },
    connectionTimeout: TIMES.connect,
    greetingTimeout: TIMES.greeting,
    socketTimeout: TIMES.socket,
    maxIdleTime: TIMES.idle,
    autoIdleDelay: 100,
    maxLiteralSize: 256 * 1024 * 1024,
  });
  client.on('error', () => {});
  return client;
}

/** What a failed IMAP step says, with the server's own words where it gave some. */
export function imapErrorText(error: unknown, server: MailServer): string {
  if (!(error instanceof Error)) return String(error);
  const fault = certificateFault(error, server);
  if (fault) return fault;
  const said = 'responseText' in error && typeof error.responseText === 'string' ? error.responseText : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return [error.message || code, said && `server: ${said}`].filter(Boolean).join('; ');
}

/** Saves a sent mail in the Sent folder, unless the server did so itself (Gmail does). False: there is no such folder. */
export async function saveSent(mailbox: MailboxConfig, messageId: string, raw: Buffer, signal: AbortSignal) {
  return withSent(mailbox, signal, async (client, folder) => {
    if (!(await holds(client, messageId))) await client.append(folder, raw, ['\\Seen']);
  });
}

/** Whether the Sent folder holds this mail; null when there is no such folder. */
export async function findSent(
  mailbox: MailboxConfig,
  messageId: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  let found = false;
  const folder = await withSent(mailbox, signal, async (client) => {
    found = await holds(client, messageId);
  });
  return folder ? found : null;
}

async function holds(client: ImapFlow, messageId: string): Promise<boolean> {
  const uids = await client.search({ header: { 'message-id': messageId } }, { uid: true });
  if (!uids) throw new Error('the server refused to search its Sent folder');
  return uids.length > 0;
}

async function withSent(
  mailbox: MailboxConfig,
  signal: AbortSignal,
  use: (client: ImapFlow, folder: string) => Promise<void>,
): Promise<boolean> {
  const client = createImapClient(mailbox.imap);
  const abort = () => client.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
    const folder = (await client.list()).find(({ specialUse }) => specialUse === '\\Sent')?.path;
    if (!folder) return false;
    await client.mailboxOpen(folder);
    await use(client, folder);
    return true;
  } finally {
    signal.removeEventListener('abort', abort);
    await client.logout().catch(() => client.close());
  }
}
