// The HTTP app: guards first, then Deskhand's own routes and those that adapters bring.
import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { matchedRoutes } from 'hono/route';
import { z } from 'zod';
import { customerEventSchema } from '../../model/customer.ts';
import { ticketSliceSchema } from '../../model/dashboard.ts';
import { daysBefore } from '../../model/duration.ts';
import { AppError, databaseError, errorText } from '../../model/errors.ts';
import type { Peer } from '../../ports.ts';
import { createBearerCheck, isLocal, unauthorized } from './access.ts';
import { notFound, problem, problemOf } from './answer.ts';
import { fileResponse } from './attachments.ts';
import { type BodyLimits, bufferBody, parseJson, parseQuery } from './body.ts';
import { createDashboardRoutes } from './dashboard/index.ts';
import type { HttpDeps } from './deps.ts';
import { readiness } from './readiness.ts';
import { actOnTicket, getTicket, listTickets } from './tickets.ts';
import { createUnsubscribeRoutes } from './unsubscribe.ts';

const MB = 1_048_576;

/** Largest bodies in bytes, and the longest silence within one in milliseconds. */
const LIMITS = { message: 30 * MB, other: MB, idleMs: 10_000 };

type Env = { Bindings: HttpBindings; Variables: { requestId: string } };
type Ctx = Context<Env>;

const ATTACHMENT = '/api/attachments/:id';

/**
 * Everything that is served on the one port. Errors are `{ error: { code, message, field? } }`; under `/api/`
 * every request needs the bearer token. `limits` is for tests.
 */
export function createApp(deps: HttpDeps, limits: typeof LIMITS = LIMITS): Hono<Env> {
  const app = new Hono<Env>();
  const bearsToken = createBearerCheck(deps.token);
  const isTrusted = (c: Ctx) => bearsToken(c.req.raw) || isLocal(c.req.raw, peerOf(c));

  app.use(async (c, next) => {
    const started = performance.now();
    c.set('requestId', randomUUID());
    await next();
    secure(c);
    const seconds = (performance.now() - started) / 1_000;
    const route = matchedRoutes(c).at(-1)?.path ?? '*';
    const { method } = c.req;
    deps.metrics.observe('http_request', seconds, { method, route, status: String(c.res.status) });
    deps.log.debug(
      { requestId: c.get('requestId'), method, route, status: c.res.status, seconds },
      'request answered',
    );
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: wrongMethod }));
  app.use('/api/*', async (c, next) => {
    const open = c.req.path.startsWith('/api/attachments/') && (await mayRead(c));
    if (!open && !bearsToken(c.req.raw)) return unauthorized();
    return next();
  });
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const max = c.req.path === '/api/messages' ? limits.message : limits.other;
    const read = await bufferBody(c.req.raw, { max, idleMs: limits.idleMs } satisfies BodyLimits);
    if (!read.ok) return read.problem;
    c.req.raw = read.value;
    return next();
  });
  app.onError((thrown, c) => internalError(deps, databaseError(thrown), c));
  app.notFound((c) => notFound(`There is nothing at ${c.req.path.slice(0, 200)}.`));

  function mayRead(c: Ctx): Promise<boolean> {
    return deps.mayRead(c.req.raw, peerOf(c));
  }

  // --- tickets and facts ---

  app.get('/api/tickets', (c) => listTickets(deps, c.req.raw));
  app.get('/api/tickets/:id', (c) => getTicket(deps, c.req.param('id')));
  app.post('/api/tickets/:id/actions', (c) => actOnTicket(deps, c.req.raw, c.req.param('id')));
  app.post('/api/events', async (c) => {
    const event = await parseJson(c.req.raw, customerEventSchema);
    if (!event.ok) return event.problem;
    await deps.recordEvent(event.value);
    return Response.json({ ok: true }, { status: 202 });
  });
  app.get(ATTACHMENT, async (c) => {
    const id = c.req.param('id');
    return fileResponse(/^\d{1,15}$/.test(id) ? await deps.attachment(Number(id)) : null);
  });

  // --- figures ---

  app.get('/api/metrics', async (c) => {
    const period = parseQuery(c.req.raw, periodSchema);
    if (!period.ok) return period.problem;
    const to = period.value.to ?? deps.clock.now();
    const from = period.value.from ?? daysBefore(to, 1);
    if (from >= to) return problem(400, 'invalid', 'from: must be earlier than "to"', { field: 'from' });
    const { by, from: _from, to: _to, ...slice } = period.value;
    const figures = await deps.figures(from, to, slice);
    if (by !== 'day') return Response.json(figures);
    return Response.json({ ...figures, days: await deps.figuresByDay(from, to, slice) });
  });
  app.get('/api/clusters', async () => Response.json(await deps.clusters()));

  // --- for operators ---

  app.get('/healthz', () => Response.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const { ok, parts } = await readiness(deps.health);
    // What is wrong, and with which server, is nobody else's business.
    return Response.json(isTrusted(c) ? { ok, parts } : { ok }, { status: ok ? 200 : 503 });
  });
  app.get('/metrics', async (c) => {
    if (!isTrusted(c)) return unauthorized();
    return new Response(await deps.metrics.text(), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  });

  if (deps.console) app.get('/', (c) => c.redirect('/console'));
  for (const { method, path, handle } of [
    ...createDashboardRoutes(deps),
    ...createUnsubscribeRoutes(deps),
    ...deps.routes,
  ])
    app.on(method, path, (c) => handle(c.req.raw, c.req.param(), peerOf(c)));
  return app;
}

/** A day (from its start in UTC) or a moment. */
const time = z.iso
  .date()
  .or(z.iso.datetime({ offset: true }))
  .transform((text) => new Date(text));
const periodSchema = z.strictObject({
  ...ticketSliceSchema.shape,
  from: time.optional(),
  to: time.optional(),
  by: z.enum(['day'], 'must be day').optional(),
});

function peerOf(c: Ctx): Peer {
  return { address: c.env.incoming.socket.remoteAddress ?? '' };
}

/** Headers that every answer has; what a route has set itself stays. */
function secure(c: Ctx): void {
  const { headers } = c.res;
  const policy = headers.get('content-security-policy');
  c.header('x-request-id', c.get('requestId'));
  c.header('x-content-type-options', 'nosniff');
  if (!headers.has('referrer-policy')) c.header('referrer-policy', 'no-referrer');
  if (!policy?.includes('frame-ancestors')) {
    c.header('content-security-policy', "frame-ancestors 'none'", { append: policy !== null });
    c.header('x-frame-options', 'DENY');
  }
  if (c.req.path.startsWith('/api/') && !headers.has('cache-control')) c.header('cache-control', 'no-store');
}

function wrongMethod(c: Context, allowed: string[]): Response {
  return problem(405, 'method_not_allowed', `${c.req.path} takes ${allowed.join(', ')} only.`, {
    headers: { allow: allowed.join(', ') },
  });
}

/** Expected failures keep their code; of others the asker learns only the id under which the log tells more. */
function internalError({ log }: HttpDeps, error: unknown, c: Ctx): Response {
  const answer = error instanceof AppError ? problemOf(error) : null;
  const requestId = c.get('requestId');
  const { method } = c.req;
  const fields = { requestId, method, path: c.req.path, reason: errorText(error) };
  if (answer) {
    log.warn(fields, 'a request was refused');
    return answer;
  }
  log.error({ ...fields, stack: error instanceof Error ? error.stack : undefined }, 'a request failed');
  return problem(500, 'internal', `Something went wrong here; the log tells more under ${requestId}.`, {
    beside: { requestId },
  });
}
