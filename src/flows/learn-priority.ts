// Learns from tickets that are over what makes one important: in the background, once a day and after an import.
import { signalsOf } from '../engine/priority.ts';
import { fitPriority, type PastTicket } from '../engine/priority-fit.ts';
import type { PastTicketRow } from '../infra/db/queries/service-levels.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import { DAY_MS } from '../model/duration.ts';
import type { FlowDeps } from './deps.ts';

type LearnDeps = Pick<FlowDeps, 'store' | 'clock' | 'settings' | 'log' | 'localEngine' | 'withKey'>;

/** Newest tickets that are looked at; more would only make it slower. */
const MOST = 3_000;
/** A history that has grown by so much was imported. */
const GROWTH = { share: 0.2, tickets: 50 };

/** Looks at history again when that is due; one process does. */
export async function learnPriority(deps: LearnDeps): Promise<void> {
  if (!deps.settings.priority.learn.enabled) return;
  await deps.withKey('priority-fit', async () => {
    if (await isDue(deps)) await refit(deps);
  });
}

async function isDue({ store, clock }: LearnDeps): Promise<boolean> {
  const last = await store.latestPriorityFit();
  if (!last || clock.now().getTime() - last.at.getTime() >= DAY_MS) return true;
  const grown = (await store.countPastTickets()) - last.n;
  return last.n < MOST && grown >= GROWTH.tickets + last.n * GROWTH.share;
}

async function refit(deps: LearnDeps): Promise<void> {
  const { store, clock, settings, log } = deps;
  const { weights, thresholds, learn } = settings.priority;
  const customers = new Map<number, Customer>();
  const past: PastTicket[] = [];
  for (const row of await store.pastTickets(MOST, thresholds)) {
    const customer = customers.get(row.customerId) ?? (await store.getCustomer(row.customerId));
    customers.set(row.customerId, customer);
    const analysis = row.analysis ?? (await read(deps, row, customer));
    past.push({ bad: row.bad, signals: felt(row, analysis, customer) });
  }
  const fit = await fitPriority(past, weights, learn.maxShift);
  await store.insertPriorityFit({ ...fit, at: clock.now() });
  log.info({ n: fit.n, bad: fit.bad, verdict: fit.verdict }, 'looked at history for priorities');
}

/** An imported ticket is read once, by the local engine: history costs no money. */
async function read(
  { store, localEngine }: LearnDeps,
  { id, subject, text, channel, createdAt, contacts }: PastTicketRow,
  customer: Customer,
): Promise<Analysis> {
  const analysis = await localEngine.analyse({
    ticketId: id,
    subject,
    messages: [{ direction: 'inbound', text, at: createdAt }],
    customer,
    channel,
    contacts: { openTickets: 0, last30Days: contacts },
  });
  await store.updateTicketQuietly(id, { analysis });
  return analysis;
}

/** What was known when the ticket came: not that the account would leave. */
function felt(
  { createdAt, contacts }: PastTicketRow,
  analysis: Analysis,
  customer: Customer,
): PastTicket['signals'] {
  const { account } = customer;
  return signalsOf({
    analysis,
    customer: { ...customer, account: account && { ...account, churnedAt: null } },
    contacts: { openTickets: 0, last30Days: contacts },
    now: createdAt,
  }).map(({ name, strength }) => ({ name, strength }));
}
