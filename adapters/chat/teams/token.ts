// The bot's own access token: asked for once an hour, forgotten when Teams refuses it.
import { z } from 'zod';
import { AppError } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/ports.ts';
import type { TeamsConfig } from './config.ts';
import { revoked, unreachable } from './errors.ts';

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#step-1-request-an-access-token-from-the-microsoft-entra-id-account-login-service */
const SCOPE = 'https://api.botframework.com/.default';
/** Fetched anew this long before it expires. */
const MARGIN_MS = 5 * 60_000;

const grant = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() });
const fault = z.object({ error: z.string() });

export interface Tokens {
  /** The token, or null without a registration. Throws AppError `token_revoked` or a retryable one. */
  get(): Promise<string | null>;
  /** Drops a token that was refused. */
  forget(token: string): void;
}

export function createTokens(
  { app, authority, requestMs }: TeamsConfig,
  deps: { clock: Clock; fetch: typeof fetch },
): Tokens {
  let held: { token: string; until: number } | null = null;
  let asking: Promise<string> | null = null;

  async function ask(registration: NonNullable<TeamsConfig['app']>): Promise<string> {
    const url = `${authority.loginUrl}/${registration.tenantId}/oauth2/v2.0/token`;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: registration.id,
      client_secret: registration.password,
      scope: SCOPE,
    });
    const signal = AbortSignal.timeout(requestMs);
    const response = await deps.fetch(url, { method: 'POST', body, signal }).catch((cause: unknown) => {
      throw unreachable(cause, new URL(url).host);
    });
    const json: unknown = await response.json().catch(() => null);
    if (response.ok) {
      const { access_token: token, expires_in: seconds } = grant.parse(json);
      held = { token, until: deps.clock.now().getTime() + seconds * 1_000 - MARGIN_MS };
      return token;
    }
    const said =
      `Microsoft Entra answered ${response.status} ${fault.safeParse(json).data?.error ?? ''}`.trim();
    if (response.status < 500 && response.status !== 429) throw revoked(said);
    throw new AppError('teams_unavailable', `${said}; it is tried again.`, { retryable: true });
  }

  return {
    async get() {
      if (!app) return null;
      if (held && held.until > deps.clock.now().getTime()) return held.token;
      asking ??= ask(app).finally(() => {
        asking = null;
      });
      return asking;
    },
    forget(token) {
      if (held?.token === token) held = null;
    },
  };
}
