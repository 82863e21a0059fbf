// Signatures of webhooks: HMAC-SHA256 over the raw body, compared in constant time.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether `given` (hex, with or without `sha256=`) is the signature of exactly these bytes. */
export function isSigned(secret: string, body: Uint8Array, given: string | null): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const claimed = Buffer.from((given ?? '').replace(/^sha256=/, ''), 'hex');
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}
