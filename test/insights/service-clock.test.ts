// Clocks of promises: what stops them does not count, and what changes them is never unfair.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addBusinessTime, businessTimeBetween, officeHours } from '../../src/insights/business-time.ts';
import { promiseOf, setClock } from '../../src/insights/service-clock.ts';
import type { ServiceTarget } from '../../src/model/service-level.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const firstAnswer = { P1: 1, P2: 4, P3: 8, P4: 24 };
const workday = [{ from: '09:00', to: '17:00' }];
const hours = officeHours({
  timeZone: 'Europe/Paris',
  week: { mon: workday, tue: workday, wed: workday, thu: workday, fri: workday },
});
const createdAt = new Date('2026-03-27T14:00:00Z');
const base = {
  ticketId: 1,
  target: 'resolution' as const,
  createdAt,
  hours,
  shares: { at: 0.75, escalateAt: 0.9 },
  stoppedAt: null,
};
const minutes = (most: number) => fc.integer({ min: 1, max: most }).map((n) => n * MINUTE);
const later = (from: Date, ms: number) => new Date(from.getTime() + ms);

it('of several rules, the first that fits the plan and names a time counts; whatever the case of the plan', () => {
  const serviceLevels = [
    { plan: ['Enterprise', 'Business'], P1: { firstAnswer: HOUR / 2, hours: 'always' as const } },
    { P1: { firstAnswer: 2 * HOUR, resolution: 8 * HOUR, hours: 'business' as const } },
  ];
  const given = { serviceLevels, firstAnswer };
  const of = (plan: string | null, level: 'P1' | 'P3', target: ServiceTarget) =>
    promiseOf(given, { plan, level, topic: undefined }, target);
  expect(of('business', 'P1', 'first_answer')).toEqual({ limitMs: HOUR / 2, businessHours: false });
  expect(of('business', 'P1', 'resolution')).toEqual({ limitMs: 8 * HOUR, businessHours: true });
  expect(of(null, 'P1', 'first_answer')).toEqual({ limitMs: 2 * HOUR, businessHours: true });
  expect(of(null, 'P3', 'first_answer')).toEqual({ limitMs: 8 * HOUR, businessHours: true });
  expect(of(null, 'P3', 'resolution')).toBeNull();
});

it('what a topic is promised counts where it is more than what the plan is', () => {
  const given = { serviceLevels: [{ P1: { firstAnswer: HOUR / 2, hours: 'always' as const } }], firstAnswer };
  const topic = { firstAnswer: 2 * HOUR, resolution: 6 * HOUR, hours: 'always' as const };
  const of = (level: 'P1' | 'P3', target: ServiceTarget) =>
    promiseOf(given, { plan: null, level, topic }, target)?.limitMs;
  expect(of('P1', 'first_answer')).toBe(HOUR / 2);
  expect(of('P3', 'first_answer')).toBe(2 * HOUR);
  expect(of('P3', 'resolution')).toBe(6 * HOUR);
});

it('however often it is stopped in time, exactly the promised time is counted until it is due', () => {
  const pauses = fc.array(fc.record({ runs: minutes(60), stands: minutes(5_000) }), { maxLength: 5 });
  fc.assert(
    fc.property(pauses, fc.boolean(), (list, businessHours) => {
      const promise = { limitMs: 12 * HOUR, businessHours };
      let now = createdAt;
      let clock = setClock(null, { ...base, promise, now });
      let counted = 0;
      const count = (from: Date, to: Date) =>
        businessHours ? businessTimeBetween(from, to, hours) : to.getTime() - from.getTime();
      for (const { runs, stands } of list) {
        const stop = later(now, runs);
        counted += count(now, stop);
        clock = setClock(clock, { ...base, promise, now: stop, stoppedAt: stop });
        now = later(stop, stands);
        clock = setClock(clock, { ...base, promise, now });
      }
      expect(counted + count(now, clock.dueAt)).toBe(promise.limitMs);
      expect(clock.breachedAt).toBeNull();
      expect(clock.warnAt <= clock.escalateAt && clock.escalateAt <= clock.dueAt).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('a stricter promise is never due later than before, nor sooner than its own time from now', () => {
  fc.assert(
    fc.property(minutes(600), minutes(600), minutes(300), (one, two, after) => {
      const [strict, lax] = [Math.min(one, two), Math.max(one, two)];
      const now = later(createdAt, after);
      const before = setClock(null, { ...base, promise: { limitMs: lax, businessHours: true }, now });
      const clock = setClock(before, { ...base, promise: { limitMs: strict, businessHours: true }, now });
      expect(clock.dueAt <= before.dueAt).toBe(true);
      const soonest = addBusinessTime(now, strict, hours);
      expect(clock.dueAt >= soonest || clock.dueAt.getTime() === before.dueAt.getTime()).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('a promise that was stricter for a while counts from the beginning all the same', () => {
  const of = (limitMs: number) => ({ limitMs, businessHours: true });
  const lax = of(12 * HOUR);
  fc.assert(
    fc.property(minutes(11 * 60), fc.array(minutes(50), { maxLength: 6 }), (strict, raised) => {
      const first = setClock(null, { ...base, promise: lax, now: createdAt });
      let [clock, now] = [first, createdAt];
      for (const [turn, ms] of raised.entries()) {
        now = later(now, Math.min(ms, strict));
        clock = setClock(clock, { ...base, promise: turn % 2 === 0 ? of(strict) : lax, now });
      }
      expect(setClock(clock, { ...base, promise: lax, now }).dueAt).toEqual(first.dueAt);
    }),
    { numRuns: 60 },
  );
});

it('what was broken stays broken, with the time when it had been due', () => {
  const promise = { limitMs: HOUR, businessHours: false };
  const start = setClock(null, { ...base, promise, now: createdAt });
  const lax = { limitMs: 9 * HOUR, businessHours: false };
  const late = setClock(start, { ...base, promise: lax, now: later(createdAt, 2 * HOUR) });
  expect(late.dueAt).toEqual(later(createdAt, HOUR));
  const stoppedAt = later(createdAt, 3 * HOUR);
  expect(setClock(late, { ...base, promise: lax, now: stoppedAt, stoppedAt })).toMatchObject({
    dueAt: start.dueAt,
    breachedAt: start.dueAt,
  });
});
