// Slack's drawing: within every limit, links to the web only; forms and long texts there and back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubmission, renderForm } from '../../../adapters/chat/slack/forms.ts';
import { joinParts, splitText } from '../../../adapters/chat/slack/parts.ts';
import { renderCard } from '../../../adapters/chat/slack/render.ts';
import { escaped, fromSlack } from '../../../adapters/chat/slack/text.ts';
import { ticketForm } from '../../../src/cards/forms.ts';
import { ticketCard } from '../../../src/cards/ticket.ts';
import { type Card, DECISION_FORMS, type Form } from '../../../src/model/card.ts';
import { intentOfForm } from '../../../src/model/platform.ts';
import { aBigCard, PATIENCE, RUNS } from '../../contracts/chat-cards.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { viewFaults } from '../../support/block-kit.ts';
import { slackFaults } from '../../support/card-faults.ts';
import { wordsOf } from '../../support/slack-eyes.ts';
import { aView, NOW } from '../../support/ticket-views.ts';

const ORIGIN = { channel: 'C0SUPPORT', message: '1700.1' };

describe('cards on Slack', PATIENCE, () => {
  it('keep the id and the buttons of a card with far too much', () => {
    expect(slackFaults(aBigCard('T-9876543'), false)).toEqual([]);
    expect(slackFaults(aBigCard('T-9876543'), true)).toEqual([]);
  });

  it('show an ordinary ticket without cutting anything, with its due time in the reader’s zone', () => {
    const card = ticketCard(aView());
    const { text, blocks } = renderCard(card);
    const json = JSON.stringify(blocks);
    expect(text).toContain('T-1042');
    expect(json).toContain('"type":"date"');
    expect(json).not.toContain('more, see');
    expect(blocks.filter(({ type }) => type === 'actions')).toHaveLength(1);
  });

  it.each([
    ['first_answer', 'due', '⏰ due'],
    ['resolution', 'solve by', '⏰ solve by'],
  ] as const)('say of a promised %s what is to happen by then', (target, calm, pressing) => {
    const said = (late: boolean) => {
      const { blocks } = renderCard(ticketCard(aView({ due: { target, at: NOW, pressing: late } })));
      return wordsOf(JSON.parse(JSON.stringify(blocks))).replaceAll('\n', '');
    };
    expect(said(false)).toContain(` · ${calm} 10:30`);
    expect(said(true)).toContain(` · ${pressing} 10:30`);
  });

  it('refuse an id that would have to be cut', () => {
    const card = aBigCard(`T-${'9'.repeat(60)}`);
    expect(() => renderCard(card)).toThrow('too long for Slack');
  });

  it('link only to web addresses', () => {
    const blocks: Card['blocks'] = [
      {
        type: 'sources',
        items: [
          { title: 'good', url: 'https://help.example/a', passage: '' },
          { title: 'bad', url: 'javascript:alert(1)', passage: '' },
          { title: 'with a password', url: 'https://bank@evil.example', passage: '' },
        ],
      },
    ];
    const json = JSON.stringify(renderCard({ tone: 'P3', fallback: 'x', ref: null, blocks }).blocks);
    expect([...json.matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url)).toEqual(['https://help.example/a']);
  });
});

describe('forms on Slack', () => {
  const directory = {
    agents: [{ name: 'Ana', email: 'ana@team.example' }],
    teams: ['billing'],
    categories: [
      { id: 'billing/invoice-copy', name: 'Invoice copies' },
      { id: 'x'.repeat(100), name: 'A category with a long id' },
    ],
    timeZone: 'UTC',
    now: NOW,
  };

  it.each(DECISION_FORMS)('%s keeps within every limit', (id) => {
    expect(viewFaults(renderForm(ticketForm(id, aView(), directory), ORIGIN))).toEqual([]);
  });

  it('take any words and choices within the limits', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 300 }),
      fc.constant('🙂'.repeat(20_000)),
    );
    const form = fc.record({
      title: text,
      label: text,
      value: text,
      options: fc.uniqueArray(fc.record({ value: fc.string({ maxLength: 320 }), label: text }), {
        maxLength: 250,
        minLength: 1,
        selector: ({ value }) => value,
      }),
    });
    fc.assert(
      fc.property(form, ({ title, label, value, options }) => {
        const made: Form = {
          id: 'escalate',
          ref: { ticketId: 'T-1', draftVersion: 1 },
          title,
          submit: label,
          fields: [
            { id: 'reason', type: 'multiline', label, hint: label, required: true, maxLength: 20_000, value },
            { id: 'to', type: 'select', label, required: false, value: options[0]?.value, options },
          ],
        };
        expect(viewFaults(renderForm(made, ORIGIN))).toEqual([]);
      }),
      { numRuns: Math.min(RUNS, 100) },
    );
  });

  it('bring back values that are too long for an option', () => {
    const view = renderForm(ticketForm('reclassify', aView(), directory), ORIGIN);
    const stand = JSON.stringify(view.blocks).match(/"value":"(#[0-9a-f]{16})"/)?.[1] ?? '';
    const state = { category: { category: { type: 'static_select', selected_option: { value: stand } } } };
    const submitted = parseSubmission(view.private_metadata ?? '', state);
    expect(submitted).toMatchObject({
      form: 'reclassify',
      origin: ORIGIN,
      values: { category: 'x'.repeat(100) },
    });
    expect(parseSubmission('{"form":"other"}', state)).toBeNull();
    expect(parseSubmission('not JSON', state)).toBeNull();
  });

  it('say which field is missing or wrong', () => {
    expect(intentOfForm('note', {})).toMatchObject({
      ok: false,
      field: 'text',
      message: 'Please fill this in.',
    });
    expect(intentOfForm('snooze', { until: 'soon' })).toMatchObject({ ok: false, field: 'until' });
    expect(intentOfForm('note', { text: 'called' })).toEqual({
      ok: true,
      intent: { type: 'decision', decision: { kind: 'note', text: 'called' } },
    });
  });
});

describe('long texts in parts', () => {
  it('come back as they were, and every part has room to grow', () => {
    const text = fc
      .array(
        fc.oneof(
          fc.lorem({ maxCount: 40 }),
          fc.constantFrom('\n\n', '\n', ' ', '🙂'.repeat(900), 'x'.repeat(4_000)),
        ),
        {
          maxLength: 60,
        },
      )
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (whole) => {
        const { parts, gaps } = splitText(whole, 3_000);
        expect(parts.every((part) => part.length <= 2_700 && part.isWellFormed())).toBe(true);
        const typed = new Map(parts.map((part, n) => [n === 0 ? '' : `.${n}`, part]));
        expect(joinParts(typed, gaps).trimEnd()).toBe(whole.trimEnd());
      }),
      { numRuns: RUNS },
    );
  });
});

describe('words from Slack', () => {
  it('read as people saw them', () => {
    expect(fromSlack('<@U0BOT> shorter &amp; &lt;kind&gt;', 'U0BOT')).toBe('@deskhand shorter & <kind>');
    expect(
      fromSlack('see <https://a.example/x|a.example/x> and <mailto:a@b.example|a@b.example>', null),
    ).toBe('see https://a.example/x and a@b.example');
    expect(
      fromSlack('<#C1|general> <@U2|ben> <!here> <!date^1^{date}|today> <https://a.example|the page>', null),
    ).toBe('#general @ben @here today the page (https://a.example)');
  });

  it('survive the way there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(fromSlack(escaped(text), null)).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });
});
