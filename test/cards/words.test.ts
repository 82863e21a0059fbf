// Words on cards: what other systems store, as people write it, and cuts that one sees.
import { expect, it } from 'vitest';
import { cut, inWords, plain, valueWords } from '../../src/cards/words.ts';
import { languageName } from '../../src/model/text.ts';

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

it.each([
  ['one\ntwo', 20, 2, 'one\ntwo'],
  ['one\ntwo\nthree', 20, 2, 'one\ntwo …'],
  ['one\n\n\nfour', 20, 2, 'one …'],
  ['one\ntwo\n', 20, 2, 'one\ntwo …'],
  ['one two three', 9, 2, 'one two …'],
  ['one\ntwo\nthree', 7, 2, 'one\ntwo …'],
  ['one\ntwo three', 6, 1, 'one …'],
  ['nospaceatall', 9, 1, 'nospace …'],
  ['smile 🙂', 8, 1, 'smile 🙂'],
  ['smiles 🙂🙂', 10, 1, 'smiles …'],
])('%j within %d characters and %d lines is %j', (text, max, lines, shown) => {
  expect(cut(text, max, lines)).toEqual({ text: shown, cut: shown !== text });
});

// Backtracking over it took a second for 50,000 characters, and minutes for the longest message.
it('a message of nothing but white space is read at once', () => {
  expect(plain(`${' \t'.repeat(500_000)}x`)).toBe('x');
  expect(plain(`x${' '.repeat(500_000)}\n\n\n\ny`)).toBe('x\n\ny');
});
