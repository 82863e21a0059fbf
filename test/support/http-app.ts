// The HTTP app behind a real server on a free port, with hand-made parts.
import { createApp } from '../../src/infra/http/app.ts';
import type { ActResult, HttpDeps, TicketAction, TicketRecord } from '../../src/infra/http/deps.ts';
import { createHttpServer } from '../../src/infra/http/server.ts';
import { createLog } from '../../src/infra/log.ts';
import { createMetrics } from '../../src/infra/metrics.ts';
import { aDraft, aMessage, aTicket, NOW } from './ticket-views.ts';

export const TOKEN = 'a-token-that-nobody-guesses';

/** What the parts were asked. */
export interface Asked {
  optedOut: number[];
  lists: unknown[];
  actions: { ticketId: number; request: TicketAction }[];
  events: unknown[];
  periods: { from: Date; to: Date }[];
  logged: string[];
}

export function aTicketRecord(id = 1042): TicketRecord {
  const ticket = aTicket({ id });
  return {
    ticket,
    customer: {
      id: 7,
      name: 'Margaret Oyelaran',
      email: 'margaret@northwind.example',
      language: 'en',
      title: null,
      optedOut: false,
      usage: {},
      account: null,
    },
    messages: [
      aMessage({
        ticketId: id,
        attachments: [
          { id: 5, name: 'invoice.pdf', contentType: 'application/pdf', size: 3, url: null, omitted: null },
        ],
      }),
    ],
    drafts: [aDraft({ ticketId: id })],
    decisions: [],
    outbox: [],
  };
}

/** Parts in which ticket T-1042 exists, file 5 does, every decision succeeds and all is well. */
export function httpParts(over: Partial<HttpDeps> = {}): { deps: HttpDeps; asked: Asked } {
  const asked: Asked = { optedOut: [], lists: [], actions: [], events: [], periods: [], logged: [] };
  const deps: HttpDeps = {
    token: TOKEN,
    routes: [],
    tickets: {
      async list(filter) {
        asked.lists.push(filter);
        return [aTicketRecord()];
      },
      get: async (id) => (id === 1042 ? aTicketRecord() : null),
    },
    async act(ticketId, request): Promise<ActResult> {
      asked.actions.push({ ticketId, request });
      return { ok: true };
    },
    async recordEvent(event) {
      asked.events.push(event);
    },
    attachment: async (id) =>
      id === 5
        ? {
            name: 'invoice.pdf',
            contentType: 'application/pdf',
            content: new TextEncoder().encode('PDF'),
            url: null,
            omitted: null,
          }
        : null,
    mayRead: async () => false,
    health: { database: { required: true, check: async () => ({ ok: true, detail: 'answers' }) } },
    metrics: createMetrics(),
    async figures(from, to) {
      asked.periods.push({ from, to });
      return {
        from,
        to,
        received: 3,
        answered: { total: 2, auto: 0, assisted: 1, agent: 1 },
        resolved: 1,
        backlog: { P1: 0, P2: 1, P3: 0, P4: 0, none: 0 },
        firstResponse: { median: 60, p90: 90 },
      };
    },
    figuresByDay: async () => [{ day: '2026-03-02', received: 3, response: { n: 2, median: 60, p90: 90 } }],
    dashboard: {
      overview: async () => Promise.reject(new Error('no dashboard here')),
      signals: async () => Promise.reject(new Error('no dashboard here')),
      behind: async () => ({ total: 0, tickets: [], timeZone: 'UTC' }),
    },
    customerOf: (token) => (token === 'ours' ? 7 : null),
    async optOut(customerId) {
      asked.optedOut.push(customerId);
    },
    clusters: async () => [],
    console: true,
    log: createLog({ level: 'debug', write: (line) => asked.logged.push(line) }),
    clock: { now: () => NOW },
    ...over,
  };
  return { deps, asked };
}

/** A server on a free port that serves these parts. */
export async function serveHttp(parts: Partial<HttpDeps> = {}, limits?: Parameters<typeof createApp>[1]) {
  const { deps, asked } = httpParts(parts);
  const server = createHttpServer({ host: '127.0.0.1', port: 0, log: deps.log });
  await server.setApp(createApp(deps, limits));
  const { port } = await server.listen();
  const base = `http://127.0.0.1:${port}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(base + path, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, ...Object.fromEntries(new Headers(init.headers)) },
    });
  const post = (path: string, body: unknown) =>
    ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  return { server, base, port, asked, ask, post };
}
