// Teams' slice of the configuration: the bot's registration, or a promise to stay on this machine.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';
import { LIMITS } from './limits.ts';

/** Who signs what: where tokens come from and how those of Microsoft are checked. */
export interface Authority {
  /** Microsoft Entra; the tenant is appended. */
  loginUrl: string;
  /** Names the keys that the Bot Framework signs its requests with. */
  openIdUrl: string;
  /** `iss` of those requests. */
  issuer: string;
}

/**
 * The public cloud.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export const PUBLIC_CLOUD: Authority = {
  loginUrl: 'https://login.microsoftonline.com',
  openIdUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  issuer: 'https://api.botframework.com',
};

/** Teams' connector for all regions; each event names the one that is nearest. */
const SERVICE_URL = 'https://smba.trafficmanager.net/teams/';

export interface TeamsConfig {
  /** Null: no registration, so no tokens either; only this machine is listened to. */
  app: { id: string; password: string; tenantId: string } | null;
  /** Where a channel is posted to that has not been heard of yet. Ends in `/`. */
  serviceUrl: string;
  authority: Authority;
  /** Where Teams reaches this bot, without a slash at the end; null: not known, so charts are told in words. */
  publicUrl: string | null;
  /** E-mail of each agent by Entra object id, as configured; the others' is asked of the roster. */
  people: Record<string, string>;
  /** Longest call to Teams, in ms. */
  requestMs: number;
}

const NAMES = ['TEAMS_APP_ID', 'TEAMS_APP_PASSWORD', 'TEAMS_TENANT_ID'] as const;

const slice = z.object({
  env: z.object({
    TEAMS_APP_ID: z
      .guid('an id like 00000000-0000-0000-0000-000000000000, from the app registration')
      .optional(),
    TEAMS_APP_PASSWORD: z.string().min(1).optional(),
    TEAMS_TENANT_ID: z
      .guid('an id like 00000000-0000-0000-0000-000000000000, of your Microsoft Entra tenant')
      .optional(),
    TEAMS_SERVICE_URL: z.url({ protocol: /^https?$/ }).optional(),
    TEAMS_INSECURE_LOCAL: z.enum(['1', 'true', '0', 'false']).optional(),
    HOST: z.string().optional(),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    DESKHAND_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  }),
  yaml: z.looseObject({
    agents: z.array(z.looseObject({ email: z.string(), teams: z.string().optional() })).default([]),
  }),
});

/** Null when none of its variables is set. */
export const teamsConfig: z.ZodType<TeamsConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const issue = (name: string, message: string) => {
      ctx.issues.push({ code: 'custom', path: ['env', name], message, input });
      return z.NEVER;
    };
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) issue(String(path.at(-1)), message);
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    const local = env.TEAMS_INSECURE_LOCAL === '1' || env.TEAMS_INSECURE_LOCAL === 'true';
    const set = NAMES.filter((name) => env[name]);
    if (set.length === 0 && !local) return null;

    const serviceUrl = (env.TEAMS_SERVICE_URL ?? SERVICE_URL).replace(/\/*$/, '/');
    const people = Object.fromEntries(yaml.agents.flatMap((a) => (a.teams ? [[a.teams, a.email]] : [])));
    const known = env.DESKHAND_PUBLIC_URL ?? (local ? `http://localhost:${env.PORT}` : null);
    const publicUrl = known?.replace(/\/$/, '') ?? null;
    const rest = { serviceUrl, authority: PUBLIC_CLOUD, publicUrl, people, requestMs: LIMITS.requestMs };
    if (local) {
      if (set.length > 0)
        return issue(
          'TEAMS_INSECURE_LOCAL',
          `switches token validation off and cannot go together with ${set.join(' and ')}; remove one of the two`,
        );
      if (!isLoopback(env.HOST ?? '127.0.0.1'))
        return issue(
          'TEAMS_INSECURE_LOCAL',
          `accepts events without a token, so HOST must be a loopback address such as 127.0.0.1, not ${env.HOST}`,
        );
      return { ...rest, app: null };
    }
    const { TEAMS_APP_ID: id, TEAMS_APP_PASSWORD: password, TEAMS_TENANT_ID: tenantId } = env;
    if (id && password && tenantId) return { ...rest, app: { id, password, tenantId } };
    const missing = NAMES.filter((name) => !env[name]);
    return issue(missing[0] ?? 'TEAMS_APP_ID', `is needed beside ${set.join(' and ')}`);
  });

/** Whether a host name or address can only be this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}
