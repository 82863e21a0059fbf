// Webhooks of Linear, reduced to the issue that may have changed.
import { z } from 'zod';
import type { SignedWebhook } from '../../../src/model/signature.ts';

/** https://linear.app/developers/webhooks#securing-webhooks: older ones may be replayed. */
const GOOD_FOR_MS = 60_000;

const payloadSchema = z.object({
  type: z.string(),
  webhookTimestamp: z.number(),
  data: z.looseObject({ identifier: z.string().optional() }),
});

export function linearWebhook(secret: string): SignedWebhook {
  return {
    secret,
    signedBy: 'linear-signature',
    deliveredAs: 'linear-delivery',
    read(body) {
      const { data: event } = payloadSchema.safeParse(body);
      if (!event) return null;
      const issueId = event.type === 'Issue' ? (event.data.identifier ?? null) : null;
      return { issueId, sentAt: new Date(event.webhookTimestamp), goodForMs: GOOD_FOR_MS };
    },
  };
}
