// Slack's slice of the configuration: tokens, how events come in, and who is who.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface SlackConfig {
  botToken: string;
  /** Events over HTTP; null: not by HTTP. */
  signingSecret: string | null;
  /** Events over a WebSocket (Socket Mode); null: over HTTP. */
  appToken: string | null;
  /** Ends in "/". */
  apiUrl: string;
  /** Agents' e-mails by their Slack user ids, where the configuration says so. */
  agents: Record<string, string>;
  /** How long Slack may take to answer a call, in milliseconds. */
  timeoutMs: number;
}

const API_URL = 'https://slack.com/api/';
const TIMEOUT_MS = 10_000;

const yamlSchema = z.looseObject({
  agents: z
    .array(z.looseObject({ email: z.string(), slack: z.string().optional() }))
    .catch([])
    .default([]),
});

/** Null when SLACK_BOT_TOKEN is not set. Issues carry `env.SLACK_…`. */
export const slackConfig: z.ZodType<SlackConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const env = (name: string) => input.env[name]?.trim() ?? '';
    const issue = (name: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: ['env', name], message });
    const [botToken, signingSecret, appToken] = [
      env('SLACK_BOT_TOKEN'),
      env('SLACK_SIGNING_SECRET'),
      env('SLACK_APP_TOKEN'),
    ];
    if (!botToken && !signingSecret && !appToken) return null;

    if (!botToken)
      issue(
        'SLACK_BOT_TOKEN',
        'is not set; it is the "Bot User OAuth Token" of the app under "OAuth & Permissions", xoxb-…',
      );
    else if (!botToken.startsWith('xoxb-'))
      issue('SLACK_BOT_TOKEN', 'is no bot token; allowed is the "Bot User OAuth Token" of the app, xoxb-…');
    if (appToken && !appToken.startsWith('xapp-'))
      issue(
        'SLACK_APP_TOKEN',
        'is no app-level token; allowed is one with the scope connections:write, xapp-…',
      );
    if (!appToken && !signingSecret)
      issue(
        'SLACK_SIGNING_SECRET',
        'is not set; set it ("Basic Information" of the app) for events over HTTP, or SLACK_APP_TOKEN for Socket Mode',
      );
    const apiUrl = env('SLACK_API_URL') || API_URL;
    if (!/^https?:$/.test(URL.parse(apiUrl)?.protocol ?? ''))
      issue('SLACK_API_URL', `is "${apiUrl}"; allowed is an address such as ${API_URL}`);
    if (ctx.issues.length > 0) return z.NEVER;

    const yaml = yamlSchema.parse(input.yaml);
    return {
      botToken,
      signingSecret: signingSecret || null,
      appToken: appToken || null,
      apiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
      agents: Object.fromEntries(yaml.agents.flatMap(({ email, slack }) => (slack ? [[slack, email]] : []))),
      timeoutMs: TIMEOUT_MS,
    };
  });
