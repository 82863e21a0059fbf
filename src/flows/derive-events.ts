// Events that nobody tells us of but that our own records show: stuck in onboarding, an error again and again, a renewal near.
import { daysAfter, daysBefore } from '../model/duration.ts';
import { cleanLine } from '../model/text.ts';
import { ticketKey } from '../model/ticket.ts';
import { zonedDate } from '../model/zone.ts';
import type { FlowDeps } from './deps.ts';

/** Found in one pass; the next goes on. */
const AT_ONCE = 200;
/** Who signed up longer ago than this has stopped for reasons that a message does not change. */
const LOST_DAYS = 30;
/** A ticket that waits for us this long is a problem. */
const WAITING_DAYS = 2;
const SUBJECT = 120;

/** Writes each as an event of the customer, once ever (or once a day): outreach takes it from there. */
export async function deriveEvents(
  deps: Pick<FlowDeps, 'store' | 'clock' | 'settings' | 'wake'>,
): Promise<void> {
  const { store, clock, settings } = deps;
  const { errorTimes, onboardingDays, renewalDays } = settings.outreach;
  const now = clock.now();
  const ago = (days: number) => daysBefore(now, days);
  const [errors, stuck, renewals] = await Promise.all([
    store.repeatedErrors(ago(1), errorTimes, AT_ONCE),
    store.stuckInOnboarding({ from: ago(LOST_DAYS), to: ago(onboardingDays) }, AT_ONCE),
    store.renewalsWithProblems({ from: now, to: daysAfter(now, renewalDays) }, ago(WAITING_DAYS), AT_ONCE),
  ]);
  const day = zonedDate(now, settings.workspace.timeZone);
  const found = [
    ...errors.map(({ customerId, code, times, at }) => ({
      customerId,
      type: 'repeated_error',
      at,
      externalId: `derived:error:${customerId}:${code.slice(0, 100)}:${day}`,
      data: { code, times },
    })),
    ...stuck.map(({ customerId, at }) => ({
      customerId,
      type: 'onboarding_stuck',
      at: now,
      externalId: `derived:onboarding:${customerId}`,
      data: { since: at.toISOString() },
    })),
    ...renewals.map(({ accountId, customerId, renewalAt, ticketId, subject, summary }) => ({
      customerId,
      type: 'renewal_near',
      at: now,
      externalId: `derived:renewal:${accountId}:${renewalAt.toISOString().slice(0, 10)}`,
      data: {
        renewalAt: renewalAt.toISOString(),
        ticket: ticketKey(ticketId),
        problem: cleanLine(subject ?? summary ?? '', SUBJECT),
      },
    })),
  ];
  let isNew = false;
  for (const event of found) isNew = (await store.insertCustomerEvent(event)) || isNew;
  if (isNew) await deps.wake.outreach();
}
