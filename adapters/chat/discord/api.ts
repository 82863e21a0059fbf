// The calls to Discord's REST API that we make, at the pace it allows, with errors in our words.
import { createHash, randomUUID } from 'node:crypto';
import {
  type APIApplication,
  type APIChannel,
  type APIGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type APIRole,
  type APIUser,
  MessageFlags,
  type RawFile,
  REST,
  type RESTPutAPIApplicationCommandsJSONBody,
  RequestMethod,
  type RouteLike,
  Routes,
} from 'discord.js';
import { type AppError, hasCode } from '../../../src/model/errors.ts';
import type { RateLimiter } from '../../../src/ports.ts';
import { toAppError } from './errors.ts';
import { LIMITS, RATE } from './limits.ts';
import { createLanes, sleep } from './pace.ts';
import type { Rendered } from './render.ts';
import { type Connection, restOptions } from './rest.ts';

interface ApiOptions extends Connection {
  token: string;
  applicationId: string;
  limiter: RateLimiter;
}

interface Call {
  method: RequestMethod;
  route: RouteLike;
  body?: unknown;
  files?: RawFile[];
  /** Interactions prove themselves by the token in their route, and the limits of all other calls are not theirs. */
  auth?: boolean;
}

/** What we read of a thread. */
export interface Thread {
  id: string;
  last_message_id?: string | null;
}

interface ArchivedThread extends Thread {
  thread_metadata: { archive_timestamp: string };
}

/** How soon a message is to be posted (0..1, lower first), and the key under which it is posted once. */
interface PostCall {
  rank: number;
  key?: string;
}

/** Pauses longer than this are the caller's business, who tries again later. */
const MOST_PATIENCE_MS = 8_000;
const ATTEMPTS = 8;

/** Nobody is ever mentioned, whatever a text says. */
const NOBODY = { parse: [] };

export type DiscordApi = ReturnType<typeof createApi>;

export function createApi(options: ApiOptions) {
  const { applicationId, limiter } = options;
  const rest = new REST(restOptions(options));
  const inLane = createLanes();

  async function request<T>(call: Call): Promise<T> {
    // A 401 makes discord.js forget the token; a moment's mistake of theirs shall not silence us for good.
    rest.setToken(options.token);
    const { method, route: fullRoute, body, files, auth } = call;
    // The answer's shape is Discord's word; every caller names the documented type.
    return (await rest.request({ method, fullRoute, body, files, auth })) as T;
  }

  /** Resolves when neither a pause of this key nor the rate and the pauses of the whole bot hold a call back. */
  async function ready(key: string, rank: number): Promise<void> {
    const paused = () => limiter.paused(`discord ${key}`);
    for (let pause = await paused(); pause > 0; pause = await paused()) await sleep(pause);
    await limiter.run({ key: 'discord *', rank, rates: [RATE] }, async () => undefined);
  }

  /**
   * Waits out pauses of this key, up to our patience, and repeats once what may have been lost on the way: every call
   * of ours does the same thing twice only once. `make` is asked again at each attempt; `repeated` is the answer when
   * the far end says that it has had this call.
   */
  async function patiently<T>(
    key: string,
    make: () => Call,
    { rank = 0.5, repeated }: { rank?: number; repeated?: T } = {},
  ): Promise<T> {
    let waited = 0;
    let lost = 0;
    for (let attempt = 1; ; attempt++) {
      const call = make();
      const own = call.auth === false;
      if (!own) await ready(key, rank);
      try {
        return await request<T>(call);
      } catch (error) {
        const known = toAppError(error);
        // The first try did arrive, only its answer did not.
        if (known.code === 'already_answered' && lost > 0 && repeated !== undefined) return repeated;
        if (known.code === 'platform_unavailable' && ++lost < 2) continue;
        const pause = known.code === 'rate_limited' ? (known.retryAfterMs ?? 1_000) : null;
        if (pause === null) throw known;
        if (!own) await limiter.pause(`discord ${isGlobal(known) ? '*' : key}`, pause);
        waited += pause;
        if (attempt === ATTEMPTS || waited > MOST_PATIENCE_MS) throw known;
        if (own) await sleep(pause);
      }
    }
  }

  /** One after the other per method and channel, lower ranks (0..1) first. */
  function inTurn<T>(key: string, rank: number, make: () => Call): Promise<T> {
    return inLane(key, rank, () => patiently<T>(key, make, { rank }));
  }

  const followUp = (token: string, message: Rendered) =>
    patiently<unknown>(`POST answer ${token}`, () => ({
      method: RequestMethod.Post,
      route: Routes.webhook(applicationId, token),
      files: message.files,
      body: toBody(message, MessageFlags.Ephemeral),
      auth: false,
    }));

  const get = <T>(route: RouteLike) =>
    patiently<T>(`GET ${route}`, () => ({ method: RequestMethod.Get, route }));

  return {
    me: () => get<APIUser>(Routes.user()),
    application: () => get<APIApplication>('/applications/@me'),
    channel: (id: string) => get<APIChannel>(Routes.channel(id)),
    guilds: () => get<{ id: string; name: string; owner_id?: string }[]>(Routes.userGuilds()),
    guildChannels: (guild: string) => get<APIChannel[]>(Routes.guildChannels(guild)),
    activeThreads: (guild: string) => get<{ threads: Thread[] }>(Routes.guildActiveThreads(guild)),
    /** Public ones of a channel, a page of those archived before then (an ISO time), the latest first. */
    archivedThreads: (channel: string, before?: string) =>
      get<{ threads: ArchivedThread[]; has_more: boolean }>(
        `${Routes.channelThreads(channel, 'public')}?limit=100${before ? `&before=${encodeURIComponent(before)}` : ''}`,
      ),
    /** At most `limit`, those nearest to `after`, the newest first. */
    messagesAfter: (channel: string, after: string, limit: number) =>
      get<APIMessage[]>(`${Routes.channelMessages(channel)}?after=${after}&limit=${limit}`),
    roles: (guild: string) => get<APIRole[]>(Routes.guildRoles(guild)),
    member: (guild: string, user: string) => get<APIGuildMember>(Routes.guildMember(guild, user)),

    /** Replaces the application's commands in every server; the same ones again change nothing. */
    putCommands: (body: RESTPutAPIApplicationCommandsJSONBody) =>
      patiently<unknown>('PUT commands', () => ({
        method: RequestMethod.Put,
        route: Routes.applicationCommands(applicationId),
        body,
      })),

    /**
     * Posts plain words: the only kind of message that a push notification shows. `mention`: user ids.
     */
    postPlain(
      channel: string,
      content: string,
      { rank, key, mention = [] }: PostCall & { mention?: string[] },
    ): Promise<APIMessage> {
      const nonce = nonceOf(channel, key);
      const people = mention.map((id) => `<@${id}> `).join('');
      return inTurn<APIMessage>(`POST ${channel}`, rank, () => ({
        method: RequestMethod.Post,
        route: Routes.channelMessages(channel),
        body: {
          content: `${people}${content}`,
          nonce,
          enforce_nonce: true,
          allowed_mentions: mention.length > 0 ? { users: mention } : NOBODY,
        },
      }));
    },

    /** Posts components without a notification. `replyTo`: the message of the same channel it answers. */
    postQuietly(
      channel: string,
      message: Rendered,
      { rank, key, replyTo }: PostCall & { replyTo?: string },
    ): Promise<APIMessage> {
      return orInWords(message, (shown, n) => {
        const nonce = nonceOf(channel, key && (n === 0 ? key : `${key} in words ${n}`));
        return inTurn<APIMessage>(`POST ${channel}`, rank, () => ({
          method: RequestMethod.Post,
          route: Routes.channelMessages(channel),
          files: shown.files,
          body: {
            ...toBody(shown, MessageFlags.SuppressNotifications),
            nonce,
            enforce_nonce: true,
            ...(replyTo && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
          },
        }));
      });
    },

    /** Makes a message show these components, whatever it showed before. `draw` is asked when it is our turn. */
    edit(channel: string, message: string, rank: number, draw: () => Rendered): Promise<void> {
      const show = (choose: (drawn: Rendered) => Rendered) =>
        inTurn<void>(`PATCH ${channel}`, rank, () => {
          const shown = choose(draw());
          return {
            method: RequestMethod.Patch,
            route: Routes.channelMessage(channel, message),
            files: shown.files,
            // What was plain becomes components; the words of the notification go.
            body: { ...toBody(shown), content: null, embeds: [] },
          };
        });
      return show((drawn) => drawn).catch((error: unknown) => {
        if (!hasCode(error, 'missing_permission') || !draw().inWords) throw error;
        return show((drawn) => drawn.inWords?.()[0] ?? drawn);
      });
    },

    /** Out of the sidebar after an hour: a server has 1,000 threads at a time, and writing into one opens it again. */
    startThread: (channel: string, message: string, name: string) =>
      inTurn<APIChannel>(`POST threads ${channel}`, 0.5, () => ({
        method: RequestMethod.Post,
        route: Routes.threads(channel, message),
        body: { name, auto_archive_duration: 60 },
      })),

    /** The channel of direct messages with a person. */
    directChannel: (user: string) =>
      patiently<APIChannel>('POST dm', () => ({
        method: RequestMethod.Post,
        route: Routes.userChannels(),
        body: { recipient_id: user },
      })),

    react: (channel: string, message: string, emoji: string) =>
      inTurn<unknown>(`PUT reaction ${channel}`, 0.5, () => ({
        method: RequestMethod.Put,
        route: Routes.channelMessageOwnReaction(channel, message, encodeURIComponent(emoji)),
      })),

    /** The first answer to an interaction; Discord waits three seconds for it and takes one only. */
    answer: (id: string, token: string, body: APIInteractionResponse) =>
      patiently<unknown>(
        `POST callback ${id}`,
        () => ({
          method: RequestMethod.Post,
          route: Routes.interactionCallback(id, token),
          body,
          auth: false,
        }),
        { repeated: 'answered' },
      ),

    /** What the first answer promised, or the private message of this id that was used. */
    editAnswer: (token: string, message: Rendered, id?: string) =>
      orInWords(
        message,
        (shown) =>
          patiently<unknown>(`PATCH answer ${token}`, () => ({
            method: RequestMethod.Patch,
            route: Routes.webhookMessage(applicationId, token, id),
            files: shown.files,
            body: { ...toBody(shown), content: null },
            auth: false,
          })),
        (more) => followUp(token, more),
      ),

    /** Private to the person of the interaction. */
    followUp: (token: string, message: Rendered) => orInWords(message, (shown) => followUp(token, shown)),

    close(): void {
      rest.clearHandlerSweeper();
      rest.clearHashSweeper();
    },
  };
}

/** Where files may not be attached, the same in words; `more` sends what has no room in the first message. */
async function orInWords<T>(
  message: Rendered,
  send: (shown: Rendered, n: number) => Promise<T>,
  more: (shown: Rendered, n: number) => Promise<unknown> = send,
): Promise<T> {
  try {
    return await send(message, 0);
  } catch (error) {
    const words = hasCode(error, 'missing_permission') ? (message.inWords?.() ?? []) : [];
    const [first, ...rest] = words;
    if (!first) throw error;
    const sent = await send(first, 0);
    for (const [at, one] of rest.entries()) await more(one, at + 1);
    return sent;
  }
}

/** The body of a message of components. */
export function toBody({ components, files }: Rendered, flags = 0) {
  return {
    flags: MessageFlags.IsComponentsV2 | flags,
    components,
    allowed_mentions: NOBODY,
    ...(files.length > 0 && { attachments: files.map(({ name }, id) => ({ id, filename: name })) }),
  };
}

/** Of posts to a channel under the same nonce Discord makes one, for some minutes. */
function nonceOf(channel: string, key: string = randomUUID()): string {
  return createHash('sha256').update(`${channel} ${key}`).digest('base64url').slice(0, LIMITS.nonce);
}

function isGlobal(error: AppError): boolean {
  return error.cause instanceof Object && 'global' in error.cause && error.cause.global === true;
}
