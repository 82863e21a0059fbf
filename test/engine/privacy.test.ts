// Personal data: what is found in a written corpus, and that hiding and restoring loses and leaks nothing.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hidePersonal } from '../../src/engine/llm/privacy.ts';
import { findPersonal, PERSONAL_KINDS, type PersonalKind } from '../../src/model/personal.ts';
import { anyCharacter } from '../support/any-character.ts';

const rowSchema = z.object({
  text: z.string(),
  personal: z.array(z.object({ kind: z.enum(PERSONAL_KINDS), value: z.string() })),
  heldOut: z.boolean().optional(),
});
const corpus = readFileSync(new URL('../fixtures/personal-data.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => rowSchema.parse(JSON.parse(line)));

const named = ({ kind, value }: { kind: PersonalKind; value: string }) => `${kind} ${value}`;

test('an address right behind dots is found', () => {
  expect(findPersonal('Nothing came… ...maria@keystone.example').map(named)).toEqual([
    'EMAIL maria@keystone.example',
  ]);
});

describe('the corpus of personal data', () => {
  const results = corpus.map(({ text, personal }) => {
    const found = findPersonal(text).map(named);
    const wanted = personal.map(named);
    return { text, found, wanted, hits: found.filter((one) => wanted.includes(one)).length };
  });
  const sum = (count: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + count(result), 0);

  test('has positives of every kind and hard negatives', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(120);
    expect(corpus.filter(({ personal }) => personal.length === 0).length).toBeGreaterThanOrEqual(60);
    for (const kind of PERSONAL_KINDS)
      expect(
        corpus.flatMap(({ personal }) => personal).filter((one) => one.kind === kind).length,
      ).toBeGreaterThan(5);
  });

  test('precision and recall are at least 98 %', () => {
    const hits = sum((result) => result.hits);
    const precision = hits / sum((result) => result.found.length);
    const recall = hits / sum((result) => result.wanted.length);
    const wrong = results.filter(({ found, wanted, hits: n }) => found.length !== n || wanted.length !== n);
    expect(precision, JSON.stringify(wrong)).toBeGreaterThanOrEqual(0.98);
    expect(recall, JSON.stringify(wrong)).toBeGreaterThanOrEqual(0.98);
  });

  test('hidden and restored, every line is as it was, and nothing found is left in what leaves', () => {
    const { texts, restore } = hidePersonal(corpus.map(({ text }) => text));
    expect(texts.map(restore)).toEqual(corpus.map(({ text }) => text));
    for (const [i, { text }] of corpus.entries())
      for (const { value } of findPersonal(text)) expect(texts[i]).not.toContain(value);
  });
});

describe('placeholders', () => {
  test('one value has one name in all texts of a call', () => {
    const { texts } = hidePersonal(['From ana@x.example', 'to ana@x.example, cc ben@x.example']);
    expect(texts).toEqual(['From [EMAIL_1]', 'to [EMAIL_1], cc [EMAIL_2]']);
  });

  test.each([
    '[EMAIL_1]', '[email_1]', '[Email 1]', '[EMAIL-1]', '[ EMAIL_1 ]', '[EMAIL1]', '[EMAIL_01]', 'EMAIL_1', 'email_1',
    '[EMAIL_1', 'EMAIL_1]', '[EMAIL\\_1]', '[EMAIL\\\\_1]',
  ])('%s is given back as the value', (written) => {
    expect(hidePersonal(['ana@x.example']).restore(`To ${written}.`)).toBe('To ana@x.example.');
  }); // biome-ignore format: a list

  test.each(['EMAIL 1', 'e-mail 1', 'MY_EMAIL_1', 'EMAIL_12', '[EMAIL_2]', '[PHONE_1]', 'EMAIL_1st'])(
    '%s is no placeholder of this call and stays',
    (written) => {
      expect(hidePersonal(['ana@x.example']).restore(`To ${written}.`)).toBe(`To ${written}.`);
    },
  );

  test('what a customer types as a placeholder is restored to nothing', () => {
    const { texts, restore } = hidePersonal([
      'I am [EMAIL_1], EMAIL_2 and [email 3]',
      'agent: ana@x.example',
    ]);
    expect(texts[1]).toBe('agent: [EMAIL_4]');
    expect(restore('[EMAIL_1] EMAIL_2 [email 3] [EMAIL_4]')).toBe(
      '[EMAIL_1] EMAIL_2 [email 3] ana@x.example',
    );
  });

  test('what looks like one only once what stands before it is hidden stays, too', () => {
    const text = 'DE89 3704 0044 0532 0130 00IBAN_1';
    const { texts, restore } = hidePersonal([text]);
    expect(texts).toEqual(['[IBAN_2]IBAN_1']);
    expect(texts.map(restore)).toEqual([text]);
  });

  test('a value goes back into JSON without breaking it', () => {
    const json = JSON.stringify({ text: 'https://u:p%22x@h.example "quoted" +49 171 1234567' });
    const { texts, restore } = hidePersonal([json]);
    expect(JSON.parse(restore(texts[0] ?? ''))).toEqual(JSON.parse(json));
    expect(texts[0]).toContain('[SECRET_1]');
  });
});

describe('whatever the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.emailAddress(),
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom(...corpus.flatMap(({ personal }) => personal.map(({ value }) => value))),
    fc.constantFrom(
      '[',
      ']',
      '[EMAIL_',
      '[EMAIL_1]',
      'PHONE_1',
      '[card 2]',
      ' ',
      '\n',
      '1',
      '_',
      '\\',
      '"',
      ': ',
    ),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

  test('hiding and restoring gives the same text', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
        const hidden = hidePersonal(texts);
        expect(hidden.texts.map(hidden.restore)).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });

  test('matches stand in order, apart, and are JSON-neutral', () => {
    fc.assert(
      fc.property(text, (whole) => {
        let end = 0;
        for (const { value, start } of findPersonal(whole)) {
          expect(start).toBeGreaterThanOrEqual(end);
          expect(whole.slice(start, start + value.length)).toBe(value);
          expect(JSON.stringify(value)).toBe(`"${value}"`);
          end = start + value.length;
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    'a'.repeat(20_000),
    '1 '.repeat(10_000),
    'a.'.repeat(10_000),
    '@a'.repeat(10_000),
    '(1-'.repeat(7_000),
    'A1'.repeat(10_000),
    '1:'.repeat(10_000),
    'token is '.repeat(2_500),
  ])('a long row of one thing is read to its end (%#)', (long) => {
    const { texts, restore } = hidePersonal([long]);
    expect(restore(texts[0] ?? '')).toBe(long);
  });
});
