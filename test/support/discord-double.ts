// An in-process Discord: REST and gateway with the documented limits, its state, and a journal of what was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { parseRegistration, type Registration, registrationFaults } from './discord-commands.ts';
import { createGatewayDouble } from './discord-gateway.ts';
import { bodySchema, type MessageBody, messageFaults, modalFaults } from './discord-limits.ts';
import {
  type Channel,
  type DoubleInteraction,
  type DoubleMessage,
  type Fault,
  type Journaled,
  Refusal,
} from './discord-state.ts';

const EPOCH = 1_420_070_400_000;
const EPHEMERAL = 64;
const ACK_MS = 3_000;
const TOKEN_MS = 15 * 60_000;
const ASLEEP_MS = 60 * 60_000;

export type DiscordDouble = Awaited<ReturnType<typeof openDiscordDouble>>;

export async function openDiscordDouble() {
  const applicationId = '900000000000000001';
  const bot = { id: '900000000000000002', username: 'Deskhand' };
  const guild = '900000000000000003';
  let token = `token-of-the-bot.${applicationId}`;
  let contentIntent = true;
  let offset = 0;
  let counter = 0n;
  let order = 0;
  const now = () => Date.now() + offset;
  const snowflake = () => ((BigInt(now() - EPOCH) << 22n) | (counter++ & 0x3fffffn)).toString();

  const channels = new Map<string, Channel>();
  const messages = new Map<string, DoubleMessage>();
  const interactions = new Map<string, DoubleInteraction>();
  const nonces = new Map<string, string>();
  const reactions: { message: string; emoji: string }[] = [];
  const journal: Journaled[] = [];
  const refused: string[] = [];
  const faults: Fault[] = [];
  /** Calls that a bucket takes in a window; null: no limit. */
  let budget: { calls: number; windowMs: number; used: Map<string, number[]> } | null = null;
  let commands: Registration = [];
  /** Permissions that the bot lacks everywhere. */
  let denied = 8n;
  /** The next call of such a path is done, and its answer never arrives. */
  let lostAnswer: RegExp | null = null;
  const hanging = new Set<ServerResponse>();
  const sockets = new Set<Socket>();

  function addChannel(channel: Omit<Channel, 'visible' | 'id'> & { id?: string }): Channel {
    const added = { ...channel, id: channel.id ?? snowflake(), visible: true };
    channels.set(added.id, added);
    return added;
  }

  function channelOf(id: string): Channel {
    const channel = channels.get(id);
    if (!channel) throw new Refusal(404, 10003, 'Unknown Channel');
    const parent = channel.parent ? channels.get(channel.parent) : channel;
    if (!parent) throw new Refusal(404, 10003, 'Unknown Channel');
    if (!parent.visible) throw new Refusal(403, 50001, 'Missing Access');
    return channel;
  }

  function messageOf(channel: string, id: string): DoubleMessage {
    const message = messages.get(id);
    if (!message || message.deleted || message.channel !== channel || message.onlyFor)
      throw new Refusal(404, 10008, 'Unknown Message');
    return message;
  }

  function check(faultsFound: string[]): void {
    if (faultsFound.length === 0) return;
    refused.push(...faultsFound);
    throw new Refusal(400, 50035, `Invalid Form Body: ${faultsFound.join('; ')}`);
  }

  function create(channel: string, author: string, body: MessageBody, files: File[], onlyFor: string | null) {
    const message: DoubleMessage = {
      id: snowflake(),
      channel,
      author,
      body,
      files,
      notification: body.content ?? '',
      pinged: [...(body.content ?? '').matchAll(/<@!?(\d+)>/g)]
        .map(([, id = '']) => id)
        .filter((id) => body.allowed_mentions === undefined || body.allowed_mentions.users?.includes(id)),
      edits: 0,
      onlyFor,
      order: ++order,
      deleted: false,
    };
    messages.set(message.id, message);
    return message;
  }

  function change(message: DoubleMessage, patch: MessageBody, files: File[]): DoubleMessage {
    const was = message.body.flags ?? 0;
    const flags = was | ((patch.flags ?? was) & (1 << 15));
    const body = { ...message.body, ...patch, flags };
    check(messageFaults(body, names([...message.files, ...files])));
    Object.assign(message, {
      body,
      files: [...message.files, ...files],
      edits: message.edits + 1,
      order: ++order,
    });
    return message;
  }

  function shown(message: DoubleMessage) {
    const { id, channel, author, body } = message;
    return {
      id,
      channel_id: channel,
      author: userOf(author),
      content: body.content ?? '',
      components: body.components ?? [],
      flags: (body.flags ?? 0) | (message.onlyFor ? EPHEMERAL : 0),
      timestamp: new Date(now()).toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
      pinned: false,
      type: 0,
      ...(author === bot.id && { application_id: applicationId }),
    };
  }

  function userOf(id: string) {
    const isBot = id === bot.id;
    const name = isBot ? bot.username : `user-${id.slice(-3)}`;
    return {
      id,
      username: name,
      discriminator: '0',
      avatar: null,
      global_name: name,
      ...(isBot && { bot: true }),
    };
  }

  function channelJson({ id, name, type, parent }: Channel) {
    return { id, name, type, guild_id: guild, parent_id: parent, permission_overwrites: [] };
  }

  /** Threads of ours go to sleep an hour after their last word. */
  function threadJson(thread: Channel) {
    const last = standing(thread.id).at(-1)?.id;
    const sleeps = Number(BigInt(last ?? thread.id) >> 22n) + EPOCH + ASLEEP_MS;
    const archive_timestamp = new Date(Math.min(sleeps, now())).toISOString();
    const thread_metadata = { archived: sleeps <= now(), archive_timestamp, auto_archive_duration: 60 };
    return { ...channelJson(thread), last_message_id: last, thread_metadata };
  }

  function interactionOf(given: string): DoubleInteraction {
    const found = interactions.get(given);
    if (!found) throw new Refusal(404, 10015, 'Unknown Webhook');
    if (now() - found.at > TOKEN_MS) throw new Refusal(401, 50027, 'Invalid Webhook Token');
    return found;
  }

  /** The first answer: in time, once, and of a kind that this interaction takes. */
  function answer(id: string, given: string, body: unknown, files: File[]): void {
    const found = interactions.get(given);
    if (!found || found.id !== id || now() - found.at > ACK_MS)
      throw new Refusal(404, 10062, 'Unknown interaction');
    if (found.answer) throw new Refusal(400, 40060, 'Interaction has already been acknowledged.');
    const { type, data } = z.looseObject({ type: z.number(), data: z.unknown().optional() }).parse(body);
    if ((type === 6 || type === 7) && !found.message) check(['type: only components can be updated']);
    if (type === 9) check(found.isModal ? ['type: a modal cannot answer a modal'] : modalFaults(data));
    if (type === 4 || type === 5) {
      const parsed = bodySchema.parse(data ?? {});
      if (type === 4) check(messageFaults(parsed, names(files)));
      const onlyFor = (parsed.flags ?? 0) & EPHEMERAL ? found.user : null;
      const message = create(found.channel, bot.id, parsed, files, onlyFor);
      // "Deskhand is thinking …" says nothing yet.
      if (type === 5) message.order = 0;
      found.original = message.id;
    }
    const used = messages.get(found.message ?? '');
    if (type === 7 && used) change(used, bodySchema.parse(data), files);
    if (type === 6 || type === 7) found.original = found.message;
    found.answer = { type, data };
  }

  interface Asked {
    method: string;
    path: string;
    query: URLSearchParams;
    body: unknown;
    files: File[];
  }

  /** What stands in a channel, oldest first. */
  const standing = (id: string) =>
    [...messages.values()]
      .filter(({ channel, deleted, onlyFor }) => channel === id && !deleted && onlyFor === null)
      .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));

  function perform({ method, path, query, body, files }: Asked): unknown {
    const at = (pattern: RegExp) => (pattern.exec(`${method} ${path}`) ?? []).slice(1);
    const matched = (pattern: RegExp) => pattern.test(`${method} ${path}`);
    const message = () => bodySchema.parse(body);
    if (files.length > 0 && denied & 0x8000n) throw new Refusal(403, 50013, 'Missing Permissions');
    if (matched(/^GET \/gateway\/bot$/))
      return {
        url: gatewayUrl(),
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 1, max_concurrency: 1 },
      };
    if (matched(/^GET \/users\/@me$/)) return userOf(bot.id);
    if (matched(/^GET \/applications\/@me$/))
      return { id: applicationId, name: bot.username, flags: contentIntent ? 1 << 19 : 0 };
    if (matched(/^GET \/users\/@me\/guilds$/)) return [{ id: guild, name: 'Crewlane' }];
    if (matched(/^GET \/guilds\/\d+\/channels$/))
      return [...channels.values()].filter((one) => one.type === 0 && one.visible).map(channelJson);
    if (matched(/^GET \/guilds\/\d+\/threads\/active$/)) {
      const threads = [...channels.values()].filter(({ type }) => type === 11).map(threadJson);
      return { threads: threads.filter((one) => !one.thread_metadata.archived), members: [] };
    }
    const [above] = at(/^GET \/channels\/(\d+)\/threads\/archived\/public$/);
    if (above) {
      channelOf(above);
      const asleep = [...channels.values()]
        .filter(({ type, parent }) => type === 11 && parent === above)
        .map(threadJson)
        .filter(({ thread_metadata: { archived, archive_timestamp: since } }) =>
          Boolean(archived && since < (query.get('before') ?? '9')),
        )
        .sort((a, b) => (a.thread_metadata.archive_timestamp < b.thread_metadata.archive_timestamp ? 1 : -1));
      const limit = Number(query.get('limit') ?? 50);
      return { threads: asleep.slice(0, limit), members: [], has_more: asleep.length > limit };
    }
    if (matched(/^GET \/guilds\/\d+\/roles$/))
      return [{ id: guild, permissions: String(0xff_ffff_ffff_ffffn & ~denied) }];
    if (matched(/^GET \/guilds\/\d+\/members\/\d+$/)) return { roles: [], user: userOf(bot.id) };
    if (matched(/^PUT \/applications\/\d+\/commands$/)) {
      check(registrationFaults(body));
      commands = parseRegistration(body);
      return commands;
    }
    if (matched(/^POST \/users\/@me\/channels$/)) {
      const { recipient_id: recipient } = z.object({ recipient_id: z.string() }).parse(body);
      const known = [...channels.values()].find((one) => one.recipient === recipient);
      return channelJson(known ?? addChannel({ name: '', type: 1, parent: null, recipient }));
    }

    const [shownChannel] = at(/^GET \/channels\/(\d+)$/);
    if (shownChannel) return channelJson(channelOf(shownChannel));

    const [read] = at(/^GET \/channels\/(\d+)\/messages$/);
    if (read) {
      channelOf(read);
      const after = BigInt(query.get('after') ?? 0);
      const found = standing(read).filter(({ id }) => BigInt(id) > after);
      return found
        .slice(0, Number(query.get('limit') ?? 50))
        .reverse()
        .map(shown);
    }

    const [into] = at(/^POST \/channels\/(\d+)\/messages$/);
    if (into) {
      channelOf(into);
      const asked = message();
      check(messageFaults(asked, names(files)));
      const before = asked.enforce_nonce && asked.nonce ? nonces.get(`${into}/${asked.nonce}`) : undefined;
      const made = (before && messages.get(before)) || create(into, bot.id, asked, files, null);
      if (asked.nonce) nonces.set(`${into}/${asked.nonce}`, made.id);
      return shown(made);
    }
    const [inChannel, edited] = at(/^PATCH \/channels\/(\d+)\/messages\/(\d+)$/);
    if (inChannel && edited) {
      channelOf(inChannel);
      return shown(change(messageOf(inChannel, edited), message(), files));
    }
    const [under, head] = at(/^POST \/channels\/(\d+)\/messages\/(\d+)\/threads$/);
    if (under && head) {
      channelOf(under);
      messageOf(under, head);
      const { name } = z.object({ name: z.string().min(1).max(100) }).parse(body);
      return channelJson(startThread(head, name));
    }
    const [reacted, emoji] = at(/^PUT \/channels\/\d+\/messages\/(\d+)\/reactions\/([^/]+)\/@me$/);
    if (reacted && emoji) {
      reactions.push({ message: reacted, emoji: decodeURIComponent(emoji) });
      return null;
    }
    const [interaction, answerToken] = at(/^POST \/interactions\/(\d+)\/([^/]+)\/callback$/);
    if (interaction && answerToken) {
      answer(interaction, answerToken, body, files);
      return null;
    }
    const [answered, id] = at(/^PATCH \/webhooks\/\d+\/([^/]+)\/messages\/(@original|\d+)$/);
    if (answered) {
      const { message: used, answer: given, original } = interactionOf(answered);
      const found = messages.get((id === '@original' ? original : given && used === id && id) || '');
      if (!found) throw new Refusal(404, 10008, 'Unknown Message');
      return shown(change(found, message(), files));
    }
    const [followed] = at(/^POST \/webhooks\/\d+\/([^/?]+)$/);
    if (followed) {
      const found = interactionOf(followed);
      if (!found.answer) throw new Refusal(404, 10015, 'Unknown Webhook');
      const asked = message();
      check(messageFaults(asked, names(files)));
      const onlyFor = (asked.flags ?? 0) & EPHEMERAL ? found.user : null;
      return shown(create(found.channel, bot.id, asked, files, onlyFor));
    }
    throw new Refusal(404, 0, '404: Not Found');
  }

  function startThread(head: string, name: string): Channel {
    if (channels.has(head))
      throw new Refusal(400, 160004, 'A thread has already been created for this message');
    const parent = messages.get(head)?.channel ?? null;
    return addChannel({ id: head, name, type: 11, parent, recipient: null });
  }

  /** Milliseconds to wait when this call is one too many for its bucket. */
  function overBudget(method: string, path: string): number | null {
    if (!budget || path.startsWith('/interactions/')) return null;
    const bucket = `${method} ${path.replace(/(\/messages\/)\d+/, '$1:id')}`;
    const recent = (budget.used.get(bucket) ?? []).filter((at) => at > Date.now() - (budget?.windowMs ?? 0));
    if (recent.length >= budget.calls) return budget.windowMs - (Date.now() - (recent[0] ?? 0));
    budget.used.set(bucket, [...recent, Date.now()]);
    return null;
  }

  function reply(response: ServerResponse, asked: Asked, status: number, body: unknown, headers = {}): void {
    journal.push({ ...asked, status, at: Date.now() });
    if (body === null) return void response.writeHead(204).end();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://discord');
    const path = pathname.replace(/^\/api\/v10/, '');
    const asked: Asked = { method: request.method ?? 'GET', path, query, ...(await readBody(request)) };
    const fault = faults.find((one) => one.matches(asked.method, path));
    if (fault?.once) faults.splice(faults.indexOf(fault), 1);
    if (fault?.kind === 'timeout') {
      hanging.add(response);
      return;
    }
    if (fault?.kind === 'server error')
      return reply(response, asked, 500, { message: '500: Internal Server Error' });
    const wait = fault?.kind === 'busy' ? fault.waitMs : overBudget(asked.method, path);
    if (wait !== null)
      return reply(
        response,
        asked,
        429,
        { message: 'You are being rate limited.', retry_after: wait / 1000, global: false },
        { 'retry-after': String(wait / 1000), 'x-ratelimit-scope': 'user', via: '1.1 double' },
      );
    const byToken = /^\/(interactions|webhooks)\//.test(path);
    if (!byToken && request.headers.authorization !== `Bot ${token}`)
      return reply(response, asked, 401, { message: '401: Unauthorized', code: 0 });
    try {
      const done = perform(asked);
      if (lostAnswer?.test(path)) {
        lostAnswer = null;
        return void response.destroy();
      }
      reply(response, asked, 200, done);
    } catch (error) {
      if (error instanceof Refusal)
        reply(response, asked, error.status, { message: error.message, code: error.code });
      else {
        refused.push(String(error));
        reply(response, asked, 400, { message: String(error), code: 50035 });
      }
    }
  }
  const server = createServer((request, response) => void serve(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const gatewayUrl = () => `ws://127.0.0.1:${port}`;
  const gateway = createGatewayDouble({
    accepts: (given) => given === token,
    mayReadContent: () => contentIntent,
    url: gatewayUrl,
    bot,
    applicationId,
  });
  server.on('upgrade', (request, socket: Socket) => gateway.accept(request, socket));
  const support = addChannel({ name: 'support', type: 0, parent: null, recipient: null });
  const apiUrl = `http://127.0.0.1:${port}/api`;
  return {
    /** What makes a bot this application's. */
    env: { DISCORD_TOKEN: token, DISCORD_APPLICATION_ID: applicationId, DISCORD_API_URL: apiUrl },
    apiUrl,
    token,
    applicationId,
    bot,
    guild,
    channel: support.id,
    gateway,
    journal,
    nonces,
    refused,
    reactions,
    interactions,
    messages,
    channels,
    now,
    snowflake,
    shown,
    userOf,
    startThread,
    commands: () => commands,
    /** A person's message, posted and told. */
    say(channel: string, user: string, content: string, more: object = {}) {
      const message = create(channel, user, { content }, [], null);
      const event = { ...shown(message), guild_id: guild, member: { nick: null, roles: [] }, ...more };
      return { id: message.id, event };
    },
    addChannel: (name: string) => addChannel({ name, type: 0, parent: null, recipient: null }).id,
    fault: (
      kind: Fault['kind'],
      { once = false, waitMs = 50, matches = () => true }: Partial<Omit<Fault, 'kind'>> = {},
    ) => void faults.push({ kind, once, waitMs, matches }),
    heal() {
      faults.length = 0;
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    /** At most so many calls per method, channel and window, each one more answered by 429. */
    limit: (calls: number, windowMs: number) => {
      budget = { calls, windowMs, used: new Map() };
    },
    /** Lets time pass for deadlines of interactions. */
    advance: (ms: number) => {
      offset += ms;
    },
    deny: (permission: bigint) => {
      denied |= permission;
    },
    answerLost: (path: RegExp) => {
      lostAnswer = path;
    },
    setContentIntent: (on: boolean) => {
      contentIntent = on;
    },
    revokeToken() {
      token = 'another-token-altogether';
      gateway.close(4004);
    },
    async close() {
      gateway.close(1001);
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const names = (files: File[]) => files.map(({ name }) => name);

/** JSON, or the multipart form that carries files. */
async function readBody(request: IncomingMessage): Promise<{ body: unknown; files: File[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { body: undefined, files: [] };
  if (!type.startsWith('multipart/')) return { body: JSON.parse(bytes.toString('utf8')), files: [] };
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const files = [...form.values()].flatMap((value) => (typeof value === 'string' ? [] : [value]));
  return { body: JSON.parse(String(form.get('payload_json'))), files };
}
