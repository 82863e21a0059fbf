// What each category may do by itself, and how far its outcomes prove that it may.
import { newsCard } from '../cards/notes.ts';
import { scoreAgain } from '../engine/confidence.ts';
import { type Proof, proveThreshold } from '../engine/policy.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Autonomy } from '../model/dashboard.ts';
import type { Draft, Mode } from '../model/draft.ts';
import { errorText } from '../model/errors.ts';
import { ticketKey } from '../model/ticket.ts';
import type { FlowDeps } from './deps.ts';
import { placesOf } from './route.ts';
import { showCard } from './show-card.ts';

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

/** The category whose outcomes a draft counts among. */
export function categoryOf(draft: Draft, ticket: TicketRow): string {
  return draft.routing.category ?? ticket.category ?? 'unknown';
}

export type WatchDeps = Pick<
  FlowDeps,
  'store' | 'settings' | 'taxonomy' | 'platforms' | 'clock' | 'log' | 'withKey'
>;

/** Does what counts a mistake; where it takes the permission to send alone back, the ticket's channel is told. */
export async function watchingAutonomy(
  deps: WatchDeps,
  { ticket, draft }: { ticket: TicketRow; draft: Draft },
  work: () => Promise<void>,
): Promise<void> {
  const category = categoryOf(draft, ticket);
  const isAuto = (await modeOf(deps, category)) === 'auto';
  const before = isAuto ? await proofOf(deps, category) : null;
  await work();
  if (before === null || before.threshold === null) return;
  const { threshold, missing } = await proofOf(deps, category);
  if (threshold !== null) return;
  const name = deps.taxonomy.categories.find(({ id }) => id === category)?.name ?? category;
  const words = `Replies on ${name} no longer leave alone: ${ticketKey(ticket.id)} was one mistake too many. ${missing} more reviewed tickets until auto.`;
  const customer = await deps.store.getCustomer(ticket.customerId);
  const places = placesOf(deps, ticket, customer);
  await showCard(deps, { key: `not-auto-${draft.id}`, places, card: newsCard(words, 'warning') }).catch(
    (error: unknown) =>
      deps.log.warn({ category, reason: errorText(error) }, 'nobody was told of lost autonomy'),
  );
}

async function proofOf({ store, settings }: WatchDeps, category: string): Promise<Proof> {
  const [outcomes, calibration] = await Promise.all([store.outcomesOf(category), store.calibration()]);
  return proveThreshold(scoreAgain(outcomes, calibration), settings.modes.risk);
}
