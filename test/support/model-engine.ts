// The engine with a language model, for tests: the real langchain and a real local engine against a model's double.
import { fileURLToPath } from 'node:url';
import { createMemoryLedger, type ModelCall, type ModelLedger } from '../../src/engine/llm/budget.ts';
import { createModelClient, type ModelSettings } from '../../src/engine/llm/client.ts';
import { createModelEngine } from '../../src/engine/llm/engine.ts';
import { loadPrompts } from '../../src/engine/llm/prompts.ts';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import type { Engine } from '../../src/ports.ts';
import { article, silent, taxonomy, wordEmbedder } from '../engine/samples.ts';
import type { ModelDouble } from './model-double.ts';

export const PROMPTS = loadPrompts(fileURLToPath(new URL('../../prompts', import.meta.url)));

/** A local engine that knows how invoices are downloaded, and nothing else. */
export async function openLocalEngine(): Promise<Engine> {
  const clock = { now: () => new Date('2026-03-02T08:00:00Z') };
  const embedder = wordEmbedder();
  const local = await createLocalEngine({ taxonomy, embedder, examples: [], log: silent, clock });
  await local.setArticles([article()]);
  return local;
}

/** Settings of a model that is the double. */
export function modelSettings(double: ModelDouble, changed: Partial<ModelSettings> = {}): ModelSettings {
  return {
    models: ['first'],
    apiKey: 'key',
    baseUrl: double.url,
    timeoutMs: 5_000,
    daily: { tokens: 1_000_000, cost: 10 },
    pricePerMillion: { input: 1, output: 2 },
    steps: ['analyse', 'draft', 'rewrite'],
    timeZone: 'Europe/Paris',
    ...changed,
  };
}

/** The model in front of `local`, which stays the caller's to close. */
export function createTestModelEngine(
  double: ModelDouble,
  local: Engine,
  settings: Partial<ModelSettings> = {},
  {
    clock = { now: () => new Date('2026-03-02T08:00:00Z') },
    send = fetch,
    ledger = createMemoryLedger(),
  }: { clock?: { now(): Date }; send?: typeof fetch; ledger?: ModelLedger } = {},
) {
  const calls: ModelCall[] = [];
  const pauses: number[] = [];
  const client = createModelClient({
    settings: modelSettings(double, settings),
    ledger: {
      modelSpentOn: ledger.modelSpentOn,
      recordModelCall: async (call) => {
        calls.push(call);
        await ledger.recordModelCall(call);
      },
    },
    clock,
    log: silent,
    fetch: send,
    random: () => 0,
    pause: async (ms) => void pauses.push(ms),
  });
  const engine = createModelEngine({
    local,
    client,
    prompts: PROMPTS,
    taxonomy,
    workspace: 'Crewlane',
    clock,
    log: silent,
  });
  return { engine, client, calls, pauses };
}
