// How events and interactions of Slack reach the bot over HTTP: signed, repeated, and forged.
import { createHmac } from 'node:crypto';
import { SLACK, type SlackMessageState } from './slack-double.ts';
import { elementFor, USERS } from './slack-eyes.ts';

type Json = Record<string, unknown>;

/** How events and interactions reach the bot. Each goes out `times` times; the answers' bodies come back. */
export interface Wire {
  event(body: Json, times: number): Promise<void>;
  interact(payload: Json, times: number): Promise<unknown[]>;
  command(fields: Record<string, string>): Promise<void>;
}

/** Headers as Slack signs them. */
export function signed(
  body: string,
  { at = Date.now(), secret = SLACK.signingSecret } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
}

/** Posts to the bot as Slack does. `base`: where the bot listens. */
export function httpWire(base: () => string): Wire {
  async function post(body: string, contentType: string, retry: number): Promise<unknown> {
    const retries: Record<string, string> =
      retry > 0 ? { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' } : {};
    const headers = { 'content-type': contentType, ...signed(body), ...retries };
    const response = await fetch(`${base()}/webhooks/slack`, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(3_000),
    });
    if (!response.ok) throw new Error(`the bot answered ${response.status}`);
    const text = await response.text();
    return text ? JSON.parse(text) : undefined;
  }
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const FORM = 'application/x-www-form-urlencoded';
  return {
    async event(body, times) {
      for (let n = 0; n < times; n++) await post(JSON.stringify(body), 'application/json', n);
    },
    interact: (payload, times) =>
      Promise.all(
        Array.from({ length: times }, () => post(form({ payload: JSON.stringify(payload) }), FORM, 0)),
      ),
    async command(fields) {
      await post(form(fields), FORM, 0);
    },
  };
}

/** Presses that are not Slack's; returns how many were taken. */
export async function forged(base: string, message: SlackMessageState | undefined): Promise<number> {
  const press = elementFor(message?.blocks ?? [], 'approve');
  const body = new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      team: { id: SLACK.team },
      user: { id: USERS.ana },
      trigger_id: 'forged',
      container: { type: 'message', channel_id: SLACK.channel, message_ts: message?.ts },
      actions: [press],
    }),
  }).toString();
  const minutes = (n: number) => Date.now() + n * 60_000;
  const wrong = [
    {},
    signed(body, { secret: 'another secret of somebody' }),
    signed(body, { at: minutes(-6) }),
    signed(body, { at: minutes(6) }),
    signed(`${body}&x=1`),
    { ...signed(body), 'x-slack-request-timestamp': 'NaN' },
    { ...signed(body), 'x-slack-signature': 'v0=' },
  ];
  const answers = await Promise.all(
    wrong.map((headers) =>
      fetch(`${base}/webhooks/slack`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    ),
  );
  return answers.filter(({ ok }) => ok).length;
}
