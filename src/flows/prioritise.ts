// The priority of a ticket: from what was understood, what is known of the customer, and what goes on around it.
import { isDeepStrictEqual } from 'node:util';
import { prioritise } from '../engine/priority.ts';
import { shiftWeights } from '../engine/priority-fit.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { timeUsed } from '../insights/service-clock.ts';
import { type Analysis, SPAM } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import { daysBefore } from '../model/duration.ts';
import type { PriorityRules } from '../model/priority.ts';
import type { Priority } from '../model/ticket.ts';
import type { EngineInput } from '../ports.ts';
import type { FlowDeps } from './deps.ts';
import { hoursOf } from './service-clocks.ts';

type ScoreDeps = Pick<FlowDeps, 'store' | 'clock' | 'settings' | 'holidaysOf' | 'log'>;

/** Contacts within so many days count. */
const CONTACT_DAYS = 30;
/** An incident that nobody has ended is over after so many days. */
const INCIDENT_DAYS = 7;
const WAITING: readonly TicketRow['status'][] = ['open', 'awaiting_agent', 'snoozed'];

/** Score, level and reasons as of now. A person's word on the level stays. */
export async function priorityOf(
  deps: ScoreDeps,
  ticket: TicketRow,
  {
    analysis,
    customer,
    contacts,
  }: { analysis: Analysis; customer: Customer; contacts: EngineInput['contacts'] },
): Promise<Priority> {
  const { store, clock } = deps;
  const now = clock.now();
  if (analysis.spam >= SPAM && !ticket.categoryBy && !ticket.priorityBy)
    return { level: 'P4', score: 0, factors: [{ name: 'spam', points: 0, text: 'looks like spam' }] };
  const [rules, around, clocks, hours] = await Promise.all([
    rulesOf(deps),
    store.circumstancesOf(ticket.id, daysBefore(now, INCIDENT_DAYS)),
    store.clocksOf(ticket.id),
    hoursOf(deps),
  ]);
  const used = clocks.filter((one) => one.pausedAt === null).map((one) => timeUsed(one, now, hours));
  const scored = prioritise(
    { analysis, customer, contacts, ...around, timeUsed: used.length > 0 ? Math.max(...used) : null, now },
    rules,
  );
  return ticket.priorityBy && ticket.priority ? { ...scored, level: ticket.priority.level } : scored;
}

/** Open tickets and recent contacts of its customer, besides this ticket. */
export function contactsOf(
  { store, clock }: Pick<ScoreDeps, 'store' | 'clock'>,
  { customerId, id }: Pick<TicketRow, 'customerId' | 'id'>,
): Promise<EngineInput['contacts']> {
  return store.contactCounts(customerId, id, daysBefore(clock.now(), CONTACT_DAYS));
}

/** Scores a ticket again that waits for us: others may report the same by now, or its time runs out. */
export async function scoreAgain(deps: ScoreDeps, ticket: TicketRow, customer: Customer): Promise<TicketRow> {
  const { analysis, priority } = ticket;
  if (!analysis || !priority || ticket.priorityBy || !WAITING.includes(ticket.status)) return ticket;
  const contacts = await contactsOf(deps, ticket);
  const scored = await priorityOf(deps, ticket, { analysis, customer, contacts });
  // The database keeps the keys of JSON in an order of its own.
  if (isDeepStrictEqual(scored, priority)) return ticket;
  await deps.store.setScore(ticket.id, scored);
  return { ...ticket, priority: scored };
}

/** The configured weights, with what history has taught about them. */
async function rulesOf({ store, settings }: Pick<ScoreDeps, 'store' | 'settings'>): Promise<PriorityRules> {
  const { weights, thresholds, learn } = settings.priority;
  const fit = learn.enabled ? await store.latestPriorityFit() : null;
  return { weights: fit ? shiftWeights(weights, fit.shifts, learn.maxShift) : weights, thresholds };
}
