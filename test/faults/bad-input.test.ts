// What the world may post to a running bot, from the socket to the database and the card.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, type BotProcess, spawnBot, TOKEN } from '../support/bot-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { query } from '../support/query.ts';

let database: TestDatabase;
let bot: BotProcess;
let url = '';
beforeAll(async () => {
  database = await createTestDatabase();
  bot = spawnBot({ DATABASE_URL: database.url });
  url = await bot.url;
}, 400_000);
afterAll(async () => {
  await bot.stop();
  await database.drop();
});

let written = 0;
const message = (more: Record<string, unknown> = {}) => ({
  channel: 'api',
  externalId: `bad-${++written}`,
  customer: { email: `bad-${written}@example.org` },
  text: 'Where is my invoice?',
  ...more,
});
const post = (body: unknown) => ask(url, '/api/messages', body);
async function kept(externalId: string): Promise<Record<string, unknown>[]> {
  return query(database.url, `select * from message where external_id = '${externalId}' order by seq`);
}

describe('is refused, naming what is wrong', () => {
  it.each<[string, unknown, number, string | null]>([
    ['JSON that breaks off', '{"channel": "api", "text": "x', 400, null],
    ['no JSON at all', 'channel=api&text=hello', 400, null],
    ['an empty body', '', 400, null],
    ['a list', [1, 2], 400, null],
    ['an unknown channel', message({ channel: 'fax' }), 400, 'channel'],
    ['a customer without any address', message({ customer: { name: 'Maria' } }), 400, 'customer'],
    ['no customer', message({ customer: undefined }), 400, 'customer'],
    ['an address that is none', message({ customer: { email: 'maria at acme' } }), 400, 'customer.email'],
    ['no id', message({ externalId: undefined }), 400, 'externalId'],
    ['a text that is a number', message({ text: 7 }), 400, 'text'],
    ['nothing but blanks', message({ text: ' \n\t ' }), 400, 'text'],
    ['a field nobody knows', message({ prioritty: 'P1' }), 400, 'prioritty'],
    ['a time that is none', message({ sentAt: 'yesterday' }), 400, 'sentAt'],
    [
      'an attachment in broken base64',
      message({ attachments: [{ name: 'a.pdf', contentBase64: '%%%' }] }),
      400,
      'attachments.0.contentBase64',
    ],
  ])('%s', async (_name, body, status, field) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { field, message: expect.any(String) } });
  });

  it('bytes that are not UTF-8, whatever they claim to be', async () => {
    for (const encoding of ['utf16le', 'latin1'] as const) {
      const body = Buffer.from(JSON.stringify(message({ text: 'Grüße, wo ist die Rechnung?' })), encoding);
      const response = await fetch(`${url}/api/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': `application/json; charset=${encoding}`,
        },
        body,
      });
      expect(response.status).toBe(400);
      await response.body?.cancel();
    }
  });

  it('a body of 31 MB, without reading it to its end', async () => {
    const response = await post(JSON.stringify(message({ text: 'x'.repeat(31 * 1_048_576) }))).catch(
      () => null,
    );
    // A client that still writes may see the connection close before it reads the answer.
    if (response) expect(response.status).toBe(413);
    expect((await post(message())).status).toBe(202);
  });
});

describe('is taken in, made harmless', () => {
  it('a megabyte of text', async () => {
    const large = message({ text: 'All work and no play. '.repeat(45_000) });
    expect((await post(large)).status).toBe(202);
    expect(String((await kept(large.externalId))[0]?.text).length).toBeGreaterThan(900_000);
  });

  it('control characters, NUL, half a surrogate pair and text that runs backwards', async () => {
    const odd = message({
      text: 'a\u0000b\u0007c \u202eevil\u202c \ud800 end',
      subject: 'x\r\nBcc: all@example.org',
    });
    expect((await post(odd)).status).toBe(202);
    const [row] = await kept(odd.externalId);
    expect(row?.text).toBe('abc evil \ufffd end');
    expect(row?.subject).not.toMatch(/[\r\n]/);
  });

  it('one message fifty times at once: one row, one ticket, no gap in the numbers', async () => {
    const same = message();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(same)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 202));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    const [row] = await kept(same.externalId);
    expect(
      await query(database.url, `select next_seq from conversation where id = ${row?.conversation_id}`),
    ).toEqual([{ next_seq: 2 }]);
  });

  it('messages of one thread that arrive in the wrong order: all in one ticket, answered together', async () => {
    const customer = { email: 'late@example.org' };
    const at = (minute: number) => `2026-03-02T09:0${minute}:00Z`;
    for (const minute of [3, 1, 2]) {
      const one = message({ customer, threadId: 'late', text: `Written at ${minute}`, sentAt: at(minute) });
      expect((await post(one)).status).toBe(202);
    }
    const rows = await query(
      database.url,
      `select m.ticket_id, m.seq, m.text from message m where thread_id = 'late' order by seq`,
    );
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(rows.map(({ ticket_id }) => ticket_id)).size).toBe(1);
  });

  it('and every one of them becomes a card', async () => {
    await vi.waitFor(
      async () => {
        const late = await query(database.url, 'select id from ticket where rev > presented_rev');
        expect(late).toEqual([]);
      },
      { timeout: 180_000, interval: 200 },
    );
  });
});
