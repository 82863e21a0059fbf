// Around the API: files, probes, figures for Prometheus, adapters' routes, and what the log never shows.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { contentDisposition } from '../../src/infra/http/attachments.ts';
import type { StoredFile } from '../../src/infra/http/deps.ts';
import { readiness } from '../../src/infra/http/readiness.ts';
import { createLog } from '../../src/infra/log.ts';
import { createMetrics } from '../../src/infra/metrics.ts';
import type { Peer } from '../../src/ports.ts';
import { anyCharacter } from '../support/any-character.ts';
import { serveHttp } from '../support/http-app.ts';

type Served = Awaited<ReturnType<typeof serveHttp>>;
const open: Served[] = [];

async function serve(...parts: Parameters<typeof serveHttp>): Promise<Served> {
  const served = await serveHttp(...parts);
  open.push(served);
  return served;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ server }) => server.close(0)));
});

const aFile = (over: Partial<StoredFile> = {}): StoredFile => ({
  name: 'invoice.pdf',
  contentType: 'application/pdf',
  content: new Uint8Array([1, 2, 3]),
  url: null,
  omitted: null,
  ...over,
});

describe('files of customers', () => {
  it('are downloads', async () => {
    const { ask } = await serve();
    const answer = await ask('/api/attachments/5');

    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="invoice.pdf"/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe('PDF');
  });

  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'TEXT/HTML; charset=utf-8',
    'a/b\r\nx: y',
    '',
  ])('of type %j are nothing that a browser runs', async (contentType) => {
    const { ask } = await serve({ attachment: async () => aFile({ contentType }) });
    const { headers } = await ask('/api/attachments/5');
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it.each(['6', '0x5', '-1', '1e3', 'abc', '9'.repeat(30)])('%s does not exist', async (id) => {
    const { ask } = await serve();
    expect((await ask(`/api/attachments/${id}`)).status).toBe(404);
  });

  it('that were not kept say why', async () => {
    const { ask } = await serve({
      attachment: async () => aFile({ content: null, omitted: 'larger than 25 MB' }),
    });
    const answer = await ask('/api/attachments/5');
    expect([answer.status, (await answer.json()).error.message]).toEqual([
      404,
      expect.stringContaining('larger than 25 MB'),
    ]);
  });

  it('may be read in a console session, and by nobody else', async () => {
    const peers: Peer[] = [];
    const { base } = await serve({
      mayRead: async (request, peer) => {
        peers.push(peer);
        return request.headers.get('cookie') === 'session=yes';
      },
    });

    const withSession = await fetch(`${base}/api/attachments/5`, { headers: { cookie: 'session=yes' } });
    const without = await fetch(`${base}/api/attachments/5`);
    const elsewhere = await fetch(`${base}/api/tickets`, { headers: { cookie: 'session=yes' } });

    expect([withSession.status, without.status, elsewhere.status]).toEqual([200, 401, 401]);
    expect(peers[0]?.address).toBe('127.0.0.1');
  });

  it('cannot break out of the header with their names', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: anyCharacter }), fc.string(), fc.constant('"\r\nSet-Cookie: a=b')),
        (name) => {
          const header = contentDisposition(name);
          expect(header).toMatch(
            /^attachment; filename="[A-Za-z0-9 ._()-]+"; filename\*=UTF-8''[A-Za-z0-9%._~!&+-]+$/,
          );
          expect(new Headers({ 'content-disposition': header }).get('content-disposition')).toBe(header);
        },
      ),
    );
  });

  it('keep their names where the header can carry them', () => {
    expect(contentDisposition('../Rechnung März (2).pdf')).toBe(
      `attachment; filename="_Rechnung M_rz (2).pdf"; filename*=UTF-8''_Rechnung%20M%C3%A4rz%20%282%29.pdf`,
    );
  });
});

describe('probes', () => {
  const well = { required: true, check: async () => ({ ok: true, detail: 'answers' }) };
  const ill = { check: async () => ({ ok: false, detail: 'imap.example: no route' }) };

  it.each([
    [200, true, { database: well }],
    [200, true, { database: well, 'channel:email': { ...ill, required: false } }],
    [503, false, { database: { ...ill, required: true } }],
    [503, false, { database: { required: true, check: () => Promise.reject(new Error('gone')) } }],
  ])('readiness is %i', async (status, ok, health) => {
    const { base } = await serve({ health });

    const answer = await fetch(`${base}/readyz`);

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ ok, parts: { database: { detail: expect.any(String) } } });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('a part that gives no answer is not waited for', async () => {
    const silent = { required: true, check: () => new Promise<never>(() => undefined) };
    expect(await readiness({ silent, well }, 5)).toEqual({
      ok: false,
      parts: {
        silent: { ok: false, detail: 'gave no answer within 0.005 s' },
        well: { ok: true, detail: 'answers' },
      },
    });
  });

  it('tell strangers only whether, not why', async () => {
    const { base } = await serve({ health: { database: { ...ill, required: true } } });
    const answer = await fetch(`${base}/readyz`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect([answer.status, await answer.json()]).toEqual([503, { ok: false }]);
  });
});

describe('figures for Prometheus', () => {
  it('are for this machine and for those who bear the token', async () => {
    const { base, ask } = await serve();
    const forwarded = { 'x-forwarded-for': '203.0.113.9' };

    expect((await fetch(`${base}/metrics`)).status).toBe(200);
    expect((await fetch(`${base}/metrics`, { headers: forwarded })).status).toBe(401);
    expect((await ask('/metrics', { headers: forwarded })).status).toBe(200);
  });

  it('count requests by route, not by address', async () => {
    const { base, ask } = await serve();
    await ask('/api/tickets/T-1042');
    await ask('/api/tickets/T-1');

    const text = await (await fetch(`${base}/metrics`)).text();

    expect(text).toContain(
      'deskhand_http_request_seconds_count{method="GET",route="/api/tickets/:id",status="200"} 1',
    );
    expect(text).not.toContain('T-1042');
  });

  it('gauges are read at the scrape; one that fails takes no other with it', async () => {
    const metrics = createMetrics();
    let backlog = 3;
    metrics.gauge('backlog', 'Tickets that wait', () => backlog);
    metrics.gauge('indexed', 'Share of the history that is read', () => Promise.reject(new Error('no')));
    metrics.count('messages_received', { channel: 'email', unknown: 'label' });
    backlog = 4;

    const text = await metrics.text();

    expect(text).toContain('deskhand_backlog 4');
    expect(text).toContain('deskhand_messages_received_total{channel="email"} 1');
    expect(text).toContain('deskhand_process_cpu_seconds_total');
  });
});

describe('routes of adapters', () => {
  it('get the request, the parameters and the true peer', async () => {
    const { base } = await serve({
      routes: [
        {
          method: 'POST',
          path: '/webhooks/:name',
          handle: async (request, params, peer) =>
            Response.json({ text: await request.text(), params, peer }, { status: 201 }),
        },
      ],
    });

    const answer = await fetch(`${base}/webhooks/slack`, {
      method: 'POST',
      body: 'payload',
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });

    expect([answer.status, await answer.json()]).toEqual([
      201,
      { text: 'payload', params: { name: 'slack' }, peer: { address: '127.0.0.1' } },
    ]);
  });

  it('keep the policy that they set, and gain protection from frames', async () => {
    const handle = async () =>
      new Response('<p>', { headers: { 'content-security-policy': "default-src 'none'" } });
    const { base } = await serve({ routes: [{ method: 'GET', path: '/page', handle }] });
    const policy = (await fetch(`${base}/page`)).headers.get('content-security-policy');
    expect(policy).toBe("default-src 'none', frame-ancestors 'none'");
  });

  it.each([
    [true, 302, '/console'],
    [false, 404, null],
  ])('the front door leads to the console when it is on (%s)', async (console, status, location) => {
    const { ask } = await serve({ console });
    const answer = await ask('/');
    expect([answer.status, answer.headers.get('location')]).toEqual([status, location]);
  });
});

describe('the log', () => {
  const lines: string[] = [];
  afterEach(() => lines.splice(0));
  const log = createLog({ level: 'info', write: (line) => lines.push(line) });

  it('writes one JSON object a line, from its level up', () => {
    log.debug({}, 'too small');
    log.warn({ ticketId: 1042 }, 'wake-up lost');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'warn', time: expect.any(String), ticketId: 1042, msg: 'wake-up lost' },
    ]);
  });

  it('shows no secret, whatever it hides in', () => {
    const query = Object.assign(new Error('Failed query: insert\nparams: my hunter2 text'), {
      params: ['hunter2'],
    });
    log.error(
      {
        headers: { Authorization: 'Bearer hunter2', 'x-api-key': 'hunter2' },
        apiToken: 'hunter2',
        config: [{ smtp: { password: 'hunter2' } }],
        reason: 'cannot reach postgres://deskhand:hunter2@db.example/x',
        error: query,
        text: query.message,
      },
      'GET https://user:hunter2@host.example failed',
    );
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('db.example');
  });

  it('writes short lines for people', () => {
    const people = createLog({ level: 'info', pretty: true, write: (line) => lines.push(line) });
    people.info({ ticketId: 1042, channel: 'email' }, 'message received');
    expect(lines.join('')).toMatch(
      /^\d\d:\d\d:\d\d info {2}message received {2}ticketId=1042 {2}channel=email\n$/,
    );
  });
});
