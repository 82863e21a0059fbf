// Discord's pictures of cards and forms: within every limit, inert, and back again without loss.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, readForm, renderForm } from '../../../adapters/chat/discord/forms.ts';
import { encodeId } from '../../../adapters/chat/discord/ids.ts';
import { escapeMarkdown } from '../../../adapters/chat/discord/markdown.ts';
import {
  renderCard,
  renderNotification,
  renderPages,
  renderPlain,
  renderRefused,
} from '../../../adapters/chat/discord/render.ts';
import { joinParts, splitText } from '../../../adapters/chat/discord/split.ts';
import { detailsCards } from '../../../src/cards/details.ts';
import { ticketForm } from '../../../src/cards/forms.ts';
import { ticketCard } from '../../../src/cards/ticket.ts';
import type { Block, Card, Form } from '../../../src/model/card.ts';
import { aBigCard, anyCard, PATIENCE, RUNS } from '../../contracts/chat-cards.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { discordRefusals, discordTexts, readDiscord } from '../../support/card-faults.ts';
import {
  activeParts,
  flatten,
  messageFaults,
  modalFaults,
  readMarkdown,
} from '../../support/discord-limits.ts';
import { aDraft, aMessage, aView } from '../../support/ticket-views.ts';

const _V2 = 1 << 15;
const CONTEXT = { people: { '100000000000000102': 'ben@team.example' }, timeZone: 'Europe/Paris' };

function cardOf(...blocks: Block[]): Card {
  return { tone: 'neutral', fallback: 'A card', ref: null, blocks };
}

describe('any card', PATIENCE, () => {
  it('goes on over as many messages as it needs in a thread, each within every limit', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        for (const page of renderPages(card).flatMap((one) => [one, ...(one.inWords?.() ?? [])])) {
          expect(discordRefusals(page)).toEqual([]);
          expect(discordTexts(page).flatMap(activeParts)).toEqual([]);
        }
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });

  it('keeps every button of a card with far too much of everything', () => {
    const drawn = renderCard(aBigCard('T-1042'));
    expect(discordRefusals(drawn)).toEqual([]);
    const actions = flatten(drawn.components).flatMap((leaf) =>
      JSON.stringify(leaf.options ?? leaf.custom_id ?? ''),
    );
    for (const action of ['approve', 'show', 'form:reject']) expect(actions.join()).toContain(action);
    expect(readDiscord(drawn)).toContain('…');
  });

  it('plain words are escaped as a whole and fit', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 5_000 }), (text) => {
        expect(messageFaults({ content: renderPlain(text) }, [])).toEqual([]);
        expect(activeParts(renderPlain(text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('escaped text', () => {
  it.each([
    ['*a* _b_ ~~c~~ `d` ||e||'],
    ['# not a heading\n- not a list\n1. nor this\n> nor a quote\n-# nor small'],
    ['https://evil.example and [bank](https://evil.example)'],
    ['@everyone @here <@123> <@&4> <#5> <t:1700000000:R> </x:1> <:smile:6>'],
    ['C:\\path\\file \\*'],
    ['export_timeout EXP-504 a+b=c & <b>'],
  ])('%s reads the same and does nothing', (text) => {
    expect(readMarkdown(escapeMarkdown(text))).toBe(text);
    expect(activeParts(escapeMarkdown(text))).toEqual([]);
  });
});

describe('a ticket card', () => {
  it('leads with what the phone shows, and has buttons and a menu that name the draft', () => {
    const card = ticketCard(aView());
    const drawn = renderCard(card);
    expect(readMarkdown(renderNotification(card))).toMatch(/^P2 · T-1042 · /);
    expect(drawn.components).toMatchObject([{ type: 17, accent_color: 0xf79009 }]);
    expect(readDiscord(drawn)).toContain('Wants the January and February invoices');
    const ids = flatten(drawn.components).flatMap(({ custom_id }) => custom_id ?? []);
    expect(ids).toContain('dh1|approve|T-1042|1');
    expect(ids.some((id) => String(id).startsWith('dh1|menu|T-1042|1|'))).toBe(true);
  });

  it('has another menu when it shows something else, so that no old choice stays in it', () => {
    const menu = (card: Card) => JSON.stringify(renderCard(card)).match(/dh1\|menu\|[^"]+/)?.[0];
    const before = menu(ticketCard(aView()));
    expect(menu(ticketCard(aView()))).toBe(before);
    expect(menu(ticketCard(aView({ draft: aDraft({ confidence: 0.2 }) })))).not.toBe(before);
  });

  it('shows everything in its thread, whatever its length', () => {
    const messages = Array.from({ length: 15 }, (_, n) =>
      aMessage({ id: n, seq: n + 1, text: `${n}: ${'words * and _ more '.repeat(120)}END${n}` }),
    );
    const pages = detailsCards(aView({ messages }), []).flatMap(renderPages);
    expect(pages.flatMap(discordRefusals)).toEqual([]);
    const whole = pages.map(readDiscord).join('\n');
    for (const n of [0, 7, 14]) expect(whole).toContain(`END${n}`);
  });

  it('offers sources as links of ours, and pictures as files', () => {
    const drawn = renderCard(
      cardOf(
        { type: 'sources', items: [{ title: 'A', url: 'https://help.example/a', passage: 'b' }] },
        { type: 'chart', title: 'Volume', alt: '', png: new Uint8Array([137, 80]) },
        { type: 'files', items: [{ name: 'log.txt', url: 'https://desk.example/f/1', note: '2 KB' }] },
      ),
    );
    expect(discordRefusals(drawn)).toEqual([]);
    const urls = flatten(drawn.components).flatMap(({ url }) => url ?? []);
    expect(urls).toEqual(['https://help.example/a', 'https://desk.example/f/1']);
    expect(drawn.files.map(({ name }) => name)).toEqual(['chart-0.png']);
  });

  it('an id too long for a button is refused, not cut', () => {
    expect(() => encodeId('approve', { ticketId: `T-${'9'.repeat(100)}`, draftVersion: 1 })).toThrow(
      /longer/,
    );
  });
});

describe('forms', () => {
  const directory = {
    agents: Array.from({ length: 40 }, (_, n) => ({ name: `Agent ${n}`, email: `agent${n}@team.example` })),
    teams: ['billing'],
    categories: Array.from({ length: 60 }, (_, n) => ({ id: `area/topic-${n}`, name: `Topic ${n}` })),
    timeZone: 'Europe/Paris',
    now: new Date('2026-03-02T09:30:00Z'),
  };

  it.each([
    'edit',
    'escalate',
    'assign',
    'snooze',
    'reclassify',
    'prioritise',
    'link',
    'flag',
    'note',
    'reject',
  ] as const)('%s is a modal that Discord takes, also with many to choose from', (id) => {
    expect(modalFaults(renderForm(ticketForm(id, aView(), directory), CONTEXT))).toEqual([]);
  });

  it.each([0, 1, 2_999, 3_001, 4_000, 9_000, 15_999, 19_999, 20_000])(
    'a draft of %i characters is edited whole',
    (length) => {
      const text = 'Some words.\n\nMore  words here,\nand a line. '.repeat(500).slice(0, length).trim();
      const modal = renderForm(ticketForm('edit', aView({ draft: aDraft({ text }) }), directory), CONTEXT);
      expect(modalFaults(modal)).toEqual([]);
      const components = (modal?.components ?? []).map((label) => {
        const { component } = JSON.parse(JSON.stringify(label));
        return { type: 18, component: { value: '', ...component } };
      });
      // Sent off as it is: Discord gives back each input's value under its id.
      const submission = {
        custom_id: modal?.custom_id ?? '',
        components: JSON.parse(JSON.stringify(components)),
      };
      expect(readForm(submission, CONTEXT).values.text).toBe(text);
    },
  );

  it('a draft that no window holds has no window', () => {
    const form = ticketForm('edit', aView({ draft: aDraft({ text: 'x'.repeat(20_001) }) }), directory);
    expect(renderForm(form, CONTEXT)).toBeNull();
  });

  it('any text is split and joined without losing a character', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 300 }),
      fc
        .array(fc.constantFrom('word', ' ', '  ', '\n', '\n\n', '\n\n\n', '🙂'), { maxLength: 120 })
        .map((w) => w.join('')),
    );
    fc.assert(
      fc.property(text, (whole) => {
        const parts = splitText(whole, 50, 20);
        if (!parts) return;
        for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(20);
        expect(joinParts(parts)).toBe(whole);
      }),
      { numRuns: RUNS },
    );
  });

  it('people, dates and choices: one answer, told what is wrong otherwise', () => {
    const submit = (...components: object[]) =>
      readForm(
        JSON.parse(
          JSON.stringify({
            custom_id: 'x',
            components: components.map((component) => ({ type: 18, component })),
          }),
        ),
        CONTEXT,
      );
    const none = { type: 3, custom_id: 'to', values: [] };
    expect(submit(none, { type: 5, custom_id: 'to~person~', values: ['100000000000000102'] }).values).toEqual(
      {
        to: 'ben@team.example',
      },
    );
    expect(submit(none, { type: 5, custom_id: 'to~person~', values: ['1'] }).fault).toMatch(/list of agents/);
    expect(
      submit({ type: 3, custom_id: 'c', values: ['a'] }, { type: 3, custom_id: 'c~1~', values: ['b'] }).fault,
    ).toMatch(/choose one/);
    expect(submit({ type: 4, custom_id: 'until~date~', value: 'soon' }).fault).toMatch(/not a date/);
  });

  it.each([
    ['2026-03-31 09:00', '2026-03-31T07:00:00.000Z'],
    ['2026-01-31', '2026-01-31T08:00:00.000Z'],
    ['2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25 12:00', '2026-10-25T11:00:00.000Z'],
    ['2026-03-31T09:00:00+05:30', '2026-03-31T03:30:00.000Z'],
    ['2026-02-30 09:00', null],
    ['2026-03-31 25:00', null],
    ['tomorrow', null],
  ])('%s in Paris is %s', (text, expected) => {
    expect(parseDate(text, 'Europe/Paris')).toBe(expected);
  });

  it('gives refused words back, in the message or as a file', () => {
    expect(readDiscord(renderRefused('Too late', 'my words'))).toContain('my words');
    const long = renderRefused('Too late', 'my words '.repeat(1_000));
    expect(discordRefusals(long)).toEqual([]);
    expect(long.files).toHaveLength(1);
    expect(long.inWords?.().flatMap(discordRefusals)).toEqual([]);
  });

  it('a form of a select without options is still a modal', () => {
    const form: Form = {
      id: 'note',
      ref: { ticketId: 'T-1', draftVersion: 0 },
      title: '',
      submit: 'x',
      fields: [{ type: 'text', id: 'text', label: '', required: true, maxLength: 9_000, value: 'x' }],
    };
    expect(modalFaults(renderForm(form, CONTEXT))).toEqual([]);
  });
});
