// What stands in an issue: the figures, the steps and the words of customers, none of whom can be told from it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concerned, issueParts, regressionParts, searchWords } from '../../src/insights/issue-report.ts';
import { whyNot } from '../../src/insights/recipients.ts';
import { createReminder } from '../../src/insights/reminder.ts';
import type { Report } from '../../src/model/issue.ts';
import { issueStateOf } from '../../src/model/issue.ts';
import { issueMarkdown } from '../../src/model/issue-markdown.ts';

function report(more: Partial<Report> = {}): Report {
  return {
    customerId: 1,
    customer: 'Maria Lopez',
    account: 'Acme',
    plan: 'Pro',
    mrr: 100,
    channel: 'email',
    subject: 'Empty PDF',
    text: 'The PDF is empty.',
    at: new Date('2026-03-02T10:00:00Z'),
    bug: { codes: ['504'], endpoints: [], versions: ['4.1'], exceptions: [], steps: ['Press Export'] },
    ...more,
  };
}

describe('an issue', () => {
  test('counts customers once, and the revenue of an account once', () => {
    const reports = [
      report(),
      report(),
      report({ customerId: 2 }),
      report({ customerId: 3, account: 'B', mrr: 50 }),
    ];
    expect(concerned(reports)).toMatchObject({ reports: 4, customers: 3, accounts: 2, revenue: 150 });
  });

  test('names versions once, however customers write them', () => {
    const bug = (version: string) => ({
      codes: [],
      endpoints: [],
      versions: [version],
      exceptions: [],
      steps: [],
    });
    const parts = issueParts(
      'Empty PDF',
      [report({ bug: bug('firefox 147') }), report({ bug: bug('Firefox 147') })],
      'C-1',
    );
    const fields = parts.flatMap((part) => (part.type === 'fields' ? part.fields : []));
    expect(fields).toContainEqual({ label: 'Versions', value: 'Firefox 147' });
  });

  test('tells nobody’s name, address, number or secret', () => {
    const text = 'I am Maria (maria@acme.example, +49 30 1234567), password: hunter2hunter2. Lopez again.';
    const said = JSON.stringify(issueParts('Empty PDF', [report({ text })], 'C-1'));
    for (const personal of ['Maria', 'Lopez', 'maria@acme', '1234567', 'hunter2'])
      expect(said).not.toContain(personal);
    expect(said).toContain('Press Export');
  });

  test('lists steps without the words before them, and cuts quotes between words', () => {
    const steps = ['Steps: 1. Open the report', '- Press Export', '3) Wait'];
    const { bug } = report();
    const text = 'An unusually elaborate complaint. '.repeat(30);
    const parts = issueParts('Empty PDF', [report({ text, bug: bug && { ...bug, steps } })], 'C-1');
    expect(parts.find(({ type }) => type === 'steps')).toMatchObject({
      items: ['Open the report', 'Press Export', 'Wait'],
    });
    expect(parts.find(({ type }) => type === 'quote')).toMatchObject({
      text: expect.stringMatching(/\b(?:An|unusually|elaborate|complaint\.) …$/),
    });
  });

  test('is searched for by its subject and its error', () => {
    expect(searchWords('Exported PDF is empty and fails', [report()])).toBe('Exported PDF empty 504');
  });

  test('says since when it is back', () => {
    const fixedAt = new Date('2026-03-05T00:00:00Z');
    const parts = regressionParts([report(), report({ at: new Date('2026-03-06T00:00:00Z') })], fixedAt);
    expect(parts[0]).toMatchObject({
      text: 'Regression: reported once again after this was fixed on 2026-03-05.',
    });
  });
});

describe('words as Markdown', () => {
  const live = /(^|[^\\])<(?=[a-z/!])|@(?=\w)|(^|[^\\])#(?=\w)|(^|[^\\])\[|(^|[^\\])`|\b(?:https?|ftp):\/\//i;

  test('never mention, refer, link or mark up', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('@all', '#1', '<b>', '[x](y)', '`', 'https://a.b', '\n# x', '\n- x', '\n1. x'),
        (text, bait) => {
          const written = issueMarkdown(
            [{ type: 'text', text: `${text}${bait}${text}` }],
            'deskhand-a',
            60_000,
          );
          expect(written).not.toMatch(live);
          expect(written).not.toMatch(/^(?:#|-|\d+\.) /m);
        },
      ),
    );
  });

  test('stay within the limit, the reference included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 400 }), { maxLength: 20 }),
        fc.integer({ min: 200, max: 2_000 }),
        (texts, max) => {
          const parts = texts.map((text) => ({ type: 'quote' as const, text }));
          const written = issueMarkdown(parts, 'deskhand-a', max);
          expect(written.length).toBeLessThanOrEqual(max);
          expect(written).toMatch(/deskhand-a$/);
        },
      ),
    );
  });

  test('a fence cannot be closed from inside', () => {
    const written = issueMarkdown([{ type: 'code', text: 'a\n```\n@all' }], 'deskhand-a', 1_000);
    expect(written).toContain('````\na\n```\n@all\n````');
  });
});

test.each([
  [{ words: ['completed'] }, 'fixed'],
  [{ words: ['label:wontfix', 'completed'] }, 'not_planned'],
  [{ words: ['Completed'], doubts: ['milestone:open'] }, 'merged'],
  [{ words: ['not_planned'], doubts: ['milestone:open'] }, 'not_planned'],
  [{ words: ['something new'] }, 'open'],
] as const)('an issue with the words %j is %s', ({ words, ...rest }, state) => {
  const meanings = {
    completed: 'fixed',
    not_planned: 'not_planned',
    'label:wontfix': 'not_planned',
    'milestone:open': 'merged',
  } as const;
  const doubts = 'doubts' in rest ? [...rest.doubts] : [];
  expect(issueStateOf({ words: [...words], doubts }, meanings)).toBe(state);
});

describe('who is told that it is fixed', () => {
  const now = new Date('2026-03-10T10:00:00Z');
  const days = (n: number) => new Date(now.getTime() - n * 86_400_000);
  const calm = {
    optedOut: false,
    churned: false,
    confirmed: false,
    alsoAsks: false,
    sending: false,
    frustration: 0.1,
    upsetTicket: null,
    reachable: true,
    lastWrote: days(3),
    now,
  };
  test.each([
    [{}, null],
    [{ optedOut: true, frustration: 1 }, 'barred'],
    [{ reachable: false }, 'barred'],
    [{ churned: true }, 'held'],
    [{ frustration: 0.8, upsetTicket: 'T-7' }, 'held'],
    [{ confirmed: true }, 'held'],
    [{ alsoAsks: true }, 'held'],
    [{ lastWrote: days(91) }, 'held'],
    [{ lastWrote: days(89) }, null],
  ])('%j: %s', (facts, state) => {
    expect(whyNot({ ...calm, ...facts })?.state ?? null).toBe(state);
  });
});

test('customers are reminded of what they share with the others, not of what else they asked', () => {
  const everybody = [
    { text: 'The export of reports stops at 90 percent.' },
    { text: 'Exports fail with EXP-504.' },
    { text: 'How do I give Shanice a login? Also, the exports have packed up since Monday.' },
  ];
  const own = [{ subject: 'Shanice’s login', text: everybody[2]?.text ?? '' }];
  const remind = createReminder(everybody, 120);
  expect(remind(own)).toBe('Also, the exports have packed up since Monday');
  expect(remind([{ subject: 'Export stops', text: 'See above.' }])).toBe('Export stops');
});
