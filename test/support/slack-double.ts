// Slack's Web API in this process: channels, people and windows with a journal; refuses what Slack refuses.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arrayBuffer as readBytes, text as readText } from 'node:stream/consumers';
import { SCOPES } from '../../adapters/chat/slack/manifest.ts';
import { homeFaults, messageFaults, viewFaults } from './block-kit.ts';

type Json = Record<string, unknown>;

export const SLACK = {
  botToken: 'xoxb-test',
  appToken: 'xapp-test',
  signingSecret: 'a-signing-secret-of-slack',
  botUser: 'U0BOT',
  botId: 'B0BOT',
  team: 'T0TEAM',
  channel: 'C0SUPPORT',
};

export interface SlackMessageState {
  ts: string;
  thread: string | null;
  user: string;
  text: string;
  blocks: Json[];
  /** As it was posted. */
  first: Json[];
  metadata: unknown;
  edits: number;
  deleted: boolean;
}

export interface SlackPrivate {
  user: string;
  channel: string;
  ts: string;
  thread: string | null;
  text: string;
  blocks: Json[];
}

export interface SlackView {
  id: string;
  user: string;
  view: Json;
  open: boolean;
}

/** What is thrown as Slack's `{ ok: false, error }`. */
class Refusal extends Error {
  readonly extra: Json;
  constructor(code: string, extra: Json = {}) {
    super(code);
    this.extra = extra;
  }
}

export type SlackFault = 'server error' | 'timeout' | 'lost answer' | 'token revoked' | 'expired trigger';

export type SlackDouble = Awaited<ReturnType<typeof createSlackDouble>>;

export async function createSlackDouble() {
  const channels = new Map([
    [SLACK.channel, { name: 'support', members: new Set([SLACK.botUser]), archived: false, gone: false }],
  ]);
  const people = new Map<string, Json>();
  const messages = new Map<string, SlackMessageState[]>([[SLACK.channel, []]]);
  const privates: SlackPrivate[] = [];
  const views = new Map<string, SlackView>();
  /** Blocks of people's Home tabs. */
  const homes = new Map<string, Json[]>();
  const triggers = new Map<string, { user: string; used: boolean }>();
  const responses = new Map<string, { user: string; channel: string; on: string | null }>();
  /** What the bot put on messages (`channel/ts`). */
  const reactions: { on: string; name: string }[] = [];
  const journal: { method: string; args: Json; at: number; status: number }[] = [];
  const refused: string[] = [];
  const held = new Set<ServerResponse>();
  /** Uploaded files: where each one stands, and what it is. */
  const files = new Map<string, { stage: 'asked for' | 'brought' | 'complete'; bytes: Uint8Array }>();
  let scopes = Object.keys(SCOPES);
  let fault: SlackFault | null = null;
  /** How many more calls of such methods are answered by 429. */
  let storm: { left: number; fits: RegExp } | null = null;
  /** How response URLs fail while the rest works. */
  let deaf: 'server error' | 'timeout' | 'expired' | null = null;
  /** Methods that are not answered while the rest works. */
  let silent: RegExp | null = null;
  /** Methods that fail while the rest works. */
  let failing: RegExp | null = null;
  let onlyClassic = false;
  let socketUrl: string | null = null;
  let count = 0;

  const begun = Math.floor(Date.now() / 1_000);
  const now = () => `${begun + ++count}.000100`;

  function channelFor(args: Json, posting: boolean) {
    const id = String(args.channel);
    const channel = channels.get(id);
    if (!channel || channel.gone) throw new Refusal('channel_not_found');
    if (channel.archived) throw new Refusal('is_archived');
    if (posting && !channel.members.has(SLACK.botUser)) throw new Refusal('not_in_channel');
    return id;
  }

  function blocksOf(args: Json): Json[] {
    const blocks = args.blocks as Json[];
    const newer = ['alert', 'table', 'markdown', 'context_actions'];
    if (onlyClassic && blocks.some(({ type }) => newer.includes(String(type))))
      throw new Refusal('invalid_blocks');
    const faults = messageFaults(blocks);
    for (const { type, slack_file } of blocks)
      if (type === 'image' && files.get(String((slack_file as Json).id))?.stage !== 'complete')
        faults.push('an image of no file');
    if (typeof args.text !== 'string' || args.text === '')
      faults.push('the text for notifications is missing');
    if (String(args.text).length > 4_000) faults.push('the text is too long');
    if (faults.length === 0) return blocks;
    refused.push(...faults);
    const long = faults.some((one) => one.startsWith('msg_blocks_too_long'));
    throw new Refusal(long ? 'msg_blocks_too_long' : 'invalid_blocks', {
      response_metadata: { messages: faults },
    });
  }

  function viewOf(args: Json): Json {
    const faults = viewFaults(args.view);
    refused.push(...faults);
    if (faults.length > 0)
      throw new Refusal('invalid_arguments', { response_metadata: { messages: faults } });
    return args.view as Json;
  }

  function historyOf(list: SlackMessageState[]): Json {
    const known = list.filter(({ deleted }) => !deleted);
    return { messages: known.map(({ ts, text, metadata }) => ({ ts, text, metadata })).reverse() };
  }

  const methods: Record<string, (args: Json) => Json> = {
    'auth.test': () => ({ user_id: SLACK.botUser, bot_id: SLACK.botId, team_id: SLACK.team, team: 'Acme' }),
    'users.info': (args) => {
      const user = people.get(String(args.user));
      if (!user) throw new Refusal('user_not_found');
      return { user };
    },
    'users.lookupByEmail': ({ email }) => {
      const user = [...people.values()].find(({ profile }) => (profile as Json | undefined)?.email === email);
      if (!user) throw new Refusal('users_not_found');
      return { user };
    },
    'users.conversations': () => ({
      channels: [...channels].flatMap(([id, { name, members, gone }]) =>
        !gone && members.has(SLACK.botUser) ? [{ id, name }] : [],
      ),
    }),
    'conversations.info': (args) => {
      const channel = channels.get(channelFor(args, false));
      return { channel: { name: channel?.name, is_member: channel?.members.has(SLACK.botUser) } };
    },
    'conversations.history': (args) => historyOf(messages.get(channelFor(args, false)) ?? []),
    'conversations.replies': (args) =>
      historyOf((messages.get(channelFor(args, false)) ?? []).filter(({ thread }) => thread === args.ts)),
    'chat.postMessage': (args) => {
      const blocks = blocksOf(args);
      const user = String(args.channel);
      if (people.has(user)) {
        const ts = now();
        privates.push({ user, channel: `D${user}`, ts, thread: null, text: String(args.text), blocks });
        return { channel: `D${user}`, ts };
      }
      const channel = channelFor(args, true);
      const list = messages.get(channel) ?? [];
      const thread = args.thread_ts === undefined ? null : String(args.thread_ts);
      if (thread && !list.some((one) => one.ts === thread && !one.deleted))
        throw new Refusal('thread_not_found');
      const ts = now();
      const { text, metadata } = args;
      list.push({
        ts,
        thread,
        user: SLACK.botUser,
        text: String(text),
        blocks,
        first: blocks,
        metadata,
        edits: 0,
        deleted: false,
      });
      return { channel, ts };
    },
    'chat.update': (args) => {
      const list = messages.get(channelFor(args, true)) ?? [];
      const message = list.find(({ ts }) => ts === args.ts);
      if (!message || message.deleted) throw new Refusal('message_not_found');
      message.blocks = blocksOf(args);
      message.text = String(args.text);
      message.edits += 1;
      return { channel: args.channel, ts: args.ts };
    },
    'chat.postEphemeral': (args) => {
      const channel = channelFor(args, true);
      const user = String(args.user);
      if (!channels.get(channel)?.members.has(user)) throw new Refusal('user_not_in_channel');
      const thread = args.thread_ts === undefined ? null : String(args.thread_ts);
      const ts = now();
      privates.push({ user, channel, ts, thread, text: String(args.text), blocks: blocksOf(args) });
      return { message_ts: ts };
    },
    'reactions.add': (args) => {
      const on = `${channelFor(args, true)}/${args.timestamp}`;
      if (!scopes.includes('reactions:write'))
        throw new Refusal('missing_scope', { needed: 'reactions:write' });
      if (reactions.some((one) => one.on === on)) throw new Refusal('already_reacted');
      reactions.push({ on, name: String(args.name) });
      return {};
    },
    'views.open': (args) => {
      const trigger = triggers.get(String(args.trigger_id));
      if (!trigger) throw new Refusal('invalid_trigger_id');
      if (trigger.used) throw new Refusal('exchanged_trigger_id');
      if (fault === 'expired trigger') throw new Refusal('expired_trigger_id');
      trigger.used = true;
      for (const other of views.values()) if (other.user === trigger.user) other.open = false;
      const id = `V${++count}`;
      views.set(id, { id, user: trigger.user, view: viewOf(args), open: true });
      return { view: { id, hash: `${id}.1` } };
    },
    'views.update': (args) => {
      const known = views.get(String(args.view_id));
      if (!known?.open) throw new Refusal('not_found');
      known.view = viewOf(args);
      return { view: { id: known.id, hash: `${known.id}.${++count}` } };
    },
    'views.publish': (args) => {
      const view = args.view as Json;
      const faults = homeFaults(view);
      refused.push(...faults);
      if (faults.length > 0)
        throw new Refusal('invalid_arguments', { response_metadata: { messages: faults } });
      homes.set(String(args.user_id), view.blocks as Json[]);
      return { view: { id: `V${++count}` } };
    },
    'files.getUploadURLExternal': ({ filename, length }) => {
      if (!filename || !(Number(length) > 0)) throw new Refusal('invalid_arguments');
      const id = `F${++count}`;
      files.set(id, { stage: 'asked for', bytes: new Uint8Array() });
      return { upload_url: `${base}/upload/${id}`, file_id: id };
    },
    'files.completeUploadExternal': (args) => {
      const named = args.files as { id: string }[];
      for (const { id } of named) {
        const file = files.get(id);
        if (file?.stage !== 'brought') throw new Refusal('file_not_found');
        file.stage = 'complete';
      }
      return { files: named };
    },
    'apps.connections.open': () => {
      if (!socketUrl) throw new Refusal('socket_mode_disabled');
      return { url: socketUrl };
    },
  };

  /** Whether this call is one too many. */
  function isStormy(entry: { method: string; status: number }): boolean {
    if (!storm || storm.left === 0 || !storm.fits.test(entry.method)) return false;
    storm.left -= 1;
    entry.status = 429;
    return true;
  }

  async function call(method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const args = decode(await readText(request));
    const entry = { method, args, at: Date.now(), status: 200 };
    journal.push(entry);
    const token = request.headers.authorization?.replace('Bearer ', '');
    if (fault === 'timeout' || silent?.test(method)) return hold(response);
    if (fault === 'server error' || failing?.test(method)) return send(response, 500, { ok: false });
    if (isStormy(entry))
      return send(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' });
    try {
      const run = methods[method];
      if (!run) throw new Refusal('unknown_method');
      if (fault === 'token revoked') throw new Refusal('token_revoked');
      if (token !== (method.startsWith('apps.') ? SLACK.appToken : SLACK.botToken))
        throw new Refusal('invalid_auth');
      const result = run(args);
      if (fault === 'lost answer' && method === 'chat.postMessage') {
        fault = null;
        response.destroy();
        return;
      }
      send(response, 200, { ok: true, ...result }, { 'x-oauth-scopes': scopes.join(',') });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, 200, { ok: false, error: error.message, ...error.extra });
    }
  }

  /** A response URL: answers in private, or changes the private message it belongs to. */
  async function respond(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const args = decode(await readText(request));
    const known = responses.get(id);
    const entry = { method: 'response_url', args, at: Date.now(), status: 200 };
    journal.push(entry);
    if (fault === 'timeout' || deaf === 'timeout') return hold(response);
    if (fault === 'server error' || deaf === 'server error') return send(response, 500, { ok: false });
    if (isStormy(entry)) return send(response, 429, { ok: false }, { 'retry-after': '1' });
    if (!known || deaf === 'expired') return send(response, 404, { ok: false, error: 'expired_url' });
    try {
      const blocks = blocksOf(args);
      const replaced = args.replace_original ? privates.find(({ ts }) => ts === known.on) : undefined;
      if (replaced) Object.assign(replaced, { text: String(args.text), blocks });
      else
        privates.push({
          user: known.user,
          channel: known.channel,
          ts: now(),
          thread: null,
          text: String(args.text),
          blocks,
        });
      send(response, 200, { ok: true });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, 400, { ok: false, error: error.message });
    }
  }

  async function upload(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(await readBytes(request), { headers }).formData();
    const [file] = [...form.values()].filter((value) => typeof value !== 'string');
    if (!files.has(id) || !file?.size) return send(response, 400, {});
    files.set(id, { stage: 'brought', bytes: new Uint8Array(await file.arrayBuffer()) });
    send(response, 200, {});
  }

  function hold(response: ServerResponse): void {
    held.add(response);
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://slack').pathname;
    const work = path.startsWith('/upload/')
      ? upload(path.slice('/upload/'.length), request, response)
      : path.startsWith('/api/')
        ? call(path.slice('/api/'.length), request, response)
        : respond(path.slice('/respond/'.length), request, response);
    work.catch((error: unknown) => send(response, 500, { ok: false, error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl: `${base}/api/`,
    channels,
    people,
    messages,
    privates,
    views,
    homes,
    files,
    reactions,
    journal,
    refused,
    now,
    /** What the app was installed with. */
    setScopes(installed: string[]) {
      scopes = installed;
    },
    /** The next calls of methods that fit are one too many, each of them with a second to wait. */
    busy(left: number, fits = /^chat\./) {
      storm = { left, fits };
    },
    setFault(kind: SlackFault | null) {
      fault = kind;
      if (kind === null) {
        for (const response of held) response.destroy();
        held.clear();
      }
    },
    fail(fits: RegExp | null) {
      failing = fits;
    },
    silence(fits: RegExp) {
      silent = fits;
    },
    failResponses(how: typeof deaf) {
      deaf = how;
    },
    refuseNewBlocks() {
      onlyClassic = true;
    },
    setSocketUrl(url: string) {
      socketUrl = url;
    },
    /** What makes a bot this app's: by Socket Mode where there is an address for it. */
    get env(): Record<string, string> {
      const env = { SLACK_BOT_TOKEN: SLACK.botToken, SLACK_API_URL: `${base}/api/` };
      return socketUrl
        ? { ...env, SLACK_APP_TOKEN: SLACK.appToken }
        : { ...env, SLACK_SIGNING_SECRET: SLACK.signingSecret };
    },
    /** A trigger for one window, as comes with every interaction. */
    trigger(user: string): string {
      const id = `trigger.${++count}`;
      triggers.set(id, { user, used: false });
      return id;
    },
    /** A response URL for an interaction. `on`: the private message that was pressed. */
    responseUrl(user: string, channel: string, on: string | null): string {
      const id = `r${++count}`;
      responses.set(id, { user, channel, on });
      return `${base}/respond/${id}`;
    },
    async close() {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** JSON, or a form whose values are JSON where they are no plain texts. */
export function decode(body: string): Json {
  if (body.startsWith('{')) return JSON.parse(body);
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [
      key,
      /^[[{]|^(true|false)$/.test(value) ? parse(value) : value,
    ]),
  );
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
