// Teams' side of the wire for tests: sign-in, connector service with its limits, a journal of what was posted.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { type AnyCard, readCard } from './adaptive-schema.ts';
import { ISSUER, jwks } from './teams-signature.ts';

export const BOT = {
  id: '11111111-1111-1111-1111-111111111111',
  password: 'correct horse',
  tenantId: '22222222-2222-2222-2222-222222222222',
};
export const CHANNEL = '19:support@thread.tacv2';

/** Somebody of the tenant. */
export interface Member {
  /** `29:…` */
  id: string;
  aadObjectId: string;
  name: string;
  email: string;
}

export interface Posted {
  /** Conversation id without the message. */
  channel: string;
  /** Head of its thread; null for heads and in chats. */
  root: string | null;
  id: string;
  card: AnyCard;
  /** As it was posted. */
  first: AnyCard;
  summary: string;
  edits: number;
}

interface Fault {
  status: number;
  code: string;
  retryAfter?: string;
  /** How many calls it lasts. */
  times: number;
  method?: string;
}

/** Teams takes no message above about 28 KB. */
const MAX_BYTES = 28 * 1_024;

const activity = z.looseObject({
  type: z.literal('message'),
  summary: z.string().optional(),
  text: z.never('texts read Markdown; post cards').optional(),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        content: z.unknown(),
      }),
    )
    .length(1),
});

export type TeamsDouble = Awaited<ReturnType<typeof startTeamsDouble>>;

export async function startTeamsDouble(members: Member[]) {
  const channels = new Set([CHANNEL]);
  const chats = new Map<string, Member>();
  const posted: Posted[] = [];
  const refused: string[] = [];
  const tokens = new Set<string>();
  const hanging = new Set<ServerResponse>();
  const answered: { at: number; status: number }[] = [];
  const state = { fault: null as Fault | null, hang: false, revoked: false, calls: [] as string[] };
  let last = 1_772_000_000_000;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      refused.push(`the double failed: ${String(error)}`);
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request;
    const path = decodeURIComponent(new URL(request.url ?? '/', url).pathname);
    const body = await text(request);
    const json = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    const problem = (status: number, code: string, headers = {}) => {
      if (status === 400 || status === 413) refused.push(`${method} ${path}: ${code}`);
      json(status, { error: { code, message: `${code} says the double` } }, headers);
    };

    if (path === '/openid')
      return void json(200, {
        issuer: ISSUER,
        jwks_uri: `${url}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    if (path === '/keys') return void json(200, jwks());
    if (path === `/login/${BOT.tenantId}/oauth2/v2.0/token`) {
      const form = new URLSearchParams(body);
      const known = form.get('client_id') === BOT.id && form.get('client_secret') === BOT.password;
      if (!known || state.revoked) return void json(401, { error: 'invalid_client' });
      const token = randomUUID();
      tokens.add(token);
      return void json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token });
    }

    state.calls.push(`${method} ${path}`);
    if (state.hang) return void hanging.add(response);
    if (!tokens.has(request.headers.authorization?.replace('Bearer ', '') ?? ''))
      return problem(401, 'Unauthorized');
    const { fault } = state;
    const entry = { at: Date.now(), status: 200 };
    answered.push(entry);
    if (fault && fault.times > 0 && (!fault.method || fault.method === method)) {
      fault.times--;
      entry.status = fault.status;
      return problem(fault.status, fault.code, fault.retryAfter ? { 'retry-after': fault.retryAfter } : {});
    }

    const roster = /^\/teams\/v3\/conversations\/([^/]+)\/pagedmembers$/.exec(path);
    if (roster) {
      if (!channels.has(roster[1] ?? '')) return problem(403, 'BotNotInConversationRoster');
      // One a page, so that there is a next one.
      const at = Number(new URL(request.url ?? '/', url).searchParams.get('continuationToken') ?? 0);
      const more = at + 1 < members.length ? { continuationToken: String(at + 1) } : {};
      return void json(200, { members: members.slice(at, at + 1), ...more });
    }
    const member = /^\/teams\/v3\/conversations\/([^/]+)\/members\/([^/]+)$/.exec(path);
    if (member && method === 'GET') {
      const found = members.find(({ id, aadObjectId }) => id === member[2] || aadObjectId === member[2]);
      return found
        ? void json(200, {
            ...found,
            objectId: found.aadObjectId,
            userPrincipalName: found.email,
            tenantId: BOT.tenantId,
          })
        : problem(404, 'MemberNotFoundInConversation');
    }
    if (path === '/teams/v3/conversations' && method === 'POST') {
      const { members: [who] = [], tenantId } = z
        .looseObject({ members: z.array(z.looseObject({ id: z.string() })).length(1), tenantId: z.string() })
        .parse(JSON.parse(body));
      const person = members.find(({ id, aadObjectId }) => id === who?.id || aadObjectId === who?.id);
      if (!person || tenantId !== BOT.tenantId) return problem(403, 'ForbiddenOperationException');
      const id = `a:${person.aadObjectId}`;
      chats.set(id, person);
      return void json(201, { id });
    }
    const place = /^\/teams\/v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/.exec(path);
    if (!place?.[1]) return problem(404, 'ResourceNotFound');
    const [channel = '', thread = null] = place[1].split(';messageid=');
    if (!channels.has(channel) && !chats.has(channel)) return problem(404, 'ConversationNotFound');
    if (Buffer.byteLength(body) > MAX_BYTES) return problem(413, 'MessageSizeTooBig');
    const message = activity.safeParse(JSON.parse(body));
    if (!message.success) return problem(400, `BadSyntax ${message.error.message}`);
    const card = readCard(message.data.attachments[0]?.content);
    if (!card.ok) return problem(400, `BadSyntax ${card.fault}`);
    const { summary = '' } = message.data;

    if (method === 'POST') {
      const known = thread === null || posted.some(({ id, root }) => id === thread && root === null);
      if (!known) return problem(404, 'ConversationNotFound');
      const id = String(++last);
      posted.push({ channel, root: thread, id, card: card.card, first: card.card, summary, edits: 0 });
      return void json(201, { id });
    }
    const target = posted.find((one) => one.channel === channel && one.id === place[2]);
    if (!target || (thread !== null && thread !== (target.root ?? target.id)))
      return problem(404, 'ActivityNotFoundInConversation');
    if (method !== 'PUT') return problem(405, 'MethodNotAllowed');
    Object.assign(target, { card: card.card, summary, edits: target.edits + 1 });
    return void json(200, { id: target.id });
  }

  const serviceUrl = `${url}/teams/`;
  return {
    url,
    serviceUrl,
    /** What makes a bot this one. */
    env: {
      TEAMS_APP_ID: BOT.id,
      TEAMS_APP_PASSWORD: BOT.password,
      TEAMS_TENANT_ID: BOT.tenantId,
      TEAMS_SERVICE_URL: serviceUrl,
    },
    authority: { loginUrl: `${url}/login`, openIdUrl: `${url}/openid`, issuer: ISSUER },
    posted,
    refused,
    /** Calls of the connector's API, in order. */
    calls: state.calls,
    /** Calls with a token, and how they were answered where the double was told to refuse. */
    answered,
    /** Whose private chat a conversation is. */
    chatOf: (conversation: string) => chats.get(conversation) ?? null,
    nextId: () => String(++last),
    remove(message: { channel: string; id: string }) {
      const at = posted.findIndex(({ channel, id }) => channel === message.channel && id === message.id);
      if (at >= 0) posted.splice(at, 1);
    },
    closeChannel: () => channels.delete(CHANNEL),
    fail(fault: Omit<Fault, 'times'>, times = Number.POSITIVE_INFINITY) {
      state.fault = { ...fault, times };
    },
    hang() {
      state.hang = true;
    },
    revoke() {
      state.revoked = true;
      tokens.clear();
    },
    heal() {
      Object.assign(state, { fault: null, hang: false, revoked: false });
      channels.add(CHANNEL);
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    async close() {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
