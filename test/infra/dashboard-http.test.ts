// The dashboard over HTTP: who may look, links that sign in once, bad queries, and files.
import { beforeEach, describe, expect, it } from 'vitest';
import { createConsole } from '../../adapters/chat/console/index.ts';
import { createDashboardRoutes, type DashboardReader } from '../../src/infra/http/dashboard/index.ts';
import type { TicketLine } from '../../src/model/dashboard.ts';
import { AppError } from '../../src/model/errors.ts';
import { adapterDeps } from '../support/adapter-memory.ts';
import { NOW } from '../support/ticket-views.ts';

const HOST = 'desk.example';
const ELSEWHERE = '203.0.113.9';
const MINUTE = 60_000;

const LINE: TicketLine = {
  id: 1042,
  subject: '=HYPERLINK("http://evil.example")',
  customer: 'Maria, "M"',
  account: null,
  plan: null,
  channel: 'email',
  category: 'billing/refund',
  priority: 'P2',
  status: 'resolved',
  repliedBy: 'assisted',
  assignee: null,
  csat: 5,
  createdAt: NOW,
  answeredIn: 90,
  resolvedIn: null,
  late: false,
  post: null,
};

const SIGNALS = {
  timeZone: 'UTC',
  now: NOW,
  requests: [],
  friction: [],
  accounts: [
    {
      account: '@Acme',
      plan: 'Team',
      mrr: 900,
      renewalAt: null,
      owner: null,
      health: 41.6,
      risk: null,
      atRisk: true,
      reasons: ['Their tone is upset.', 'A ticket waits.'],
      past: [],
      alert: { id: 3, status: 'on_it' as const, by: 'Ana', at: NOW },
    },
  ],
};

describe('the dashboard over HTTP', () => {
  let now: Date;
  let asked: unknown[];
  let page: ReturnType<typeof createConsole>;
  let ask: (path: string, options?: Partial<Asked>) => Promise<Response>;

  interface Asked {
    peer: string;
    headers: Record<string, string>;
    form: Record<string, string>;
  }

  beforeEach(() => {
    now = NOW;
    asked = [];
    const clock = { now: () => now };
    page = createConsole(
      { name: 'Crewlane', channels: [], port: 3000, publicUrl: `https://${HOST}` },
      adapterDeps({ clock, agents: [{ name: 'Ana', email: 'ana@crewlane.example', role: 'viewer' }] }),
    );
    const dashboard: DashboardReader = {
      overview: async (query) => {
        asked.push(query);
        throw new AppError('invalid', 'from: 2026-03-04 must not be after to, which is 2026-03-01');
      },
      signals: async (query) => ({ query: { from: '', to: '', ...query }, ...SIGNALS }),
      behind: async (query, drill, pages) => {
        asked.push([query, drill, pages]);
        return { total: 1, tickets: [LINE], timeZone: 'UTC' };
      },
    };
    const routes = [...createDashboardRoutes({ dashboard, mayRead: page.mayRead }), ...page.routes];
    ask = async (path, { peer = ELSEWHERE, headers = {}, form } = {}) => {
      const { pathname } = new URL(path, 'http://any.example');
      const method = form ? 'POST' : 'GET';
      const isMatch = (pattern: string) =>
        new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(pathname);
      const route = routes.find((one) => one.method === method && isMatch(one.path));
      if (!route) throw new Error(`no route for ${method} ${path}`);
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
      const params = Object.fromEntries(names.map((name) => [name, pathname.split('/').at(-1) ?? '']));
      const request = new Request(new URL(path, `https://${HOST}`), {
        method,
        headers: { host: HOST, ...headers },
        body: form && new URLSearchParams(form),
      });
      return route.handle(request, params, { address: peer });
    };
  });

  const local = { peer: '127.0.0.1', headers: { host: 'localhost:3000' } };
  const link = async () => {
    const url = new URL(await page.signInLink('ana@crewlane.example', { path: '/dashboard', minutes: 15 }));
    return { path: `${url.pathname}${url.search}`, token: url.searchParams.get('token') ?? '' };
  };
  const enter = (token: string, headers: Record<string, string> = {}) =>
    ask('/console/sign-in', { form: { token }, headers });

  describe('who may look', () => {
    it.each([
      '/dashboard',
      '/dashboard/api/overview',
      '/dashboard/api/signals',
      '/dashboard/api/tickets?view=tickets',
      '/dashboard/export/days.csv',
    ])('another machine gets nothing at %s', async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('/deskhand dashboard');
      expect(asked).toEqual([]);
    });

    it('this machine needs no sign-in, unless a proxy or a foreign name stands in between', async () => {
      const path = '/dashboard/api/tickets?view=tickets';
      expect((await ask(path, local)).status).toBe(200);
      const forwarded = { ...local, headers: { ...local.headers, 'x-forwarded-for': '203.0.113.9' } };
      expect((await ask(path, forwarded)).status).toBe(401);
      expect((await ask(path, { ...local, headers: { host: 'rebound.example' } })).status).toBe(401);
    });
  });

  describe('a link from the chat', () => {
    it('survives the preview of a chat, signs in one browser, and leads to the dashboard', async () => {
      const { path, token } = await link();
      for (const _preview of [1, 2]) {
        const shown = await ask(path);
        expect(shown.status).toBe(200);
        expect(shown.headers.get('set-cookie')).toBeNull();
        expect(await shown.text()).toContain('ana@crewlane.example');
      }
      const entered = await enter(token, { 'sec-fetch-site': 'same-origin' });
      expect([entered.status, entered.headers.get('location')]).toEqual([303, '/dashboard']);
      const cookie = entered.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(/HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
      const headers = { cookie: cookie.split(';')[0] ?? '' };
      expect((await ask('/dashboard/api/tickets?view=tickets', { headers })).status).toBe(200);
    });

    it('works once, also for two browsers at the same moment', async () => {
      const { path, token } = await link();
      const both = await Promise.all([enter(token), enter(token)]);
      expect(both.map(({ status }) => status).sort()).toEqual([303, 403]);
      expect((await enter(token)).status).toBe(403);
      expect((await ask(path)).status).toBe(403);
    });

    it('is good for a quarter of an hour', async () => {
      const { token } = await link();
      now = new Date(NOW.getTime() + 16 * MINUTE);
      expect((await enter(token)).status).toBe(403);
    });

    it('is not taken from another site’s form', async () => {
      const { token } = await link();
      expect((await enter(token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await enter(token)).status).toBe(303);
    });
  });

  describe('queries', () => {
    it.each([
      ['view=everything', 'view', 'must be one of tickets'],
      ['view=tickets&from=yesterday', 'from', 'must be a day such as 2026-03-02'],
      ['view=tickets&priority=P9', 'priority', ''],
      ['view=clusters&cluster=7', 'cluster', 'must look like C-7'],
      ['view=tickets&plan=', 'plan', 'must not be empty'],
      ['view=tickets&from=2026-03-01&from=2026-03-02', 'from', 'is given twice'],
    ])('?%s is refused and names the field', async (query, field, words) => {
      const answer = await ask(`/dashboard/api/tickets?${query}`, local);
      expect(answer.status).toBe(400);
      const { error } = await answer.json();
      expect(error.field).toBe(field);
      expect(error.message).toContain(words);
    });

    it('lists the tickets behind a figure, page by page', async () => {
      const path = '/dashboard/api/tickets?view=answered&by=auto&plan=Team&from=2026-03-01&skip=50';
      const answer = await ask(path, local);
      expect(await answer.json()).toMatchObject({ total: 1, tickets: [{ id: 1042 }] });
      expect(asked).toMatchObject([
        [{ plan: 'Team', from: '2026-03-01' }, { view: 'answered', by: 'auto' }, { skip: 50 }],
      ]);
    });
  });

  it('exports a list as a file in which formulas are only words', async () => {
    const answer = await ask('/dashboard/export/tickets.csv?view=answered', local);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="deskhand-tickets.csv"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [, line] = (await answer.text()).split('\r\n');
    expect(line).toContain(`"'=HYPERLINK(""http://evil.example"")","Maria, ""M"""`);
    expect((await ask('/dashboard/export/secrets.csv', local)).status).toBe(404);
    const accounts = await (await ask('/dashboard/export/accounts.csv', local)).text();
    expect(accounts.split('\r\n')[1]).toBe(
      `'@Acme,Team,900,,,42,,Their tone is upset. A ticket waits.,on_it,Ana`,
    );
  });

  it('the page allows only its own files, and keeps them for ever', async () => {
    const shown = await ask('/dashboard', local);
    const policy = shown.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const script = /\/dashboard\/assets\/app-[\w-]+\.js/.exec(await shown.text())?.[0] ?? '';
    const file = await ask(script);
    expect(file.headers.get('cache-control')).toContain('immutable');
    // What is drawn later is a file of its own.
    expect((await file.text()).length).toBeLessThan(80_000);
  });
});
