// The tone of a team, kept in code: greeting, short forms, emoji, closing, signature.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyTone } from '../../src/engine/tone.ts';
import { toneSchema, voiceOf } from '../../src/model/tone.ts';
import { anyCharacter } from '../support/any-character.ts';

const signature = 'Best,\nThe team';
const friendly = toneSchema.parse({});
const formal = toneSchema.parse({ formality: 'formal', closing: 'We are glad to help with anything else.' });
const draft = `Hi Dana,\n\nYou can't lose it: it's kept for 90 days 🎉.\n\n${signature}`;
const inTone = (tone = friendly, language = 'en', text = draft, customerName: string | null = 'Dana Ruiz') =>
  applyTone(text, { tone, language, customerName, signature });

describe('a draft', () => {
  it('loses its emoji unless the team wants them', () => {
    expect(inTone()).toBe(draft.replace(' 🎉', ''));
    expect(inTone({ ...friendly, emoji: true })).toBe(draft);
  });
  it('that is formal greets so, has no short forms, and closes before the signature', () =>
    expect(inTone(formal)).toBe(
      `Dear Dana,\n\nYou cannot lose it: it is kept for 90 days.\n\n${formal.closing}\n\n${signature}`,
    ));
  it('in another language is greeted in it, without an English closing', () =>
    expect(inTone(formal, 'de', `Hallo Dana,\n\nKlicken Sie auf PDF.\n\n${signature}`)).toBe(
      `Guten Tag Dana,\n\nKlicken Sie auf PDF.\n\n${signature}`,
    ));
  it('is not closed twice', () => expect(inTone(formal, 'en', inTone(formal))).toBe(inTone(formal)));
  it('keeps signs that are no emoji', () =>
    expect(inTone(friendly, 'en', 'Open Settings › Team, ⋯ › Deactivate © 2026 ™ ↔')).toBe(
      'Open Settings › Team, ⋯ › Deactivate © 2026 ™ ↔',
    ));
  it('of any text has an outcome, and the same when applied again', () =>
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const once = inTone(formal, 'en', text);
        expect(inTone(formal, 'en', once)).toBe(once);
      }),
    ));
});

it('a team has its own tone and signature, and the rest as everywhere', () => {
  const replies = {
    tone: formal,
    teams: { billing: { formality: 'friendly' as const, signature: 'Billing' } },
  };
  expect(voiceOf(replies, signature, 'billing')).toEqual({
    tone: { ...formal, formality: 'friendly' },
    signature: 'Billing',
  });
  expect(voiceOf(replies, signature, 'support')).toEqual({ tone: formal, signature });
});
