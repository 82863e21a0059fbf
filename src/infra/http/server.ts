// The one HTTP server: its app can be swapped while it runs, and it closes without cutting anybody off.
import { createServer, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { AppError, errorText } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import { problem } from './answer.ts';

/** What answers requests; a Hono app is one. */
export interface App {
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
}

export interface HttpServer {
  /** Starts listening; the port is the given one, or a free one for 0. Throws AppError naming PORT or HOST. */
  listen(): Promise<{ port: number }>;
  /**
   * Lets `app` answer every request from now on. Resolves when the former app has answered those it has in
   * hand; its event streams are ended, so that pages connect again.
   */
  setApp(app: App): Promise<void>;
  /** Takes no more connections, ends event streams, waits at most `graceMs` for requests in hand, cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/** Milliseconds. */
const TIMES = {
  /** To send the headers, and the whole request: 30 MB on a line of 2 Mbit/s. */
  headers: 15_000,
  request: 120_000,
  /** How often the two are looked at. */
  check: 5_000,
  /** Longer than the usual 60 s of proxies, so that they never use a connection that we just closed. */
  keepAlive: 65_000,
};

/** One app with what it has in hand. */
interface Shift {
  app: App;
  inHand: Set<ServerResponse>;
  streams: Set<ServerResponse>;
  over: boolean;
  done: PromiseWithResolvers<void>;
}

/** An HTTP server that answers 503 until it is given an app. */
export function createHttpServer({ host, port, log }: { host: string; port: number; log: Log }): HttpServer {
  let shift = beginShift(STARTING);
  let closing = false;
  /** Requests in hand by open connection; browsers also open some ahead of need and ask nothing. */
  const connections = new Map<Socket, number>();

  async function answer(request: Request, env: HttpBindings | Http2Bindings): Promise<Response> {
    if (!isHttp1(env)) throw new Error('this server speaks HTTP/1.1');
    const mine = shift;
    const { outgoing } = env;
    const { socket } = env.incoming;
    mine.inHand.add(outgoing);
    count(socket, 1);
    outgoing.once('close', () => {
      mine.inHand.delete(outgoing);
      mine.streams.delete(outgoing);
      settle(mine);
      count(socket, -1);
      if (closing) letGo();
    });
    const response = await mine.app.fetch(request, env);
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      mine.streams.add(outgoing);
      if (mine.over) setImmediate(() => outgoing.end());
    }
    return response;
  }

  function count(socket: Socket, change: 1 | -1): void {
    const requests = connections.get(socket);
    if (requests !== undefined) connections.set(socket, requests + change);
  }

  /** Ends the connections that ask nothing, once what was written has left. */
  function letGo(): void {
    for (const [socket, requests] of connections) if (requests === 0) socket.destroySoon();
  }

  const server = createServer(
    {
      headersTimeout: TIMES.headers,
      requestTimeout: TIMES.request,
      connectionsCheckingInterval: TIMES.check,
      keepAliveTimeout: TIMES.keepAlive,
    },
    getRequestListener(answer, {
      errorHandler: (error) => {
        log.warn({ reason: errorText(error) }, 'a request could not be understood');
        return problem(400, 'malformed', 'This is not a request that can be understood.');
      },
    }),
  );

  server.on('connection', (socket) => {
    connections.set(socket, 0);
    socket.once('close', () => connections.delete(socket));
  });

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => reject(explainListenError(error, host, port)));
        server.listen({ host, port }, resolve);
      });
      server.on('error', (error) => log.error({ reason: error.message }, 'the HTTP server has trouble'));
      return { port: portOf(server) };
    },

    setApp(app) {
      const former = shift;
      shift = beginShift(app);
      return endShift(former);
    },

    async close(graceMs) {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      endShift(shift);
      letGo();
      const cut = setTimeout(() => {
        log.warn({ requests: shift.inHand.size }, 'requests in hand are cut off');
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function beginShift(app: App): Shift {
  return { app, inHand: new Set(), streams: new Set(), over: false, done: Promise.withResolvers() };
}

function endShift(shift: Shift): Promise<void> {
  shift.over = true;
  for (const stream of shift.streams) stream.end();
  settle(shift);
  return shift.done.promise;
}

function settle(shift: Shift): void {
  if (shift.over && shift.inHand.size === 0) shift.done.resolve();
}

const STARTING: App = {
  fetch: (request) =>
    new URL(request.url).pathname === '/healthz'
      ? Response.json({ ok: true })
      : problem(503, 'starting', 'Deskhand is starting; try again in a moment.', {
          headers: { 'retry-after': '1' },
        }),
};

function isHttp1(env: HttpBindings | Http2Bindings): env is HttpBindings {
  return env.outgoing instanceof ServerResponse;
}

function portOf(server: Server): number {
  const address = server.address();
  return address && typeof address === 'object' ? address.port : 0;
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  const cause = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new AppError(
        'port_taken',
        `PORT is ${port}, which another program on ${host} uses already (perhaps another Deskhand). ` +
          `Stop that one, or choose another port: PORT=${port + 1} npm start`,
        cause,
      );
    case 'EACCES':
      return new AppError(
        'port_refused',
        `PORT is ${port}, which this user may not listen on; choose one above 1023.`,
        cause,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new AppError(
        'host_unknown',
        `HOST is ${host}, which is not an address of this machine; use 127.0.0.1 for this machine only, 0.0.0.0 for all networks.`,
        cause,
      );
    default:
      return new AppError('listen_failed', `Cannot listen on ${host}:${port}: ${error.message}`, cause);
  }
}
