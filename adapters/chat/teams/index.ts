// Microsoft Teams: the bot's messaging endpoint on one side, channels and private chats on the other.
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { AdapterDeps, ChatPlatform, Peer, Route } from '../../../src/ports.ts';
import { type Answers, createAnswers } from './answers.ts';
import { isLoopback, type TeamsConfig } from './config.ts';
import { createConnector } from './connector.ts';
import { createPeople } from './people.ts';
import { createPictures } from './pictures.ts';
import { createPlaces } from './places.ts';
import { createPosts } from './posts.ts';
import { createLooks } from './reactions.ts';
import { renderCard, renderText } from './render.ts';
import { loadSdk, type TeamsSdk } from './sdk.ts';
import { createSeen } from './seen.ts';
import { createTokens } from './token.ts';

const ID = 'teams';
const PATH = '/webhooks/teams';

export interface TeamsPlatform extends ChatPlatform {
  routes: Route[];
}

export function createTeams(config: TeamsConfig, deps: AdapterDeps): TeamsPlatform {
  const { clock, log, openInbox } = deps;
  const tokens = createTokens(config, deps);
  const connector = createConnector(config, { ...deps, tokens });
  const places = createPlaces(deps.store, config.serviceUrl);
  const people = createPeople({ clock, log, places, connector, named: config.people });
  const seen = createSeen(deps.store, log);
  const inOrder = createLooks(deps.store);
  const pictures = createPictures(deps.store, config.publicUrl);
  const posts = createPosts({ clock, limiter: deps.limiter, places, sdk: loaded });
  let running: { sdk: Promise<TeamsSdk>; answers: Answers } | null = null;

  async function loaded(): Promise<TeamsSdk> {
    if (!running) throw new AppError('not_ready', 'Teams has not been started.', { retryable: true });
    return running.sdk;
  }

  async function receive(request: Request, peer: Peer): Promise<Response> {
    if (!running)
      return new Response('Deskhand is starting', { status: 503, headers: { 'retry-after': '5' } });
    const refused = refusal(config, request, peer);
    if (refused) return refused;
    const body: unknown = await request.json().catch(() => null);
    if (typeof body !== 'object' || body === null || !('type' in body) || typeof body.type !== 'string')
      return new Response('The body is no activity', { status: 400 });
    const sdk = await running.sdk;
    return sdk.receive(request, { ...body });
  }

  return {
    id: ID,
    routes: [
      { method: 'POST', path: PATH, handle: (request, _params, peer) => receive(request, peer) },
      pictures.route,
    ],

    async start(onAction) {
      const answers = createAnswers({ places, people, posts, seen, inOrder, openInbox, log, onAction });
      const sdk = loadSdk(config, connector, answers.handlers, log);
      running = { sdk, answers };
      await sdk;
      answers.start();
    },

    async stop() {
      await running?.answers.finish();
      running = null;
    },

    async post(place, card, options) {
      const content = renderCard(card, await pictures.keep(card));
      const urgency = options?.urgency ?? (card.tone === 'P1' ? 1 : 0.5);
      const ref = await posts.post(place.channel, place.thread ?? null, content, { ...options, urgency });
      const message = ref.message.split('/').at(-1) ?? ref.message;
      if (card.ref) await places.linkThread(ref.channel, message, card.ref.ticketId);
      return ref;
    },

    async update(ref, card, options) {
      await posts.update(ref, renderCard(card, await pictures.keep(card)), options);
    },

    async notify(agent, text, place) {
      await posts.whisper(await people.idOf(agent, place.channel), renderText(text));
    },

    async check(channel) {
      try {
        const { serviceUrl } = await places.conversation(channel);
        await connector.get(
          serviceUrl,
          `v3/conversations/${encodeURIComponent(channel)}/pagedmembers?pageSize=1`,
        );
        return { ok: true, detail: 'Deskhand is in it' };
      } catch (error) {
        return { ok: false, detail: errorText(error) };
      }
    },

    async health() {
      const trouble = connector.trouble();
      if (trouble) return { ok: false, detail: trouble };
      if (!config.app)
        return {
          ok: true,
          detail: `listening to this machine only, without tokens (TEAMS_INSECURE_LOCAL), at ${PATH}`,
        };
      try {
        await tokens.get();
        return { ok: true, detail: `signed in as app ${config.app.id}, events arrive at ${PATH}` };
      } catch (error) {
        return { ok: false, detail: errorText(error) };
      }
    },
  };
}

/** Null when a request may go on to the check of its token. */
function refusal({ app }: TeamsConfig, request: Request, peer: Peer): Response | null {
  // Only a script that was allowed to may send this type from a web page to another host.
  if (!request.headers.get('content-type')?.toLowerCase().startsWith('application/json'))
    return new Response('Only application/json', { status: 415 });
  if (app) {
    const bearer = request.headers.get('authorization')?.startsWith('Bearer ');
    return bearer ? null : new Response('A token of the Bot Framework is needed', { status: 401 });
  }
  const { host } = new URL(request.url);
  const local =
    isLoopback(peer.address) &&
    isLoopback(host.replace(/:\d+$/, '')) &&
    !request.headers.has('origin') &&
    !['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some((name) =>
      request.headers.has(name),
    );
  return local ? null : new Response('Without tokens only this machine is listened to', { status: 403 });
}
