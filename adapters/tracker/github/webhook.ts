// Webhooks of GitHub, reduced to the issue that may have changed.
import { z } from 'zod';
import type { SignedWebhook } from '../../../src/model/signature.ts';

const payloadSchema = z.object({
  issue: z.object({ number: z.number().int() }),
  repository: z.object({ full_name: z.string() }),
});

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export function githubWebhook(secret: string): SignedWebhook {
  return {
    secret,
    signedBy: 'x-hub-signature-256',
    deliveredAs: 'x-github-delivery',
    read(body, headers) {
      if (headers.get('x-github-event') !== 'issues') return { issueId: null };
      const { data } = payloadSchema.safeParse(body);
      return data ? { issueId: `${data.repository.full_name}#${data.issue.number}` } : null;
    },
  };
}
