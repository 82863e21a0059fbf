// The gateway half of the Discord double: hello, identify, heartbeat, dispatch, and resume with replay.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { acceptWebSocket, type WebSocketPeer } from './websocket-server.ts';

const INTENTS = { guilds: 1, guildMessages: 1 << 9, reactions: 1 << 10, messageContent: 1 << 15 };

/** Which intent an event needs; those not named reach everybody. */
const NEEDS: Record<string, number> = {
  MESSAGE_CREATE: INTENTS.guildMessages,
  MESSAGE_UPDATE: INTENTS.guildMessages,
  MESSAGE_DELETE: INTENTS.guildMessages,
  MESSAGE_REACTION_ADD: INTENTS.reactions,
  MESSAGE_REACTION_REMOVE: INTENTS.reactions,
  THREAD_CREATE: INTENTS.guilds,
};

interface Session {
  id: string;
  intents: number;
  /** Everything that was dispatched, for a resume. */
  events: { op: 0; t: string; s: number; d: unknown }[];
  peer: WebSocketPeer | null;
}

const frameSchema = z.object({ op: z.number(), d: z.unknown().optional() });
const identifySchema = z.object({
  token: z.string(),
  intents: z.number().int(),
  properties: z.looseObject({}),
});
const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.number().int() });

export interface GatewayOptions {
  /** Whether this token signs in. */
  accepts(token: string): boolean;
  /** Whether the application may ask for message contents. */
  mayReadContent(): boolean;
  url(): string;
  bot: { id: string; username: string };
  applicationId: string;
}

export function createGatewayDouble(options: GatewayOptions) {
  const sessions = new Map<string, Session>();
  /** What clients sent, by name. */
  const journal: string[] = [];
  /** Who wants in while the line is cut; null when it is not. */
  let outside: { request: IncomingMessage; socket: Socket }[] | null = null;

  function push(session: Session, t: string, d: unknown): void {
    const event = { op: 0 as const, t, s: session.events.length + 1, d: visible(session, t, d) };
    session.events.push(event);
    session.peer?.send(JSON.stringify(event));
  }

  /** Without the intent, Discord blanks what was not addressed to the bot. */
  function visible(session: Session, t: string, d: unknown): unknown {
    if (t !== 'MESSAGE_CREATE' || session.intents & INTENTS.messageContent) return d;
    const message = z.looseObject({ content: z.string() }).parse(d);
    const addressed = message.content.includes(`<@${options.bot.id}>`);
    return addressed ? d : { ...message, content: '', attachments: [], embeds: [], components: [] };
  }

  function accept(request: IncomingMessage, socket: Socket): void {
    if (outside) return void outside.push({ request, socket });
    let session: Session | null = null;
    const peer = acceptWebSocket(request, socket, {
      message: (text) => {
        const refusal = receive(text);
        if (refusal) peer.close(refusal);
      },
      close: () => {
        if (session?.peer === peer) session.peer = null;
      },
    });
    peer.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 41_250 } }));

    /** The code to close with, or null when the frame was in order. */
    function receive(text: string): number | null {
      const frame = frameSchema.safeParse(JSON.parse(text));
      if (!frame.success) return 4002;
      const { op, d } = frame.data;
      if (op === 2) return identify(d);
      if (op === 6) return resume(d);
      if (op === 1) peer.send(JSON.stringify({ op: 11, d: null }));
      return op === 1 || session ? null : 4003;
    }

    function identify(d: unknown): number | null {
      const asked = identifySchema.safeParse(d);
      if (!asked.success) return 4002;
      const { token, intents } = asked.data;
      if (!options.accepts(token)) return 4004;
      if (intents & INTENTS.messageContent && !options.mayReadContent()) return 4014;
      journal.push('identify');
      const id = `session-${sessions.size + 1}`;
      session = { id, intents, events: [], peer };
      sessions.set(id, session);
      push(session, 'READY', {
        v: 10,
        user: { ...options.bot, discriminator: '0', avatar: null, bot: true, global_name: null },
        guilds: [],
        session_id: id,
        resume_gateway_url: options.url(),
        shard: [0, 1],
        application: { id: options.applicationId, flags: 0 },
      });
      return null;
    }

    function resume(d: unknown): number | null {
      const asked = resumeSchema.safeParse(d);
      if (!asked.success) return 4002;
      if (!options.accepts(asked.data.token)) return 4004;
      const known = sessions.get(asked.data.session_id);
      if (!known) {
        peer.send(JSON.stringify({ op: 9, d: false }));
        return null;
      }
      journal.push('resume');
      session = known;
      known.peer = peer;
      for (const event of known.events.filter(({ s }) => s > asked.data.seq))
        peer.send(JSON.stringify(event));
      push(known, 'RESUMED', {});
      return null;
    }
  }

  return {
    accept,
    journal,

    /** Tells every session that asked for such events, connected or not. */
    dispatch(t: string, d: unknown): void {
      for (const session of sessions.values())
        if (((NEEDS[t] ?? 0) & session.intents) === (NEEDS[t] ?? 0)) push(session, t, d);
    },

    /** Cuts every line, as a network does; sessions may be resumed. */
    drop(): void {
      for (const { peer } of sessions.values()) peer?.drop();
    },

    /** Asks for a reconnect, as Discord does before it restarts a machine. */
    askToReconnect(): void {
      for (const { peer } of sessions.values()) peer?.send(JSON.stringify({ op: 7, d: null }));
    },

    /** Forgets every session, so that none can be resumed. */
    forget(): void {
      for (const { peer } of sessions.values()) peer?.drop();
      sessions.clear();
    },

    /** Cuts the line; until what it gives is called nobody is greeted, and sessions are forgotten. */
    cut(): () => void {
      outside = [];
      this.forget();
      return () => {
        const waiting = outside ?? [];
        outside = null;
        for (const { request, socket } of waiting) accept(request, socket);
      };
    },

    close(code: number): void {
      for (const session of sessions.values()) {
        session.peer?.close(code);
        session.peer = null;
      }
      sessions.clear();
    },

    get connected(): number {
      return [...sessions.values()].filter(({ peer }) => peer !== null).length;
    },
  };
}
