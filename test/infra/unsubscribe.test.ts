// Getting no more messages that we write first, by a link: what mail programs and people do with it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createUnsubscribeLinks } from '../../src/infra/http/unsubscribe.ts';
import { serveHttp } from '../support/http-app.ts';

const links = createUnsubscribeLinks({ secret: 'a', publicUrl: 'https://desk.example' });
const tokenOf = (id: number) => links.linkFor(id)?.split('/').at(-1) ?? '';

describe('a link', () => {
  test('is known again, and of nobody else', () => {
    expect(links.linkFor(7)).toMatch(/^https:\/\/desk\.example\/unsubscribe\/7\.[\w-]{43}$/);
    expect(links.customerOf(tokenOf(7))).toBe(7);
  });

  test.each([
    ['another customer’s number', tokenOf(7).replace(/^7/, '8')],
    ['a changed proof', `${tokenOf(7).slice(0, -1)}${tokenOf(7).endsWith('A') ? 'B' : 'A'}`],
    ['one letter less', tokenOf(7).slice(0, -1)],
    ['nothing', ''],
    ['a number alone', '7.'],
  ])('with %s is nobody’s', (_, token) => expect(links.customerOf(token)).toBeNull());

  test('made with another secret is nobody’s', () => {
    const others = createUnsubscribeLinks({ secret: 'b', publicUrl: 'https://desk.example' });
    expect(others.customerOf(tokenOf(7))).toBeNull();
  });

  test.each(['http://desk.example', 'http://localhost:3000', 'https://localhost'])(
    'is not given where no mail program could use it: %s',
    (publicUrl) => expect(createUnsubscribeLinks({ secret: 'a', publicUrl }).linkFor(7)).toBeNull(),
  );
});

describe('the page', () => {
  let served: Awaited<ReturnType<typeof serveHttp>>;
  beforeEach(async () => {
    served = await serveHttp();
  });
  afterEach(() => served.server.close(0));
  const at = (path: string, init: RequestInit = {}) => fetch(`${served.base}/unsubscribe/${path}`, init);

  test('changes nothing when it is opened, as filters do; its button does', async () => {
    const opened = await at('ours');
    expect(opened.status).toBe(200);
    expect(await opened.text()).toContain('<form method="post">');
    expect(served.asked.optedOut).toEqual([]);
    const pressed = await at('ours', { method: 'POST' });
    expect([pressed.status, await pressed.text()]).toEqual([200, expect.stringContaining('Done.')]);
    expect(served.asked.optedOut).toEqual([7]);
  });

  test('takes the one click of a mail program, without any cookie', async () => {
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await at('ours', { method: 'POST', body })).status).toBe(200);
    expect(served.asked.optedOut).toEqual([7]);
  });

  test('says of a link that is none of ours how to get out all the same', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await at('7.wrong', { method });
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('“stop”')]);
    }
    expect(served.asked.optedOut).toEqual([]);
  });

  test('has its style, and allows no other host', async () => {
    const page = await at('ours');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await at('style.css')).headers.get('content-type')).toContain('text/css');
  });
});
