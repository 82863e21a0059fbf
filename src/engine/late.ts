// An engine that is still starting: the page is up and messages are taken in before the weights are loaded.
import type { Engine } from '../ports.ts';

/** Behaves as the engine that `starting` resolves to; calls made earlier wait for it, and fail if it cannot start. */
export function createLateEngine(starting: Promise<Engine>): Engine {
  let engine: Engine | null = null;
  starting.then(
    (started) => {
      engine = started;
    },
    // Reported by whoever started it, and by every call.
    () => undefined,
  );
  return {
    id: 'starting',
    analyse: async (input) => (await starting).analyse(input),
    draft: async (input) => (await starting).draft(input),
    fingerprints: async (report, analysis) => (await starting).fingerprints(report, analysis),
    similarity: async (a, b) => (await starting).similarity(a, b),
    similarTickets: async (text, limit) => (await starting).similarTickets(text, limit),
    searchKnowledge: async (question, options) => (await starting).searchKnowledge(question, options),
    learn: async (example) => (await starting).learn(example),
    addExemplars: async (exemplars) => (await starting).addExemplars(exemplars),
    setArticles: async (articles) => (await starting).setArticles(articles),
    offers: () => engine?.offers() ?? { rewrites: [], macros: false },
    macros: async (input, limit) => (await starting).macros(input, limit),
    glance: (text) => engine?.glance(text) ?? 0.5,
    learned: starting.then((started) => started.learned).catch(() => undefined),
    calibrated: starting.then((started) => started.calibrated).catch(() => undefined),
    progress: () => engine?.progress() ?? { ready: false, indexed: 0, total: 0 },
    close: async () => (await starting.catch(() => null))?.close(),
  };
}
