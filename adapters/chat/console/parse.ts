// The page's JSON -> what an agent did. Bad input is a value that names the field.
import { z } from 'zod';
import { ACT_IDS, CARD_KEY, FORM_IDS, OTHER_FORMS } from '../../../src/model/card.ts';
import { decisionSchema } from '../../../src/model/decision.ts';
import type { AgentRef } from '../../../src/model/platform.ts';
import type { ActionBody } from './wire.ts';

const agentEmail = z.string().trim().min(1).max(320);
const channel = z.string().min(1).max(100);
const postId = z.number().int().min(1);

const refSchema = z.strictObject({
  ticketId: z.string().regex(CARD_KEY, 'like T-1042'),
  draftVersion: z.number().int().min(0),
});

const intentSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('decision'), decision: decisionSchema }),
  z.strictObject({ type: z.literal('open_form'), form: z.enum(FORM_IDS) }),
  z.strictObject({ type: z.literal('show') }),
  z.strictObject({ type: z.literal('looking'), on: z.boolean() }),
  z.strictObject({ type: z.literal('act'), act: z.enum(ACT_IDS) }),
  z.strictObject({
    type: z.literal('submit'),
    form: z.enum(OTHER_FORMS),
    values: z.record(z.string().max(50), z.string().max(20_000)),
    origin: z.string().max(200).optional(),
  }),
  z.strictObject({
    type: z.literal('create_ticket'),
    message: z.strictObject({
      id: z.string().min(1).max(200),
      text: z.string().max(20_000),
      author: z.strictObject({ name: z.string().max(200).optional(), email: z.string().max(320).optional() }),
    }),
  }),
  z.strictObject({
    type: z.literal('thread'),
    text: z.string().trim().min(1).max(10_000),
    id: z.string().min(8).max(64),
  }),
  z.strictObject({ type: z.literal('command'), text: z.string().trim().max(2000) }),
]);

/** Body of `POST /console/api/actions`. */
export const actionSchema: z.ZodType<ActionBody> = z.strictObject({
  ref: refSchema.nullable(),
  agent: agentEmail,
  at: z.strictObject({ channel, post: postId }).nullable(),
  intent: intentSchema,
});

/** Body of `POST /console/api/posts`: words in a channel that are for people. */
export const chatterSchema = z.strictObject({
  agent: agentEmail,
  channel,
  text: z.string().trim().min(1).max(10_000),
  id: z.string().min(8).max(64),
});

/** Body of `POST /console/api/read`. */
export const readSchema = z.strictObject({ agent: agentEmail, channel, upTo: z.number().int().min(0) });

/** Body of `POST /console/api/seen`: private notices that were shown. */
export const seenSchema = z.strictObject({
  agent: agentEmail,
  ids: z.array(z.number().int().min(1)).max(100),
});

export type Parsed<T> = { ok: true; value: T } | { ok: false; field: string; message: string };

/** Checks a body against a schema; the first problem is told with its path. */
export function parseBody<T>(schema: z.ZodType<T>, body: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, field: '(body)', message: 'is not JSON' };
  }
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  return { ok: false, field: issue?.path.join('.') || '(body)', message: issue?.message ?? 'is not valid' };
}

/** An agent of the directory as the port names people. */
export function toAgentRef(agent: { name: string; email: string }): AgentRef {
  return { platform: 'console', userId: agent.email, name: agent.name, email: agent.email };
}

/** Longest request body. */
export const MAX_BODY = 200_000;

/** The body as text, or null when it is longer than we take. */
export async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return null;
  const text = await request.text();
  return text.length > MAX_BODY ? null : text;
}
