// What each category may do by itself, and how far its outcomes prove that it may.
import { proveThreshold } from '../engine/policy.ts';
import type { Autonomy } from '../model/dashboard.ts';
import type { FlowDeps } from './deps.ts';
import { modeOf } from './understand.ts';

/** Every category of the taxonomy, in its order. */
export function autonomyOf(deps: Pick<FlowDeps, 'store' | 'settings' | 'taxonomy'>): Promise<Autonomy[]> {
  const { store, settings, taxonomy } = deps;
  return Promise.all(
    taxonomy.categories.map(async ({ id, name, neverAuto }) => {
      const [mode, outcomes] = await Promise.all([modeOf(deps, id), store.outcomesOf(id)]);
      const proof = neverAuto
        ? { threshold: null, missing: null }
        : proveThreshold(outcomes, settings.modes.risk);
      const errors = outcomes.filter(({ error }) => error).length;
      return { category: id, name, mode, neverAuto, reviewed: outcomes.length, errors, ...proof };
    }),
  );
}
