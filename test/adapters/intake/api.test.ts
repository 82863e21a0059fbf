// The API channel's edge: what it refuses and how it says so, and how replies are signed.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiConfig } from '../../../adapters/intake/api/config.ts';
import { createApi } from '../../../adapters/intake/api/index.ts';
import { jsonErrorPosition } from '../../../adapters/intake/api/json-position.ts';
import type { InboundMessage, OutboundReply } from '../../../src/model/message.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import { createReplyWebhook } from '../../support/reply-webhook.ts';

const GOOD = { channel: 'api', externalId: 'e1', customer: { email: 'ana@customer.example' }, text: 'Hello' };

async function post(
  body: unknown,
  receive = async (_message: InboundMessage) => ({
    messageId: 12,
    ticketId: 1042 as number | null,
    duplicate: false,
  }),
) {
  const channel = createApi({ channels: ['api', 'livechat'], webhook: null }, adapterDeps());
  await channel.start(receive);
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const request = new Request('http://localhost/api/messages', { method: 'POST', body: text as BodyInit });
  const response = await channel.routes?.[0]?.handle(request, {}, { address: '127.0.0.1' });
  return { status: response?.status, body: await response?.json() };
}

describe('POST /api/messages', () => {
  it('answers 202 with the ids that people see', async () => {
    expect(await post(GOOD)).toEqual({
      status: 202,
      body: { messageId: 'M-12', ticketId: 'T-1042', duplicate: false },
    });
    const thanks = async () => ({ messageId: 13, ticketId: null, duplicate: true });
    expect((await post(GOOD, thanks)).body).toEqual({ messageId: 'M-13', ticketId: null, duplicate: true });
  });

  it.each([
    ['a missing customer', { ...GOOD, customer: undefined }, 'customer'],
    ['a customer without address', { ...GOOD, customer: { name: 'Ana' } }, 'customer'],
    ['a wrong address', { ...GOOD, customer: { email: 'ana' } }, 'customer.email'],
    ['an unknown channel', { ...GOOD, channel: 'fax' }, 'channel'],
    ['an unknown field', { ...GOOD, body: 'x' }, 'body'],
    ['an empty text', { ...GOOD, text: ' \u0000 ' }, 'text'],
    ['a wrong time', { ...GOOD, sentAt: 'yesterday' }, 'sentAt'],
    ['an attachment of nothing', { ...GOOD, attachments: [{ name: 'x' }] }, 'attachments.0'],
  ])('refuses %s and names the field', async (_what, body, field) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: expect.any(String), field });
    expect(answer.body.error.message).toContain(field);
  });

  it('names the channels that are allowed', async () => {
    expect((await post({ ...GOOD, channel: 'fax' })).body.error.message).toBe(
      'channel: got "fax"; allowed are api, livechat',
    );
  });

  it.each([
    ['{"channel": "api",\n  "text": }', /position 29 \(line 2, column 11\)/],
    ['{"channel": "api"', /position 17 \(line 1, column 18\)/],
    ['', /position 0/],
    [new Uint8Array([0x22, 0xff, 0x22]), /UTF-8/],
  ])('says where JSON is malformed: %j', async (body, words) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'malformed', field: null } } });
    expect(answer.body.error.message).toMatch(words);
  });

  it('takes a million characters and refuses one more', async () => {
    expect((await post({ ...GOOD, text: 'x'.repeat(1_000_000) })).status).toBe(202);
    expect(await post({ ...GOOD, text: 'x'.repeat(1_000_001) })).toMatchObject({
      status: 413,
      body: { error: { field: 'text' } },
    });
  });

  it('hands over clean text, files and links', async () => {
    let taken: InboundMessage | null = null;
    const attachments = [
      { name: '../a.txt', contentType: 'text/plain', contentBase64: 'aGk=' },
      { name: 'b', url: 'https://x.example/b' },
    ];
    await post({ ...GOOD, text: 'a\u0000b\u202E\r\nc', subject: 'x\ny', attachments }, async (message) => {
      taken = message;
      return { messageId: 1, ticketId: 1, duplicate: false };
    });
    expect(taken).toMatchObject({
      text: 'ab\nc',
      subject: 'x y',
      attachments: [
        { name: 'a.txt', content: Buffer.from('hi') },
        { name: 'b', url: 'https://x.example/b' },
      ],
    });
  });

  it('answers 503, without inner words, when the message could not be stored', async () => {
    const answer = await post(GOOD, async () => {
      throw new Error('password of the database is hunter2');
    });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });
});

describe('the position of a mistake in JSON', () => {
  it('is the end for every beginning of valid JSON, and the place of a stray character otherwise', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        expect(jsonErrorPosition(json)).toBe(json.length);
        expect(jsonErrorPosition(`${json} ?`)).toBe(json.length + 1);
        const beginning = `[${json}`.slice(0, 1 + (cut % (json.length + 1)));
        expect(jsonErrorPosition(beginning)).toBeGreaterThan(0);
      }),
    );
    expect(jsonErrorPosition(`${'['.repeat(100_000)}}`)).toBe(100_000);
  });
});

describe('replies of the API channel', () => {
  const reply: OutboundReply = {
    key: 'k1',
    ticketId: 7,
    to: { email: 'ana@customer.example' },
    by: 'Ana',
    subject: 'Invoice',
    text: 'Hello',
    thread: { channel: 'livechat', externalId: 'e1', threadId: 't1' },
  };

  it('need no webhook: the ticket is where they are read', async () => {
    const channel = createApi({ channels: ['api'], webhook: null }, adapterDeps());
    expect(await channel.send(reply, AbortSignal.timeout(1_000))).toEqual({ providerId: 'k1' });
  });

  it('are signed over time and body, as the README says', async () => {
    let seen: { headers: Headers; body: string } | null = null;
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      seen = { headers: new Headers(init?.headers), body: String(init?.body) };
      return new Response(null, { status: 204 });
    };
    const clock = { now: () => new Date('2025-03-03T10:00:00Z') };
    const webhook = { url: 'https://x.example/', secret: 's'.repeat(16) };
    await createApi({ channels: ['api'], webhook }, adapterDeps({ fetch, clock })).send(
      reply,
      AbortSignal.timeout(1_000),
    );
    const { headers, body } = seen ?? { headers: new Headers(), body: '' };
    expect(headers.get('deskhand-timestamp')).toBe('1740996000');
    const expected = createHmac('sha256', webhook.secret).update(`1740996000.${body}`).digest('hex');
    expect(headers.get('deskhand-signature')).toBe(`v1=${expected}`);
    expect(headers.get('idempotency-key')).toBe('k1');
    expect(JSON.parse(body)).toMatchObject({
      ticketId: 'T-7',
      channel: 'livechat',
      inReplyTo: 'e1',
      threadId: 't1',
    });
  });

  it.each([
    [429, true, 7_000],
    [408, true, 7_000],
    [500, true, 7_000],
    [302, false, undefined],
    [401, false, undefined],
    [410, false, undefined],
  ])('after an answer of %i: again %s', async (status, retryable, retryAfterMs) => {
    const webhook = await createReplyWebhook();
    webhook.faults.push({ status, headers: { 'retry-after': '7', location: 'http://127.0.0.1:9/' } });
    const channel = createApi({ channels: ['api'], webhook }, adapterDeps());
    await expect(channel.send(reply, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      retryable,
      retryAfterMs,
    });
    await webhook.stop();
  });
});

describe('the configuration of the API channel', () => {
  const issues = (env: Record<string, string>, yaml: Record<string, unknown> = {}) =>
    (apiConfig.safeParse({ env, yaml }).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );

  it('is there without any', () => {
    expect(apiConfig.parse({ env: {}, yaml: {} })).toEqual({ channels: ['api', 'livechat'], webhook: null });
  });

  it('names what is wrong', () => {
    expect(issues({ DESKHAND_REPLY_WEBHOOK_URL: 'x.example/hook' })[0]).toMatch(
      /^env\.DESKHAND_REPLY_WEBHOOK_URL got "x/,
    );
    expect(issues({ DESKHAND_REPLY_WEBHOOK_URL: 'https://x.example' })[0]).toMatch(
      /^env\.DESKHAND_REPLY_WEBHOOK_SECRET is not set/,
    );
    expect(issues({}, { intake: { channels: ['email'] } })[0]).toMatch(/^yaml\.intake\.channels\.0 e-mail/);
  });
});
