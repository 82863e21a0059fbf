// When digests are due, which days they speak of, what they call normal, and what they say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holidaysOf } from '../../src/infra/holidays.ts';
import { addDays, isDay, localTime, startOfDay, weekdayOf } from '../../src/insights/calendar.ts';
import {
  comparedSpans,
  type DigestTimes,
  digestKey,
  digestOf,
  dueDigests,
  latestDigest,
  spanOf,
} from '../../src/insights/digest-period.ts';
import { distance, NOTABLE, normalOf } from '../../src/insights/normal.ts';
import { against, briefly, duration } from '../../src/model/measure.ts';

const PARIS: DigestTimes = {
  at: '08:30',
  timeZone: 'Europe/Paris',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  daily: true,
  weekly: 'mon',
  monthly: true,
};
const noHoliday = () => false;
const keys = (times: DigestTimes, at: string, isHoliday: (day: string) => boolean = noHoliday) =>
  dueDigests(times, new Date(at), isHoliday).map(digestKey);

describe('a digest is due', () => {
  test('at its hour on the clocks of its time zone, about the day before', () => {
    expect(keys(PARIS, '2026-03-03T07:29:00Z')).toEqual([]);
    expect(keys(PARIS, '2026-03-03T07:30:00Z')).toEqual(['digest-2026-03-02']);
  });

  test('an hour earlier by UTC in summer', () => {
    expect(keys(PARIS, '2026-03-31T06:29:00Z')).toEqual([]);
    expect(keys(PARIS, '2026-03-31T06:30:00Z')).toEqual(['digest-2026-03-30']);
  });

  test('until the day is over, so that an outage in the morning costs none', () => {
    expect(keys(PARIS, '2026-03-03T22:59:00Z')).toEqual(['digest-2026-03-02']);
    expect(keys(PARIS, '2026-03-03T23:00:00Z')).toEqual([]);
  });

  test('on Mondays about Friday to Sunday, with the weekly one', () => {
    expect(keys(PARIS, '2026-03-09T08:00:00Z')).toEqual([
      'digest-weekly-2026-03-02',
      'digest-2026-03-06-2026-03-08',
    ]);
  });

  test('on the first working day of a month about the month before', () => {
    expect(keys(PARIS, '2026-03-02T08:00:00Z')).toEqual([
      'digest-monthly-2026-02-01',
      'digest-weekly-2026-02-23',
      'digest-2026-02-27-2026-03-01',
    ]);
    expect(keys(PARIS, '2026-03-01T08:00:00Z')).toEqual([]);
  });

  test('not on a public holiday, and the next one speaks of the holiday, too', async () => {
    const france = await holidaysOf('FR', 2026);
    const isHoliday = (day: string) => france.has(day);
    expect(isHoliday('2026-05-01')).toBe(true);
    expect(isHoliday('2026-07-14')).toBe(true);
    expect(keys(PARIS, '2026-07-14T08:00:00Z', isHoliday)).toEqual([]);
    expect(keys(PARIS, '2026-07-15T08:00:00Z', isHoliday)).toEqual(['digest-2026-07-13-2026-07-14']);
    // Easter Monday: the weekly one waits for Tuesday.
    expect(keys(PARIS, '2026-04-07T08:00:00Z', isHoliday)).toEqual([
      'digest-weekly-2026-03-30',
      'digest-2026-04-03-2026-04-06',
    ]);
  });

  test('once, when the clocks are turned forward over its hour or back through it', () => {
    const night = { ...PARIS, at: '02:30', days: ['sun'] as const, weekly: null };
    // 29 March 2026: 01:59 is followed by 03:00 (01:00 UTC).
    expect(keys(night, '2026-03-29T00:59:00Z')).toEqual([]);
    expect(keys(night, '2026-03-29T01:00:00Z')).toHaveLength(1);
    // 25 October 2026: 02:30 is at 00:30 and at 01:30 UTC; the key is the same.
    expect(keys(night, '2026-10-25T00:30:00Z')).toEqual(keys(night, '2026-10-25T01:30:00Z'));
  });

  test('a country that nobody knows is named', async () => {
    await expect(holidaysOf('XX', 2026)).rejects.toThrow('holidays is "XX"');
    await expect(holidaysOf('DE-ZZ', 2026)).rejects.toThrow('DE-ZZ');
    expect(await holidaysOf('DE-BY', 2026)).toContain('2026-01-06');
    expect(await holidaysOf('DE-BE', 2026)).not.toContain('2026-01-06');
  });
});

describe('days', () => {
  test('a day of 23 or 25 hours begins and ends at midnight', () => {
    const hours = (day: string) => {
      const { from, to } = spanOf({ first: day, last: day, timeZone: 'Europe/Paris' });
      return (to.getTime() - from.getTime()) / 3_600_000;
    };
    expect([hours('2026-03-29'), hours('2026-03-30'), hours('2026-10-25')]).toEqual([23, 24, 25]);
  });

  test('where the clocks skip midnight the day begins when they jump', () => {
    // Chile, 6 September 2026: 23:59 is followed by 01:00.
    const start = startOfDay('2026-09-06', 'America/Santiago');
    expect(localTime(start, 'America/Santiago')).toEqual({ day: '2026-09-06', minute: 60 });
  });

  test('where the clocks strike midnight twice the day begins with the first', () => {
    // Jordan, 29 October 2021: 00:59 is followed by 00:00.
    expect(startOfDay('2021-10-29', 'Asia/Amman')).toEqual(new Date('2021-10-28T21:00:00Z'));
  });

  test('begin at their first moment in every zone', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-02'), max: new Date('2060-01-01'), noInvalidDate: true }),
        fc.constantFrom(
          'UTC',
          'Europe/Paris',
          'Pacific/Kiritimati',
          'Pacific/Pago_Pago',
          'Asia/Kathmandu',
          'America/St_Johns',
        ),
        (at, zone) => {
          const { day } = localTime(at, zone);
          const start = startOfDay(day, zone);
          expect(start.getTime()).toBeLessThanOrEqual(at.getTime());
          expect(localTime(start, zone).day).toBe(day);
          expect(localTime(new Date(start.getTime() - 60_000), zone).day).toBe(addDays(day, -1));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('that do not exist are told from those that do', () => {
    expect(['2026-02-28', '2028-02-29'].every(isDay)).toBe(true);
    expect(['2026-02-30', '2026-2-3', 'today', '2026-13-01', ''].some(isDay)).toBe(false);
    expect(weekdayOf('2026-03-02')).toBe('mon');
  });
});

describe('a period is compared', () => {
  test('with the same weekdays of the four weeks before', () => {
    const spans = comparedSpans(digestOf('daily', '2026-03-02', 'UTC'));
    expect(spans.map(({ from }) => from.toISOString().slice(0, 10))).toEqual([
      '2026-03-02',
      '2026-02-23',
      '2026-02-16',
      '2026-02-09',
      '2026-02-02',
    ]);
  });

  test('with whole months before', () => {
    const spans = comparedSpans(latestDigest('monthly', PARIS, '2026-03-02'));
    const local = ({ from, to }: { from: Date; to: Date }) =>
      [from, new Date(to.getTime() - 1)].map((at) => localTime(at, 'Europe/Paris').day);
    expect(spans.map(local)).toEqual([
      ['2026-02-01', '2026-02-28'],
      ['2026-01-01', '2026-01-31'],
      ['2025-12-01', '2025-12-31'],
      ['2025-11-01', '2025-11-30'],
      ['2025-10-01', '2025-10-31'],
    ]);
  });

  test('never with days of its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_000 }),
        fc.constantFrom('daily', 'weekly', 'monthly'),
        (n, kind) => {
          const period = latestDigest(kind, PARIS, addDays('2024-01-01', n));
          const [own, ...earlier] = comparedSpans(period);
          for (const span of earlier) expect(span.to.getTime()).toBeLessThanOrEqual(own?.from.getTime() ?? 0);
        },
      ),
    );
  });
});

describe('what is normal', () => {
  test('is the mean of the spans before; without any it is not known', () => {
    expect(normalOf([])).toBeNull();
    expect(normalOf([4, 6])).toMatchObject({ mean: 5, spans: 2 });
  });

  test('a few tickets more do not stand out, many do', () => {
    const normal = { mean: 2, deviation: 1, spans: 4 };
    expect(Math.abs(distance(4, normal))).toBeLessThan(NOTABLE);
    expect(distance(12, normal)).toBeGreaterThan(NOTABLE);
    expect(distance(0, { mean: 0, deviation: 0, spans: 4 })).toBe(0);
  });

  test('spans that lie far apart make it harder to stand out', () => {
    const calm = normalOf([20, 20, 20, 20]);
    const wild = normalOf([5, 40, 2, 33]);
    if (!calm || !wild) throw new Error('both are known');
    expect(distance(35, calm)).toBeGreaterThan(NOTABLE);
    expect(distance(35, wild)).toBeLessThan(NOTABLE);
  });

  test('chance alone is seldom told of', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const poisson = (mean: number) => {
      let n = 0;
      for (let product = random(); product > Math.exp(-mean); product *= random()) n++;
      return n;
    };
    const weeks = 2_000;
    let told = 0;
    for (let week = 0; week < weeks; week++) {
      const mean = 1 + (week % 20);
      const normal = normalOf([poisson(mean), poisson(mean), poisson(mean), poisson(mean)]);
      if (normal && Math.abs(distance(poisson(mean), normal)) >= NOTABLE) told++;
    }
    expect(told / weeks).toBeLessThan(0.06);
  });
});

describe('in words', () => {
  test.each([
    [45, '45 s', '45 s'],
    [720, '12 min', '12 min'],
    [4_620, '1 h 17 min', '77 min'],
    [7_200, '2 h', '2 h'],
    [18_700, '5 h 12 min', '5.2 h'],
    [187_200, '2 days 4 h', '2.2 d'],
  ])('%i seconds', (seconds, long, short) => {
    expect(duration(seconds)).toBe(long);
    expect(briefly(seconds)).toBe(short);
  });

  test('a number against what is normal', () => {
    const normal = { mean: 44, deviation: 5, spans: 4 };
    expect(against(63, normal)).toBe('43 % more than normal (44)');
    expect(against(22, normal)).toBe('50 % fewer than normal (44)');
    expect(against(44, normal)).toBe('as many as normally');
    expect(against(180, normal)).toBe('4 times the normal number (44)');
    expect(against(3, { ...normal, mean: 0 })).toBe('normally none');
  });
});
