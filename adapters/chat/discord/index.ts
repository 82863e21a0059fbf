// Discord: cards as Components V2 messages, actions over the gateway, everything else over REST.
import { ApplicationFlags } from 'discord.js';
import type { Card } from '../../../src/model/card.ts';
import { AppError, errorText, mayPass } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef, MessageRef, Place } from '../../../src/model/platform.ts';
import type { AdapterDeps, ChatPlatform, Health, PostOptions } from '../../../src/ports.ts';
import { createApi } from './api.ts';
import { type CatchUp, createCatchUp } from './catch-up.ts';
import { createChannels } from './channels.ts';
import { COMMANDS } from './commands.ts';
import type { DiscordConfig } from './config.ts';
import { toAppError } from './errors.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { createInteractions, type Edit, editKey } from './interactions.ts';
import { createLooks } from './looks.ts';
import { createMemory, type Posted } from './memory.ts';
import { createCoalescer } from './pace.ts';
import { renderCard, renderNotification, renderPages, renderPlain, renderText } from './render.ts';
import { restOptions } from './rest.ts';
import { createThreads } from './threads.ts';
import { createWords } from './words.ts';

const ID = 'discord';

/** What tests may want otherwise. */
interface Tuning {
  /** Milliseconds until one REST call counts as lost. */
  timeoutMs?: number;
  /** Milliseconds between tries to connect, and to read what was written meanwhile. */
  retryMs?: number;
}

export function createDiscord(config: DiscordConfig, deps: AdapterDeps, tuning: Tuning = {}): ChatPlatform {
  const { log } = deps;
  const { timeoutMs = 8_000, retryMs = 5_000 } = tuning;
  const connection = { ...config, fetch: deps.fetch, timeoutMs };
  const api = createApi({ ...connection, limiter: deps.limiter });
  const channels = createChannels(api);
  const memory = createMemory(deps);
  const context = { people: config.people };
  let handler: ((action: AgentAction) => Promise<ActionReply>) | null = null;
  let gateway: Gateway | null = null;
  let catchUp: CatchUp | null = null;
  let startFailure: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let checked: { at: number; health: Health } | null = null;

  const edits = createCoalescer<Edit>((key, newest) => {
    const [channel = '', message = ''] = key.split('/');
    const { card, urgency } = newest();
    return api.edit(channel, message, rankOf(card, urgency), () => renderCard(newest().card));
  });

  async function act(action: AgentAction): Promise<ActionReply> {
    if (!handler)
      return { kind: 'notice', text: 'Deskhand is still starting; please try again in a moment.', ok: false };
    return handler(action);
  }

  async function postDirectly(agent: AgentRef, text: string): Promise<void> {
    const direct = await api.directChannel(agent.userId);
    await api.postPlain(direct.id, renderPlain(text), { rank: 0.5 });
  }

  /** A direct message; false where the person takes none or Discord takes nothing. */
  async function tell(agent: AgentRef, text: string): Promise<boolean> {
    try {
      await postDirectly(agent, text);
      return true;
    } catch (error) {
      log.warn({ agent: agent.userId, reason: errorText(error) }, 'an agent could not be told in private');
      return false;
    }
  }

  const onReaction = createLooks({ memory, store: deps.store, act });
  const threads = createThreads({ api, memory });
  const words = createWords({ api, memory, openInbox: deps.openInbox, log, act, tell });
  const onInteraction = createInteractions({
    api,
    applicationId: config.applicationId,
    log,
    context,
    edits,
    isNew: memory.isNew,
    isMine: memory.isMine,
    act,
    tell,
    keep: words.keep,
  });

  /**
   * Push notifications show a message's plain words and no components, so a card begins as one line of words, which
   * the phone shows, and is turned into components at once. Where that fails for a time the post is asked for again
   * under its key, by this process or the next, and the line that stands becomes the card.
   */
  async function postLoudly(channel: string, card: Card, options: PostOptions): Promise<Posted> {
    const { urgency, key, mention = [] } = options;
    const people = mention.map(({ userId }) => userId).filter((id) => /^\d{15,21}$/.test(id));
    const post = () =>
      api.postPlain(channel, renderNotification(card), {
        rank: rankOf(card, urgency),
        key,
        mention: people.slice(0, 20),
      });
    const message = key === undefined ? await post() : await memory.postOnce(`${channel} ${key}`, post);
    if (card.ref)
      await memory.rememberCard(message.id, {
        ticketId: card.ref.ticketId,
        name: card.fallback.slice(0, 300),
      });
    await edits.submit(editKey(message.channel_id, message.id), { card, urgency }).catch((error: unknown) => {
      log.warn({ message: message.id, reason: errorText(error) }, 'a card stands as one line for now');
      if (key && error instanceof AppError && error.retryable) throw error;
    });
    return message;
  }

  /** Who we are. Throws when the token belongs to another application, whose clicks would never be ours. */
  async function identify() {
    const [me, application] = await Promise.all([api.me(), api.application()]);
    if (application.id !== config.applicationId)
      throw new AppError(
        'wrong_application',
        `DISCORD_APPLICATION_ID is not the application of DISCORD_TOKEN; set it to ${application.id}.`,
      );
    return { me, application };
  }

  /** What did not work is tried again until it does, unless no try could help. */
  async function connect(): Promise<void> {
    try {
      const { me, application } = await identify();
      catchUp ??= createCatchUp({
        ...{ api, memory, log, retryMs },
        ...{ store: deps.store, clock: deps.clock },
        hear: (message) => words.onMessage(message, me.id),
        isListening: () => gateway?.trouble() === null,
      });
      gateway ??= await openGateway({
        token: config.token,
        rest: restOptions(connection),
        log,
        readsContent: readsContent(application.flags),
        onSession: () => catchUp?.begin(),
        onInteraction,
        // It is told once only, so what could not be kept is read again.
        onMessage: (event) =>
          words.onMessage(event, me.id).catch((error: unknown) => {
            if (mayPass(error)) catchUp?.begin();
            throw error;
          }),
        onReaction,
      });
      if (stopped) return await gateway.close();
      await api.putCommands(COMMANDS);
      startFailure = null;
    } catch (error) {
      const known = toAppError(error);
      startFailure = known.message;
      log.error({ reason: startFailure }, 'Discord is not connected');
      if (stopped || !known.retryable) return;
      timer = setTimeout(() => void connect(), retryMs);
      timer.unref();
    }
  }

  async function examine(): Promise<Health> {
    try {
      const { me, application } = await identify();
      const reading = readsContent(application.flags)
        ? ''
        : ". It cannot read thread replies: turn on the Message Content intent on the application's page “Bot”; until then only replies that mention the bot are read";
      return {
        ok: true,
        detail: `signed in as ${me.username}${reading}`,
      };
    } catch (error) {
      return { ok: false, detail: errorText(error) };
    }
  }

  return {
    id: ID,

    async start(onAction) {
      handler = onAction;
      stopped = false;
      words.start();
      await connect();
    },

    async stop() {
      stopped = true;
      clearTimeout(timer);
      await gateway?.close();
      gateway = null;
      await catchUp?.stop();
      catchUp = null;
      await words.stop();
      handler = null;
      api.close();
    },

    async post(place, card, options = {}) {
      if (place.thread) return toRef(await postInThread(place.thread, place, card, options));
      const channel = await channels.resolve(place.channel);
      await memory.rememberChannel(channel);
      const head = await postLoudly(channel, card, options);
      if (!card.ref) await memory.rememberTitle(head.id, card.fallback.slice(0, 300));
      return toRef(head);
    },

    update: (ref, card, { urgency } = {}) =>
      edits.submit(editKey(ref.channel, ref.message), { card, urgency }),

    async notify(agent, text, place) {
      // Without a thread there is no other way, and the caller must know.
      if (!place.thread) return postDirectly(agent, text);
      if (await tell(agent, text)) return;
      const named = `${agent.name ?? agent.email ?? 'For an agent'}: ${text}`;
      await postInThread(place.thread, place, newsOf(named), {});
    },

    async check(channel) {
      try {
        const { me } = await identify();
        const fault = await channels.check(channel, me.id);
        return fault ? { ok: false, detail: fault } : { ok: true, detail: 'cards can be posted' };
      } catch (error) {
        return { ok: false, detail: errorText(error) };
      }
    },

    async health() {
      const trouble = gateway?.trouble();
      if (startFailure) return { ok: false, detail: startFailure };
      if (trouble) return { ok: false, detail: trouble.words };
      const now = deps.clock.now().getTime();
      if (!checked?.health.ok || now - checked.at > CHECKED_MS)
        checked = { at: now, health: await examine() };
      return checked.health;
    },
  };

  async function postInThread(
    head: MessageRef,
    place: Place,
    card: Card,
    options: PostOptions,
  ): Promise<Posted> {
    // A message that stands in a thread has the thread as its channel.
    const rank = rankOf(card, options.urgency);
    const inside = head.channel !== (await channels.resolve(place.channel));
    const write = async (thread: string): Promise<Posted> => {
      if (isNews(card)) return postLoudly(thread, card, options);
      // A card with buttons is one message, which is updated.
      const [first, ...more] = card.ref ? [renderCard(card)] : renderPages(card);
      const message = await api.postQuietly(thread, first ?? renderText(card.fallback, card.tone), {
        rank,
        key: options.key,
      });
      if (card.ref)
        await memory.rememberCard(message.id, {
          ticketId: card.ref.ticketId,
          name: card.fallback.slice(0, 300),
        });
      for (const [n, page] of more.entries())
        await api.postQuietly(thread, page, { rank, key: options.key && `${options.key} ${n + 2}` });
      return message;
    };
    return inside ? write(head.channel) : threads.within(head, card.fallback, write);
  }
}

/** Words in a thread for somebody who takes no direct messages. */
function newsOf(text: string): Card {
  return { tone: 'warning', fallback: text, ref: null, blocks: [{ type: 'text', style: 'body', text }] };
}

/** How long a good health is believed. */
const CHECKED_MS = 60_000;

function toRef(message: Posted): MessageRef {
  return { platform: ID, channel: message.channel_id, message: message.id };
}

/** 0 goes first: what is wanted urgently, or P1, then P2, then the rest in its order. */
function rankOf({ tone }: Card, urgency = tone === 'P1' ? 1 : tone === 'P2' ? 0.7 : 0.5): number {
  return 1 - urgency;
}

/** Within a thread people are disturbed for a customer's words and for warnings, not for what they asked for. */
function isNews({ blocks: [first], tone }: Card): boolean {
  return tone === 'warning' || tone === 'P1' || (first?.type === 'quote' && first.of === 'customer');
}

function readsContent(flags = 0): boolean {
  return (
    (flags & (ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited)) !== 0
  );
}
