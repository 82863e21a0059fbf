// Forms of a proposal to more customers, or in more languages, than a chat's window holds.
import { describe, expect, test } from 'vitest';
import { renderForm as discordForm } from '../../adapters/chat/discord/forms.ts';
import { renderForm as slackForm } from '../../adapters/chat/slack/forms.ts';
import { renderForm as teamsForm } from '../../adapters/chat/teams/forms.ts';
import { chooseForm, messageForm } from '../../src/cards/proposal.ts';
import type { Form } from '../../src/model/card.ts';
import type { ProposalView, Recipient } from '../../src/model/proposal.ts';
import { joinTexts, namedIn, splitTexts } from '../../src/model/proposal-forms.ts';
import { viewFaults } from '../support/block-kit.ts';
import { modalFaults } from '../support/discord-limits.ts';

const NOW = new Date('2026-03-02T10:00:00Z');

function aRecipient(n: number, some: Partial<Recipient> = {}): Recipient {
  return {
    ...{ id: n, customerId: n, name: `Customer ${n}`, account: `Company ${n} Ltd`, ticketId: 1000 + n },
    ...{ channel: 'email', language: 'en', about: 'the export', state: 'ready', reason: null },
    ...some,
  };
}

function aProposal(
  recipients: Recipient[],
  texts: Record<string, string> = { en: 'It is fixed.' },
): ProposalView {
  return {
    ...{ id: 1, kind: 'fixed', title: 'Empty PDF', reason: 'CREW-1 is fixed.', missing: [], link: null },
    ...{ status: 'open', version: 1, texts, previews: {}, recipients, decidedBy: null, decidedAt: null },
    ...{ undoSeconds: 10, now: NOW, timeZone: 'UTC' },
  };
}

function choicesOf(form: Form) {
  const [field] = form.fields;
  if (field?.type !== 'choices') throw new Error('no list');
  return field;
}

describe('the list of customers', () => {
  test.each([2, 75, 76, 126, 300, 2000])('of %i is a window that every chat shows whole', (size) => {
    const recipients = Array.from({ length: size }, (_, n) =>
      aRecipient(n + 1, {
        name: '株式会社のとても長い名前のお客様'.repeat(4),
        ...(n >= size - 10 && { state: 'held', reason: 'is upset (T-1): better in your own words' }),
      }),
    );
    const form = chooseForm(aProposal(recipients));
    const { options, value } = choicesOf(form);
    expect(form.fields).toHaveLength(size > 75 ? 2 : 1);
    expect(value?.split(',')).toHaveLength(Math.min(10, size));
    const modal = discordForm(form, { people: {} });
    const view = slackForm(form, { channel: 'C1', message: '1' });
    expect(modalFaults(modal)).toEqual([]);
    expect(viewFaults(view)).toEqual([]);
    for (const drawn of [modal, view, teamsForm(form, 'dialog')])
      for (const option of options) expect(JSON.stringify(drawn)).toContain(`"value":"${option.value}"`);
  });
});

describe('who is named', () => {
  const all = [
    aRecipient(1),
    aRecipient(2, { account: 'Acme, Inc.' }),
    aRecipient(3, { account: 'ACME, Inc.' }),
  ];

  test('is found by name, company or ticket, however it is written', () => {
    expect(namedIn('customer 1\n\n acme, inc. \nT-1003', all)).toEqual({ ids: [1, 2, 3, 3], unknown: [] });
  });

  test('and is nobody is said', () => {
    expect(namedIn('Customer 9\nCustomer 1', all)).toEqual({ ids: [1], unknown: ['Customer 9'] });
  });
});

describe('the texts', () => {
  const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];
  const texts = Object.fromEntries(
    LANGUAGES.map((language) => [language, `{greeting}\n\nText in ${language}.`]),
  );
  const recipients = LANGUAGES.flatMap((language, n) =>
    Array.from({ length: LANGUAGES.length - n }, (_, i) => aRecipient(10 * n + i, { language })),
  );

  test('in seven languages are all in five inputs, those of most customers by themselves', () => {
    const form = messageForm(aProposal(recipients.toReversed(), texts));
    expect(form.fields.map(({ id }) => id)).toEqual(['en', 'de', 'fr', 'es', 'others']);
    const drawn = JSON.stringify(discordForm(form, { people: {} }));
    for (const language of LANGUAGES) expect(drawn).toContain(`Text in ${language}.`);
    expect(splitTexts(form.fields[4]?.value ?? '', LANGUAGES)).toEqual({
      texts: { it: texts.it, pt: texts.pt, nl: texts.nl },
      fault: null,
    });
  });

  test('in five languages have an input each', () => {
    const five = recipients.filter(({ language }) => !['pt', 'nl'].includes(language));
    expect(messageForm(aProposal(five, texts)).fields.map(({ id }) => id)).toEqual(LANGUAGES.slice(0, 5));
  });

  test.each([
    [
      'Hallo\n[nl] Dutch\nHoi',
      '“Hallo” stands before the first language; begin each text with a line such as [pt], [nl].',
    ],
    ['[nll] Dutch\nHoi', '“[nll]” is none of the languages here; they are [pt], [nl].'],
  ])('that cannot be told apart are refused: %j', (joined, fault) => {
    expect(splitTexts(joined, ['pt', 'nl']).fault).toBe(fault);
  });

  test('come back as they were joined', () => {
    const parts = ['pt', 'nl'].map((language) => ({ language, name: 'Some', text: 'A\n\nB [nl] c' }));
    expect(splitTexts(joinTexts(parts), ['pt', 'nl']).texts).toEqual({
      pt: 'A\n\nB [nl] c',
      nl: 'A\n\nB [nl] c',
    });
  });
});
