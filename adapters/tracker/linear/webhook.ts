// Webhooks of Linear: verified and fresh, reduced to the issue that may have changed.
import { z } from 'zod';
import { parseJson } from '../../../src/model/json.ts';
import { isSigned } from '../../../src/model/signature.ts';
import type { Clock, Log, Route } from '../../../src/ports.ts';

/** https://linear.app/developers/webhooks#securing-webhooks: older ones may be replayed. */
const FRESH_MS = 60_000;
const LARGEST = 1024 * 1024;

const payloadSchema = z.object({
  type: z.string(),
  webhookTimestamp: z.number(),
  data: z.looseObject({ identifier: z.string().optional() }),
});

/** `POST /webhooks/linear`. Answers 401 to what is not signed or stale, 503 to what could not be kept: Linear sends it again. */
export function linearWebhook(deps: {
  secret: string;
  clock: Clock;
  log: Log;
  changed(issueId: string): Promise<void>;
}): Route {
  return {
    method: 'POST',
    path: '/webhooks/linear',
    async handle(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      if (body.length > LARGEST || !isSigned(deps.secret, body, request.headers.get('linear-signature')))
        return Response.json({ error: 'the signature is not right' }, { status: 401 });
      const parsed = payloadSchema.safeParse(parseJson(body));
      if (!parsed.success) return Response.json({ error: 'the body is no event' }, { status: 400 });
      const { type, webhookTimestamp, data } = parsed.data;
      if (Math.abs(deps.clock.now().getTime() - webhookTimestamp) > FRESH_MS)
        return Response.json({ error: 'the event is too old, or the clocks differ' }, { status: 401 });
      if (type !== 'Issue' || !data.identifier) return new Response(null, { status: 200 });
      try {
        await deps.changed(data.identifier);
      } catch {
        deps.log.warn({ issue: data.identifier }, 'a change of an issue could not be kept');
        return new Response(null, { status: 503 });
      }
      return new Response(null, { status: 200 });
    },
  };
}
