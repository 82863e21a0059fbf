// What other systems store, as people write it.
import { expect, it } from 'vitest';
import { inWords, languageName, valueWords } from '../../src/cards/words.ts';

it.each([
  ['jobsLast30d', 'Jobs last 30d'],
  ['apiUsed', 'API used'],
  ['lastSeenAt', 'Last seen'],
  ['payment_failed', 'Payment failed'],
  ['Seats', 'Seats'],
])('the name %s is "%s"', (name, words) => {
  expect(inWords(name)).toBe(words);
});

it.each([
  [22_561, '22,561'],
  [true, 'yes'],
  ['2026-12-17', '17 Dec 2026'],
  ['2026-12-17T23:30:00Z', '17 Dec 2026'],
  ['2026-99-99', '2026-99-99'],
  ['Monday', 'Monday'],
  [null, null],
])('the value %s is "%s"', (value, words) => {
  expect(valueWords(value)).toBe(words);
});

it('a language is named, and what is none stays', () => {
  expect([languageName('de'), languageName('??')]).toEqual(['German', '??']);
});
