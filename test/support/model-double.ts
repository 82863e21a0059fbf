// A language model's endpoint for tests: aimock, whose answers a test writes per prompt, and which keeps every request.
import { type ChatCompletionRequest, LLMock } from '@copilotkit/aimock';
import { z } from 'zod';
import type { ModelDraft, Refinement } from '../../src/engine/llm/schemas.ts';

/** What one request is answered with. */
type Answer =
  | { json: object }
  | { text: string; finishReason?: string; usage?: { prompt_tokens: number; completion_tokens: number } }
  | { tool: string; with: object }
  | { status: number; code?: string; param?: string; message?: string; retryAfter?: number }
  | 'silence';

type Responder = (request: ChatCompletionRequest, asked: number) => Answer;
export type Asked =
  | 'analyse'
  | 'draft'
  | 'verify'
  | 'rewrite'
  | 'classify'
  | 'cluster'
  | 'digest'
  | 'article'
  | 'translate'
  | 'other';

const OPENINGS: [string, Asked][] = [
  ['You read customers', 'analyse'],
  ['You draft replies', 'draft'],
  ['You check drafts', 'verify'],
  ['You rewrite drafts', 'rewrite'],
  ['You sort texts', 'classify'],
  ['You name a problem', 'cluster'],
  ['You write the first sentences of a digest', 'digest'],
  ['You write an article', 'article'],
  ['You translate a message', 'translate'],
];

export type ModelDouble = Awaited<ReturnType<typeof startModelDouble>>;

/** Answers each prompt as a faithful model would, until `on` says otherwise. */
export async function startModelDouble() {
  const responders = new Map<Asked, Responder>(Object.entries(faithful) as [Asked, Responder][]);
  const counts = new Map<Asked, number>();
  const silent: (() => void)[] = [];
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  mock.on({ predicate: () => true }, async (request) => {
    const asked = askedOf(request);
    const count = counts.get(asked) ?? 0;
    counts.set(asked, count + 1);
    const answer = responders.get(asked)?.(request, count) ?? { text: 'OK' };
    if (answer !== 'silence') return responseOf(answer);
    await new Promise<void>((resolve) => silent.push(resolve));
    return { content: '' };
  });
  await mock.start();

  return {
    /** `http://127.0.0.1:PORT/v1`. */
    url: `${mock.url}/v1`,
    /** Answers a prompt this way from now on; `asked` counts from 0. */
    on(asked: Asked, responder: Responder) {
      counts.set(asked, 0);
      responders.set(asked, responder);
    },
    /** Faithful again, and nothing has been asked. */
    reset() {
      counts.clear();
      responders.clear();
      for (const [asked, responder] of Object.entries(faithful)) responders.set(asked as Asked, responder);
      mock.clearRequests();
    },
    requests: (asked?: Asked): ChatCompletionRequest[] =>
      mock
        .getRequests()
        .map(({ body }) => body as unknown as ChatCompletionRequest)
        .filter((body) => body?.messages && (!asked || askedOf(body) === asked)),
    async stop() {
      for (const release of silent) release();
      await mock.stop();
    },
  };
}

function responseOf(answer: Exclude<Answer, 'silence'>) {
  if ('json' in answer) return { content: JSON.stringify(answer.json) };
  if ('tool' in answer) return { toolCalls: [{ name: answer.tool, arguments: JSON.stringify(answer.with) }] };
  if ('status' in answer) {
    const { status, code, param, message = 'no', retryAfter } = answer;
    const limit = retryAfter === undefined ? {} : { retryAfter };
    return { error: { message, ...(code ? { code } : {}), ...(param ? { param } : {}) }, status, ...limit };
  }
  const { text, finishReason, usage } = answer;
  return { content: text, ...(finishReason ? { finishReason } : {}), ...(usage ? { usage } : {}) };
}

function askedOf({ messages }: ChatCompletionRequest): Asked {
  const system = textOf(messages.find(({ role }) => role === 'system'));
  return OPENINGS.find(([opening]) => system.startsWith(opening))?.[1] ?? 'other';
}

/** All text of a message. */
export function textOf(message: ChatCompletionRequest['messages'][number] | undefined): string {
  const content = message?.content;
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');
}

/** What the customer's part of a request says, as far as a test looks into it. */
export function userText(request: ChatCompletionRequest | undefined): string {
  return textOf(request?.messages.find(({ role }) => role === 'user'));
}

/** The JSON after a heading of the data. */
function slot<T>(request: ChatCompletionRequest, heading: string, schema: z.ZodType<T>): T | null {
  const text = userText(request);
  const at = text.indexOf(`${heading}\n`);
  if (at < 0) return null;
  const rest = text.slice(at + heading.length + 1);
  for (let end = rest.length; end > 0; end = rest.lastIndexOf('\n\n', end - 1)) {
    try {
      return schema.parse(JSON.parse(rest.slice(0, end)));
    } catch {
      // Shorter.
    }
  }
  return null;
}

export const refinement: Refinement = {
  category: 'billing/invoice-copy',
  inScope: true,
  questions: [],
  kind: 'question',
  summary: 'Wants a copy of an invoice',
  sentiment: 0,
  frustration: 0.1,
  urgency: 0.2,
  blocked: false,
  attempts: 0,
  deadline: null,
  language: 'en',
  thanksOnly: false,
  spam: 0,
  injection: 0,
  churnRisk: 0,
  expansion: 0,
};

export const noAnswer: ModelDraft = {
  answered: false,
  opening: null,
  claims: [],
  closing: null,
  unanswered: [1],
  needsAccount: false,
  language: 'en',
};

const passagesSchema = z.array(z.object({ id: z.string(), title: z.string(), text: z.string() }));
const firstPassSchema = z.object({ category: z.string(), kind: z.string(), language: z.string() });

/** A model that agrees with the first pass and repeats the first line of the first passage with a word of the question. */
const faithful: Partial<Record<Asked, Responder>> = {
  analyse: (request) => {
    const first = slot(request, 'First pass:', firstPassSchema);
    return { json: { ...refinement, category: first?.category, language: first?.language ?? 'en' } };
  },
  draft: (request) => {
    const asked = (slot(request, 'Questions, from 1:', z.array(z.string())) ?? []).join(' ').toLowerCase();
    const words = asked.match(/\p{L}{6,}/gu) ?? [];
    const passage = slot(request, 'Passages:', passagesSchema)?.find(({ text }) =>
      words.some((word) => text.toLowerCase().includes(word)),
    );
    if (!passage) return { tool: 'reply', with: noAnswer };
    const text = passage.text.split('\n')[0];
    const claims = [{ text, sources: [passage.id], question: 1 }];
    return { tool: 'reply', with: { ...noAnswer, answered: true, unanswered: [], claims } };
  },
  verify: () => ({ json: { verdicts: [] } }),
  rewrite: (request) => {
    const text = slot(request, 'Reply:', z.string()) ?? '';
    return { json: { text: text.split('\n\n').slice(0, 2).join('\n\n'), language: 'en', impossible: null } };
  },
};
