// Body of `POST /api/messages` -> InboundMessage, or an answer that names the field.
import type { z } from 'zod';
import {
  type ApiMessage,
  apiMessageSchema,
  type InboundMessage,
  type IncomingAttachment,
  MAX_TEXT,
} from '../../../src/model/message.ts';
import { cleanLine, cleanText } from '../../../src/model/text.ts';
import { jsonErrorPosition } from './json-position.ts';

/** Bytes of one attachment; the whole body is limited by the server. */
const LARGEST_ATTACHMENT = 25 * 1024 * 1024;

/** What is wrong, and where; `field` is null for the body as a whole. */
export interface Rejection {
  status: 400 | 413;
  code: string;
  field: string | null;
  message: string;
}

/** Bad input is a value: the edge turns it into an answer. */
export function parseApiMessage(
  body: Uint8Array,
  channels: readonly string[],
): { message: InboundMessage } | { rejection: Rejection } {
  const json = parseJson(body);
  if ('rejection' in json) return json;
  const parsed = apiMessageSchema.safeParse(json.value);
  if (!parsed.success) return reject(400, 'invalid', ...firstIssue(parsed.error));
  const { data } = parsed;
  if (!channels.includes(data.channel))
    return reject(
      400,
      'unknown_channel',
      'channel',
      `got "${data.channel}"; allowed are ${channels.join(', ')}`,
    );
  const text = cleanText(data.text);
  if (data.text.length > MAX_TEXT)
    return reject(413, 'too_large', 'text', `has ${data.text.length} characters; allowed are ${MAX_TEXT}`);
  if (text.trim() === '' && !data.attachments?.length) return reject(400, 'invalid', 'text', 'is empty');
  const attachments = (data.attachments ?? []).map(attachmentOf);
  const large = attachments.findIndex(({ content }) => (content?.length ?? 0) > LARGEST_ATTACHMENT);
  if (large >= 0)
    return reject(
      413,
      'too_large',
      `attachments.${large}.contentBase64`,
      'is larger than 25 MB; send a url instead',
    );
  return { message: messageOf(data, text, attachments) };
}

function messageOf(data: ApiMessage, text: string, attachments: IncomingAttachment[]): InboundMessage {
  const { channel, externalId, threadId, customer } = data;
  const subject = cleanLine(data.subject ?? '', 1000);
  return {
    channel,
    externalId: cleanLine(externalId, 500),
    ...(threadId && { threadId: cleanLine(threadId, 500) }),
    customer: { ...customer, ...(customer.name && { name: cleanLine(customer.name, 200) }) },
    ...(subject && { subject }),
    text: text.trim(),
    ...(attachments.length > 0 && { attachments }),
    ...(data.sentAt && { sentAt: new Date(data.sentAt) }),
    thread: { channel, externalId, ...(threadId && { threadId }) },
  };
}

function attachmentOf(input: NonNullable<ApiMessage['attachments']>[number]): IncomingAttachment {
  return {
    name: cleanLine(input.name.split(/[\\/]/).at(-1) ?? '', 255) || 'attachment',
    contentType: input.contentType ?? 'application/octet-stream',
    ...(input.url && { url: input.url }),
    ...(input.contentBase64 !== undefined && { content: Buffer.from(input.contentBase64, 'base64') }),
  };
}

function parseJson(body: Uint8Array): { value: unknown } | { rejection: Rejection } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return reject(400, 'malformed', null, 'the body is not valid UTF-8');
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    const at = jsonErrorPosition(text);
    const before = text.slice(0, at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return reject(
      400,
      'malformed',
      null,
      `the body is not valid JSON at position ${at} (line ${before.length}, column ${column})`,
    );
  }
}

function firstIssue(error: z.ZodError): [field: string | null, message: string] {
  const issue = error.issues[0];
  if (!issue) return [null, 'is not valid'];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])].join('.');
  return [path || null, unknown === undefined ? issue.message : 'is not a known field'];
}

function reject(status: 400 | 413, code: string, field: string | null, message: string) {
  return { rejection: { status, code, field, message: field ? `${field}: ${message}` : message } };
}
