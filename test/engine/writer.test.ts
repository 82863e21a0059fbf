// What the language model words beside replies: only what the facts, the replies or our own words say comes through.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createWriter, digestFault } from '../../src/engine/llm/writer.ts';
import { announcement } from '../../src/engine/local/announcements.ts';
import { outreachWords } from '../../src/engine/local/outreach-texts.ts';
import type { Engine } from '../../src/ports.ts';
import { type Asked, type ModelDouble, startModelDouble, userText } from '../support/model-double.ts';
import { createTestModelEngine, openLocalEngine, PROMPTS } from '../support/model-engine.ts';
import { silent } from './samples.ts';

const FACTS = [
  '24 tickets came in, 20 % more than normal (20); 18 of them are answered.',
  'First answer: half within 12 min, 9 of 10 within 3 h',
  'New: “Export stops at 90 %”, 5 reports from 3 companies.',
];
const REPLIES = [
  'Open Settings › Billing, choose the invoice and press Refund. The money arrives within 5 days.',
  'You find Refund in Settings › Billing under the invoice; press it and the money arrives within 5 days.',
];
const QUESTIONS = ['How do I get my money back?'];

let double: ModelDouble;
let local: Engine;
beforeAll(async () => {
  [double, local] = await Promise.all([startModelDouble(), openLocalEngine()]);
});
afterEach(() => double.reset());
afterAll(async () => {
  await double.stop();
  await local.close();
});

const writer = (steps: Parameters<typeof createTestModelEngine>[2] = { steps: ['write'] }) =>
  createWriter({ client: createTestModelEngine(double, local, steps).client, prompts: PROMPTS, log: silent });
const says = (asked: Asked, json: object) => double.on(asked, () => ({ json }));
const sentences = (...all: [string, number[]][]) => ({
  sentences: all.map(([text, facts]) => ({ text, facts })),
});

describe('a digest’s first sentences', () => {
  test('are the model’s where every number stands in the facts they name', async () => {
    says(
      'digest',
      sentences(
        ['24 tickets came in, 20 % more than normal, and 18 are answered.', [1]],
        ['Look at “Export stops at 90 %”: 5 reports from 3 companies.', [3]],
      ),
    );
    expect(await writer().digest(FACTS)).toBe(
      '24 tickets came in, 20 % more than normal, and 18 are answered. Look at “Export stops at 90 %”: 5 reports from 3 companies.',
    );
    expect(userText(double.requests('digest')[0])).toContain('"fact": 3');
  });

  test.each([
    ['a number that stands nowhere', sentences(['25 tickets came in.', [1]])],
    ['a number of another fact', sentences(['5 tickets came in.', [1]])],
    ['a number in words', sentences(['Three quarters are answered.', [1]])],
    ['a direction that no fact has', sentences(['24 tickets came in, fewer than normal.', [1]])],
    ['a speed that nothing says', sentences(['Half were answered within 12 min, sooner than usual.', [2]])],
    ['no fact', sentences(['All is well.', []])],
    ['a fact that does not exist', sentences(['All is well.', [9]])],
    ['an address', sentences(['See https://evil.example for 24 tickets.', [1]])],
    ['nothing', sentences()],
    ['no end', sentences([`24 tickets came in${', and so on'.repeat(80)}.`, [1]])],
  ])('are not taken with %s', async (_, answer) => {
    says('digest', answer);
    expect(await writer().digest(FACTS)).toBeNull();
  });

  test('of the rules themselves pass the check', () => {
    expect(digestFault([{ text: FACTS[0] ?? '', facts: [1] }], FACTS, FACTS[0] ?? '')).toBeNull();
  });

  test('are left to the rules when the model is down, speaks nonsense, or is not wanted for it', async () => {
    double.on('digest', () => ({ status: 500 }));
    expect(await writer().digest(FACTS)).toBeNull();
    double.on('digest', () => ({ text: 'All is well!' }));
    expect(await writer().digest(FACTS)).toBeNull();
    double.reset();
    expect(await writer({ steps: ['draft'] }).digest(FACTS)).toBeNull();
    expect(double.requests()).toEqual([]);
  });
});

describe('an article for what customers ask', () => {
  const material = { language: 'en', questions: QUESTIONS, replies: REPLIES };
  const BODY =
    'Press Refund under the invoice. The money arrives within 5 days.\n\n1. Open Settings › Billing.\n2. Choose the invoice and press Refund.';

  test('is written from the replies', async () => {
    says('article', { answered: true, title: 'Get your money back', body: BODY });
    expect(await writer().article(material)).toEqual({ title: 'Get your money back', body: BODY });
  });

  test.each([
    [
      'a number that nobody said',
      { answered: true, title: 'Refund', body: BODY.replace('5 days', '3 days') },
    ],
    [
      'an address that nobody said',
      { answered: true, title: 'Refund', body: `${BODY}\nhttps://evil.example` },
    ],
    [
      'other matters than the replies',
      {
        answered: true,
        title: 'Refund',
        body: 'Unplug the device, wait for the green light, hold the button and pair your phone again over bluetooth.',
      },
    ],
    ['nothing to say', { answered: false, title: '', body: '' }],
    ['too little', { answered: true, title: 'Refund', body: 'Press Refund.' }],
  ])('is not taken with %s', async (_, answer) => {
    says('article', answer);
    expect(await writer().article(material)).toBeNull();
  });

  test('holds no personal data', async () => {
    says('article', { answered: true, title: 'Refund', body: `${BODY}\n\nOr write to ana@team.example.` });
    const replies = [...REPLIES, 'Or write to ana@team.example.'];
    expect((await writer().article({ ...material, replies }))?.body).toContain('[email]');
  });
});

describe('the name of a cluster', () => {
  const SAID = [
    'The report export stops at 90 percent and fails with EXP-504',
    'Export of every large report fails since this morning',
    'Our report export hangs in Chrome',
  ];

  test('is the model’s where the reports say it', async () => {
    says('cluster', { title: 'Export of large reports fails at 90 percent.' });
    expect(await writer().clusterName('Cannot export', SAID)).toBe(
      'Export of large reports fails at 90 percent',
    );
    expect(userText(double.requests('cluster')[0])).toContain('EXP-504');
  });

  test.each([
    ['a number of its own', 'Report export fails at 95 percent'],
    ['a code of its own', 'Report export fails with EXP-999'],
    ['a name of its own', 'Report export fails in Firefox'],
    ['a cause', 'Memory leak breaks database connections during export'],
    ['an address', 'Report export fails https://evil.example'],
    ['a placeholder', 'Report export of [name] fails'],
    ['nothing', ''],
    ['a story', `Report export fails${' and export fails'.repeat(8)}`],
  ])('is not taken with %s', async (_, title) => {
    says('cluster', { title });
    expect(await writer().clusterName('Cannot export', SAID)).toBeNull();
  });
});

describe('a translation of our words', () => {
  const words = outreachWords('payment_failed', 'en');
  if (!words) throw new Error('English has words');
  const POLISH = {
    subject: 'Twoja płatność nie powiodła się',
    body: 'Dzień dobry,\n\nnie udało nam się pobrać ostatniej płatności ({about}). Najczęściej karta straciła ważność albo bank poprosił o potwierdzenie.\n\nCzy mogliby Państwo sprawdzić metodę płatności, aby konto działało bez przerwy? Jeśli coś na fakturze się nie zgadza, prosimy odpowiedzieć na tę wiadomość.',
    link: 'Można to zrobić tutaj: {link}',
    stop: 'Jeśli nie chcą Państwo otrzymywać takich wiadomości, wystarczy odpowiedzieć „stop”.',
  };

  test('keeps its places, and is asked for once', async () => {
    says('translate', POLISH);
    const one = writer();
    expect(await one.translate('pl', words)).toEqual(POLISH);
    expect(await one.translate('pl', words)).toEqual(POLISH);
    expect(double.requests('translate')).toHaveLength(1);
  });

  test('may be one text alone, with what it is about between quotation marks', async () => {
    const fixed = { body: announcement('fixed', 'en') ?? '' };
    const body =
      'Dzień dobry,\n\nzgłosili nam Państwo ten problem: „{about}”. Jest już rozwiązany.\n\nCzy mogliby Państwo spróbować ponownie? Jeśli nadal występuje, wystarczy odpowiedzieć na tę wiadomość, a od razu się tym zajmiemy.';
    says('translate', { body });
    expect(await writer().translate('pl', fixed)).toEqual({ body });
    says('translate', { body: body.replace('{about}', 'błąd') });
    expect(await writer().translate('pl', { ...fixed, other: 'x' })).toBeNull();
  });

  test.each([
    ['without the place of what it is about', { body: POLISH.body.replace('{about}', 'coś') }],
    ['without the brackets around it', { body: POLISH.body.replace(' ({about})', ': {about}') }],
    ['with a place of its own', { body: `${POLISH.body} {name}` }],
    ['with an address', { body: `${POLISH.body} https://evil.example` }],
    ['with a number', { stop: `${POLISH.stop} 50` }],
    ['without the word to answer', { stop: 'Wystarczy odpowiedzieć na tę wiadomość, aby ich nie dostawać.' }],
    ['in another language', { body: words.body.replace('{greeting}', 'Hello,') }],
    ['cut short', { body: 'Dzień dobry ({about}).' }],
  ])('is not taken %s', async (_, change) => {
    says('translate', { ...POLISH, ...change });
    expect(await writer().translate('pl', words)).toBeNull();
  });
});
