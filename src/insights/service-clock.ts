// Promises to customers: what is promised to whom, by when it is due, and how that moves with what happens to the ticket.
import { HOUR_MS } from '../model/duration.ts';
import type {
  DueView,
  ServiceClock,
  ServicePromise,
  ServiceRule,
  ServiceTarget,
} from '../model/service-level.ts';
import type { Promised } from '../model/service-promise.ts';
import type { PriorityLevel } from '../model/ticket.ts';
import { addBusinessTime, businessTimeBetween, type OfficeHours, ROUND_THE_CLOCK } from './business-time.ts';

/** Shares of the time after which a promise is warned of. */
export interface WarningShares {
  at: number;
  escalateAt: number;
}

/** What decides on a promise besides the configuration. */
interface Promisee {
  plan: string | null;
  level: PriorityLevel;
  /** What the ticket's topic is promised. */
  topic: Promised | undefined;
}

/**
 * What is promised: the first rule for the plan that names a time, else the simple hours until the first answer; what
 * the topic is promised where that is shorter.
 */
export function promiseOf(
  {
    serviceLevels,
    firstAnswer,
  }: { serviceLevels: ServiceRule[]; firstAnswer: Record<PriorityLevel, number> },
  { plan, level, topic }: Promisee,
  target: ServiceTarget,
): ServicePromise | null {
  const key = target === 'first_answer' ? 'firstAnswer' : 'resolution';
  const named = (promised: Promised | undefined): ServicePromise | null => {
    const limitMs = promised?.[key];
    return limitMs === undefined ? null : { limitMs, businessHours: promised?.hours !== 'always' };
  };
  const fits = (rule: ServiceRule) =>
    !rule.plan || rule.plan.some((name) => name.toLowerCase() === plan?.toLowerCase());
  const simple = { limitMs: firstAnswer[level] * HOUR_MS, businessHours: true };
  const rule = serviceLevels.find((one) => fits(one) && named(one[level]));
  const general = rule ? named(rule[level]) : target === 'first_answer' ? simple : null;
  const own = named(topic);
  return own && (!general || own.limitMs < general.limitMs) ? own : general;
}

interface Situation {
  ticketId: number;
  target: ServiceTarget;
  promise: ServicePromise;
  createdAt: Date;
  /** Since when the promise is kept, or need not be for now: answered, waiting for the customer, resolved. */
  stoppedAt: Date | null;
  now: Date;
  hours: OfficeHours;
  shares: WarningShares;
}

/**
 * The clock of a promise as it must stand now; `before`: as it stood. Time in which the ticket is stopped does not
 * count. A stricter promise (the priority was raised) counts from now and is never later than the one before; one that
 * is less strict counts from the beginning. One that is late is noted as broken once it stands still; while it runs,
 * whoever tells people of it notes it.
 */
export function setClock(before: ServiceClock | null, situation: Situation): ServiceClock {
  const { promise, createdAt, stoppedAt } = situation;
  let clock = before ?? newClock(situation, createdAt);
  if (clock.limitMs !== promise.limitMs || clock.businessHours !== promise.businessHours)
    clock = withPromise(clock, situation);
  if (clock.pausedAt && !stoppedAt) clock = resumed(clock, situation);
  else if (!clock.pausedAt && stoppedAt) clock = { ...clock, pausedAt: stoppedAt };
  const late = clock.pausedAt !== null && clock.dueAt < clock.pausedAt;
  return late && !clock.breachedAt ? { ...clock, breachedAt: clock.dueAt } : clock;
}

/** Of the promises that run, the one that is due next. */
export function dueView(clocks: ServiceClock[], now: Date): DueView | null {
  const [next] = clocks
    .filter(({ pausedAt }) => pausedAt === null)
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  return next ? { target: next.target, at: next.dueAt, pressing: next.warnAt <= now } : null;
}

/** Share of the promised time that is used up: 0 at the beginning, 1 and more when it is over. */
export function timeUsed(clock: ServiceClock, now: Date, officeHours: OfficeHours): number {
  return 1 - businessTimeBetween(now, clock.dueAt, hoursOf(clock, officeHours)) / clock.limitMs;
}

function hoursOf({ businessHours }: ServicePromise, hours: OfficeHours): OfficeHours {
  return businessHours ? hours : ROUND_THE_CLOCK;
}

function newClock({ ticketId, target, promise, hours, shares }: Situation, from: Date): ServiceClock {
  return {
    ticketId,
    target,
    ...promise,
    ...moments(from, promise.limitMs, promise, hours, shares),
    earlierMs: 0,
    pausedAt: null,
    warnedAt: null,
    escalatedAt: null,
    breachedAt: null,
  };
}

/** When a promise with so much time left at `from` is due, and to be warned of. */
function moments(
  from: Date,
  leftMs: number,
  promise: ServicePromise,
  officeHours: OfficeHours,
  { at, escalateAt }: WarningShares,
): Pick<ServiceClock, 'dueAt' | 'warnAt' | 'escalateAt'> {
  const hours = hoursOf(promise, officeHours);
  const after = (share: number) =>
    addBusinessTime(from, Math.round(leftMs - (1 - share) * promise.limitMs), hours);
  return { dueAt: after(1), warnAt: after(at), escalateAt: after(escalateAt) };
}

function withPromise(clock: ServiceClock, situation: Situation): ServiceClock {
  const { promise, hours, shares, now } = situation;
  const from = clock.pausedAt ?? now;
  const left = businessTimeBetween(from, clock.dueAt, hoursOf(clock, hours));
  const used = clock.earlierMs + clock.limitMs - left;
  const isStricter = promise.limitMs < clock.limitMs;
  const until = isStricter
    ? Math.min(promise.limitMs, businessTimeBetween(from, clock.dueAt, hoursOf(promise, hours)))
    : Math.max(0, promise.limitMs - used);
  // What is broken already cannot be mended by another promise.
  if (clock.breachedAt || clock.dueAt < from || until === 0) return { ...clock, ...promise };
  return {
    ...clock,
    ...promise,
    ...moments(from, until, promise, hours, shares),
    earlierMs: used - (promise.limitMs - until),
    warnedAt: null,
    escalatedAt: null,
  };
}

function resumed(clock: ServiceClock, { hours, shares, now }: Situation): ServiceClock {
  const left = clock.pausedAt ? businessTimeBetween(clock.pausedAt, clock.dueAt, hoursOf(clock, hours)) : 0;
  if (left === 0) return { ...clock, pausedAt: null };
  return { ...clock, ...moments(now, left, clock, hours, shares), pausedAt: null };
}
