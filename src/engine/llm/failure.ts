// What can go wrong at a language model's endpoint, as AppErrors whose words people may read.
import { z } from 'zod';
import { AppError } from '../../model/errors.ts';

/** Codes that speak against the endpoint itself, and open the circuit breaker. */
const ENDPOINT_FAULTS = new Set([
  'model_unreachable',
  'model_silent',
  'model_busy',
  'model_failed',
  'model_rejected',
  'model_unknown',
  'model_garbled',
]);

export function isEndpointFault(error: AppError): boolean {
  return ENDPOINT_FAULTS.has(error.code);
}

/** The body of an error as OpenAI-compatible endpoints send it; some leave parts out or send plain text. */
const errorBody = z.looseObject({
  error: z.union([
    z.string().transform((message) => ({ message, code: null, param: null })),
    z.looseObject({
      message: z.string().nullish(),
      code: z.union([z.string(), z.number()]).nullish(),
      param: z.string().nullish(),
    }),
  ]),
});

/** What an endpoint says about a refused request. */
export interface Refusal {
  message: string;
  code: string;
  /** The parameter at fault, where it is named. */
  param: string | null;
}

export function parseRefusal(body: unknown): Refusal {
  const { error } = errorBody.safeParse(body).data ?? {};
  return {
    message: (error?.message ?? '').slice(0, 300),
    code: String(error?.code ?? ''),
    param: error?.param ?? null,
  };
}

/** The AppError of an HTTP status other than 2xx; `retryAfter` in milliseconds, where the endpoint says it. */
export function statusError(model: string, status: number, refusal: Refusal, retryAfter?: number): AppError {
  if (refusal.code === 'insufficient_quota')
    return new AppError('model_rejected', 'The account of the language model has no credit left.');
  if (status === 429)
    return new AppError('model_busy', `The language model ${model} takes no more requests at the moment.`, {
      retryable: true,
      retryAfterMs: retryAfter,
    });
  if (status === 401 || status === 403)
    return new AppError(
      'model_rejected',
      `The language model's endpoint refuses the key (HTTP ${status}). Check OPENAI_API_KEY.`,
    );
  if (status === 404)
    return new AppError(
      'model_unknown',
      `The endpoint does not know the language model ${model} (HTTP 404). Check OPENAI_MODEL and OPENAI_BASE_URL.`,
    );
  if (status >= 500 || status === 408 || status === 409)
    return new AppError('model_failed', `The language model ${model} failed (HTTP ${status}).`, {
      retryable: true,
    });
  return new AppError(
    'model_refused',
    `The language model ${model} refused the request (HTTP ${status})${refusal.message ? `: ${refusal.message}` : ''}.`,
  );
}

/** What a Retry-After asks for, which is a number of seconds or a date; undefined where it is neither. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(header ?? '') ? Number(header) : Number.NaN;
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header ?? '') - now.getTime();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** The AppError inside whatever the libraries in between made of it. */
export function findAppError(error: unknown): AppError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1)
    if (at instanceof AppError) return at;
  return null;
}
