// Webhooks of GitHub: verified, each delivery taken once, reduced to the issue that may have changed.
import { z } from 'zod';
import { parseJson } from '../../../src/model/json.ts';
import { isSigned } from '../../../src/model/signature.ts';
import type { Log, Route } from '../../../src/ports.ts';

/** Deliveries remembered, so that a repeated one costs no call. A change is only a hint: the truth is asked for. */
const REMEMBERED = 1_000;
/** GitHub cuts its payloads at 25 MB; those about issues are far smaller. */
const LARGEST = 5 * 1024 * 1024;

const payloadSchema = z.object({
  issue: z.object({ number: z.number().int() }),
  repository: z.object({ full_name: z.string() }),
});

/** `POST /webhooks/github`. Answers 401 to what is not signed, 503 to what could not be kept: GitHub shows it then. */
export function githubWebhook(deps: {
  secret: string;
  log: Log;
  changed(issueId: string): Promise<void>;
}): Route {
  const seen = new Set<string>();
  return {
    method: 'POST',
    path: '/webhooks/github',
    async handle(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      if (body.length > LARGEST || !isSigned(deps.secret, body, request.headers.get('x-hub-signature-256')))
        return Response.json({ error: 'the signature is not right' }, { status: 401 });
      const delivery = request.headers.get('x-github-delivery') ?? '';
      if (request.headers.get('x-github-event') !== 'issues' || seen.has(delivery))
        return new Response(null, { status: 202 });
      const parsed = payloadSchema.safeParse(parseJson(body));
      if (!parsed.success) return Response.json({ error: 'the body is about no issue' }, { status: 400 });
      const { repository, issue } = parsed.data;
      try {
        await deps.changed(`${repository.full_name}#${issue.number}`);
      } catch {
        deps.log.warn({ delivery }, 'a change of an issue could not be kept');
        return new Response(null, { status: 503 });
      }
      seen.add(delivery);
      for (const oldest of seen) if (seen.size > REMEMBERED) seen.delete(oldest);
      return new Response(null, { status: 202 });
    },
  };
}
