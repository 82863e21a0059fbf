// Raw mail (RFC 5322) -> InboundMessage. Pure, and it never throws: what cannot be read is said and kept as a file.
import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { z } from 'zod';
import type { CustomerAddress } from '../../../src/model/customer.ts';
import {
  type InboundMessage,
  type IncomingAttachment,
  MAX_TEXT,
  type ThreadContext,
} from '../../../src/model/message.ts';
import { cleanLine, cleanText } from '../../../src/model/text.ts';
import { classifyAutomatic, KEY_HEADER } from './automatic.ts';
import { htmlToText } from './html.ts';
import { stripQuotes } from './quotes.ts';

/** Bounds of one mail. */
export const MAIL_LIMITS = {
  /** Bytes of one attachment that is kept. */
  attachment: 25 * 1024 * 1024,
  attachments: 100,
  /** Ids kept of a References header: the first and the newest. */
  references: 50,
  messageId: 500,
} as const;

export interface MailContext {
  /** Name of the mailbox it came to; the answer leaves from there. */
  mailbox: string;
  /** Our own addresses, lower case. */
  own: readonly string[];
  /** When the mail server got it. */
  receivedAt?: Date;
  /** Why `raw` is only the beginning of the mail, for the note. */
  incomplete?: string;
}

const MESSAGE_ID = /<[^\s<>]{1,498}>/g;
const email = z.email().max(320);

/**
 * Reads one mail. `externalId` is its Message-ID, or a hash of its bytes; `threadId` the first of its References.
 * `thread` holds `messageId`, `references`, `mailbox`, `subject`, and on a bounce `bounceOf` (Message-ID of the mail
 * that came back) and `bounceKey` (its outbox key) where the report tells them.
 */
export async function parseMail(raw: Uint8Array, context: MailContext): Promise<InboundMessage> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const { mail, failure } = await read(bytes);
  const headers = headersOf(mail);
  const header = (name: string) => headers.get(name)?.[0];

  const ids = (name: string) => (headers.get(name) ?? []).flatMap((value) => value.match(MESSAGE_ID) ?? []);
  const messageId = ids('message-id')[0];
  const externalId = messageId ?? `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const references = bounded([...new Set([...ids('references'), ...ids('in-reply-to')])]);

  const from = addressOf(mail.from);
  const replyTo = addressOf(mail.replyTo);
  const subject = cleanLine(mail.subject ?? '', 1000);
  const automatic = classifyAutomatic({
    header,
    contentType: header('content-type') ?? '',
    from: from?.address,
    replyTo: replyTo?.address,
    subject,
    hops: headers.get('received')?.length ?? 0,
    own: context.own,
  });

  const notes = [failure, context.incomplete].filter((note) => note !== undefined);
  const body = bodyOf(mail, notes);
  const attachments = attachmentsOf(mail);
  if (failure) attachments.push(original(bytes));
  const threadId = references[0] ?? externalId;
  const thread: ThreadContext = {
    mailbox: context.mailbox,
    messageId: messageId ?? '',
    references,
    subject,
    threadId,
  };
  if (automatic === 'bounce') Object.assign(thread, bounced(bytes, mail));

  const noted = notes.map((note) => `[${note}]`).join('\n');
  const text = cut([automatic ? body : stripQuotes(body), noted].filter(Boolean).join('\n\n'));
  const fullText = cut([body, noted].filter(Boolean).join('\n\n'));
  return {
    channel: 'email',
    externalId,
    threadId,
    customer: customerOf(replyTo ?? from, externalId),
    ...(subject && { subject }),
    text,
    ...(fullText !== text && { fullText }),
    ...(attachments.length > 0 && { attachments }),
    sentAt: sentAt(header('date'), context.receivedAt),
    ...(automatic && { automatic }),
    thread,
  };
}

async function read(bytes: Buffer): Promise<{ mail: Partial<ParsedMail>; failure?: string }> {
  const options = {
    skipHtmlToText: true,
    skipTextToHtml: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
    checksumAlgo: false,
  } as const;
  try {
    return { mail: await simpleParser(bytes, options) };
  } catch (error) {
    const failure = `This e-mail could not be read in full (${error instanceof Error ? cleanLine(error.message, 200) : 'broken MIME'}); it is attached as it came.`;
    const end = bytes.indexOf('\r\n\r\n');
    const head = bytes.subarray(0, Math.min(end < 0 ? bytes.length : end + 4, 256 * 1024));
    return { mail: await simpleParser(head, options).catch(() => ({})), failure };
  }
}

/** Unfolded values by lower-case name, as they came. */
function headersOf(mail: Partial<ParsedMail>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, line } of mail.headerLines ?? []) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\s+/g, ' ')
      .trim();
    const known = found.get(key);
    if (known) known.push(value);
    else found.set(key, [value]);
  }
  return found;
}

/** First address of a header, lower case, its domain in ASCII. */
function addressOf(header: AddressObject | undefined): { address: string; name: string } | undefined {
  const entries = header?.value.flatMap((entry) => entry.group ?? [entry]) ?? [];
  for (const { address, name } of entries) {
    const clean = cleanLine(address ?? '', 400).toLowerCase();
    const at = clean.lastIndexOf('@');
    const domain = domainToASCII(clean.slice(at + 1));
    if (at > 0 && domain) return { address: `${clean.slice(0, at)}@${domain}`, name: cleanLine(name, 200) };
    if (clean) return { address: clean, name: cleanLine(name, 200) };
  }
  return undefined;
}

function customerOf(
  sender: { address: string; name: string } | undefined,
  externalId: string,
): CustomerAddress {
  const name = sender?.name ? { name: sender.name } : {};
  if (!sender) return { handles: { email: `unknown sender of ${externalId}`.slice(0, 200) } };
  const valid = email.safeParse(sender.address);
  return valid.success
    ? { email: valid.data, ...name }
    : { handles: { email: sender.address.slice(0, 200) }, ...name };
}

/** Everything that was written; adds to `notes` what is missing from it. */
function bodyOf(mail: Partial<ParsedMail>, notes: string[]): string {
  const plain = blankLines(cleanText(mail.text ?? ''));
  if (plain || !mail.html) return plain;
  const { text, cut: short } = htmlToText(mail.html);
  if (short) notes.push('The HTML of this e-mail is too large or too deeply nested; the rest is left out.');
  return blankLines(cleanText(text));
}

function blankLines(text: string): string {
  return text
    .replace(/\u00a0/g, ' ')
    .replace(/\n(?:[ \t]*\n){2,}/g, '\n\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}

/** At most MAX_TEXT characters, with a line that says how much there was. */
function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const note = `\n[… cut here: ${text.length.toLocaleString('en')} characters were sent]`;
  return text.slice(0, MAX_TEXT - note.length).toWellFormed() + note;
}

function attachmentsOf(mail: Partial<ParsedMail>): IncomingAttachment[] {
  const all = mail.attachments ?? [];
  const kept = all.slice(0, MAIL_LIMITS.attachments).map((part, index): IncomingAttachment => {
    const file = {
      name: fileName(part.filename, part.contentType, index),
      contentType: cleanLine(part.contentType || 'application/octet-stream', 255),
    };
    return part.content.length > MAIL_LIMITS.attachment
      ? { ...file, omitted: 'larger than 25 MB' }
      : { ...file, content: part.content };
  });
  const more = all.length - kept.length;
  if (more > 0)
    kept.push({
      name: `${more} more files`,
      contentType: 'application/octet-stream',
      omitted: 'more than 100 files',
    });
  return kept;
}

function fileName(name: string | undefined, contentType: string, index: number): string {
  const base = cleanLine((name ?? '').split(/[\\/]/).at(-1) ?? '', 255).replace(/^\.+/, '');
  const extension = /^(?:image|text|audio|video)\/([a-z0-9]{2,5})$/i.exec(contentType)?.[1] ?? 'bin';
  return base || `attachment-${index + 1}.${contentType === 'message/rfc822' ? 'eml' : extension}`;
}

function original(bytes: Buffer): IncomingAttachment {
  const file = { name: 'message.eml', contentType: 'message/rfc822' };
  return bytes.length > MAIL_LIMITS.attachment
    ? { ...file, omitted: 'larger than 25 MB' }
    : { ...file, content: bytes };
}

/** Which of our mails a report speaks of: reports carry its headers, encoded or not. */
function bounced(bytes: Buffer, mail: Partial<ParsedMail>): ThreadContext {
  const places = [...(mail.attachments ?? []).map((part) => part.content), bytes];
  for (const place of places) {
    const text = place.subarray(0, 512 * 1024).toString('latin1');
    const bounceOf = OUR_ID.exec(text)?.[0];
    const bounceKey =
      new RegExp(`^${KEY_HEADER}:[ \\t]*([^\\s]{1,200})`, 'im').exec(text)?.[1] ?? keyOfMessageId(bounceOf);
    if (bounceOf || bounceKey) return { ...(bounceOf && { bounceOf }), ...(bounceKey && { bounceKey }) };
  }
  return {};
}

function sentAt(date: string | undefined, receivedAt: Date | undefined): Date | undefined {
  const written = new Date(date ?? '');
  if (Number.isNaN(written.getTime())) return receivedAt;
  return receivedAt && written > receivedAt ? receivedAt : written;
}

function bounded(references: string[]): string[] {
  if (references.length <= MAIL_LIMITS.references) return references;
  return [...references.slice(0, 1), ...references.slice(1 - MAIL_LIMITS.references)];
}

const OUR_ID = /<deskhand\.([A-Za-z0-9._~-]{1,200})@[^\s<>@]{1,253}>/;

/** The Message-ID of the mail that carries an outbox row: the same for every attempt. */
export function messageIdOf(key: string, from: string): string {
  const safe = /^[A-Za-z0-9._~-]{1,200}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
  return `<deskhand.${safe}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** The outbox key in one of our Message-IDs; undefined for anybody else's. */
export function keyOfMessageId(messageId: string | undefined): string | undefined {
  return OUR_ID.exec(messageId ?? '')?.[1];
}
