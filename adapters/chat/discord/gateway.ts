// The line on which Discord tells what people do: connects, resumes where it broke off, and says how it is.
import {
  type APIInteraction,
  Client,
  Events,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  GatewayIntentBits,
  type GatewayMessageCreateDispatchData,
  type GatewayMessageReactionAddDispatchData,
  Options,
  type RESTOptions,
} from 'discord.js';
import { errorText } from '../../../src/model/errors.ts';
import type { Log } from '../../../src/ports.ts';
import { REVOKED } from './errors.ts';

interface GatewayOptions {
  token: string;
  rest: Partial<RESTOptions>;
  log: Log;
  /** Whether the application has the Message Content intent; asking for it without having it ends the connection. */
  readsContent: boolean;
  /** A session begins that was not resumed. */
  onSession(): void;
  onInteraction(event: APIInteraction): Promise<void>;
  onMessage(event: GatewayMessageCreateDispatchData): Promise<void>;
  /** `on`: put there; else taken back, and then Discord does not tell the member. */
  onReaction(event: GatewayMessageReactionAddDispatchData, on: boolean): Promise<void>;
}

export interface Gateway {
  /** Null while connected; else what is wrong, and whether it mends itself. */
  trouble(): { words: string; final: boolean } | null;
  /** Takes no more events, finishes those in hand, then disconnects. */
  close(): Promise<void>;
}

const FINAL: Partial<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]: REVOKED,
  [GatewayCloseCodes.DisallowedIntents]:
    "Discord refuses the Message Content intent. Turn it on on the application's page “Bot” and start Deskhand again.",
};

/** Connects; resolves when Discord has greeted us. Later breaks mend themselves. Throws what the first try met. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  let trouble: ReturnType<Gateway['trouble']> = null;
  let open = true;
  const working = new Set<Promise<void>>();

  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildMessageReactions,
      ...(options.readsContent ? [GatewayIntentBits.MessageContent] : []),
    ],
    rest: options.rest,
    // We keep what we need ourselves; a big server's members and messages would only fill the memory.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      GuildMemberManager: 0,
      UserManager: 0,
      ThreadManager: 0,
      ReactionManager: 0,
      PresenceManager: 0,
      GuildEmojiManager: 0,
      VoiceStateManager: 0,
    }),
  });

  function take(work: Promise<void>, what: string): void {
    const safe = work
      .catch((error: unknown) =>
        log.error({ what, reason: errorText(error) }, 'a Discord event could not be handled'),
      )
      .finally(() => working.delete(safe));
    working.add(safe);
  }

  // The events as Discord sends them: nothing is lost because of what discord.js does or does not keep in memory.
  client.ws.on(GatewayDispatchEvents.InteractionCreate, (event: APIInteraction) => {
    if (open) take(options.onInteraction(event), 'interaction');
  });
  client.ws.on(GatewayDispatchEvents.MessageCreate, (event: GatewayMessageCreateDispatchData) => {
    if (open) take(options.onMessage(event), 'message');
  });
  client.ws.on(GatewayDispatchEvents.MessageReactionAdd, (event: GatewayMessageReactionAddDispatchData) => {
    if (open) take(options.onReaction(event, true), 'reaction');
  });
  client.ws.on(
    GatewayDispatchEvents.MessageReactionRemove,
    (event: GatewayMessageReactionAddDispatchData) => {
      if (open) take(options.onReaction(event, false), 'reaction');
    },
  );
  client.on(Events.Error, (error) => log.warn({ reason: errorText(error) }, 'Discord connection error'));
  client.on(Events.ShardError, (error) => log.warn({ reason: errorText(error) }, 'Discord connection error'));
  client.on(Events.ShardReconnecting, () => {
    if (!open) return;
    trouble = { words: 'the connection to Discord broke; it is being restored', final: false };
    log.warn({}, 'the connection to Discord broke; it is being restored');
  });
  const restored = () => {
    trouble = null;
    log.info({}, 'connected to Discord');
  };
  client.on(Events.ShardResume, restored);
  client.on(Events.ShardReady, () => {
    restored();
    if (open) options.onSession();
  });
  client.on(Events.ShardDisconnect, ({ code }) => {
    trouble = { words: FINAL[code] ?? `Discord closed the connection for good (${code})`, final: true };
    log.error({ code }, trouble.words);
  });

  await client.login(options.token);

  return {
    trouble: () => trouble,
    async close() {
      open = false;
      await Promise.all(working);
      await client.destroy();
    },
  };
}
