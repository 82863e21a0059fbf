// The console's HTTP routes: the page, what it reads, and what agents do.
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction } from '../../../src/model/platform.ts';
import type { AdapterDeps, Peer, Route } from '../../../src/ports.ts';
import type { Bundle } from '../../../src/web/bundle.ts';
import { asset, html, json, notePage, SAFE } from '../../../src/web/respond.ts';
import type { ConsoleAuth } from './auth.ts';
import type { ConsoleConfig } from './config.ts';
import {
  actionSchema,
  chatterSchema,
  MAX_BODY,
  type Parsed,
  parseBody,
  readBody,
  readSchema,
  seenSchema,
  toAgentRef,
} from './parse.ts';
import { signInRoutes } from './sign-in.ts';
import type { ConsoleStore } from './store.ts';
import type { ConsoleStreams } from './stream.ts';
import type { Agent, Bootstrap, PostedCard, PostPage, WireReply, Workspace } from './wire.ts';

/** Posts that are sent at once. */
const PAGE = 50;

export interface RouteParts {
  config: ConsoleConfig;
  deps: AdapterDeps;
  auth: ConsoleAuth;
  store: ConsoleStore;
  streams: ConsoleStreams;
  agents: Agent[];
  bundle(): Promise<Bundle>;
  workspace(): Workspace;
  draw(card: Extract<ActionReply, { kind: 'card' }>['card']): Promise<PostedCard>;
  onAction(action: AgentAction): Promise<ActionReply>;
}

type Handler = (
  request: Request,
  params: Record<string, string>,
  boundTo: string | null,
) => Promise<Response>;

/** All routes of the console under `/console`. */
export function createRoutes(parts: RouteParts): Route[] {
  const { auth, store, streams, agents, config, deps } = parts;

  const guarded =
    (changing: boolean, handler: Handler) =>
    async (request: Request, params: Record<string, string>, peer: Peer): Promise<Response> => {
      const access = await auth.check(request, peer, changing);
      if (!access.ok)
        return json(
          { error: access.status === 401 ? 'sign_in' : 'forbidden', message: access.reason },
          access.status,
        );
      return handler(request, params, access.boundTo);
    };

  const get = (path: string, handler: Handler): Route => ({
    method: 'GET',
    path,
    handle: guarded(false, handler),
  });
  const post = <T extends { agent: string }>(
    path: string,
    parse: (body: string) => Parsed<T>,
    handler: (value: T) => Promise<Response>,
  ): Route => ({
    method: 'POST',
    path,
    handle: guarded(true, async (request, _params, boundTo) => {
      const body = await readBody(request);
      if (body === null) return json({ error: 'too_large', message: `at most ${MAX_BODY} bytes` }, 413);
      const parsed = parse(body);
      if (!parsed.ok) return json({ error: 'invalid', field: parsed.field, message: parsed.message }, 400);
      if (boundTo && parsed.value.agent !== boundTo)
        return json({ error: 'forbidden', message: `This browser is signed in as ${boundTo}` }, 403);
      return handler(parsed.value);
    }),
  });

  const agentOf = (email: string | null): Agent | undefined => agents.find((agent) => agent.email === email);
  const knownChannel = (id: string): boolean => config.channels.some((channel) => channel.id === id);
  const noAgent = () =>
    json({ error: 'invalid', field: 'agent', message: 'is not in the list of agents' }, 400);
  const noChannel = () =>
    json({ error: 'invalid', field: 'channel', message: 'there is no such channel' }, 404);

  async function bootstrap(request: Request, boundTo: string | null): Promise<Response> {
    const wanted = boundTo ?? new URL(request.url).searchParams.get('agent');
    const me = agentOf(wanted) ?? agents[0];
    if (!me) return noAgent();
    const lastEvent = await store.lastEvent();
    const channels = await Promise.all(
      config.channels.map(async ({ id, purpose }) => ({
        id,
        purpose,
        last: await store.last(id),
        read: await store.readMark(me.email, id),
      })),
    );
    const state: Bootstrap = {
      workspace: parts.workspace(),
      agents,
      boundTo,
      channels,
      notices: await store.notices(me.email),
      lastEvent,
    };
    return json(state);
  }

  async function act(body: ReturnType<typeof actionSchema.parse>): Promise<Response> {
    const agent = agentOf(body.agent);
    if (!agent) return noAgent();
    const { intent, at } = body;
    if (at && !knownChannel(at.channel)) return noChannel();
    if (intent.type === 'thread') {
      if (!at)
        return json(
          { error: 'invalid', field: 'at', message: 'a reply needs the post it stands under' },
          400,
        );
      if (!(await store.once(intent.id))) return json({ kind: 'none' } satisfies WireReply);
      await store.append({
        channel: at.channel,
        thread: at.post,
        author: agent.name,
        content: { kind: 'text', text: intent.text },
        at: deps.clock.now().toISOString(),
      });
      if (!body.ref) return json({ kind: 'none' } satisfies WireReply);
    }
    const reply = await parts.onAction({ ref: body.ref, agent: toAgentRef(agent), intent });
    const wire: WireReply =
      reply.kind === 'card' ? { kind: 'card', card: await parts.draw(reply.card) } : reply;
    return json(wire);
  }

  async function safely(work: () => Promise<Response>): Promise<Response> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError)
        return json({ kind: 'notice', ok: false, text: error.message } satisfies WireReply);
      deps.log.error({ reason: errorText(error) }, 'an action of the console failed');
      return json(
        { error: 'failed', message: 'That did not work. The log of the bot says why; try again.' },
        500,
      );
    }
  }

  return [
    {
      method: 'GET',
      path: '/console',
      handle: async (request, _params, peer) => {
        const access = await auth.check(request, peer, false);
        if (!access.ok) return html(notePage(access.reason, (await parts.bundle()).style), access.status);
        return html((await parts.bundle()).html, 200);
      },
    },
    {
      method: 'GET',
      path: '/console/',
      handle: async () => new Response(null, { status: 308, headers: { location: '/console' } }),
    },
    ...signInRoutes(parts),
    {
      method: 'GET',
      path: '/console/assets/:name',
      handle: async (request, params) => asset(await parts.bundle(), params.name ?? '', request),
    },
    get('/console/images/:name', async (_request, params) => {
      const image = await store.readImage(params.name?.replace(/\.png$/, '') ?? '');
      if (!image) return json({ error: 'not_found' }, 404);
      const headers = {
        ...SAFE,
        'content-type': 'image/png',
        'cache-control': 'private, max-age=31536000, immutable',
      };
      return new Response(new Uint8Array(image), { headers });
    }),
    get('/console/api/state', async (request, _params, boundTo) => bootstrap(request, boundTo)),
    get('/console/api/channels/:channel/posts', async (request, params) => {
      const channel = params.channel ?? '';
      if (!knownChannel(channel)) return noChannel();
      const before = Number(new URL(request.url).searchParams.get('before')) || null;
      const posts = await store.page(channel, before, PAGE);
      return json({ posts, more: posts.length === PAGE } satisfies PostPage);
    }),
    get('/console/api/channels/:channel/threads/:post', async (_request, params) => {
      const channel = params.channel ?? '';
      const id = Number(params.post);
      const parent =
        knownChannel(channel) && Number.isInteger(id) ? await store.read(channel, null, id) : null;
      if (!parent) return noChannel();
      return json({ posts: [parent, ...(await store.thread(channel, id))], more: false } satisfies PostPage);
    }),
    get('/console/api/events', async (request, _params, boundTo) => {
      const url = new URL(request.url);
      const agent = boundTo ?? url.searchParams.get('agent') ?? '';
      if (!agentOf(agent)) return noAgent();
      const after = request.headers.get('last-event-id') ?? url.searchParams.get('after');
      const stream = await streams.open(
        agent,
        after && /^\d{1,12}$/.test(after) ? Number(after) : null,
        request.signal,
      );
      return new Response(stream, {
        headers: {
          ...SAFE,
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        },
      });
    }),
    post(
      '/console/api/actions',
      (body) => parseBody(actionSchema, body),
      (body) => safely(() => act(body)),
    ),
    post(
      '/console/api/posts',
      (body) => parseBody(chatterSchema, body),
      async ({ agent, channel, text, id }) => {
        const author = agentOf(agent);
        if (!author) return noAgent();
        if (!knownChannel(channel)) return noChannel();
        if (await store.once(id))
          await store.append({
            channel,
            thread: null,
            author: author.name,
            content: { kind: 'text', text },
            at: deps.clock.now().toISOString(),
          });
        return json({ kind: 'none' });
      },
    ),
    post(
      '/console/api/read',
      (body) => parseBody(readSchema, body),
      async ({ agent, channel, upTo }) => {
        if (!agentOf(agent)) return noAgent();
        if (!knownChannel(channel)) return noChannel();
        await store.markRead(agent, channel, Math.min(upTo, await store.last(channel)));
        return json({ kind: 'none' });
      },
    ),
    post(
      '/console/api/seen',
      (body) => parseBody(seenSchema, body),
      async ({ agent, ids }) => {
        if (!agentOf(agent)) return noAgent();
        await store.forgetNotices(agent, ids);
        return json({ kind: 'none' });
      },
    ),
  ];
}
