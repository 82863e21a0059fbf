// Starts the engine in the background of a bot that already serves: weights, taxonomy, articles, solved tickets.
import { type Config, SHIPPED_PROMPTS } from '../config.ts';
import { createGuardedEngine } from '../engine/guarded.ts';
import { createLateEngine } from '../engine/late.ts';
import type { ModelLedger } from '../engine/llm/budget.ts';
import { createModelClient, type ModelClient } from '../engine/llm/client.ts';
import { createModelEngine } from '../engine/llm/engine.ts';
import { loadPrompts } from '../engine/llm/prompts.ts';
import { createWriter, type Writer } from '../engine/llm/writer.ts';
import { createLocalEmbedder } from '../engine/local/embedder.ts';
import { createLocalEngine } from '../engine/local/index.ts';
import { followLearning } from '../flows/learn.ts';
import type { Store } from '../infra/db/queries/index.ts';
import { errorText } from '../model/errors.ts';
import type { Bus, Clock, Engine, Log, VectorStore } from '../ports.ts';
import { createKnowledge, knowledgeFolders } from './knowledge.ts';

/** Most history that is read at the start; more would cost memory without better answers. */
const HISTORY = { examples: 20_000, exemplars: 20_000 };

interface StartingEngine {
  engine: Engine;
  /** What works without a language model. */
  local: Engine;
  /** Resolves when articles and history are learned. Never rejects: what failed is logged. */
  indexed: Promise<void>;
  /** Null: no language model is set up. */
  model: ModelClient | null;
  writer: Writer | null;
  close(): Promise<void>;
}

/** An engine that needs no start. */
export function readyEngine(engine: Engine): StartingEngine {
  const done = Promise.resolve();
  return { engine, local: engine, indexed: done, model: null, writer: null, close: () => engine.close() };
}

/** `prepare` runs first and may fill the database (the sample workspace). */
export function startEngine(options: {
  config: Config;
  store: Store;
  vectors: VectorStore;
  bus: Bus;
  replica: string;
  log: Log;
  clock: Clock;
  prepare: () => Promise<void>;
}): StartingEngine {
  const { config, store, log, clock, bus, replica } = options;
  let closing = false;
  const embedder = createLocalEmbedder({ log, vectors: options.vectors });
  const model = modelClient(config, { ledger: store, log, clock });
  const local = createLateEngine(start());
  model
    ?.warmUp()
    .catch((error: unknown) => log.error({ reason: errorText(error) }, 'the language model cannot be used'));
  const prompts = model && loadPrompts(SHIPPED_PROMPTS);
  const answering = prompts
    ? createModelEngine({
        local,
        client: model,
        prompts,
        taxonomy: config.taxonomy,
        workspace: config.yaml.workspace.name,
        clock,
        log,
      })
    : local;
  const engine = createGuardedEngine(answering, {
    ...config.yaml.replies,
    prompts: Object.values(prompts ?? {}).map(({ system }) => system),
    log,
  });
  const knowledge = createKnowledge({
    folders: knowledgeFolders(config.file, config.yaml.knowledge),
    store,
    engine,
    clock,
    log,
  });
  const indexed = attempt('articles', readArticles)
    .then(() =>
      // The oldest first: of tickets that ask the same, and where room is short, the newer ones stay.
      attempt('solved tickets', async () =>
        engine.addExemplars((await store.recentExemplars(HISTORY.exemplars)).toReversed()),
      ),
    )
    .then(() => engine.learned);
  const unfollow = followLearning({ store, engine, bus, log, replica });

  return {
    engine,
    local,
    indexed,
    model,
    writer: prompts && createWriter({ client: model, prompts, log }),
    async close() {
      closing = true;
      unfollow();
      knowledge.close();
      await engine.close();
      await embedder.close();
      await indexed;
    },
  };

  async function start(): Promise<Engine> {
    await options.prepare();
    // The oldest first, since where room is short those go that came first.
    const examples = (await store.recentExamples(HISTORY.examples)).toReversed();
    return createLocalEngine({ taxonomy: config.taxonomy, embedder, examples, log, clock });
  }

  async function readArticles(): Promise<void> {
    // The sample's articles are in the database once the engine has started.
    await engine.similarity('', '');
    if (closing) return;
    knowledge.watch();
    await knowledge.refresh();
  }

  /** The bot works with what the engine has read; people are told what it has not. */
  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (closing) return;
      log.error({ what, reason: errorText(error) }, 'not indexed; drafts lack it until the next start');
    }
  }
}

/** The language model of the configuration; null when none is set up. */
export function modelClient(
  { env, yaml }: Pick<Config, 'env' | 'yaml'>,
  deps: { ledger: ModelLedger; log: Log; clock: Clock },
): ModelClient | null {
  if (!env.OPENAI_MODEL) return null;
  const { timeoutSeconds, dailyTokens, dailyCost, pricePerMillion } = yaml.model;
  return createModelClient({
    ...deps,
    settings: {
      models: [...new Set([env.OPENAI_MODEL, env.OPENAI_FALLBACK_MODEL ?? env.OPENAI_MODEL])],
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      timeoutMs: timeoutSeconds * 1_000,
      daily: { tokens: dailyTokens, cost: dailyCost },
      pricePerMillion,
      steps: yaml.model.for,
      timeZone: yaml.workspace.timeZone,
    },
    fetch,
    random: Math.random,
  });
}
