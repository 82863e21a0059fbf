// The HTTP API over a real socket: who may ask, what is refused and how, and the shapes of the answers.
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { ActResult, HttpDeps } from '../../src/infra/http/deps.ts';
import { AppError } from '../../src/model/errors.ts';
import { aTicketRecord, serveHttp, TOKEN } from '../support/http-app.ts';
import { NOW } from '../support/ticket-views.ts';

type Served = Awaited<ReturnType<typeof serveHttp>>;
let served: Served;

async function serve(...parts: Parameters<typeof serveHttp>): Promise<Served> {
  await served?.server.close(0);
  served = await serveHttp(...parts);
  return served;
}

beforeEach(async () => {
  served = await serveHttp();
});
afterEach(() => served.server.close(0));

const approve = { kind: 'approve', draftVersion: 1, agent: 'ana@example.com' };

describe('the token', () => {
  test.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['one with something added', { authorization: `Bearer ${TOKEN}x` }],
  ])('%s: 401 that says what is needed', async (_what, headers) => {
    const answer = await fetch(`${served.base}/api/tickets`, { headers });

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
  });

  it('is asked for before the body is read, also for what does not exist', async () => {
    const post = await fetch(`${served.base}/api/nothing`, { method: 'POST', body: 'x'.repeat(2_000_000) });
    expect(post.status).toBe(401);
  });

  it('never stands in the log', async () => {
    await served.ask('/api/tickets');
    expect(served.asked.logged.join('')).not.toContain(TOKEN);
  });
});

describe('every answer', () => {
  test.each(['/', '/healthz', '/api/tickets', '/nothing'])('%s has the security headers', async (path) => {
    const { headers } = await served.ask(path);

    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is JSON for what does not exist, and for a method that does not', async () => {
    const nothing = await served.ask('/api/nothing');
    expect([nothing.status, (await nothing.json()).error.code]).toEqual([404, 'not_found']);

    const wrong = await served.ask('/api/tickets/T-1042', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await wrong.json()).error.code).toBe('method_not_allowed');
  });

  it('gives other sites no leave', async () => {
    const preflight = await served.ask('/api/tickets', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('says of an unexpected failure only where the log tells more', async () => {
    await serve({ clusters: () => Promise.reject(new Error('password is hunter2')) });

    const answer = await served.ask('/api/clusters');

    expect(answer.status).toBe(500);
    const { error, requestId } = await answer.json();
    expect(error.message).toContain(requestId);
    expect(error.message).not.toContain('hunter2');
    expect(served.asked.logged.join('')).toContain(requestId);
  });

  it('asks to come back later when the database is away', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await serve({ clusters: () => Promise.reject(away) });

    const answer = await served.ask('/api/clusters');

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await answer.json()).error.code).toBe('database_unavailable');
  });
});

describe('bodies', () => {
  const limits = { message: 3_000, other: 1_000, idleMs: 10_000 };
  const chunked = (bytes: number) =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 100) controller.enqueue(new Uint8Array(100).fill(0x20));
        controller.close();
      },
    });
  const echo: HttpDeps['routes'][number] = {
    method: 'POST',
    path: '/api/messages',
    handle: async (request) => Response.json({ bytes: (await request.arrayBuffer()).byteLength }),
  };

  it.each([
    ['/api/events', 1_100, 413],
    ['/api/messages', 1_100, 200],
    ['/api/messages', 3_100, 413],
    ['/webhooks/slack', 1_100, 413],
  ])('%s with %i bytes, of stated length or in chunks: %i', async (path, bytes, status) => {
    await serve({ routes: [echo] }, limits);

    const stated = await served.post(path, ' '.repeat(bytes));
    const unstated = await served.ask(path, {
      method: 'POST',
      body: chunked(bytes),
      // @ts-expect-error undici needs it, the types of the DOM do not know it
      duplex: 'half',
    });

    expect([stated.status, unstated.status]).toEqual([status, status]);
    for (const answer of [stated, unstated])
      expect(await answer.json()).toMatchObject(
        status === 413 ? { error: { code: 'too_large', message: expect.stringMatching(/MB/) } } : { bytes },
      );
  });

  it.each([
    ['{"kind":', 'malformed', undefined],
    ['', 'malformed', undefined],
    ['[]', 'invalid', undefined],
    ['null', 'invalid', undefined],
    ['{"kind":"approve","draftVersion":1}', 'invalid', 'agent'],
    ['{"kind":"dance","draftVersion":1,"agent":"a@b.example"}', 'invalid', 'kind'],
    ['{"kind":"approve","draftVersion":"1","agent":"a@b.example"}', 'invalid', 'draftVersion'],
    ['{"kind":"edit","draftVersion":1,"agent":"a@b.example"}', 'invalid', 'text'],
    ['{"kind":"edit","draftVersion":1,"agent":"a@b.example","text":"  "}', 'invalid', 'text'],
    ['{"kind":"take","draftVersion":1,"agent":"a@b.example","colour":"red"}', 'invalid', 'colour'],
    ['{"kind":"approve","draftVersion":1,"agent":"a@b.example","text":"no"}', 'invalid', 'text'],
  ])('%s is refused naming the field', async (body, code, field) => {
    const answer = await served.post('/api/tickets/T-1042/actions', body);

    expect(answer.status).toBe(400);
    const { error } = await answer.json();
    expect([error.code, error.field]).toEqual([code, field]);
    if (field) expect(error.message).toContain(field);
    expect(served.asked.actions).toEqual([]);
  });

  it('in another encoding than UTF-8 is refused', async () => {
    const latin1 = Buffer.from('{"kind":"note","draftVersion":0,"agent":"a@b.example","text":"é"}', 'latin1');
    const answer = await served.ask('/api/tickets/T-1042/actions', { method: 'POST', body: latin1 });
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, 'malformed']);
  });
});

describe('tickets', () => {
  it.each(['T-1042', 't-1042', '1042'])('%s is shown whole', async (key) => {
    const answer = await served.ask(`/api/tickets/${key}`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { ticket } = aTicketRecord();
    expect(await answer.json()).toMatchObject({
      id: 'T-1042',
      status: ticket.status,
      subject: ticket.subject,
      customer: { email: 'margaret@northwind.example' },
      category: ticket.category,
      priority: JSON.parse(JSON.stringify(ticket.priority)),
      messages: [{ direction: 'inbound', channel: 'email', attachments: [{ url: '/api/attachments/5' }] }],
      drafts: [{ version: 1, status: 'pending', route: expect.any(String), sources: expect.any(Array) }],
      decisions: [],
      outbox: [],
    });
  });

  it.each(['T-9', 'x', '%00', '..%2f', '9'.repeat(40)])('%s does not exist', async (key) => {
    for (const answer of [
      await served.ask(`/api/tickets/${key}`),
      await (key === 'T-9'
        ? served.ask('/api/tickets/T-9')
        : served.post(`/api/tickets/${key}/actions`, approve)),
    ])
      expect([answer.status, (await answer.json()).error.code]).toEqual([404, 'not_found']);
  });

  it('are listed by what the query says, with the way to the next page', async () => {
    const answer = await served.ask(
      '/api/tickets?status=open,snoozed&assignee=Ana&search=invoice&before=T-2000&limit=1',
    );

    expect(await answer.json()).toMatchObject([{ id: 'T-1042' }]);
    expect(served.asked.lists).toEqual([
      { status: ['open', 'snoozed'], assignee: 'Ana', search: 'invoice', before: 2000, limit: 1 },
    ]);
    expect(answer.headers.get('link')).toMatch(/<\/api\/tickets\?.*before=T-1042.*>; rel="next"/);
  });

  it.each([
    ['status=lost', 'status.0'],
    ['limit=0', 'limit'],
    ['limit=1000', 'limit'],
    ['before=yesterday', 'before'],
    ['colour=red', 'colour'],
    ['status=open&status=snoozed', 'status'],
  ])('a wrong query (%s) is refused naming the field', async (query, field) => {
    const answer = await served.ask(`/api/tickets?${query}`);
    expect([answer.status, (await answer.json()).error.field]).toEqual([400, field]);
  });
});

describe('actions', () => {
  it('reach the ticket as decisions of the agent', async () => {
    const body = { ...approve, then: 'resolve' };
    const answer = await served.post('/api/tickets/T-1042/actions', body);

    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    expect(served.asked.actions).toEqual([
      {
        ticketId: 1042,
        request: {
          draftVersion: 1,
          agentEmail: 'ana@example.com',
          decision: { kind: 'approve', then: 'resolve' },
        },
      },
    ]);
  });

  const refused = (result: Omit<Extract<ActResult, { ok: false }>, 'ok'>): ActResult => ({
    ok: false,
    ...result,
  });
  it.each([
    [403, refused({ code: 'forbidden', message: 'not an agent' }), {}],
    [404, refused({ code: 'not_found', message: 'no ticket' }), {}],
    [400, refused({ code: 'invalid', message: 'unknown category', field: 'category' }), {}],
    [
      409,
      refused({ code: 'conflict', message: 'too late', by: 'Ben', at: NOW }),
      { by: 'Ben', at: NOW.toISOString() },
    ],
    [409, refused({ code: 'stale', message: 'the customer wrote again' }), { by: null, at: null }],
  ])('answer %i to %o', async (status, result, beside) => {
    await serve({ act: async () => result });

    const answer = await served.post('/api/tickets/T-1042/actions', approve);

    expect(answer.status).toBe(status);
    const { ok: _, by: _by, at: _at, ...error } = { by: 0, at: 0, ...result };
    expect(await answer.json()).toEqual({ error, ...beside });
  });

  it('that fail for a while ask to be repeated', async () => {
    const busy = new AppError('busy', 'one moment', { retryable: true, retryAfterMs: 2_500 });
    await serve({ act: () => Promise.reject(busy) });
    const answer = await served.post('/api/tickets/T-1042/actions', approve);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
  });
});

describe('facts about customers', () => {
  const event = { customer: { email: 'ana@northwind.example' }, type: 'plan_changed', data: { seats: 40 } };

  it('are taken', async () => {
    const answer = await served.post('/api/events', event);
    expect(answer.status).toBe(202);
    expect(served.asked.events).toEqual([event]);
  });

  it.each([
    [{ ...event, customer: {} }, 'customer'],
    [{ ...event, customer: { email: 'nobody' } }, 'customer.email'],
    [{ ...event, account: { mrr: -1 } }, 'account.mrr'],
    [{ ...event, at: 'yesterday' }, 'at'],
    [{ ...event, kind: 'x' }, 'kind'],
  ])('are refused naming the field: %o', async (body, field) => {
    const answer = await served.post('/api/events', body);
    expect([answer.status, (await answer.json()).error.field]).toEqual([400, field]);
    expect(served.asked.events).toEqual([]);
  });
});

describe('figures', () => {
  it('are those of the last day unless the query says otherwise', async () => {
    await served.ask('/api/metrics');
    await served.ask('/api/metrics?from=2026-02-01&to=2026-02-02T12:00:00Z');

    expect(served.asked.periods).toEqual([
      { from: new Date(NOW.getTime() - 86_400_000), to: NOW },
      { from: new Date('2026-02-01'), to: new Date('2026-02-02T12:00:00Z') },
    ]);
  });

  it.each([
    ['from=soon', 'from'],
    ['from=2026-02-03&to=2026-02-02', 'from'],
    ['since=2026-02-03', 'since'],
    ['priority=P9', 'priority'],
    ['by=week', 'by'],
  ])('%s is refused', async (query, field) => {
    const answer = await served.ask(`/api/metrics?${query}`);
    expect([answer.status, (await answer.json()).error.field]).toEqual([400, field]);
  });

  it('come by day, too', async () => {
    const answer = await served.ask('/api/metrics?by=day&category=billing/refund');
    expect(await answer.json()).toMatchObject({
      received: 3,
      days: [{ day: '2026-03-02', received: 3, response: { n: 2, median: 60, p90: 90 } }],
    });
  });

  it('clusters are an empty list while there are none', async () => {
    expect(await (await served.ask('/api/clusters')).json()).toEqual([]);
  });
});
