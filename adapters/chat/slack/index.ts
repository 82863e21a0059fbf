// Slack: cards as Block Kit, buttons, forms, threads and commands, over HTTP or Socket Mode.
import { App, LogLevel, webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Card, CardRef } from '../../../src/model/card.ts';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef, Place } from '../../../src/model/platform.ts';
import type { AdapterDeps, ChatPlatform, Health, Log } from '../../../src/ports.ts';
import { createApi } from './api.ts';
import { createCoalescer } from './coalesce.ts';
import type { SlackConfig } from './config.ts';
import { listen } from './handlers.ts';
import { encodeMessage, encodeRef, parseMessage, parseRef } from './ids.ts';
import { SCOPES } from './manifest.ts';
import { createPeople } from './people.ts';
import { createLooks } from './reactions.ts';
import { createHttpReceiver } from './receiver.ts';
import { createResponses } from './responses.ts';
import { createSeen } from './seen.ts';
import { createSocketReceiver } from './socket.ts';
import { createWords } from './words.ts';

const ID = 'slack';
/** How long an answer of Slack about ourselves is believed: a good one, and a bad one. */
const HEALTH_MS = { good: 60_000, bad: 10_000 };

interface Identity {
  userId: string | null;
  teamId: string | null;
  team: string;
  scopes: string[];
}

/** How long a thread is known for its ticket's after its card was posted. */
const THREAD_KEPT_MS = 400 * 86_400_000;

export function createSlack(config: SlackConfig, deps: AdapterDeps): ChatPlatform {
  const { store, log, clock } = deps;
  const logger = boltLogger(log);
  const clientOptions: webApi.WebClientOptions = {
    slackApiUrl: config.apiUrl,
    logger,
    fetch: deps.fetch,
    timeout: config.timeoutMs,
    // Retries and pauses are ours: they know which call matters most.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  };
  const api = createApi({
    client: new webApi.WebClient(config.botToken, { ...clientOptions }),
    responses: createResponses({ fetch: deps.fetch, timeoutMs: config.timeoutMs }),
    limiter: deps.limiter,
    log,
  });
  const socket = config.appToken
    ? createSocketReceiver({ appToken: config.appToken, logger, clientOptions, log })
    : null;
  const http = createHttpReceiver({ signingSecret: config.signingSecret ?? '', clock, log });
  const receiver = socket ?? http;
  const app = new App({
    receiver,
    logger,
    clientOptions: { ...clientOptions },
    authorize: async () => ({ botToken: config.botToken }),
    // Our own messages are told apart where events are parsed, which needs no call to Slack first.
    ignoreSelf: false,
    convoStore: false,
  });
  app.error(async (error) => {
    log.error({ reason: error.message }, 'an event of Slack could not be handled');
    throw error;
  });

  let handler: ((action: AgentAction) => Promise<ActionReply>) | null = null;
  let identity: Identity | null = null;
  let checked: { at: number; health: Health } | null = null;

  async function identify(): Promise<Identity> {
    const result = await api.identity();
    identity = {
      userId: result.user_id ?? null,
      teamId: result.team_id ?? null,
      team: result.team ?? 'Slack',
      scopes: result.response_metadata?.scopes ?? [],
    };
    return identity;
  }

  const botUserId = async () => (identity ?? (await identify())).userId;

  async function act(action: AgentAction): Promise<ActionReply> {
    if (handler) return handler(action);
    return {
      kind: 'notice',
      ok: false,
      text: 'Deskhand is still starting; please try again in a moment.',
    };
  }

  async function ticketOf(channel: string, ts: string): Promise<CardRef | null> {
    const value = z.string().safeParse(await store.get(`thread/${channel}/${ts}`));
    return value.success ? parseRef(value.data) : null;
  }

  const people = createPeople({
    platform: ID,
    store,
    clock,
    log,
    ask: api.user,
    named: (userId) => userId in config.agents,
    teamId: async () => (identity ?? (await identify())).teamId,
  });

  const words = createWords({
    api,
    people,
    act,
    botUserId,
    knownBotUserId: () => identity?.userId ?? null,
    ticketOf,
    openInbox: deps.openInbox,
    log,
  });

  listen(app, {
    api,
    people,
    log,
    agents: deps.agents,
    emails: config.agents,
    act,
    isNew: createSeen(store),
    inOrder: createLooks(store),
    botUserId,
    words,
    ticketOf,
  });

  const update = createCoalescer<{ card: Card; urgency: number | undefined }>((key, take, newest) => {
    const at = key.indexOf('/');
    return api.update(key.slice(0, at), key.slice(at + 1), () => take().card, newest().urgency);
  });

  /** The id of an agent whom the configuration knows by e-mail only; null when Slack does not know the address. */
  async function userIdOf({ userId }: AgentRef): Promise<string | null> {
    if (!userId.includes('@')) return userId;
    return api.userByEmail(userId).catch((error: unknown) => {
      log.warn({ reason: errorText(error) }, 'Slack does not know an agent by e-mail');
      return null;
    });
  }

  /** What fails for good is asked about at the next look. */
  function noting<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      if (error instanceof AppError && !error.retryable) checked = null;
      throw error;
    });
  }

  /** What Slack says of us. */
  async function look(): Promise<Health> {
    try {
      const { team, scopes } = await identify();
      const missing = scopes.length > 0 ? Object.keys(SCOPES).filter((scope) => !scopes.includes(scope)) : [];
      const remedy = `the app lacks the scopes ${missing.join(', ')}; add them under "OAuth & Permissions" and install it again`;
      if (missing.some((scope) => SCOPES[scope] === null)) return { ok: false, detail: `Slack: ${remedy}` };
      const without = missing.map((scope) => SCOPES[scope]);
      return {
        ok: true,
        detail: [
          `in ${team}, events by ${socket ? 'Socket Mode' : 'HTTP at /webhooks/slack'}`,
          ...(missing.length > 0 ? [`${without.join(', ')}: ${remedy}`] : []),
        ].join('. '),
      };
    } catch (error) {
      return { ok: false, detail: errorText(error) };
    }
  }

  return {
    id: ID,
    routes: socket
      ? []
      : [{ method: 'POST', path: '/webhooks/slack', handle: (request) => http.handle(request) }],

    async start(onAction) {
      handler = onAction;
      words.start();
      await receiver.start();
      // Slack may be out of reach just now: the health says so, and events and cards try again by themselves.
      await identify().catch((error: unknown) =>
        log.warn({ reason: errorText(error) }, 'Slack does not answer yet'),
      );
    },

    async stop() {
      await Promise.all([receiver.stop(), words.stop()]);
      handler = null;
    },

    async post(place, card, { mention = [], ...options } = {}) {
      const thread = threadOf(place);
      const people = await Promise.all(mention.map(userIdOf));
      const posted = await noting(
        api.post(place.thread?.channel ?? place.channel, thread, card, {
          ...options,
          mention: people.filter((id) => id !== null),
        }),
      );
      if (card.ref)
        await store.set(`thread/${posted.channel}/${posted.ts}`, encodeRef(card.ref), THREAD_KEPT_MS);
      return { platform: ID, channel: posted.channel, message: encodeMessage(posted.ts, thread) };
    },

    async update(ref, card, { urgency } = {}) {
      await noting(update(`${ref.channel}/${parseMessage(ref.message).ts}`, { card, urgency }));
    },

    async notify(agent, text, place) {
      const channel = place.thread?.channel ?? place.channel;
      await api.tell((await userIdOf(agent)) ?? agent.userId, text, channel, threadOf(place));
    },

    async check(channel) {
      try {
        const fault = await api.membership(channel);
        return fault ? { ok: false, detail: fault } : { ok: true, detail: 'Deskhand is in it' };
      } catch (error) {
        return { ok: false, detail: errorText(error) };
      }
    },

    async health() {
      const problem = await socket?.problem();
      if (problem) return { ok: false, detail: `Slack: Socket Mode ${problem}` };
      const now = clock.now().getTime();
      const kept = checked?.health.ok ? HEALTH_MS.good : HEALTH_MS.bad;
      if (!checked || now - checked.at > kept) checked = { at: now, health: await look() };
      return checked.health;
    },
  };
}

/** The first message of a thread; null where there is none. */
function threadOf({ thread }: Place): string | null {
  if (!thread) return null;
  const { thread: root, ts } = parseMessage(thread.message);
  return root ?? ts;
}

/** bolt's log lines as ours; they may hold texts of messages, so only warnings and worse are kept, without details. */
function boltLogger(log: Log) {
  const first = (words: unknown[]) => ({ reason: errorText(words[0]).slice(0, 300) });
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...words: unknown[]) => log.debug(first(words), 'slack sdk'),
    error: (...words: unknown[]) => log.warn(first(words), 'slack sdk'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
