// What Discord answers when it refuses, in our one family of errors: codes for machines, words and remedy for people.
import {
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  HTTPError,
  RateLimitError,
  RESTJSONErrorCodes,
} from 'discord.js';
import { AppError, errorText } from '../../../src/model/errors.ts';

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const KNOWN: Partial<Record<number, { code: string; words: string }>> = {
  [RESTJSONErrorCodes.UnknownMessage]: {
    code: 'message_gone',
    words: 'The message was deleted in Discord. The ticket goes on; /deskhand ticket shows it again.',
  },
  [RESTJSONErrorCodes.UnknownChannel]: {
    code: 'channel_gone',
    words: 'The Discord channel or thread does not exist any more. Name another one in config/deskhand.yaml.',
  },
  [RESTJSONErrorCodes.MissingAccess]: {
    code: 'channel_gone',
    words:
      'Deskhand may not see the Discord channel. Invite the bot again, or let its role view the channel.',
  },
  [RESTJSONErrorCodes.MissingPermissions]: {
    code: 'missing_permission',
    words:
      'Deskhand lacks a permission in the Discord channel: it needs to send messages, to attach files and to create public threads there.',
  },
  [RESTJSONErrorCodes.UnknownInteraction]: {
    code: 'interaction_expired',
    words: 'Discord waits three seconds for an answer, and they were over.',
  },
  [RESTJSONErrorCodes.InvalidWebhookToken]: {
    code: 'interaction_expired',
    words: 'Discord takes answers to a click for fifteen minutes, and they were over.',
  },
  [RESTJSONErrorCodes.UnknownWebhook]: {
    code: 'interaction_expired',
    words: 'Discord takes answers to a click for fifteen minutes, and they were over.',
  },
  [RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged]: {
    code: 'already_answered',
    words: 'Another replica has answered this click.',
  },
  [RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage]: {
    code: 'thread_exists',
    words: 'The message has its thread already.',
  },
  [RESTJSONErrorCodes.CannotSendMessagesToThisUser]: {
    code: 'no_direct_messages',
    words: 'This person takes no direct messages from the bot.',
  },
  [RESTJSONErrorCodes.InvalidFormBodyOrContentType]: {
    code: 'card_refused',
    words: 'Discord refused the message as malformed; please report this as a bug of Deskhand.',
  },
};

/** Edits of messages older than an hour are limited over and above; Discord says "later" without saying when. */
const OLD_EDIT = {
  code: RESTJSONErrorCodes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached,
  waitMs: 30_000,
};

/** 1,000 threads are open in the server; they close by themselves. */
const NO_THREAD = { code: RESTJSONErrorCodes.MaximumActiveThreads, waitMs: 10 * 60_000 };

/** What people read when the token is no longer good. */
export const REVOKED =
  "Discord no longer takes the bot's token. Make a new one on the application's page “Bot” and set DISCORD_TOKEN.";

/** Any failure of a call. Throws nothing. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof RateLimitError)
    return new AppError('rate_limited', 'Discord asks us to slow down; the message follows later.', {
      retryable: true,
      retryAfterMs: Math.max(1, Math.ceil(error.retryAfter)),
      cause: error,
    });
  if (error instanceof DiscordAPIError) {
    if (error.status === 401) return revoked(error);
    if (error.code === OLD_EDIT.code)
      return new AppError('rate_limited', 'Discord limits edits of older messages; the card follows later.', {
        retryable: true,
        retryAfterMs: OLD_EDIT.waitMs,
        cause: error,
      });
    if (error.code === NO_THREAD.code)
      return new AppError('rate_limited', 'Discord takes no more threads at the moment; it follows later.', {
        retryable: true,
        retryAfterMs: NO_THREAD.waitMs,
        cause: error,
      });
    const known = KNOWN[Number(error.code)];
    if (known) return new AppError(known.code, known.words, { cause: error });
    if (error.status < 500)
      return new AppError('discord_refused', `Discord refused: ${error.message}`, { cause: error });
  }
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
    return revoked(error);
  const why = error instanceof HTTPError ? `it answers ${error.status}` : errorText(error);
  const options = { retryable: isNetwork(error), cause: error };
  return options.retryable
    ? new AppError(
        'platform_unavailable',
        `Discord cannot be reached (${why}); this is tried again.`,
        options,
      )
    : new AppError('discord_failed', `Something failed on the way to Discord: ${why}`, options);
}

function revoked(cause: unknown): AppError {
  return new AppError('token_revoked', REVOKED, { cause });
}

/** A server's fault, a lost connection or a call that took too long; anything else would fail again. */
function isNetwork(error: unknown): boolean {
  if (error instanceof HTTPError || error instanceof DiscordAPIError) return true;
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    error.message === 'fetch failed' ||
    'code' in error
  );
}
