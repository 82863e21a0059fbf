// Slack's events over HTTP: signature and time are checked before anything acts on them; a bolt Receiver without a server of its own.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App, Receiver } from '@slack/bolt';
import { errorText } from '../../../src/model/errors.ts';
import type { Clock, Log } from '../../../src/ports.ts';

/** How old an event may be, against replays: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const WINDOW_S = 300;
/** Slack takes an answer within three seconds. */
const ANSWER_MS = 2_500;

/** Why a request is not Slack's, or null when it is. `nowMs` is the time, in milliseconds. */
export function refusalOf(
  headers: Headers,
  body: string,
  signingSecret: string,
  nowMs: number,
): 'no signature' | 'too old' | 'wrong signature' | null {
  const timestamp = headers.get('x-slack-request-timestamp') ?? '';
  const signature = headers.get('x-slack-signature') ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'no signature';
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > WINDOW_S) return 'too old';
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature.slice(3))) ? null : 'wrong signature';
}

export interface HttpReceiver extends Receiver {
  handle(request: Request): Promise<Response>;
}

export function createHttpReceiver(options: { signingSecret: string; clock: Clock; log: Log }): HttpReceiver {
  const { signingSecret, clock, log } = options;
  let app: App | null = null;
  let open = false;
  const working = new Set<Promise<void>>();

  return {
    init(created) {
      app = created;
    },
    async start() {
      open = true;
    },
    async stop() {
      open = false;
      await Promise.allSettled([...working]);
    },
    async handle(request) {
      const raw = await request.text();
      const refused = refusalOf(request.headers, raw, signingSecret, clock.now().getTime());
      if (refused) {
        log.warn({ reason: refused }, 'a request that does not prove to be from Slack was refused');
        return new Response(refused, { status: 401 });
      }
      const body = parseBody(request.headers.get('content-type') ?? '', raw);
      if (!body) return new Response('not understood', { status: 400 });
      if (body.ssl_check) return new Response('');
      if (body.type === 'url_verification') return Response.json({ challenge: body.challenge });
      if (!app || !open) return new Response('starting', { status: 503, headers: { 'retry-after': '5' } });
      return answer(app, body, request.headers);
    },
  };

  /**
   * Interactions are answered when their listener acknowledges; events when they have been worked on, so that
   * Slack delivers them again when this process dies in between. Neither later than Slack waits.
   */
  function answer(to: App, body: Record<string, unknown>, headers: Headers): Promise<Response> {
    const isEvent = body.type === 'event_callback';
    return new Promise((resolve) => {
      // What is not kept yet is not acknowledged: Slack delivers an event again, and shows who pressed that it failed.
      const timer = setTimeout(() => resolve(new Response('', { status: 503 })), ANSWER_MS);
      const settle = (response: Response) => {
        clearTimeout(timer);
        resolve(response);
      };
      const work = to
        .processEvent({
          body,
          retryNum: Number(headers.get('x-slack-retry-num') ?? 0),
          retryReason: headers.get('x-slack-retry-reason') ?? '',
          ack: async (value) => {
            if (!isEvent) settle(acknowledged(value));
          },
        })
        .then(
          () => settle(new Response('')),
          (error: unknown) => {
            log.error({ reason: errorText(error) }, 'an event of Slack could not be handled');
            settle(new Response('', { status: 500 }));
          },
        );
      working.add(work);
      work.finally(() => working.delete(work));
    });
  }
}

function acknowledged(value: unknown): Response {
  if (value === undefined || value === '') return new Response('');
  return typeof value === 'string' ? new Response(value) : Response.json(value);
}

/** JSON (events), or a form whose `payload` is JSON (interactions), or a plain form (commands). */
function parseBody(contentType: string, raw: string): Record<string, unknown> | null {
  try {
    if (!contentType.includes('application/x-www-form-urlencoded')) return asObject(JSON.parse(raw));
    const form = new URLSearchParams(raw);
    const payload = form.get('payload');
    return payload === null ? Object.fromEntries(form) : asObject(JSON.parse(payload));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
