// What all answers have in common: the one shape of errors, and the status of anything that is thrown.
import type { AppError } from '../../model/errors.ts';

interface ProblemExtras {
  /** Which field of the request is at fault: `customer.email`. */
  field?: string;
  headers?: Record<string, string>;
  /** Further keys beside `error`. */
  beside?: Record<string, unknown>;
}

/** `{ error: { code, message, field? } }`, never cached. */
export function problem(
  status: number,
  code: string,
  message: string,
  { field, headers, beside }: ProblemExtras = {},
): Response {
  return Response.json(
    { error: { code, message, field }, ...beside },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  );
}

/** Status by code of the expected failures that say what is wrong with the request. */
const STATUS: Record<string, number> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
};

/** An expected failure as an answer; null when nothing but "internal error" may be said. */
export function problemOf(error: AppError): Response | null {
  if (error.retryable)
    return problem(503, error.code, error.message, {
      headers: { 'retry-after': String(Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)) },
    });
  const status = STATUS[error.code];
  return status ? problem(status, error.code, error.message) : null;
}

/** For whatever could not be found under the given name. */
export function notFound(message: string): Response {
  return problem(404, 'not_found', message);
}
