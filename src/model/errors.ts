// The one error family: code for machines, message for people, retryable for queues.

interface AppErrorOptions {
  /** Whether trying the same thing again may succeed. Default false. */
  retryable?: boolean;
  /** How long to wait before a retry, in milliseconds, when the other side said so. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** An expected failure. Branch on `code`, never on the message, which is written for people. */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether this is an AppError with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}

/** Trouble that passes: of the other side, or until somebody gives us a new token. */
export function mayPass(error: unknown): error is AppError {
  return error instanceof AppError && (error.retryable || error.code === 'token_revoked');
}

/** The words of any thrown value, for logs and cards. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A failed query quotes its values, which are customers' words; its cause says what happened.
  const isQuery = 'query' in error && 'params' in error && error.cause instanceof Error;
  return isQuery ? errorText(error.cause) : error.message;
}

/** SQLSTATE classes after which the same statement may succeed later: connection, resources, shutdown, lock, serialisation, or a database closed for maintenance. */
const PASSING = /^(08|53|57P0|40|55P03|55000)/;

/** Turns a driver's error into AppError `database_unavailable` when waiting may help; hands others on. */
export function databaseError(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const gone =
    /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(cause.message);
  if (!gone && !PASSING.test(code)) return error;
  return new AppError('database_unavailable', `The database cannot answer at the moment: ${cause.message}`, {
    retryable: true,
    retryAfterMs: 2_000,
    cause: error,
  });
}
