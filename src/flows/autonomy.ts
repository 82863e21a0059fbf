// What each category may do by itself, and how far its outcomes prove that it may.
import { scoreAgain } from '../engine/confidence.ts';
import { proveThreshold } from '../engine/policy.ts';
import type { Autonomy } from '../model/dashboard.ts';
import type { Mode } from '../model/draft.ts';
import type { FlowDeps } from './deps.ts';

/** Every category of the taxonomy, in its order. */
export async function autonomyOf(
  deps: Pick<FlowDeps, 'store' | 'taxonomy'> & { settings: Pick<FlowDeps['settings'], 'modes'> },
): Promise<Autonomy[]> {
  const { store, settings, taxonomy } = deps;
  const calibration = await store.calibration();
  return Promise.all(
    taxonomy.categories.map(async ({ id, name, neverAuto }) => {
      const [mode, outcomes] = await Promise.all([modeOf(deps, id), store.outcomesOf(id)]);
      const proof = neverAuto
        ? { threshold: null, missing: null }
        : proveThreshold(scoreAgain(outcomes, calibration), settings.modes.risk);
      const errors = outcomes.filter(({ error }) => error).length;
      return { category: id, name, mode, neverAuto, reviewed: outcomes.length, errors, ...proof };
    }),
  );
}

/** Autonomy of a category: an operator's word from the database, else the configuration's. */
export async function modeOf(
  deps: Pick<FlowDeps, 'store'> & { settings: Pick<FlowDeps['settings'], 'modes'> },
  category: string,
): Promise<Mode> {
  const policies = await deps.store.policies();
  const own = (id: string) => policies.find((policy) => policy.category === id)?.mode;
  const { modes } = deps.settings;
  const parent = category.split('/')[0] ?? category;
  return (
    own(category) ?? modes.categories[category] ?? own(parent) ?? modes.categories[parent] ?? modes.default
  );
}
