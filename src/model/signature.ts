// Signatures of webhooks: HMAC-SHA256 over the raw body, compared in constant time.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether `given` (hex, with or without `sha256=`) is the signature of exactly these bytes. */
export function isSigned(secret: string, body: Uint8Array, given: string | null): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const claimed = Buffer.from((given ?? '').replace(/^sha256=/, ''), 'hex');
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}

/** How a far end tells of changes. Only a hint: which issue may have changed; its state is asked for. */
export interface SignedWebhook {
  secret: string;
  /** The header with the HMAC-SHA256 of the body, in hex. */
  signedBy: string;
  /** The header that names a delivery, the same when it is repeated. */
  deliveredAs: string;
  /** Null: the body is no event. `sentAt` and how long it is good for, where the body says when. */
  read(body: unknown, headers: Headers): { issueId: string | null; sentAt?: Date; goodForMs?: number } | null;
}
