// One request to a language model's endpoint: within budget, without personal data, in time, and accounted for.
import { z } from 'zod';
import { AppError, errorText } from '../../model/errors.ts';
import { parseJson } from '../../model/json.ts';
import type { Clock, Log } from '../../ports.ts';
import type { Breaker } from './breaker.ts';
import type { Budget, ModelLedger } from './budget.ts';
import { isEndpointFault, parseRefusal, retryAfterMs, statusError } from './failure.ts';
import { hidePersonal } from './privacy.ts';
import { rewriteInside, rewriteTexts, textsOf } from './texts.ts';

/** Characters a token, where an endpoint does not count them. */
const CHARACTERS_A_TOKEN = 4;

export interface ExchangeDeps {
  fetch: typeof fetch;
  budget: Budget;
  ledger: ModelLedger;
  breaker: Breaker;
  timeoutMs: number;
  /** Price of a million tokens. */
  price: { input: number; output: number };
  /** Parameters that this model was found not to take. */
  unwanted: Set<string>;
  clock: Clock;
  log: Log;
}

/** On whose behalf a request is made. */
export interface Purpose {
  ticketId: number | null;
  step: string;
  model: string;
  prompt: string;
  /** No answer is waited for after this. */
  deadline: AbortSignal;
  /** Added to each request. */
  extra: Record<string, unknown>;
  /** Told what each answer took. */
  spent(tokens: number, cost: number): void;
}

const requestSchema = z.looseObject({ messages: z.array(z.unknown()) });
const answerSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  // Many count nothing, or something else: no answer is lost over it.
  usage: z
    .looseObject({ prompt_tokens: z.number().min(0).catch(0), completion_tokens: z.number().min(0).catch(0) })
    .nullish()
    .catch(null),
});

/**
 * A `fetch` for chat completions, the only way out to a model. It throws AppErrors: `budget_spent`,
 * `model_paused` (breaker open), and those of failure.ts; `model_declined` is a model's own refusal.
 */
export function createExchange(deps: ExchangeDeps, purpose: Purpose): typeof fetch {
  return async (url, init) => {
    const { breaker, budget, clock, log } = deps;
    await budget.check();
    if (!breaker.admits())
      throw new AppError(
        'model_paused',
        `${(breaker.state()?.reason ?? `The language model ${purpose.model} failed.`).replace(/\.$/, '')}, so it is left alone for a while.`,
      );
    const started = clock.now();
    let outcome = 'ok';
    let used = { input: 0, output: 0 };
    try {
      const request = requestSchema.parse(JSON.parse(String(init?.body)));
      const hidden = hidePersonal(textsOf(request.messages));
      let next = 0;
      const messages = rewriteTexts(request.messages, () => hidden.texts[next++] ?? '');
      const body = await send(url, init, { ...request, ...purpose.extra, messages });
      const answer = parseAnswer(purpose.model, body);
      used = {
        input: answer.usage?.prompt_tokens || length(hidden.texts),
        output: answer.usage?.completion_tokens || length(textsOf(answer.choices)),
      };
      breaker.succeeded();
      const [choice] = answer.choices;
      if (choice?.message.refusal || choice?.finish_reason === 'content_filter')
        throw new AppError('model_declined', `The language model ${purpose.model} declined to answer.`);
      const choices = rewriteTexts(answer.choices, (text) => rewriteInside(text, hidden.restore));
      return Response.json({ ...answer, choices });
    } catch (error) {
      const failure = error instanceof AppError ? error : unreachable(error);
      outcome = failure.code;
      if (isEndpointFault(failure)) breaker.failed(failure.message);
      // Whatever else it says, the endpoint answered.
      else breaker.succeeded();
      throw failure;
    } finally {
      const cost = (used.input * deps.price.input + used.output * deps.price.output) / 1_000_000;
      purpose.spent(used.input + used.output, cost);
      const { ticketId, step, model, prompt } = purpose;
      const at = clock.now();
      const call = { at, day: budget.today(), ticketId, step, model, prompt, outcome, cost };
      await deps.ledger
        .recordModelCall({
          ...call,
          inputTokens: used.input,
          outputTokens: used.output,
          milliseconds: Math.max(0, at.getTime() - started.getTime()),
        })
        .catch((error: unknown) =>
          log.warn({ step, ticketId, reason: errorText(error) }, 'a model call was not recorded'),
        );
    }
  };

  /** Sends once, or twice when the model turns out not to take a parameter. */
  async function send(
    url: Parameters<typeof fetch>[0],
    init: RequestInit | undefined,
    request: Record<string, unknown>,
  ): Promise<string> {
    const { clock, timeoutMs } = deps;
    const limit = AbortSignal.timeout(timeoutMs);
    const wanted = Object.entries(request).filter(([key]) => !deps.unwanted.has(key));
    const signals = [limit, purpose.deadline, ...(init?.signal ? [init.signal] : [])];
    const headers = new Headers(init?.headers);
    headers.delete('content-length');
    try {
      const response = await deps.fetch(url, {
        ...init,
        headers,
        body: JSON.stringify(Object.fromEntries(wanted)),
        signal: AbortSignal.any(signals),
      });
      const body = await response.text();
      if (response.ok) return body;
      const refusal = parseRefusal(parseJson(body));
      const { param } = refusal;
      if (
        response.status === 400 &&
        param &&
        OPTIONAL.has(param) &&
        param in request &&
        !deps.unwanted.has(param)
      ) {
        deps.unwanted.add(param);
        return send(url, init, request);
      }
      const after = retryAfterMs(response.headers.get('retry-after'), clock.now());
      throw statusError(purpose.model, response.status, refusal, after);
    } catch (error) {
      if (limit.aborted || purpose.deadline.aborted)
        // Without the cause: the library takes an error that speaks of a timeout for its own.
        throw new AppError(
          'model_silent',
          `The language model ${purpose.model} gave no answer within ${Math.ceil(timeoutMs / 1000)} s.`,
          { retryable: true },
        );
      throw error;
    }
  }

  function unreachable(error: unknown): AppError {
    // The reason is the system's word on the connection (ECONNREFUSED), not anybody's text.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return new AppError(
      'model_unreachable',
      `The language model's endpoint cannot be reached: ${errorText(cause)}`,
      {
        retryable: true,
        cause: error,
      },
    );
  }
}

/** Parameters that an answer does not depend on. */
const OPTIONAL = new Set(['temperature', 'parallel_tool_calls', 'top_p']);

function parseAnswer(model: string, body: string): z.infer<typeof answerSchema> {
  const json = parseJson(body);
  const parsed = answerSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  // Some gateways say what went wrong behind them with HTTP 200.
  const refusal = parseRefusal(json);
  const status = Number(refusal.code);
  if (status >= 400 && status < 600) throw statusError(model, status, refusal);
  throw new AppError('model_garbled', `The answer of the language model ${model} cannot be read.`, {
    retryable: true,
  });
}

function length(texts: string[]): number {
  return Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_A_TOKEN);
}
