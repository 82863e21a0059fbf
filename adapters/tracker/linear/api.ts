// Linear's GraphQL API through its SDK's client: small queries, and every failure as an AppError.
import type { LinearGraphQLClient } from '@linear/sdk';
import { z } from 'zod';
import type { AppError } from '../../../src/model/errors.ts';
import {
  requestFault,
  retryAfterOf,
  TRACKER_LIMIT_MS,
  trackerError,
} from '../../../src/model/tracker-error.ts';
import type { Clock } from '../../../src/ports.ts';

export type LinearCall = <T>(
  query: string,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
  signal: AbortSignal,
) => Promise<T>;

/** The part of the SDK's errors that says what to do; the SDK tells the HTTP status and the headers in `raw`. */
const failureSchema = z.looseObject({
  type: z.string().optional(),
  status: z.number().optional(),
  errors: z.array(z.unknown()).default([]),
  raw: z
    .looseObject({ response: z.looseObject({ headers: z.instanceof(Headers).optional() }).optional() })
    .optional(),
});

/** The SDK is 3 MB of code: it is loaded by the first call, not by everybody's start. It takes no `fetch` but the global one. */
export function createLinearCall(config: { apiKey: string; apiUrl: string; clock: Clock }): LinearCall {
  return async (query, variables, schema, signal) => {
    const changes = query.trimStart().startsWith('mutation');
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TRACKER_LIMIT_MS)]);
    try {
      const { LinearClient } = await import('@linear/sdk');
      const client: LinearGraphQLClient = new LinearClient({
        apiKey: config.apiKey,
        apiUrl: config.apiUrl,
        signal: limited,
      }).client;
      const { data } = await client.rawRequest<unknown, Record<string, unknown>>(query, variables);
      return schema.parse(data);
    } catch (error) {
      throw failureOf(error, { changes, signal: limited, now: config.clock.now() });
    }
  };
}

function failureOf(
  error: unknown,
  { changes, signal, now }: { changes: boolean; signal: AbortSignal; now: Date },
): AppError {
  const failure = failureSchema.safeParse(error).data ?? { errors: [] };
  const detail = requestFault(error, signal);
  const status = statusOf(failure, detail);
  const headers = failure.raw?.response?.headers;
  const resetMs = Number(headers?.get('x-ratelimit-requests-reset')) - now.getTime();
  const pauseMs = retryAfterOf(headers?.get('retry-after'), now) ?? (resetMs > 0 ? resetMs : undefined);
  return trackerError({
    tracker: 'Linear',
    credential: 'LINEAR_API_KEY',
    status,
    detail,
    changes,
    retryAfterMs: status === 429 ? pauseMs : undefined,
    cause: error,
  });
}

/**
 * The HTTP status that would say what is wrong. Linear answers 400 to too many requests
 * (https://linear.app/developers/rate-limiting), and 200 or 400 with an entity that is not there. A 200 without
 * errors in it is somebody else's answer, such as a proxy's page.
 */
function statusOf({ type, status, errors }: z.infer<typeof failureSchema>, detail: string): number | null {
  if (type === 'Ratelimited') return 429;
  if (type === 'AuthenticationError') return 401;
  if (type === 'Forbidden') return 403;
  if (status === undefined || status >= 500) return status ?? null;
  if (/entity not found|could not find|not found/i.test(detail)) return 404;
  if (status === 200) return errors.length > 0 ? 422 : null;
  return status;
}
