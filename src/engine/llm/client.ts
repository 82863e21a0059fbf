// The one way to a language model: models in order of preference, retries, budget, breaker, and what it all costs.
import { setTimeout as pauseFor } from 'node:timers/promises';
import type { ChatOpenAICompletions } from '@langchain/openai';
import type { ModelUse } from '../../model/draft.ts';
import type { AppError } from '../../model/errors.ts';
import type { Clock, Health, Log } from '../../ports.ts';
import { createBreaker } from './breaker.ts';
import { type BudgetLimits, createBudget, type ModelLedger } from './budget.ts';
import { createExchange } from './exchange.ts';
import { findAppError } from './failure.ts';
import type { Prompt } from './prompts.ts';

/** Further tries with the same model, and the pause before one; a longer wait goes to the next model. */
const RETRY = { tries: 1, pauseMs: 500, longestPauseMs: 5_000 };
/** The whole of a piece of work may take so many times the limit of one call. */
const PATIENCE = 3;
const OPENAI = 'https://api.openai.com/v1';

export type ModelStep = 'analyse' | 'draft' | 'rewrite' | 'write';

export interface ModelSettings {
  /** The first is asked; the others when it fails. At least one. */
  models: string[];
  apiKey: string | undefined;
  /** Of an OpenAI-compatible endpoint, `/v1` included; absent: OpenAI's own. */
  baseUrl: string | undefined;
  /** Of one call. */
  timeoutMs: number;
  daily: BudgetLimits;
  pricePerMillion: { input: number; output: number };
  steps: readonly ModelStep[];
  timeZone: string;
}

export interface ModelClientDeps {
  settings: ModelSettings;
  ledger: ModelLedger;
  clock: Clock;
  log: Log;
  fetch: typeof fetch;
  /** 0..1, spreads retries. */
  random: () => number;
  /** Waits between tries; tests need not. */
  pause?: (ms: number) => Promise<unknown>;
}

export interface ModelCallSetup {
  model: ChatOpenAICompletions;
  /**
   * Parameters for the endpoint alone: langchain's and OpenAI's libraries act on some (`response_format`) in ways that
   * endpoints with less discipline break.
   */
  extra: Record<string, unknown>;
}

/** A piece of work whose calls are counted together. */
export interface ModelRun {
  /**
   * Does `work` with the first model that manages: one more try on passing trouble, then the next model. Throws
   * the AppError of the last failure. This is the only layer that tries again.
   */
  attempt<T>(prompt: Prompt, work: (call: ModelCallSetup) => Promise<T>): Promise<T>;
  /** The first model as it is, for libraries that want one at hand; calls go through `attempt`. */
  model(prompt: Prompt): Promise<ChatOpenAICompletions>;
  /** What it took so far; undefined before any answer. */
  use(): ModelUse | undefined;
}

export interface ModelClient {
  settings: ModelSettings;
  open(work: { step: string; ticketId: number | null }): ModelRun;
  /** Ways of asking for JSON that a model has refused. */
  refusedFormats(model: string): Set<string>;
  /** Loads what calls need, so that the first one does not wait for it. */
  warmUp(): Promise<void>;
  /** From what happened so far; asks nobody. */
  health(): Promise<Health>;
}

export function createModelClient(deps: ModelClientDeps): ModelClient {
  const { settings, ledger, clock, log } = deps;
  const { models, timeoutMs } = settings;
  const pause = deps.pause ?? ((ms: number) => pauseFor(ms));
  const budget = createBudget({ limits: settings.daily, ledger, clock, timeZone: settings.timeZone });
  const known = new Map(
    models.map((name) => [
      name,
      { breaker: createBreaker({ clock }), unwanted: new Set<string>(), refused: new Set<string>() },
    ]),
  );
  const about = (name: string) => {
    const found = known.get(name);
    if (!found) throw new Error(`no such model: ${name}`);
    return found;
  };

  function open({ step, ticketId }: { step: string; ticketId: number | null }): ModelRun {
    const deadline = AbortSignal.timeout(timeoutMs * PATIENCE);
    const prompts = new Set<string>();
    let used = { tokens: 0, cost: 0 };
    let answered: string | null = null;

    async function setUp(name: string, prompt: Prompt): Promise<ModelCallSetup> {
      const { breaker, unwanted } = about(name);
      const extra: Record<string, unknown> = {};
      const exchange = createExchange(
        { ...deps, budget, breaker, unwanted, timeoutMs, price: settings.pricePerMillion },
        {
          ticketId,
          step,
          model: name,
          prompt: prompt.version,
          deadline,
          extra,
          spent(tokens, cost) {
            used = { tokens: used.tokens + tokens, cost: used.cost + cost };
          },
        },
      );
      const library = await loadOpenAI();
      const model = new library.ChatOpenAICompletions({
        model: name,
        temperature: prompt.temperature,
        maxRetries: 0,
        // The exchange has the limit that counts; this one must not be earlier.
        timeout: timeoutMs * PATIENCE,
        // The library insists on a key; local servers ignore it.
        apiKey: settings.apiKey ?? 'none',
        configuration: { baseURL: settings.baseUrl ?? OPENAI, fetch: exchange },
      });
      return { model, extra };
    }

    return {
      model: async (prompt) => (await setUp(models[0] ?? '', prompt)).model,
      async attempt(prompt, work) {
        prompts.add(prompt.version);
        let last: AppError | null = null;
        for (const name of models) {
          for (let tries = 0; tries <= RETRY.tries; tries += 1) {
            try {
              const result = await work(await setUp(name, prompt));
              answered = name;
              return result;
            } catch (error) {
              const failure = findAppError(error);
              if (!failure) throw error;
              log.warn({ step, ticketId, model: name, code: failure.code }, 'a model call failed');
              // An open breaker says less than the failure that opened it.
              if (!last || failure.code !== 'model_paused') last = failure;
              if (failure.code === 'budget_spent' || deadline.aborted) throw failure;
              const waitMs = failure.retryAfterMs ?? RETRY.pauseMs * (1 + deps.random());
              // Silence has cost its time already: the next model is asked instead.
              if (!failure.retryable || failure.code === 'model_silent' || waitMs > RETRY.longestPauseMs)
                break;
              if (tries < RETRY.tries) await pause(waitMs);
            }
          }
        }
        throw last ?? new Error('no model is set');
      },
      use: () => (answered === null ? undefined : { name: answered, prompts: [...prompts], ...used }),
    };
  }

  return {
    settings,
    open,
    refusedFormats: (name) => about(name).refused,
    async warmUp() {
      await Promise.all([loadOpenAI(), import('langchain')]);
    },
    async health() {
      const spent = await budget.exhausted();
      if (spent) return { ok: false, detail: spent };
      const states = models.map((name) => ({ name, state: about(name).breaker.state() }));
      const [first] = states;
      const working = states.find(({ state }) => !state);
      if (first?.state)
        return {
          ok: false,
          detail: `${first.state.reason} Failing since ${time(first.state.since)}; ${working ? `${working.name} answers instead` : 'the local engine works meanwhile'}, and it is tried again from ${time(first.state.until)} on.`,
        };
      const { tokens } = await budget.spent();
      return {
        ok: true,
        detail: `${models.join(', then ')}: ${count(tokens)} of ${count(settings.daily.tokens)} tokens used today`,
      };
    },
  };

  function time(at: Date): string {
    return new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      timeZone: settings.timeZone,
    }).format(at);
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** langchain takes seconds and 170 MB to load, so that only bots with a language model do. */
function loadOpenAI() {
  return import('@langchain/openai');
}
