// What `deskhand doctor` says about the language model: whether each one answers, and what today has cost.
import type { Config } from '../config.ts';
import { createMemoryLedger } from '../engine/llm/budget.ts';
import { probeModel } from '../engine/llm/probe.ts';
import { openDatabase } from '../infra/db/index.ts';
import { createStore } from '../infra/db/queries/index.ts';
import { modelClient } from '../main/engine.ts';
import { errorText } from '../model/errors.ts';
import type { Log } from '../ports.ts';
import type { Check } from './doctor.ts';

const clock = { now: () => new Date() };

/** One finding for each model that is set, and one for the budget; asks each model one word. */
export async function modelChecks(config: Config, databaseUrl: string, log: Log): Promise<Check[]> {
  const { OPENAI_MODEL: first, OPENAI_FALLBACK_MODEL: second } = config.env;
  const part = 'language model';
  if (!first) {
    const detail = 'none: the local engine works alone; set OPENAI_MODEL and a key or an address';
    return [{ part, state: 'note', detail }];
  }
  const checks = await Promise.all(
    [...new Set([first, second ?? first])].map(async (name): Promise<Check> => {
      // By itself, so that no fallback hides its trouble; a single word is not booked.
      const env = { ...config.env, OPENAI_MODEL: name, OPENAI_FALLBACK_MODEL: undefined };
      const client = modelClient({ env, yaml: config.yaml }, { ledger: createMemoryLedger(), log, clock });
      const where = `${name} at ${hostOf(config.env.OPENAI_BASE_URL)}`;
      try {
        if (client) await probeModel(client);
        return { part, state: 'ok', detail: `${where} answers` };
      } catch (error) {
        return { part, state: 'fault', detail: `${where}: ${errorText(error)}` };
      }
    }),
  );
  const budget = await budgetCheck(config, databaseUrl, log);
  return budget ? [...checks, budget] : checks;
}

/** Null on a database where nothing has run yet. */
async function budgetCheck(config: Config, databaseUrl: string, log: Log): Promise<Check | null> {
  const database = openDatabase(databaseUrl, { log, max: 1 });
  try {
    const health = await modelClient(config, { ledger: createStore(database.db), log, clock })?.health();
    return health ? { part: 'model budget', state: health.ok ? 'ok' : 'note', detail: health.detail } : null;
  } catch {
    return null;
  } finally {
    await database.close();
  }
}

/** Only the host: an address may hold a password. */
function hostOf(address: string | undefined): string {
  return address ? new URL(address).host : 'OpenAI';
}
