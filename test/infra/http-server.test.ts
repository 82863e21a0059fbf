// The HTTP server's life: swapping its app, closing gently, slow and broken askers, a port that is taken.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type App, createHttpServer, type HttpServer } from '../../src/infra/http/server.ts';
import { createLog } from '../../src/infra/log.ts';
import { serveHttp, TOKEN } from '../support/http-app.ts';

const log = createLog({ level: 'silent' });
const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function listen(app?: App): Promise<{ server: HttpServer; base: string; port: number }> {
  const server = createHttpServer({ host: '127.0.0.1', port: 0, log });
  servers.push(server);
  if (app) await server.setApp(app);
  const { port } = await server.listen();
  return { server, port, base: `http://127.0.0.1:${port}` };
}

const says = (text: string): App => ({ fetch: () => new Response(text) });

/** An app whose answers wait until they are let go. */
function held(text: string) {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const app: App = {
    async fetch() {
      waiting++;
      await gate.promise;
      return new Response(text);
    },
  };
  return { app, release: gate.resolve, waiting: () => waiting };
}

/** An app that sends one event and leaves the stream open. */
const streaming: App = { fetch: eventStream };

function eventStream(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

describe('before there is an app', () => {
  it('the process is alive, and everything else is about to be', async () => {
    const { base } = await listen();

    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    const answer = await fetch(`${base}/console`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('swapping the app', () => {
  it('loses no request while many are asked', async () => {
    const { server, base } = await listen(says('one'));
    const answers: Promise<string>[] = [];
    for (let i = 0; i < 300; i++) {
      answers.push(fetch(base).then((answer) => answer.text()));
      if (i % 50 === 25) await server.setApp(says(`app ${i}`));
    }

    const texts = await Promise.all(answers);

    expect(texts.filter((text) => !/^(one|app \d+)$/.test(text))).toEqual([]);
    expect(await (await fetch(base)).text()).toBe('app 275');
  });

  it('lets the former app finish what it has in hand, and says when it has', async () => {
    const slow = held('from the former');
    const { server, base } = await listen(slow.app);
    const asked = fetch(base);
    await vi.waitUntil(() => slow.waiting() === 1);
    let over = false;

    const swapped = server.setApp(says('from the new')).then(() => {
      over = true;
    });

    expect(await (await fetch(base)).text()).toBe('from the new');
    expect(over).toBe(false);
    slow.release();
    expect(await (await asked).text()).toBe('from the former');
    await swapped;
  });

  it('ends event streams, so that pages connect to the new app', async () => {
    const { server, base } = await listen(streaming);
    const stream = await fetch(base);

    await server.setApp(says('new'));

    expect(await stream.text()).toBe('data: 1\n\n');
  });
});

describe('event streams of adapters', () => {
  it('arrive piece by piece, tell the adapter when the page has gone, and end with the server', async () => {
    const gone: string[] = [];
    const { server, base } = await serveHttp({
      routes: [
        {
          method: 'GET',
          path: '/events/:page',
          handle: async (request, { page = '' }) => {
            request.signal.addEventListener('abort', () => gone.push(page));
            return eventStream();
          },
        },
      ],
    });
    servers.push(server);
    const leaving = new AbortController();
    const first = await fetch(`${base}/events/first`, { signal: leaving.signal });
    const second = await fetch(`${base}/events/second`);
    const piece = await first.body?.getReader().read();
    expect(new TextDecoder().decode(piece?.value)).toBe('data: 1\n\n');

    leaving.abort();
    await vi.waitUntil(() => gone.includes('first'));
    await server.close(60_000);

    expect(await second.text()).toBe('data: 1\n\n');
  });
});

describe('closing', () => {
  it('waits for requests in hand, ends event streams, takes no new ones', async () => {
    const slow = held('done');
    const { server, base } = await listen({
      fetch: (request, env) => (request.url.endsWith('/stream') ? streaming : slow.app).fetch(request, env),
    });
    const stream = await fetch(`${base}/stream`);
    const asked = fetch(base);
    await vi.waitUntil(() => slow.waiting() === 1);

    const closed = server.close(60_000);

    await stream.text();
    await expect(fetch(base)).rejects.toThrow();
    slow.release();
    expect(await (await asked).text()).toBe('done');
    await closed;
  });

  it('cuts off what takes longer than the time allowed', async () => {
    const stuck = held('never');
    const { server, base } = await listen(stuck.app);
    const asked = fetch(base);
    asked.catch(() => undefined);
    await vi.waitUntil(() => stuck.waiting() === 1);

    await server.close(1);

    await expect(asked).rejects.toThrow();
  });
});

describe('a port that is taken', () => {
  it('is named, with the way out', async () => {
    const { port } = await listen(says('first'));
    const second = createHttpServer({ host: '127.0.0.1', port, log });

    await expect(second.listen()).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringMatching(new RegExp(`PORT is ${port}.*PORT=${port + 1} npm start`)),
    });
  });

  it('is told from an address that is not ours', async () => {
    const elsewhere = createHttpServer({ host: '203.0.113.7', port: 0, log });
    await expect(elsewhere.listen()).rejects.toMatchObject({
      code: 'host_unknown',
      message: expect.stringContaining('HOST is 203.0.113.7'),
    });
  });
});

describe('askers that keep us waiting', () => {
  it('a body that stops coming is given up, with an answer', async () => {
    const { server, port, asked } = await serveHttp({}, { message: 1_000, other: 1_000, idleMs: 20 });
    servers.push(server);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 500\r\n\r\n{"cust`,
    );

    const answer = await untilClosed(socket);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"too_slow"');
    expect(asked.events).toEqual([]);
  });

  it('a body that breaks off does nothing', async () => {
    const { server, port, asked, ask } = await serveHttp();
    servers.push(server);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 500\r\n\r\n{"cust`,
    );
    await once(socket, 'connect');
    socket.destroy();

    expect((await ask('/healthz')).status).toBe(200);
    expect(asked.events).toEqual([]);
  });

  it.each([
    'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
    'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
    'nonsense\r\n\r\n',
  ])('what is no request (%j) is answered 400', async (bytes) => {
    const { port } = await listen(says('well'));
    const socket = connect(port, '127.0.0.1');
    socket.end(bytes);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 400 /);
  });
});

async function untilClosed(socket: ReturnType<typeof connect>): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}
