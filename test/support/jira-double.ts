// Jira Cloud, in memory: the part of its REST API that trackers use, with the limits that the real one enforces.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

interface DoubleIssue {
  key: string;
  fields: {
    summary: string;
    description: unknown;
    labels: string[];
    status: { name: string; statusCategory: { key: string } };
    resolution: { name: string } | null;
    fixVersions: { released: boolean }[];
  };
  comments: { id: string; body: unknown }[];
}

const USER = { email: 'bot@example.com', token: 'jira-api-token' };
const STATUSES = {
  todo: { name: 'To Do', statusCategory: { key: 'new' } },
  done: { name: 'Done', statusCategory: { key: 'done' } },
};

/** An Atlassian document: text nodes are never empty, and only known nodes stand in it. */
const node: z.ZodType = z.lazy(() =>
  z.strictObject({
    type: z.enum([
      'paragraph',
      'heading',
      'text',
      'hardBreak',
      'blockquote',
      'codeBlock',
      'bulletList',
      'orderedList',
      'listItem',
    ]),
    text: z.string().min(1).optional(),
    attrs: z.record(z.string(), z.unknown()).optional(),
    marks: z.array(z.strictObject({ type: z.literal('strong') })).optional(),
    content: z.array(node).optional(),
  }),
);
const documentSchema = z.strictObject({
  type: z.literal('doc'),
  version: z.literal(1),
  content: z.array(node),
});

const createSchema = z.object({
  fields: z.strictObject({
    project: z.object({ key: z.literal('APP') }),
    issuetype: z.object({ name: z.literal('Bug') }),
    summary: z.string().min(1).max(255),
    description: documentSchema,
    labels: z.array(z.string().regex(/^\S{1,255}$/)),
  }),
});

/** Words of an Atlassian document. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(' ');
  if (typeof value !== 'object' || value === null) return '';
  return ('text' in value ? String(value.text) : '') + wordsOf('content' in value ? value.content : null);
}

export async function createJiraDouble() {
  const issues: DoubleIssue[] = [];

  function answer(method: string, path: string, body: unknown): { status: number; json?: unknown } {
    const at = (pattern: RegExp) => pattern.exec(path)?.slice(1) ?? null;
    const issue = (key: string | undefined) => issues.find((one) => one.key === key);
    if (method === 'GET' && path === '/rest/api/3/project/APP')
      return { status: 200, json: { id: '1', key: 'APP', name: 'The app' } };
    if (method === 'POST' && path === '/rest/api/3/issue') {
      const parsed = createSchema.safeParse(body);
      if (!parsed.success) return { status: 400, json: { errors: z.prettifyError(parsed.error) } };
      const { summary, description, labels } = parsed.data.fields;
      const key = `APP-${issues.length + 1}`;
      const state = { status: STATUSES.todo, resolution: null, fixVersions: [] };
      issues.push({ key, fields: { summary, description, labels, ...state }, comments: [] });
      return { status: 201, json: { id: String(issues.length), key, self: '' } };
    }
    if (method === 'POST' && path === '/rest/api/3/search/jql') {
      const { jql } = z.object({ jql: z.string() }).parse(body);
      const label = /labels = "([^"]+)"/.exec(jql)?.[1];
      const terms = [...jql.matchAll(/text ~ "([^"]+)"/g)].map(([, term = '']) => term.toLowerCase());
      const found = issues.filter(({ fields }) => {
        const text = `${fields.summary} ${wordsOf(fields.description)}`.toLowerCase();
        return label ? fields.labels.includes(label) : terms.some((term) => text.includes(term));
      });
      return { status: 200, json: { issues: found.map(({ key, fields }) => ({ id: key, key, fields })) } };
    }
    const transitions = at(/^\/rest\/api\/3\/issue\/([^/]+)\/transitions$/);
    const comments = at(/^\/rest\/api\/3\/issue\/([^/]+)\/comment(?:\/(\d+))?$/);
    const one = issue((transitions ?? comments ?? at(/^\/rest\/api\/3\/issue\/([^/]+)$/))?.[0]);
    if (!one) return { status: 404, json: { errorMessages: ['Issue does not exist'] } };
    if (transitions && method === 'GET')
      return { status: 200, json: { transitions: [{ id: '11', name: 'Reopen', to: STATUSES.todo }] } };
    if (transitions) {
      one.fields.status = STATUSES.todo;
      one.fields.resolution = null;
      return { status: 204 };
    }
    if (comments && method === 'GET')
      return { status: 200, json: { startAt: 0, maxResults: 100, comments: one.comments } };
    if (comments) {
      const parsed = z.object({ body: documentSchema }).safeParse(body);
      if (!parsed.success) return { status: 400, json: { errors: z.prettifyError(parsed.error) } };
      const known = one.comments.find(({ id }) => id === comments[1]);
      const comment = known ?? { id: String(one.comments.length + 1), body: null };
      comment.body = parsed.data.body;
      if (!known) one.comments.push(comment);
      return { status: known ? 200 : 201, json: comment };
    }
    return { status: 200, json: { id: one.key, key: one.key, fields: one.fields } };
  }

  const expected = `Basic ${Buffer.from(`${USER.email}:${USER.token}`).toString('base64')}`;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const result =
      request.headers.authorization === expected
        ? answer(request.method ?? '', path, body)
        : { status: 401, json: { message: 'Client must be authenticated' } };
    response.writeHead(result.status, { 'content-type': 'application/json' });
    response.end(result.json === undefined ? '' : JSON.stringify(result.json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    user: USER,
    issues,
    /** Somebody moves it to Done, with a resolution; null: a project that knows none. */
    close(key: string, resolution: string | null, more: { fixVersions?: { released: boolean }[] } = {}) {
      const found = issues.find((one) => one.key === key);
      if (!found) throw new Error(`no issue ${key}`);
      Object.assign(found.fields, {
        status: STATUSES.done,
        resolution: resolution && { name: resolution },
        ...more,
      });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
}
