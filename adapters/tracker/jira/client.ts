// The transport under jira.js: our fetch, a time limit, and every failure as an AppError.
import type { Client, SendRequestOptions } from 'jira.js/core';
import {
  requestFault,
  retryAfterOf,
  TRACKER_LIMIT_MS,
  trackerError,
} from '../../../src/model/tracker-error.ts';
import type { AdapterDeps } from '../../../src/ports.ts';

/** What jira.js sends its requests through. POSTs that only ask are told by their path. */
export function createJiraClient(
  config: { url: string; email: string; apiToken: string },
  deps: Pick<AdapterDeps, 'fetch' | 'clock'>,
  signal: AbortSignal,
): Client {
  const authorization = `Basic ${Buffer.from(`${config.email}:${config.apiToken}`).toString('base64')}`;
  return {
    async sendRequest<T>({ url, method = 'GET', searchParams = {}, body }: SendRequestOptions<T>) {
      const changes = method !== 'GET' && !url.includes('/search/');
      const fail = (status: number | null, detail: string, cause: unknown, retryAfterMs?: number) =>
        trackerError({
          tracker: 'Jira',
          credential: 'JIRA_API_TOKEN',
          status,
          detail,
          changes,
          retryAfterMs,
          cause,
        });
      const query = new URLSearchParams(
        Object.entries(searchParams)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
      );
      let response: Response;
      let text: string;
      try {
        response = await deps.fetch(`${config.url}${url}${query.size > 0 ? `?${query}` : ''}`, {
          method,
          headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
          body: body === undefined ? undefined : JSON.stringify(body),
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(TRACKER_LIMIT_MS)]),
        });
        text = await response.text();
      } catch (error) {
        throw fail(null, requestFault(error), error);
      }
      if (!response.ok)
        throw fail(
          response.status,
          text || response.statusText,
          null,
          retryAfterOf(response.headers.get('retry-after'), deps.clock.now()),
        );
      // Sites differ from jira.js's description of them, so callers check for themselves what they read.
      return (text ? JSON.parse(text) : undefined) as T;
    },
  };
}
