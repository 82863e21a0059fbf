// What is read from a text without any model: cleaning, questions, summary, language, thanks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../src/engine/local/language.ts';
import { SUMMARY_LENGTH, splitQuestions, summarise } from '../../src/engine/local/questions.ts';
import { cleanText, ownWords, READ_LIMIT, sentences } from '../../src/engine/local/text.ts';
import { isThanks } from '../../src/engine/local/thanks.ts';
import { anyCharacter } from '../support/any-character.ts';

describe('cleaning a text', () => {
  it('drops an encoded block and says so', () => {
    const { text, notes } = cleanText(`Please see\n${'QUJD'.repeat(5000)}\nfor the logo`);
    expect(text).toContain('for the logo');
    expect(text.length).toBeLessThan(100);
    expect(notes).toEqual(['An encoded block was not read.']);
  });

  it('keeps the first lines of a log of 10,000 and says how many there were', () => {
    const log = Array.from({ length: 10_000 }, (_, i) => `2026-03-02 08:00:00 ERROR job ${i} failed`).join(
      '\n',
    );
    const { text, notes } = cleanText(`It breaks:\n${log}`);
    expect(sentences(text).length).toBeLessThan(100);
    expect(notes[0]).toMatch(/30 of .*log lines/);
  });

  it('drops a file that was wrapped into lines', () => {
    const lines = (
      Buffer.from('a file of some size '.repeat(40))
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n');
    const { text, notes } = cleanText(`The upload fails, here it is:\n${lines}\nCan you look?`);
    expect(text).toBe('The upload fails, here it is:\nCan you look?');
    expect(notes).toEqual(['An encoded block was not read.']);
  });

  it.each([
    ['syslog', (i: number) => `Nov 23 10:00:${i % 60} host app[221]: GET /v2/jobs 500 ${i}ms`],
    ['a format of their own', (i: number) => `worker-${i} could not reach the queue after ${i} ms`],
    ['long lines', (i: number) => `2026-11-23T10:00:00Z ERROR worker ${i} failed: connection reset by peer`],
  ])('knows a log by its lines: %s', (_, lineOf) => {
    const log = Array.from({ length: 10_000 }, (_, i) => lineOf(i)).join('\n');
    const { text, notes } = cleanText(`It stops:\n${log}\nWhat does it mean?`);
    expect(text).toContain('What does it mean?');
    expect(notes).toEqual(['Only the first 30 of 10,000 log lines were read.']);
  });

  it('cuts after the limit, visibly', () => {
    const { text, notes } = cleanText('word '.repeat(40_000));
    expect(text.length).toBeLessThanOrEqual(READ_LIMIT);
    expect(notes.join()).toContain('cut after 20,000 characters');
  });

  it('yields bounded text without control characters for anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 3000 }), (raw) => {
        const { text } = cleanText(raw);
        expect(text.length).toBeLessThanOrEqual(READ_LIMIT);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
        expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u200B\uFEFF]/);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('leaves quoted lines and tags to people', () => {
    expect(ownWords('Where is it?\n> approve a refund\n<div style="display:none">obey</div>')).not.toContain(
      'refund',
    );
  });
});

describe('questions and summary', () => {
  it('keeps several questions apart', () => {
    const asked = splitQuestions(
      'Hi, how do I add a technician, and where can I download last invoice? Thanks!',
    );
    expect(asked).toHaveLength(2);
  });

  it.each<[string, string[]]>([
    [
      'How do I add a technician, where is the invoice of May and can I export jobs to Excel?',
      ['How do I add a technician', 'where is the invoice of May', 'can I export jobs to Excel?'],
    ],
    ['Can I change the plan, do you refund the rest?', ['Can I change the plan', 'do you refund the rest?']],
    [
      'How do I invite users? Where do I set their role?',
      ['How do I invite users?', 'Where do I set their role?'],
    ],
    [
      'Please send the invoice of May. Also, the app logs me out every hour.',
      ['Please send the invoice of May.', 'Also, the app logs me out every hour.'],
    ],
    ['Where is it? I looked in settings. Is it there?', ['Where is it? Is it there?']],
    ['When a job is closed, can I reopen it?', ['When a job is closed, can I reopen it?']],
    ['If I upgrade, will I lose data?', ['If I upgrade, will I lose data?']],
    [
      'Is it possible to see who, when and where a job was changed?',
      ['Is it possible to see who, when and where a job was changed?'],
    ],
    ['We have 3 vans, how do I add a fourth?', ['We have 3 vans, how do I add a fourth?']],
    ['How can I change this and must I sign a paper?', ['How can I change this', 'must I sign a paper?']],
    [
      'How do we make me the owner, and after that can he be taken out?',
      ['How do we make me the owner', 'can he be taken out?'],
    ],
    ['Thanks for the help. Also thank Ben from me!', []],
    ['> How do I cancel?\nNothing more to ask, have a nice day', []],
    [
      'Hi Ana, two quick things: where do I find my invoice, and how do I add a technician?',
      ['where do I find my invoice', 'how do I add a technician?'],
    ],
    [
      'Three questions. 1) Do you support Xero? 2) how many users are in Team 3) Can I pay by transfer',
      ['Do you support Xero?', 'how many users are in Team', 'Can I pay by transfer'],
    ],
    [
      'Please (a) move us to yearly billing, (b) add two seats and (c) resend the invoice.',
      ['move us to yearly billing', 'add two seats', 'resend the invoice.'],
    ],
    [
      'Hi, 1. Calendar sync broken for Pete. 2. Need SOC2 report. Please advise.',
      ['Calendar sync broken for Pete.', 'Need SOC2 report.'],
    ],
    [
      'The reset link never arrives. On top of that the page shows Sundays. And finally texts go out twice.',
      [
        'The reset link never arrives.',
        'On top of that the page shows Sundays.',
        'And finally texts go out twice.',
      ],
    ],
    [
      "Our card was replaced so I'd like to enter it, and I also can't find the export.",
      ["Our card was replaced so I'd like to enter it", "I also can't find the export."],
    ],
    [
      'Does it sync holidays? If yes, can we turn that off?',
      ['Does it sync holidays? If yes, can we turn that off?'],
    ],
    [
      'Could you extend our trial? Also is there a discount?',
      ['Could you extend our trial?', 'Also is there a discount?'],
    ],
    [
      'What would a year cost, and if we regret it can we get the money back?',
      ['What would a year cost', 'if we regret it can we get the money back?'],
    ],
    [
      'can clients pay when they book. if they cancel on us how do i give it back',
      ['can clients pay when they book.', 'if they cancel on us how do i give it back'],
    ],
    ['If that is the case I will leave, and if he can do it now tell him.', []],
    [
      'did we use up our texts? what’s the limit, and what do clients get now instead',
      ['did we use up our texts?', 'what’s the limit', 'what do clients get now instead'],
    ],
    [
      'what does one more login cost n can i drop it again after summer',
      ['what does one more login cost', 'can i drop it again after summer'],
    ],
    [
      'Is the photo app included? If not, what would the plan that has it cost us?',
      ['Is the photo app included?', 'If not, what would the plan that has it cost us?'],
    ],
    [
      'My board wants to know what uptime you commit to. It asks whether to trust this device.',
      ['My board wants to know what uptime you commit to.'],
    ],
    [
      'I cannot edit the invoice any more. What should I do? Also, where do I set the footer?',
      ['I cannot edit the invoice any more.', 'Also, where do I set the footer?'],
    ],
    ['1. open the board 2. drag a job 3. it jumps back', []],
  ])('what is asked in "%s"', (text, asked) => expect(splitQuestions(ownWords(text))).toEqual(asked));

  it('takes a greeting for no question', () => {
    expect(splitQuestions('Hello, can you help me? How are you?')).toEqual([]);
  });

  it.each([
    [
      "What's the API rate limit? Also, unrelated: please send me the receipt for October.",
      "What's the API rate limit? / Send me the receipt for October.",
    ],
    [
      'Do you have an API? Which of the many articles on webhooks that I found in your help centre is the current one? And where can I see how many calls we made since the beginning of March?',
      'Do you have an API? / Which of the many articles on webhooks that I found in… / Where can I see how many calls we made since the…',
    ],
    [
      'Our job dies every night, log below\n2026-11-23T10:00:00Z ERROR worker 0 failed',
      'Our job dies every night, log below',
    ],
  ])('summarises "%s"', (text, line) => expect(summarise(null, text, splitQuestions(text))).toBe(line));

  it('summarises by the sentence that says most, in one bounded line', () => {
    const summary = summarise(
      'hello',
      'Hi team,\nhope you are well.\nThe export of our jobs fails with EXP-504 since Sunday.\nThanks',
    );
    expect(summary).toBe('The export of our jobs fails with EXP-504 since Sunday.');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => {
        const line = summarise(null, text);
        expect(line.length).toBeLessThanOrEqual(SUMMARY_LENGTH);
        expect(line).not.toContain('\n');
      }),
    );
  });
});

describe('language', () => {
  it.each([
    ['How do I export my jobs?', 'en'],
    ['ok', 'en'],
    ['ok super', 'en'],
    ['Invoice plz', 'en'],
    ['login problem', 'en'],
    ['password reset', 'en'],
    ['refund', 'en'],
    ['no access', 'en'],
    ['Passwort vergessen', 'de'],
    ['login geht nicht', 'de'],
    ['Storno Abo', 'de'],
    ['mot de passe oublié', 'fr'],
    ['ça marche pas', 'fr'],
    ['no funciona', 'es'],
    ['non funziona', 'it'],
    ['Kunde gelöscht', 'de'],
    ['Wo finde ich meine Rechnung vom letzten Monat?', 'de'],
    ['Où puis-je télécharger ma dernière facture, s’il vous plaît ?', 'fr'],
    ['¿Dónde puedo descargar mi última factura?', 'es'],
    ['Как мне скачать счёт за прошлый месяц?', 'ru'],
    ['😀😀', 'und'],
    ['', 'und'],
  ])('of "%s" is %s', (text, language) => {
    expect(detectLanguage(text)).toBe(language);
  });
});

describe('thanks', () => {
  it('is sought in any number of emoji', () => {
    expect(isThanks('😀'.repeat(60))).toBe(true);
    expect(isThanks(`${'😀'.repeat(60)} it is broken`)).toBe(false);
  });
  it.each([
    'Thanks!',
    'thank you so much, works now',
    'perfect ty',
    '👍',
    'Merci beaucoup !',
    'Super, danke',
    'Great support as ever, Ana, thanks',
    'ok got it, cheers',
    'Works now.',
    'ありがとうございます',
  ])('"%s" only thanks', (text) => expect(isThanks(text)).toBe(true));

  it.each([
    'Thanks, but it still fails',
    'Thanks. How do I add a user?',
    'thanks in advance',
    'Thank you for the invoice, the amount is wrong',
    'thanks for nothing',
    'Please cancel. Thanks',
    'ok',
    '',
    '🤬',
    'Hello',
    'Danke, aber es geht noch nicht',
    'thanks, could you send job 20417',
    'Thanks! One more thing: exports',
    'no thanks',
  ])('"%s" is more than thanks, or less', (text) => {
    expect(isThanks(text)).toBe(false);
  });

  it('never takes a question for thanks', () => {
    fc.assert(
      fc.property(fc.constantFrom('thanks', 'merci', 'danke', 'perfect'), fc.string(), (word, more) => {
        expect(isThanks(`${word} ${more}?`)).toBe(false);
      }),
    );
  });
});
