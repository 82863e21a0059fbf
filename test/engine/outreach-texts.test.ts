// What customers read when we write first: whole sentences in every language, whatever the event tells.
import { describe, expect, test } from 'vitest';
import { addressed, announcement } from '../../src/engine/local/announcements.ts';
import type { OutreachReason } from '../../src/engine/local/outreach-languages.ts';
import { outreachAbout, outreachText, outreachWords } from '../../src/engine/local/outreach-texts.ts';
import type { Usage } from '../../src/model/customer.ts';
import { OUTREACH_KINDS, type OutreachKind } from '../../src/model/outreach.ts';

function read(kind: OutreachKind, data: Usage, language = 'en', reason: OutreachReason = kind): string {
  const words = outreachWords(reason, language);
  if (!words) throw new Error(`no words in ${language}`);
  const about = outreachAbout(kind, language, data);
  return addressed(outreachText(words, data), {
    language,
    name: 'Maria Silva',
    about,
    signature: 'Crewlane',
  });
}

const TOLD: Record<OutreachKind, Usage> = {
  payment_failed: { number: 'INV-7', amount: 49, currency: 'EUR' },
  onboarding_stuck: { step: 'invite_team' },
  repeated_error: { code: 'EXP-504', title: 'Export timed out' },
  incident: { incident: 'inc-1', title: 'Exports are slow' },
  renewal_near: { problem: 'Empty exports', renewalAt: '2026-03-20' },
};

describe.each(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'])('in %s', (language) => {
  test.each(OUTREACH_KINDS)('%s is whole, whether the event tells everything or nothing', (kind) => {
    const url = 'https://app.example/x';
    const [bare, told] = [read(kind, {}, language), read(kind, { ...TOLD[kind], url }, language)];
    for (const text of [bare, told]) expect(text).not.toMatch(/[{}]|\(\)| [.,)]|\( | {2}/);
    expect(bare).not.toContain('(');
    expect(bare).not.toContain('http');
    expect(told).toContain('(');
    expect(told).toContain(`${url}\n`);
    expect(told).toMatch(/“stop”|„stopp“|« stop »|«stop»/);
  });
});

test.each(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'])(
  'of an error that engineers know of, nobody is asked for more and nothing is promised: %s',
  (language) => {
    const text = read('repeated_error', TOLD.repeated_error, language, 'known_error');
    expect(text).not.toMatch(/[{}?]/);
    expect(text).toContain('(EXP-504: Export timed out)');
    expect(announcement('looking', language)).not.toBeNull();
  },
);

test.each([
  ['payment_failed', {}, 'We could not charge your last payment. Most often'],
  [
    'payment_failed',
    TOLD.payment_failed,
    'We could not charge your last payment (INV-7, €49.00). Most often',
  ],
  [
    'onboarding_stuck',
    TOLD.onboarding_stuck,
    'to have stopped on the way (invite team). With the right hint',
  ],
  ['repeated_error', TOLD.repeated_error, 'within a day (EXP-504: Export timed out). You should not'],
  ['incident', {}, 'affects your account at the moment. You do not need to'],
  ['renewal_near', TOLD.renewal_near, 'is still open with us (Empty exports). We would like'],
] as const)('%s reads as a person would write it', (kind, data, sentence) => {
  expect(read(kind, data)).toContain(sentence);
});

test('an incident promises nothing that nobody does by itself, and leads to what is known', () => {
  const text = read('incident', { url: 'https://status.example/1' });
  expect(text).not.toMatch(/write again/);
  expect(text).toContain('You can follow it here: https://status.example/1');
});
