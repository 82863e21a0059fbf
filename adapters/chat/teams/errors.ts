// What the connector service answers -> our errors, with a remedy in words.
import { AppError } from '../../../src/model/errors.ts';

/** One refused call. */
export interface Refusal {
  status: number;
  method: string;
  /** `error.code` of the body, when there is one. */
  code: string | null;
  message: string | null;
  /** The header as it came: seconds, or a date. */
  retryAfter: string | null;
}

/**
 * Classifies a refusal. 412, 429 and 5xx are worth another try:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit#handle-http-429-responses
 */
export function refusalError({ status, method, code, message, retryAfter }: Refusal, now: Date): AppError {
  const said = `Teams answered ${status}${code ? ` ${code}` : ''}`;
  if (status === 429)
    return new AppError('rate_limited', `${said}: too many requests; it goes on by itself.`, {
      retryable: true,
      retryAfterMs: retryAfterMs(retryAfter, now) ?? 1_000,
    });
  if (status === 412 || status >= 500)
    return new AppError('teams_unavailable', `${said}: it has trouble of its own; it is tried again.`, {
      retryable: true,
      retryAfterMs: retryAfterMs(retryAfter, now),
    });
  if (status === 401) return revoked(said);
  if (status === 404 && method !== 'POST' && code !== 'ConversationNotFound')
    return new AppError('message_gone', `${said}: the message was deleted in Teams.`);
  if (status === 404)
    return new AppError(
      'channel_gone',
      `${said}: the channel does not exist. Correct its id in config/deskhand.yaml (channel menu, "Get link to channel").`,
    );
  if (status === 403)
    return new AppError(
      'channel_gone',
      `${said}: Deskhand is not, or no longer, in this team or chat. Add the app to the team again.`,
    );
  if (status === 413)
    return new AppError('card_too_large', `${said}: the message is larger than Teams takes.`);
  return new AppError(
    'teams_refused',
    `${said} and will not take this message${message ? `: ${message.slice(0, 300)}` : ''}.`,
  );
}

/** The bot's own credentials no longer count. */
export function revoked(said: string): AppError {
  return new AppError(
    'token_revoked',
    `${said}: the bot's password is wrong or has expired. Create a new client secret in the app registration and set TEAMS_APP_PASSWORD.`,
  );
}

/** No answer at all. */
export function unreachable(cause: unknown, host: string): AppError {
  return new AppError('teams_unreachable', `${host} does not answer; it is tried again.`, {
    retryable: true,
    cause,
  });
}

function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
