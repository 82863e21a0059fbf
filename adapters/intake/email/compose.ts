// OutboundReply -> the bytes of a threaded plain-text mail.
import MailComposer from 'nodemailer/lib/mail-composer';
import { AppError } from '../../../src/model/errors.ts';
import type { OutboundReply } from '../../../src/model/message.ts';
import { cleanLine, cleanText } from '../../../src/model/text.ts';
import { KEY_HEADER } from './automatic.ts';
import type { MailboxConfig } from './config.ts';
import { messageIdOf } from './parse.ts';

export interface ComposedMail {
  messageId: string;
  /** Where the customer's answer will belong. */
  threadId: string;
  envelope: { from: string; to: string };
  raw: Buffer;
}

// "Re:" as mail programs of several languages write it, once or many times.
const ANSWER = /^(?:\s*(?:re|aw|antw|sv|vs|rv|ré|ref|odp|回复|答复)\s*(?:\[\d+\])?\s*[:：]\s*)+/i;

/** The mail for a reply. The same key always gives the same Message-ID. Throws `no_address` (final). */
export async function composeReply(
  reply: OutboundReply,
  mailbox: Pick<MailboxConfig, 'from'>,
  date: Date,
): Promise<ComposedMail> {
  const to = reply.to.email;
  if (!to)
    throw new AppError('no_address', 'No e-mail address is known for this customer; answer in another way.');
  const { messageId: inReplyTo, threadId, subject } = reply.thread;
  const messageId = messageIdOf(reply.key, mailbox.from.address);
  const answers = typeof inReplyTo === 'string' && inReplyTo !== '';
  const earlier = Array.isArray(reply.thread.references) ? reply.thread.references : [];
  const title = cleanLine((typeof subject === 'string' && subject) || reply.subject || '', 500).replace(
    ANSWER,
    '',
  );

  const raw = await new MailComposer({
    messageId,
    date,
    from: mailbox.from,
    to: { name: reply.to.name ?? '', address: to },
    subject: answers ? `Re: ${title}` : title || 'Your request',
    ...(answers && { inReplyTo, references: [...new Set([...earlier, inReplyTo])] }),
    headers: { [KEY_HEADER]: cleanLine(reply.key, 200), ...unsubscribeHeaders(reply, mailbox) },
    text: `${cleanText(reply.text).trimEnd()}\n`,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return {
    messageId,
    threadId: typeof threadId === 'string' && threadId ? threadId : messageId,
    envelope: { from: mailbox.from.address, to },
    raw,
  };
}

/** List-Unsubscribe (RFC 2369), in one click where there is an address that takes it (RFC 8058). */
function unsubscribeHeaders(
  { unsubscribe }: OutboundReply,
  { from: { address } }: Pick<MailboxConfig, 'from'>,
): Record<string, string> {
  if (!unsubscribe) return {};
  const mail = `<mailto:${encodeURIComponent(address).replace('%40', '@')}?subject=unsubscribe&body=unsubscribe>`;
  if (unsubscribe.url === null) return { 'List-Unsubscribe': mail };
  return {
    'List-Unsubscribe': `<${unsubscribe.url}>, ${mail}`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
