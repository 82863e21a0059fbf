// The transport under jira.js: our fetch, a time limit, and every failure as an AppError.
import type { Client, SendRequestOptions } from 'jira.js/core';
import { z } from 'zod';
import { parseJson } from '../../../src/model/json.ts';
import {
  requestFault,
  retryAfterOf,
  TRACKER_LIMIT_MS,
  trackerError,
} from '../../../src/model/tracker-error.ts';
import type { AdapterDeps } from '../../../src/ports.ts';

const refusalSchema = z.object({
  message: z.string().optional(),
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
});

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
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TRACKER_LIMIT_MS)]);
      let response: Response;
      let text: string;
      try {
        response = await deps.fetch(`${config.url}${url}${query.size > 0 ? `?${query}` : ''}`, {
          method,
          headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
          body: body === undefined ? undefined : JSON.stringify(body),
          redirect: 'manual',
          signal: limited,
        });
        text = await response.text();
      } catch (error) {
        throw fail(null, requestFault(error, limited), error);
      }
      if (!response.ok)
        throw fail(
          response.status,
          refusalOf(text) || response.statusText,
          null,
          retryAfterOf(response.headers.get('retry-after'), deps.clock.now()),
        );
      const answer = text ? parseJson(text) : undefined;
      if (answer === null) throw fail(null, 'its answer is no JSON', null);
      // Sites differ from jira.js's description of them, so callers check with `readAnswer` what they read.
      return answer as T;
    },
  };
}

/** An answer of Jira as `schema` has it. Throws AppError `tracker_unavailable`; after a change `outcome_unknown`. */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown, { changes = false } = {}): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const { error } = read;
  const names = { tracker: 'Jira', credential: 'JIRA_API_TOKEN', status: null };
  throw trackerError({ ...names, detail: requestFault(error), changes, cause: error });
}

/** Jira's words about a refused request: general ones, and those about each field. A page of HTML has none. */
function refusalOf(text: string): string {
  const refusal = refusalSchema.safeParse(parseJson(text)).data;
  if (!refusal) return '';
  const { message, errorMessages, errors } = refusal;
  const fields = Object.entries(errors).map(([field, words]) => `${field}: ${words}`);
  return [message, ...errorMessages, ...fields].filter(Boolean).join(' ');
}
