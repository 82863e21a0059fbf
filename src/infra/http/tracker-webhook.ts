// Webhooks of trackers: verified, fresh, each taken once, and told as the issue that may have changed.
import { parseJson } from '../../model/json.ts';
import { isSigned } from '../../model/signature.ts';
import type { Clock, Log, Route, Tracker } from '../../ports.ts';

/** Deliveries remembered for each tracker, so that a repeated one costs no call. */
const REMEMBERED = 1_000;

/**
 * `POST /webhooks/ID` of a tracker that has one. 401 to what is not signed or too old, 400 to what is no event of it,
 * 503 to what could not be kept: the far end sends it again.
 */
export function trackerRoutes(
  { id, webhook }: Pick<Tracker, 'id' | 'webhook'>,
  deps: { clock: Clock; log: Log; changed(issueId: string): Promise<void> },
): Route[] {
  if (!webhook) return [];
  const refused = (status: 400 | 401, error: string) => Response.json({ error }, { status });
  const seen = new Set<string>();
  async function handle(request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    if (!webhook || !isSigned(webhook.secret, body, request.headers.get(webhook.signedBy)))
      return refused(401, 'the signature is not right');
    const told = webhook.read(parseJson(body), request.headers);
    if (!told) return refused(400, 'the body is no event of an issue');
    const { issueId, sentAt, goodForMs = 0 } = told;
    if (sentAt && Math.abs(deps.clock.now().getTime() - sentAt.getTime()) > goodForMs)
      return refused(401, 'the event is too old, or the clocks differ');
    const delivery = request.headers.get(webhook.deliveredAs);
    if (issueId === null || (delivery && seen.has(delivery))) return new Response(null, { status: 200 });
    try {
      await deps.changed(issueId);
    } catch {
      deps.log.warn({ tracker: id, issue: issueId }, 'a change of an issue could not be kept');
      return new Response(null, { status: 503 });
    }
    if (delivery) seen.add(delivery);
    for (const oldest of seen) if (seen.size > REMEMBERED) seen.delete(oldest);
    return new Response(null, { status: 200 });
  }
  return [{ method: 'POST', path: `/webhooks/${id}`, handle }];
}
