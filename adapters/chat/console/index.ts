// The console: a team chat in the browser, served by the bot itself.
import { fileURLToPath } from 'node:url';
import { toAdaptive } from '../../../src/cards/adaptive.ts';
import type { Card } from '../../../src/model/card.ts';
import { AppError } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, MessageRef } from '../../../src/model/platform.ts';
import type { AdapterDeps, ChatPlatform, Peer, Route } from '../../../src/ports.ts';
import { type Bundle, buildBundle } from '../../../src/web/bundle.ts';
import { createConsoleAuth } from './auth.ts';
import { type ConsoleConfig, channelId } from './config.ts';
import { createRoutes } from './routes.ts';
import { createConsoleStore } from './store.ts';
import { createStreams } from './stream.ts';
import type { Agent, PostedCard, Workspace } from './wire.ts';

const ID = 'console';
const APP = fileURLToPath(new URL('./app/', import.meta.url));

/** Who acts when nobody is configured. */
const YOU: Agent = { name: 'You', email: 'you@localhost', role: 'admin' };

export interface ConsolePlatform extends ChatPlatform {
  routes: Route[];
  /** A one-time link that signs a browser in; with an e-mail, as that agent only. */
  signInLink(agent?: string, visit?: { path: string; minutes: number }): Promise<string>;
  /** Whether a request comes from somebody who may see the console. */
  mayRead(request: Request, peer: Peer): Promise<boolean>;
}

/** A post's name: `12`, or `12.3` for the third reply in its thread. */
function parseMessage(message: string): { id: number; thread: number | null } | null {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(message);
  if (!match) return null;
  return match[2] === undefined
    ? { id: Number(match[1]), thread: null }
    : { id: Number(match[2]), thread: Number(match[1]) };
}

export function createConsole(config: ConsoleConfig, deps: AdapterDeps): ConsolePlatform {
  const store = createConsoleStore(deps.store, deps.bus);
  const auth = createConsoleAuth(deps.store, deps.clock, config.publicUrl);
  const agents: Agent[] = deps.agents.length > 0 ? deps.agents : [YOU];
  const workspace = (): Workspace => ({ name: config.name, ...deps.status() });
  const streams = createStreams(store, deps.bus, workspace, deps.log);
  let bundling: Promise<Bundle> | null = null;
  let handler: ((action: AgentAction) => Promise<ActionReply>) | null = null;

  function bundle(): Promise<Bundle> {
    bundling ??= buildBundle({
      script: `${APP}main.tsx`,
      style: `${APP}style/main.css`,
      assetsAt: '/console/assets',
      title: 'Deskhand',
    });
    return bundling;
  }

  /** Adaptive Card JSON as Teams gets it; pictures are kept aside and fetched by the page. */
  async function draw(card: Card): Promise<PostedCard> {
    const names = new Map<Uint8Array, string>();
    for (const block of card.blocks)
      if (block.type === 'chart') names.set(block.png, await store.image(block.png));
    const imageUrl = (png: Uint8Array) => (names.has(png) ? `/console/images/${names.get(png)}.png` : null);
    return {
      kind: 'card',
      ref: card.ref,
      tone: card.tone,
      fallback: card.fallback,
      looking: card.looking,
      json: toAdaptive(card, { imageUrl }),
    };
  }

  function known(channel: string): string {
    const id = channelId(channel);
    if (!config.channels.some((candidate) => candidate.id === id))
      throw new AppError('unknown_channel', `the console has no channel "${channel}"`);
    return id;
  }

  function locate(ref: MessageRef): { channel: string; id: number; thread: number | null } {
    const place = parseMessage(ref.message);
    if (!place) throw new AppError('unknown_message', `"${ref.message}" is not a message of the console`);
    return { channel: known(ref.channel), ...place };
  }

  const routes = createRoutes({
    config,
    deps,
    auth,
    store,
    streams,
    agents,
    bundle,
    workspace,
    draw,
    async onAction(action) {
      if (!handler)
        throw new AppError('not_ready', 'Deskhand is still starting; try again in a moment', {
          retryable: true,
        });
      return handler(action);
    },
  });

  return {
    id: ID,
    routes,

    async start(onAction) {
      handler = onAction;
      bundle().catch((error: unknown) =>
        deps.log.error({ reason: String(error) }, 'the console page could not be built'),
      );
    },

    async stop() {
      handler = null;
      streams.stop();
    },

    async post(place, card, { key, mention = [] } = {}) {
      const channel = known(place.channel);
      const parent = place.thread ? locate(place.thread) : null;
      // A reply to a reply stays in the same thread.
      const thread = parent ? (parent.thread ?? parent.id) : null;
      const content = await draw(card);
      const at = deps.clock.now().toISOString();
      const post = await store.append({ channel, thread, author: 'Deskhand', content, at }, key);
      for (const { email, userId } of mention) await store.notice(email ?? userId, card.fallback, channel);
      return { platform: ID, channel, message: thread === null ? String(post.id) : `${thread}.${post.id}` };
    },

    async update(ref, card) {
      const place = locate(ref);
      if (!(await store.replace(place, await draw(card), deps.clock.now().toISOString())))
        throw new AppError('message_gone', `the console has no message ${ref.message} in ${ref.channel}`);
    },

    async mayRead(request, peer) {
      return (await auth.check(request, peer, false)).ok;
    },

    async notify(agent, text, place) {
      await store.notice(agent.email ?? agent.userId, text, channelId(place.channel));
    },

    async check(channel) {
      const there = config.channels.some(({ id }) => id === channelId(channel));
      return { ok: there, detail: there ? 'cards can be posted' : `the console has no channel "${channel}"` };
    },

    async health() {
      try {
        await bundle();
        return { ok: true, detail: `serving ${config.channels.length} channels at /console` };
      } catch (error) {
        return { ok: false, detail: `the page could not be built: ${String(error)}` };
      }
    },

    signInLink(agent, visit) {
      return auth.signInLink(config.publicUrl ?? `http://localhost:${config.port}`, agent, visit);
    },
  };
}
