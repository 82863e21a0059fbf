// What may be read by many names nobody: not who says it, not how to reach them, not what opens their door.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issueParts } from '../../src/insights/issue-report.ts';
import { NOBODY, publicWords } from '../../src/model/public-words.ts';

const MARIA = { customer: 'Maria Lopez', account: 'Harbour Heating Ltd' };

describe('a signature is left out', () => {
  test.each([
    'Kind regards,\nMaria',
    'Thanks\n\nMaria Lopez\nHead of Operations\n12 Quay Street, Bristol BS1 4TX',
    'Best,\nM.\nHarbour Heating',
    '-- \nM. L.\nQuay Street 12',
    'Maria Lopez | Head of Operations\nQuay Street 12',
    'maria, Harbour Heating\nQuay Street 12',
    'Mit freundlichen Grüßen\nMaria Lopez\nGeschäftsführerin',
  ])('%j', (signature) => {
    expect(publicWords(`The export stops at 90 %.\n\n${signature}`, MARIA)).toBe('The export stops at 90 %.');
  });

  test('not what only looks like one', () => {
    const text = 'Hello,\nthanks\nThe export stops at 90 percent, is there anything that I can do?';
    expect(publicWords(text, MARIA)).toBe(text);
    expect(publicWords('Maria Lopez\nHarbour Heating', MARIA)).toBe('[name]\n[company]');
  });
});

describe('names', () => {
  test.each([
    ['Lopez here, from HARBOUR  heating.', '[name] here, from [company].'],
    ['This is Maria Lopez of Harbour Heating Ltd', 'This is [name] of [company]'],
    ['Ask maria@harbour.example, +44 20 7946 0958', 'Ask [e-mail], [phone]'],
    ['Open https://app.example/?token=Zk39dkQ81xLs0', 'Open https://app.example/?token=[secret]'],
    ['Mariana is somebody else, so is Lopezz', 'Mariana is somebody else, so is Lopezz'],
  ])('%j', (text, said) => {
    expect(publicWords(text, MARIA)).toBe(said);
  });

  test.each([
    ['Jo Li', 'Jo says: no jo, Li-ion', '[name] says: no jo, [name]-ion'],
    ['Anne-Marie O’Neil', 'Anne-Marie, or Anne, or O’Neil', '[name], or [name], or [name]'],
    ['山田太郎', '山田太郎です。書き出しが止まる', '[name]です。書き出しが止まる'],
    ['Dr. E-Mail Phone', 'dr mail, E-MAIL, a@b.example', 'dr [name], [name], [e-mail]'],
    ['(c) a+b', 'a+b (c) says hi', '[name] (c) says hi'],
  ])('of %j', (customer, text, said) => {
    expect(publicWords(text, { customer, account: null })).toBe(said);
  });

  test('of nobody hide nothing', () => {
    expect(publicWords('EXP-504 on GET /v2/exports', NOBODY)).toBe('EXP-504 on GET /v2/exports');
  });
});

test('whatever somebody is called, and however they sign, nothing of it is told', () => {
  const word = fc.stringMatching(/^[A-ZÄÉÑŁ][a-zäéñł]{2,9}$/);
  const name = fc.oneof(
    fc.tuple(word, word).map((parts) => parts.join(' ')),
    fc.tuple(word, word, word).map(([a, b, c]) => `${a}-${b} ${c}`),
    fc.tuple(word, word).map(([a, b]) => `${a} O'${b}`),
  );
  const spelled = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toUpperCase(),
    (text: string) => text.toLowerCase(),
  );
  const digits = (n: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${n - 1}}$`));
  const closing = fc.constantFrom('Best regards,', 'Thanks!', 'Viele Grüße', 'Cordialement,', '-- ', '');
  const company = fc
    .tuple(word, word, fc.constantFrom('', ' Ltd', ' GmbH', ', Inc.'))
    .map(([a, b, form]) => ({ said: `${a} ${b}`, registered: `${a} ${b}${form}` }));
  fc.assert(
    fc.property(
      fc.record({ name, company, spelled, closing, digits: digits(7), key: digits(20) }),
      ({
        name: customer,
        company: { said, registered },
        spelled: spell,
        closing: end,
        digits: number,
        key,
      }) => {
        const mail = `x${customer.toLowerCase().replace(/[^a-z]+/g, '.')}x@firm.example`;
        const text = [
          `Hello, this is ${spell(customer)} from ${spell(said)}. The export fails with EXP-504.`,
          `Write to ${mail}, call +49 30 ${number}; our token is sk_live_${key}.`,
          `${end}\n${spell(customer)}\n${registered} · +49 30 ${number}\n${mail}`,
        ].join('\n');
        const bug = { codes: [], endpoints: [], versions: [], exceptions: [], steps: [text] };
        const report = { customer, account: registered, text, subject: null, customerId: 1, bug };
        const issue = issueParts(
          'T',
          [{ ...report, plan: null, mrr: null, channel: 'email', at: new Date(0) }],
          'C-1',
        );
        const public_ = publicWords(text, { customer, account: registered });
        expect(public_).toContain('EXP-504');
        for (const told of [public_, JSON.stringify(issue)]) {
          const words = told.toLowerCase().split(/[^\p{L}\p{N}]+/u);
          const secret = `${customer} ${number} ${key} firm`.toLowerCase().split(/[\s'-]+/);
          expect(words.filter((one) => one.length > 2 && secret.includes(one))).toEqual([]);
          expect(told.toLowerCase()).not.toContain(said.toLowerCase());
        }
      },
    ),
  );
});
