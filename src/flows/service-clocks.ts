// Keeps the promises of a ticket up to date: by when it is to be answered and solved.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { type OfficeHours, officeHours, ROUND_THE_CLOCK } from '../insights/business-time.ts';
import { localTime } from '../insights/calendar.ts';
import { promiseOf, setClock } from '../insights/service-clock.ts';
import { SPAM } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import { errorText } from '../model/errors.ts';
import { SERVICE_TARGETS, type ServiceClock, type ServiceTarget } from '../model/service-level.ts';
import type { FlowDeps } from './deps.ts';

type ClockDeps = Pick<FlowDeps, 'store' | 'clock' | 'settings' | 'taxonomy' | 'holidaysOf' | 'log'>;

/** Years around now whose holidays count: long promises reach far. */
const YEARS = [-1, 0, 1, 2];

/** Brings a ticket's promises up to its priority and state; the caller has its cards drawn. */
export async function keepClocks(deps: ClockDeps, ticket: TicketRow, customer: Customer): Promise<void> {
  const { store, clock, settings, taxonomy } = deps;
  const { priority } = ticket;
  if (!priority) return;
  const [known, hours] = await Promise.all([store.clocksOf(ticket.id), hoursOf(deps)]);
  const promisee = {
    plan: customer.account?.plan ?? null,
    level: priority.level,
    topic: taxonomy.categories.find(({ id }) => id === ticket.category)?.serviceLevel,
  };
  for (const target of SERVICE_TARGETS) {
    const before = known.find((one) => one.target === target) ?? null;
    // Nobody waits for an answer to spam.
    const promise = isSpam(ticket) ? null : promiseOf(settings, promisee, target);
    if (!promise) {
      if (before) await store.dropClock(ticket.id, target);
      if (target === 'first_answer') await store.updateTicketQuietly(ticket.id, { dueAt: null });
      continue;
    }
    const now = clock.now();
    const after = setClock(before, {
      ticketId: ticket.id,
      target,
      promise,
      createdAt: ticket.createdAt,
      stoppedAt: stoppedAt(ticket, target, now),
      now,
      hours,
      shares: settings.warnings,
    });
    if (!isSame(before, after)) await store.putClock(after);
    if (target === 'first_answer' && ticket.dueAt?.getTime() !== after.dueAt.getTime())
      await store.updateTicketQuietly(ticket.id, { dueAt: after.dueAt });
  }
}

/** When somebody is at work. A country whose holidays are not known is logged, and has none. */
export async function hoursOf({
  settings,
  clock,
  holidaysOf,
  log,
}: Pick<ClockDeps, 'settings' | 'clock' | 'holidaysOf' | 'log'>): Promise<OfficeHours> {
  const { businessHours, workspace } = settings;
  if (!businessHours) return ROUND_THE_CLOCK;
  const { timeZone = workspace.timeZone, holidays, ...week } = businessHours;
  const year = Number(localTime(clock.now(), timeZone).day.slice(0, 4));
  const closed = new Set<string>();
  for (const given of holidays) {
    if (/^\d/.test(given)) closed.add(given);
    else
      try {
        for (const each of YEARS) for (const day of await holidaysOf(given, year + each)) closed.add(day);
      } catch (error) {
        log.warn(
          { holidays: given, reason: errorText(error) },
          'holidays are not known; promises count them',
        );
      }
  }
  return officeHours({ timeZone, week }, (day) => closed.has(day));
}

function isSpam({ analysis, categoryBy }: TicketRow): boolean {
  return analysis !== null && analysis.spam >= SPAM && !categoryBy;
}

/**
 * Since when a promise need not be kept for now. A snooze stops nothing: the customer still waits, and putting a ticket
 * off must not be a way to keep a promise.
 */
function stoppedAt(ticket: TicketRow, target: ServiceTarget, now: Date): Date | null {
  if (target === 'first_answer' && ticket.firstResponseAt) return ticket.firstResponseAt;
  if (ticket.status === 'resolved') return ticket.resolvedAt ?? now;
  return target === 'resolution' && ticket.status === 'awaiting_customer' ? now : null;
}

function isSame(before: ServiceClock | null, after: ServiceClock): boolean {
  return JSON.stringify({ ...before }) === JSON.stringify({ ...before, ...after });
}
