// Tickets over HTTP: reading them, and acting on them as an agent.
import { z } from 'zod';
import { decisionSchema } from '../../model/decision.ts';
import { parseTicketKey, STATUSES, ticketKey } from '../../model/ticket.ts';
import { notFound, problem } from './answer.ts';
import { check, parseJson, parseQuery } from './body.ts';
import type { ActResult, HttpDeps, TicketRecord } from './deps.ts';

/** Tickets a page. */
const PAGE = { usual: 25, most: 100 };

const keySchema = z.string().transform((text, ctx) => {
  const id = parseTicketKey(text);
  if (id === null) ctx.addIssue({ code: 'custom', message: 'is not a ticket id such as T-1042' });
  return id ?? z.NEVER;
});

const listSchema = z.strictObject({
  /** One or several, separated by commas. */
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(STATUSES)))
    .optional(),
  assignee: z.string().max(320).optional(),
  search: z.string().trim().min(1).max(200).optional(),
  before: keySchema.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.usual),
});

/** `GET /api/tickets`: an array, newest first; `Link: <…>; rel="next"` when there may be more. */
export async function listTickets(deps: HttpDeps, request: Request): Promise<Response> {
  const query = parseQuery(request, listSchema);
  if (!query.ok) return query.problem;
  const records = await deps.tickets.list(query.value);
  const last = records.at(-1);
  const headers = new Headers();
  if (last && records.length === query.value.limit) {
    const next = new URL(request.url).searchParams;
    next.set('before', ticketKey(last.ticket.id));
    headers.set('link', `</api/tickets?${next}>; rel="next"`);
  }
  return Response.json(records.map(ticketJson), { headers });
}

/** `GET /api/tickets/:id`. */
export async function getTicket(deps: HttpDeps, key: string): Promise<Response> {
  const id = parseTicketKey(key);
  const record = id === null ? null : await deps.tickets.get(id);
  return record ? Response.json(ticketJson(record)) : noTicket(key);
}

const kinds = decisionSchema.options.flatMap((option) => [...option.shape.kind.values]);
const actionSchema = z.looseObject({
  kind: z.enum(kinds),
  /** The version that the agent was looking at; 0 before there is one. */
  draftVersion: z.number().int().min(0),
  /** An agent's e-mail. */
  agent: z.string().trim().min(1).max(320),
});

/** `POST /api/tickets/:id/actions`. */
export async function actOnTicket(deps: HttpDeps, request: Request, key: string): Promise<Response> {
  const id = parseTicketKey(key);
  if (id === null) return noTicket(key);
  const body = await parseJson(request, actionSchema);
  if (!body.ok) return body.problem;
  const { draftVersion, agent, ...rest } = body.value;
  const decision = check(rest, decisionSchema);
  if (!decision.ok) return decision.problem;
  const result = await deps.act(id, { draftVersion, agentEmail: agent, decision: decision.value });
  return result.ok ? Response.json({ ok: true }) : refusal(result);
}

function refusal(result: Extract<ActResult, { ok: false }>): Response {
  const { code, message, field } = result;
  switch (code) {
    case 'invalid':
      return problem(400, code, message, { field });
    case 'forbidden':
      return problem(403, code, message);
    case 'not_found':
      return notFound(message);
    case 'conflict':
    case 'stale':
      return problem(409, code, message, { beside: { by: result.by ?? null, at: result.at ?? null } });
  }
}

function noTicket(key: string): Response {
  return notFound(`There is no ticket ${key.slice(0, 40)}.`);
}

/** A ticket as the API shows it. */
function ticketJson({ ticket, customer, messages, drafts, decisions, outbox }: TicketRecord) {
  const { account } = customer;
  return {
    id: ticketKey(ticket.id),
    status: ticket.status,
    subject: ticket.subject,
    channel: ticket.channel,
    customer: {
      name: customer.name,
      email: customer.email,
      language: customer.language,
      account: account && {
        name: account.name,
        plan: account.plan,
        mrr: account.mrr,
        renewalAt: account.renewalAt,
      },
    },
    category: ticket.category,
    priority: ticket.priority,
    analysis: ticket.analysis,
    assignee: ticket.assignee,
    escalatedTo: ticket.escalatedTo,
    resolution: ticket.resolution,
    repliedBy: ticket.repliedBy,
    createdAt: ticket.createdAt,
    dueAt: ticket.dueAt,
    snoozedUntil: ticket.snoozedUntil,
    firstResponseAt: ticket.firstResponseAt,
    resolvedAt: ticket.resolvedAt,
    reopenedAt: ticket.reopenedAt,
    messages: messages.map(({ direction, channel, author, text, at, attachments }) => ({
      direction,
      channel,
      author,
      text,
      at,
      attachments: attachments.map(({ id, name, contentType, size, url }) => ({
        name,
        contentType,
        size,
        url: url ?? `/api/attachments/${id}`,
      })),
    })),
    drafts: drafts.map((draft) => ({
      version: draft.version,
      status: draft.status,
      text: draft.text,
      language: draft.language,
      confidence: draft.confidence,
      reasons: draft.reasons,
      route: draft.routing.route,
      routing: draft.routing,
      sources: draft.sources,
      answerable: draft.answerable,
      engine: draft.engine,
      model: draft.model ?? null,
      author: draft.author,
      createdAt: draft.createdAt,
    })),
    decisions: decisions.map(({ kind, draftVersion, decision, by, at, undoneAt }) => ({
      ...decision,
      kind,
      draftVersion,
      by,
      at,
      undoneAt,
    })),
    outbox: outbox.map(({ key, status, channel, text, by, sendAfter, sentAt, attempts, lastError }) => ({
      key,
      status,
      channel,
      text,
      by,
      sendAfter,
      sentAt,
      attempts,
      lastError,
    })),
  };
}
