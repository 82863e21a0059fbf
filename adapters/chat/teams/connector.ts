// Calls to the connector service: our fetch, one time limit, and refusals turned into our errors where they arise.
import { z } from 'zod';
import { hasCode } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/ports.ts';
import type { TeamsConfig } from './config.ts';
import { refusalError, revoked, unreachable } from './errors.ts';
import type { Tokens } from './token.ts';

interface Call {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

const problem = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });

export type Connector = ReturnType<typeof createConnector>;

export function createConnector(
  config: TeamsConfig,
  deps: { clock: Clock; fetch: typeof fetch; tokens: Tokens },
) {
  /** Last final trouble with our own credentials; null when the last call went well. */
  let trouble: string | null = null;

  async function once(call: Call, token: string | null): Promise<Response> {
    const headers = new Headers(call.headers);
    headers.delete('content-length');
    if (token) headers.set('authorization', `Bearer ${token}`);
    const signal = AbortSignal.timeout(config.requestMs);
    try {
      const response = await deps.fetch(call.url, { method: call.method, headers, body: call.body, signal });
      // Read here, so that a body that never ends counts as no answer.
      const text = await response.text();
      return new Response([204, 205, 304].includes(response.status) ? null : text, {
        status: response.status,
        headers: response.headers,
      });
    } catch (cause) {
      throw unreachable(cause, new URL(call.url).host);
    }
  }

  /** Sends one call; a refused token is replaced once. Throws AppError for every answer but 2xx. */
  async function send(call: Call): Promise<Response> {
    try {
      const token = await deps.tokens.get();
      let response = await once(call, token);
      if (response.status === 401 && token) {
        deps.tokens.forget(token);
        response = await once(call, await deps.tokens.get());
        if (response.status === 401) throw revoked('Teams answered 401');
      }
      if (!response.ok) {
        const { code = null, message = null } =
          problem.safeParse(await response.json().catch(() => null)).data?.error ?? {};
        const { status } = response;
        const retryAfter = response.headers.get('retry-after');
        throw refusalError({ status, method: call.method, code, message, retryAfter }, deps.clock.now());
      }
      trouble = null;
      return response;
    } catch (error) {
      if (hasCode(error, 'token_revoked')) trouble = error.message;
      throw error;
    }
  }

  return {
    send,
    trouble: () => trouble,
    /** Reads one resource below a service URL. */
    async get(serviceUrl: string, path: string): Promise<unknown> {
      const url = `${serviceUrl.replace(/\/*$/, '/')}${path}`;
      const response = await send({ method: 'GET', url, headers: { accept: 'application/json' } });
      return response.json();
    },
  };
}
