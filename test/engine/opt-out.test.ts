// Who answers that they want no more messages, and who only uses the word; and articles out of agents' replies.
import { describe, expect, test } from 'vitest';
import { articleMaterial, composeArticle } from '../../src/engine/local/gap-article.ts';
import { isOptOut } from '../../src/engine/local/opt-out.ts';

test.each([
  'stop',
  'STOP!',
  '“stop”',
  'Stop, please.',
  'Please stop',
  'unsubscribe',
  'Stopp',
  'abmelden bitte',
  'Baja',
  'désinscription',
  'no more messages',
  "don't write me again",
  'Stop\n\n--\nMaria',
])('no more: %s', (text) => expect(isOptOut(text)).toBe(true));

test.each([
  'Stop the export, it is wrong',
  'It stops at 90 %',
  'please stop charging me twice',
  '',
  'How do I unsubscribe my team?',
  `stop ${'x'.repeat(200)}`,
])('something else: %s', (text) => expect(isOptOut(text)).toBe(false));

describe('an article out of replies', () => {
  const to = { customer: 'Maria Lopez', account: 'Harbour Heating' };
  const reply = (text: string, language = 'en') => ({ text, language, category: 'billing/refund', ...to });
  const composeFrom = (replies: Parameters<typeof articleMaterial>[0]) =>
    composeArticle('Refunds', articleMaterial(replies));
  const BODY = 'Open Settings › Billing and choose the invoice; the button Refund stands at its end.';

  test('is the most typical one, without the letter around it and without personal data', () => {
    const article = composeFrom([
      reply(`Hi Maria,\n\n${BODY} Call +49 30 1234567 if not, Maria.\n\nBest regards,\nAna`),
      reply(`Hello Bob,\n\n${BODY}\n\nCheers,\nBen`),
      reply(
        `Hi,\n\nSomething else altogether about the weather in the mountains and the sea this year.\n\nBest,\nAna`,
      ),
    ]);
    expect(article).toMatchObject({ title: 'Refunds', category: 'billing/refund', language: 'en' });
    expect(article?.body).toContain(BODY);
    expect(article?.body).not.toMatch(/Maria|Bob|Ana|regards|1234567/);
  });

  test('is in the language of most, and none where nobody said much', () => {
    expect(composeFrom([])).toBeNull();
    expect(composeFrom([reply('Yes.')])).toBeNull();
    const german = reply(
      'Öffnen Sie die Einstellungen und wählen Sie dort die Rechnung aus, die es betrifft.',
      'de',
    );
    expect(composeFrom([german, german, reply(BODY)])?.language).toBe('de');
  });
});
