// Slack's errors -> AppError: what may be tried again and when, and what is final, with words and a remedy.
import { webApi } from '@slack/bolt';
import { AppError, errorText } from '../../../src/model/errors.ts';

/** What final answers of Slack mean: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const FINAL: Record<string, { code: string; message: string }> = {};

function final(code: string, message: string, ...errors: string[]): void {
  for (const error of errors) FINAL[error] = { code, message };
}
final(
  'message_gone',
  'The card was deleted in Slack, so it cannot be updated; "/deskhand ticket" shows it again.',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
);
final(
  'channel_gone',
  'Slack has no such channel, or Deskhand is not in it: check "channels" and "routes" in config/deskhand.yaml, then write "/invite @Deskhand" in the channel.',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
);
final(
  'token_revoked',
  'Slack no longer accepts SLACK_BOT_TOKEN: install the app again under "OAuth & Permissions" and set the new token.',
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'not_authed',
  'no_permission',
  'team_access_not_granted',
);
final(
  'trigger_expired',
  'Slack did not open the window in time. Please press the button again.',
  'expired_trigger_id',
  'trigger_expired',
  'exchanged_trigger_id',
  'trigger_exchanged',
  'invalid_trigger_id',
);

const RETRYABLE = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_is_migrating',
];

/** Slack's own word for what went wrong (`invalid_blocks`), also behind an AppError; null when it said none. */
export function slackCode(error: unknown): string | null {
  const said = error instanceof AppError ? error.cause : error;
  return said instanceof webApi.WebAPIPlatformError ? said.data.error : null;
}

/** Any error of a Web API call as an AppError; those that are AppErrors already stay as they are. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) return tooFast(error.retryAfter * 1_000, error);
  if (error instanceof webApi.WebAPIHTTPError) {
    const retryable = error.statusCode >= 500 || error.statusCode === 408;
    return new AppError(
      'slack_unavailable',
      `Slack answered ${error.statusCode}; nothing was changed there.`,
      {
        retryable,
        cause: error,
      },
    );
  }
  const code = slackCode(error);
  if (code === null)
    return new AppError('slack_unreachable', `Slack cannot be reached: ${errorText(error)}`, {
      retryable: true,
      cause: error,
    });
  if (code === 'ratelimited' || code === 'rate_limited') return tooFast(1_000, error);
  const known = FINAL[code];
  if (known) return new AppError(known.code, `${known.message} (${code})`, { cause: error });
  if (code === 'missing_scope')
    return new AppError(
      'missing_scope',
      `The Slack app lacks a permission${neededScope(error)}: add it under "OAuth & Permissions" and install the app again.`,
      { cause: error },
    );
  return new AppError('slack_refused', `Slack refused with "${code}"${details(error)}.`, {
    retryable: RETRYABLE.includes(code),
    cause: error,
  });
}

/** Slack's 429. */
export function tooFast(retryAfterMs: number, cause?: unknown): AppError {
  return new AppError('rate_limited', 'Slack asks for a pause; it goes on by itself.', {
    retryable: true,
    retryAfterMs,
    cause,
  });
}

function neededScope(error: unknown): string {
  if (!(error instanceof webApi.WebAPIPlatformError)) return '';
  const needed = 'needed' in error.data ? error.data.needed : null;
  return typeof needed === 'string' ? ` (${needed})` : '';
}

function details(error: unknown): string {
  if (!(error instanceof webApi.WebAPIPlatformError)) return '';
  const messages = error.data.response_metadata?.messages ?? [];
  return messages.length > 0 ? `: ${messages.join('; ').slice(0, 500)}` : '';
}
