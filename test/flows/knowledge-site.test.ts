// Articles from a website and from exports of help centres, read from a real web server.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHelpCentre } from '../../src/flows/help-centre.ts';
import { readSite } from '../../src/flows/knowledge-site.ts';
import { createWebReader, isPublicAddress } from '../../src/infra/web-reader.ts';

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
const WORDS = '<p>Open Settings, then Billing, and choose the month that you need from the list there.</p>';

describe('a help centre on the web', () => {
  let server: Server;
  let base: string;
  let pages: Record<string, string>;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      if (path === '/moved') return response.writeHead(302, { location: '/help/invoices' }).end();
      const body = pages[path];
      if (body === undefined) return response.writeHead(404).end();
      const type = path.endsWith('.txt') ? 'text/plain' : path.endsWith('.xml') ? 'text/xml' : 'text/html';
      return response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const read = (path: string, limit = 50) => {
    asked.length = 0;
    return readSite(base + path, {
      web: createWebReader({ userAgent: 'deskhand', allowPrivate: true }),
      clock: { now: () => new Date() },
      wait: async () => undefined,
      limit,
    });
  };

  it('is read from link to link, within its folder and as robots.txt allows', async () => {
    pages = {
      '/robots.txt': 'User-agent: *\nDisallow: /help/internal',
      '/help/': page(
        'Help',
        `${WORDS}<a href="invoices">Invoices</a> <a href="internal/notes">Notes</a> <a href="/shop">Shop</a>`,
      ),
      '/help/invoices': page('Invoices', WORDS),
      '/help/internal/notes': page('Notes', WORDS),
      '/shop': page('Shop', WORDS),
    };
    const found = await read('/help/');
    expect(found.articles.map(({ title }) => title).sort()).toContain('Invoices');
    expect(found.articles.map(({ url }) => url)).toContain(`${base}/help/invoices`);
    expect(asked).not.toContain('/help/internal/notes');
    expect(asked).not.toContain('/shop');
    expect(found.whole).toBe(true);
  });

  it('is read by its sitemap, and says so when the limit cut it off', async () => {
    const urls = ['/help/a', '/help/b', '/help/c'].map((path) => `<url><loc>${base}${path}</loc></url>`);
    pages = {
      '/sitemap.xml': `<urlset>${urls.join('')}</urlset>`,
      '/help/': page('Help', WORDS),
      '/help/a': page('First', `${WORDS}<p>About the first thing.</p>`),
      '/help/b': page('Second', `${WORDS}<p>About the second thing.</p>`),
      '/help/c': page('Third', `${WORDS}<p>About the third thing.</p>`),
    };
    expect((await read('/help/')).articles.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['First', 'Second', 'Third']),
    );
    expect(await read('/help/', 2)).toMatchObject({ whole: false });
  });

  it('is no way into the machine: private addresses are refused, by name and by redirect', async () => {
    const web = createWebReader({ userAgent: 'deskhand', allowPrivate: false });
    await expect(web.read(`${base}/help/`)).rejects.toMatchObject({ code: 'private_address' });
    await expect(web.read(base.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
      code: 'private_address',
    });
    await expect(web.read('file:///etc/passwd')).rejects.toMatchObject({ code: 'bad_address' });
  });
});

it.each([
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['169.254.169.254', false],
  ['::1', false],
  ['fd00::1', false],
  ['::ffff:127.0.0.1', false],
  ['93.184.216.34', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
])('%s belongs to the public internet: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

describe('an export', () => {
  it('of Zendesk gives its articles with their links, without drafts', () => {
    const text = JSON.stringify({
      articles: [
        { id: 1, title: 'Invoices', body: WORDS, html_url: 'https://help.example.com/1', locale: 'en-us' },
        { id: 2, title: 'Not yet', body: WORDS, locale: 'en-us', draft: true },
      ],
    });
    const { articles, leftOut } = parseHelpCentre('export/', text);
    expect(articles).toMatchObject([
      { title: 'Invoices', url: 'https://help.example.com/1', language: 'en' },
    ]);
    expect(leftOut.join()).toContain('draft');
  });

  it('of Intercom gives one article for each language', () => {
    const text = JSON.stringify({
      data: [
        {
          id: '7',
          title: 'Invoices',
          body: WORDS,
          state: 'published',
          default_locale: 'en',
          translated_content: { fr: { title: 'Factures', body: WORDS, state: 'published' } },
        },
      ],
    });
    expect(
      parseHelpCentre('export/', text)
        .articles.map(({ language }) => language)
        .sort(),
    ).toEqual(['en', 'fr']);
  });

  it('that is none says what is expected', () => {
    expect(() => parseHelpCentre('export/', '{"rows": []}')).toThrow(/Zendesk.*Intercom/);
  });
});
