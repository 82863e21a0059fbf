// Slack's response URLs: a private answer to one press or command, also in channels that the bot is not in.
import { AppError } from '../../../src/model/errors.ts';
import { toAppError, tooFast } from './errors.ts';
import type { SlackMessage } from './render.ts';

/** Puts `message` to a response URL; `replace`: in place of the private message that was pressed. */
export type Responses = (url: string, message: SlackMessage, replace: boolean) => Promise<void>;

/**
 * A URL takes five answers within 30 minutes (https://docs.slack.dev/interactivity/handling-user-interaction). bolt's
 * own `respond` has no time limit and keeps `Retry-After` to itself. Rejects with AppError: `rate_limited`,
 * `slack_unavailable` and `slack_unreachable` (retryable), or `slack_refused`, which does not say what was disliked.
 */
export function createResponses(options: { fetch: typeof fetch; timeoutMs: number }): Responses {
  return async (url, message, replace) => {
    const response = await options
      .fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...message, response_type: 'ephemeral', replace_original: replace }),
        signal: AbortSignal.timeout(options.timeoutMs),
      })
      .catch((error: unknown) => {
        throw toAppError(error);
      });
    await response.body?.cancel();
    const { ok, status, headers } = response;
    if (ok) return;
    if (status === 429) throw tooFast((Number(headers.get('retry-after')) || 1) * 1_000);
    const retryable = status >= 500 || status === 408;
    throw new AppError(
      retryable ? 'slack_unavailable' : 'slack_refused',
      `Slack answered ${status} to a private answer.`,
      { retryable },
    );
  };
}
