// Posts a reply to the configured URL, signed, with the outbox key as idempotency key.
import { createHmac } from 'node:crypto';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { OutboundReply, SendResult } from '../../../src/model/message.ts';
import { ticketKey } from '../../../src/model/ticket.ts';
import type { Clock } from '../../../src/ports.ts';

/** Milliseconds the receiver has. */
const TIME_LIMIT = 15_000;

/** `v1=` and the hex HMAC-SHA256 of `timestamp.body` (timestamp: Unix seconds as in the header). */
export function signature(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** The JSON that is posted: the same for every attempt of one key. */
function replyBody({ key, ticketId, to, subject, text, thread }: OutboundReply): string {
  const { channel = 'api', threadId = null, externalId = null } = thread;
  return JSON.stringify({
    key,
    ticketId: ticketKey(ticketId),
    channel,
    threadId,
    inReplyTo: externalId,
    to,
    subject,
    text,
  });
}

/**
 * Posts one reply; any 2xx means it was taken. Throws AppError `webhook_unreachable` (no answer, 408, 425, 429, 5xx:
 * retryable, since the receiver knows the key) or `webhook_refused` (any other answer: final).
 */
export async function postReply(
  reply: OutboundReply,
  { url, secret }: { url: string; secret: string },
  { fetch, clock }: { fetch: typeof globalThis.fetch; clock: Clock },
  signal: AbortSignal,
): Promise<SendResult> {
  const body = replyBody(reply);
  const timestamp = String(Math.floor(clock.now().getTime() / 1000));
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': reply.key,
        'deskhand-timestamp': timestamp,
        'deskhand-signature': signature(secret, timestamp, body),
      },
      body,
      // A redirect would carry the customer's words elsewhere.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]),
    });
    await response.body?.cancel();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new AppError(
      'webhook_unreachable',
      `The reply webhook cannot be reached (${errorText(error)}${cause})`,
      {
        retryable: true,
        cause: error,
      },
    );
  }
  if (response.ok) return { providerId: reply.key };
  const words = `The reply webhook answered ${response.status} ${response.statusText}`.trim();
  if (response.status >= 500 || [408, 425, 429].includes(response.status))
    throw new AppError('webhook_unreachable', words, {
      retryable: true,
      retryAfterMs: retryAfter(response, clock),
    });
  throw new AppError('webhook_refused', words);
}

/** Retry-After in milliseconds: seconds or a date (RFC 9110, section 10.2.3), at most an hour. */
function retryAfter(response: Response, clock: Clock): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now().getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined;
}
