// Business time: nights, weekends, holidays, summer time, and that adding and measuring agree.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBusinessTime,
  businessTimeBetween,
  officeHours,
  ROUND_THE_CLOCK,
} from '../../src/insights/business-time.ts';
import { localTime, weekdayOf } from '../../src/insights/calendar.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const weekOf = (...hours: { from: string; to: string }[]) =>
  Object.fromEntries(DAYS.map((day) => [day, hours]));
const nineToSix = { timeZone: 'Europe/Paris', week: weekOf({ from: '09:00', to: '18:00' }) };
const isClosed = (day: string) => ['2026-04-06', '2026-12-25'].includes(day);
const paris = officeHours(nineToSix, isClosed);
const at = (time: string) => new Date(time);

describe('four business hours', () => {
  it.each([
    ['in the morning end the same day', '2026-03-02T10:00:00+01:00', '2026-03-02T14:00:00+01:00'],
    ['in the evening end the next morning', '2026-03-02T16:00:00+01:00', '2026-03-03T11:00:00+01:00'],
    ['at night begin when people come', '2026-03-03T02:00:00+01:00', '2026-03-03T13:00:00+01:00'],
    ['on Friday evening end on Monday', '2026-03-06T17:00:00+01:00', '2026-03-09T12:00:00+01:00'],
    ['before Easter end on Tuesday', '2026-04-03T17:00:00+02:00', '2026-04-07T12:00:00+02:00'],
    ['across summer time are four hours of work', '2026-03-27T17:00:00+01:00', '2026-03-30T12:00:00+02:00'],
    ['end with the day, not with the next morning', '2026-03-02T14:00:00+01:00', '2026-03-02T18:00:00+01:00'],
  ])('%s', (_, from, to) => {
    expect(addBusinessTime(at(from), 4 * HOUR, paris)).toEqual(at(to));
    expect(businessTimeBetween(at(from), at(to), paris)).toBe(4 * HOUR);
  });
});

it('a break at noon is not work', () => {
  const hours = officeHours({
    timeZone: 'Asia/Tokyo',
    week: weekOf({ from: '09:00', to: '12:00' }, { from: '13:00', to: '17:00' }),
  });
  const from = at('2026-03-02T11:00:00+09:00');
  expect(addBusinessTime(from, 2 * HOUR, hours)).toEqual(at('2026-03-02T14:00:00+09:00'));
});

it('a night that loses an hour is an hour shorter, and one that gains it an hour longer', () => {
  const night = officeHours({ timeZone: 'Europe/Berlin', week: { sun: [{ from: '00:00', to: '24:00' }] } });
  const hoursOn = (day: string, next: string) =>
    businessTimeBetween(at(`${day}T00:00:00Z`), at(`${next}T12:00:00Z`), night) / HOUR;
  expect(hoursOn('2026-03-28', '2026-03-30')).toBe(23);
  expect(hoursOn('2026-10-24', '2026-10-26')).toBe(25);
});

it.each([
  ['ahead of UTC', 'Africa/Cairo', '2026-04-23', '2026-04-24T10:00:00+03:00', 13],
  ['behind UTC', 'America/Santiago', '2026-09-05', '2026-09-06T10:00:00-03:00', 13],
])('where the clocks skip midnight %s, no hour counts twice', (_, timeZone, day, until, hours) => {
  const always = { from: '00:00', to: '24:00' };
  const evening = [{ from: '20:00', to: '24:00' }];
  const night = officeHours({
    timeZone,
    week: { [weekdayOf(day)]: evening, fri: [always], sun: [always] },
  });
  expect(businessTimeBetween(at(`${day}T12:00:00Z`), at(until), night) / HOUR).toBe(hours);
});

it('round the clock is time itself', () => {
  const from = at('2026-03-06T17:00:00Z');
  expect(addBusinessTime(from, 30 * HOUR, ROUND_THE_CLOCK)).toEqual(at('2026-03-07T23:00:00Z'));
});

it('hours in which nobody ever works are refused, not counted for ever', () => {
  const never = officeHours(nineToSix, () => true);
  expect(() => addBusinessTime(at('2026-03-02T09:00:00Z'), HOUR, never)).toThrow('nobody is at work');
});

describe('for any hours, zone and holidays', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
  );
  const clock = (quarter: number) =>
    `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  const day = fc
    .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 4 })
    .map((quarters) => quarters.sort((a, b) => a - b))
    .map((quarters) =>
      Array.from({ length: Math.floor(quarters.length / 2) }, (_, k) => ({
        from: clock(quarters[2 * k] ?? 0),
        to: clock(quarters[2 * k + 1] ?? 96),
      })),
    );
  const any = fc.record({
    timeZone: zone,
    week: fc.record({ mon: day, wed: day, sun: day }),
    /** One in so many days is a holiday. */
    every: fc.integer({ min: 2, max: 9 }),
  });
  const moment = fc
    .integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') })
    .map((ms) => new Date(ms));
  const span = fc.integer({ min: 1, max: 60 * HOUR });
  const open = ({ timeZone, week, every }: typeof any extends fc.Arbitrary<infer T> ? T : never) =>
    officeHours({ timeZone, week }, (date) => Number(date.slice(8)) % every === 0);

  it('adding and then measuring gives the same', () => {
    fc.assert(
      fc.property(any, moment, span, (given, from, ms) => {
        const hours = open(given);
        expect(businessTimeBetween(from, addBusinessTime(from, ms, hours), hours)).toBe(ms);
      }),
      { numRuns: 60 },
    );
  });

  it('adding in two steps is adding at once, and more is never earlier', () => {
    fc.assert(
      fc.property(any, moment, span, span, (given, from, one, two) => {
        const hours = open(given);
        const first = addBusinessTime(from, one, hours);
        const both = addBusinessTime(from, one + two, hours);
        expect(addBusinessTime(first, two, hours)).toEqual(both);
        expect(both.getTime()).toBeGreaterThan(first.getTime());
      }),
      { numRuns: 60 },
    );
  });

  it('it ends while somebody is at work', () => {
    fc.assert(
      fc.property(any, moment, span, (given, from, ms) => {
        const before = new Date(addBusinessTime(from, ms, open(given)).getTime() - 1);
        const local = localTime(before, given.timeZone);
        expect(['mon', 'wed', 'sun']).toContain(weekdayOf(local.day));
        expect(Number(local.day.slice(8)) % given.every).not.toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
