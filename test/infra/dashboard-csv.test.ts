// CSV files: read back as they were written, and never carried out by a spreadsheet.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderCsv } from '../../src/infra/http/dashboard/csv.ts';
import { anyCharacter } from '../support/any-character.ts';

/** Reads CSV as RFC 4180 has it. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

test.each([
  ['=1+1', "'=1+1"],
  ['=cmd|" /C calc"!A0', `"'=cmd|"" /C calc""!A0"`],
  ['+49 170 1234567', "'+49 170 1234567"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1+1', `' =1+1`],
  ['\t=1', "'\t=1"],
  ['\uff1d1', "'\uff1d1"],
  ['Re: plan = Team', 'Re: plan = Team'],
  ['a, "b"', '"a, ""b"""'],
  ['two\nlines', '"two\nlines"'],
])('%j becomes %s', (given, cell) => {
  expect(renderCsv(['x'], [[given]])).toBe(`\ufeffx\r\n${cell}\r\n`);
});

test('numbers, times and what is not known', () => {
  const at = new Date('2026-03-02T08:15:00Z');
  expect(renderCsv(['a', 'b', 'c', 'd'], [[-1.5, at, null, true]])).toBe(
    '\ufeffa,b,c,d\r\n-1.5,2026-03-02T08:15:00.000Z,,true\r\n',
  );
});

test('whatever customers write is read back, at most with a mark in front, and is no formula', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: anyCharacter }), fc.string()), { minLength: 1 }),
      (rows) => {
        const read = parse(renderCsv(['a', 'b'], rows).slice(1)).slice(1);
        expect(read).toHaveLength(rows.length);
        for (const [index, row] of rows.entries())
          for (const [column, given] of row.entries()) {
            const cell = read[index]?.[column] ?? 'missing';
            expect([given, `'${given}`]).toContain(cell);
            expect(cell).not.toMatch(/^\s*[=+\-@]/);
          }
      },
    ),
  );
});
