// Messages: what an intake channel hands over, and what a conversation keeps.
import { z } from 'zod';
import { type CustomerAddress, customerAddressSchema } from './customer.ts';

/** Longest message text that is accepted, in characters; e-mail is cut there visibly, the API answers 413. */
export const MAX_TEXT = 1_000_000;

export const attachmentInputSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(255),
    contentType: z.string().max(255).optional(),
    /** Where the file can be fetched by people; nothing is downloaded by the bot. */
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    contentBase64: z.base64().optional(),
  })
  .refine((a) => Boolean(a.url) !== (a.contentBase64 !== undefined), {
    message: 'needs exactly one of url, contentBase64',
  });

/** Body of `POST /api/messages`. */
export const apiMessageSchema = z.strictObject({
  channel: z.string().trim().min(1).max(50),
  externalId: z.string().trim().min(1).max(500),
  threadId: z.string().trim().min(1).max(500).optional(),
  customer: customerAddressSchema,
  subject: z.string().max(1000).optional(),
  text: z.string(),
  attachments: z.array(attachmentInputSchema).max(20).optional(),
  sentAt: z.iso.datetime({ offset: true }).optional(),
});
export type ApiMessage = z.infer<typeof apiMessageSchema>;

/** A file that came with a message: bytes we hold, or a link to where it is. */
export interface IncomingAttachment {
  name: string;
  contentType: string;
  content?: Uint8Array;
  url?: string;
  /** Why the bytes were not kept, in words for the card (for example "larger than 25 MB"). */
  omitted?: string;
}

/** Mail that no person wrote for us to answer. */
export type AutomaticKind = 'auto-reply' | 'bounce' | 'loop' | 'bulk';

/** What an intake channel needs to answer in the same place; written and read only by that channel. */
export type ThreadContext = Record<string, string | string[]>;

/** A customer's message as an intake channel hands it over. Never an instruction, always data. */
export interface InboundMessage {
  channel: string;
  /** Unique within the channel: the same id again is the same message. */
  externalId: string;
  /** The provider's thread; messages of one thread belong to one ticket. */
  threadId?: string;
  customer: CustomerAddress;
  subject?: string;
  /** Plain text of this message alone: no quoted history, no signature. */
  text: string;
  /** Everything that was written, quotes and signature included, when it differs from `text`. */
  fullText?: string;
  attachments?: IncomingAttachment[];
  sentAt?: Date;
  automatic?: AutomaticKind;
  thread?: ThreadContext;
}

export type Direction = 'inbound' | 'outbound' | 'note';

/** One entry of a conversation. Never edited, only appended. */
export interface Message {
  id: number;
  ticketId: number | null;
  seq: number;
  direction: Direction;
  channel: string;
  /** Customer's name, agent's name, or "Deskhand". */
  author: string;
  text: string;
  fullText: string | null;
  at: Date;
  attachments: {
    id: number;
    name: string;
    contentType: string;
    /** Bytes; 0 when they were not kept. */
    size: number;
    url: string | null;
    /** Why the bytes were not kept, in words. */
    omitted: string | null;
  }[];
}

/** What `receive` answers to the channel: only then may the channel acknowledge to its provider. */
export interface Receipt {
  messageId: number;
  /** Null when nothing was opened for it (a thank-you, an auto-reply). */
  ticketId: number | null;
  duplicate: boolean;
}

/** A committed reply on its way to the customer. */
export interface OutboundReply {
  /** Idempotency key; the same for every attempt. */
  key: string;
  ticketId: number;
  to: CustomerAddress;
  subject: string | null;
  text: string;
  /** Who approved it: an agent's name, or "Deskhand". */
  by: string;
  /** Thread context of the newest inbound message of this channel, if any. */
  thread: ThreadContext;
  /** Of a message that nobody asked for: how to get no more of them. `url` takes a POST (RFC 8058); null: by answer alone. */
  unsubscribe?: { url: string | null };
}

export interface SendResult {
  /** The provider's id of what was sent (e-mail: Message-ID), kept for threading and look-ups. */
  providerId: string;
  /** Thread id under which the customer's answer will come back, when the channel knows one. */
  threadId?: string;
}
