// Webhooks of Jira: verified, each taken once, reduced to the issue that may have changed.
import { z } from 'zod';
import { parseJson } from '../../../src/model/json.ts';
import { isSigned } from '../../../src/model/signature.ts';
import type { Clock, Log, Route } from '../../../src/ports.ts';

/** Jira repeats a refused webhook up to five times within this time; older ones are replayed by somebody else. */
const FRESH_MS = 2 * 3_600_000;
const LARGEST = 5 * 1024 * 1024;
const REMEMBERED = 1_000;

const payloadSchema = z.object({ timestamp: z.number(), issue: z.object({ key: z.string() }).optional() });

/** `POST /webhooks/jira`. Answers 401 to what is not signed or stale, 503 to what could not be kept: Jira sends it again. */
export function jiraWebhook(deps: {
  secret: string;
  clock: Clock;
  log: Log;
  changed(issueId: string): Promise<void>;
}): Route {
  const seen = new Set<string>();
  return {
    method: 'POST',
    path: '/webhooks/jira',
    async handle(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      if (body.length > LARGEST || !isSigned(deps.secret, body, request.headers.get('x-hub-signature')))
        return Response.json({ error: 'the signature is not right' }, { status: 401 });
      const parsed = payloadSchema.safeParse(parseJson(body));
      if (!parsed.success) return Response.json({ error: 'the body is no event' }, { status: 400 });
      if (Math.abs(deps.clock.now().getTime() - parsed.data.timestamp) > FRESH_MS)
        return Response.json({ error: 'the event is too old, or the clocks differ' }, { status: 401 });
      const id = request.headers.get('x-atlassian-webhook-identifier') ?? '';
      const key = parsed.data.issue?.key;
      if (!key || (id && seen.has(id))) return new Response(null, { status: 200 });
      try {
        await deps.changed(key);
      } catch {
        deps.log.warn({ issue: key }, 'a change of an issue could not be kept');
        return new Response(null, { status: 503 });
      }
      if (id) seen.add(id);
      for (const oldest of seen) if (seen.size > REMEMBERED) seen.delete(oldest);
      return new Response(null, { status: 200 });
    },
  };
}
