// Webhooks of Jira, reduced to the issue that may have changed.
import { z } from 'zod';
import type { SignedWebhook } from '../../../src/model/signature.ts';

/** Jira repeats a refused webhook up to five times within this time; older ones are replayed by somebody else. */
const GOOD_FOR_MS = 2 * 3_600_000;

const payloadSchema = z.object({ timestamp: z.number(), issue: z.object({ key: z.string() }).optional() });

/** https://developer.atlassian.com/cloud/jira/platform/webhooks/#secured-webhooks */
export function jiraWebhook(secret: string): SignedWebhook {
  return {
    secret,
    signedBy: 'x-hub-signature',
    deliveredAs: 'x-atlassian-webhook-identifier',
    read(body) {
      const { data: event } = payloadSchema.safeParse(body);
      if (!event) return null;
      const issueId = event.issue?.key ?? null;
      return { issueId, sentAt: new Date(event.timestamp), goodForMs: GOOD_FOR_MS };
    },
  };
}
