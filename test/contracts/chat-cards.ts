// Cards for the contract of chat platforms: a small one, one with far too much, and any.
import fc from 'fast-check';
import { type ActionId, type Block, type Card, type CardButton, FORM_IDS } from '../../src/model/card.ts';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A card of a few words. */
export function aCard({ text = 'Hello', key = null as string | null }): Card {
  return {
    tone: 'neutral',
    fallback: text,
    ref: key === null ? null : { ticketId: key, draftVersion: 1 },
    blocks: [{ type: 'text', style: 'body', text }],
  };
}

const everyAction: ActionId[] = [
  'approve',
  'undo',
  'retry',
  'take',
  'release',
  'resolve',
  'show',
  ...FORM_IDS.map((id): ActionId => `form:${id}`),
];

const button = (id: ActionId, label: string): CardButton => ({ id, label, style: 'default' });

const HOSTILE =
  '@everyone @here <!channel> <!here> <@U024BE7LH> <@&42> <#C024BE7LR> <at>Ana</at> [x](https://evil.example) <https://evil.example|bank> *b* _i_ ~s~ `c` ```\ncode\n``` > q :wave: {{DATE()}} <!date^0^x|y> 🙂‍↔️ مرحبا ‮ ';

/** Every block, each with far more than any platform takes. */
export function aBigCard(key: string): Card {
  const long = HOSTILE.repeat(400);
  const blocks: Block[] = [
    {
      type: 'header',
      text: long,
      chips: [
        { kind: 'priority', text: 'P1', tone: 'P1' },
        { kind: 'id', text: key },
        { kind: 'category', text: long },
        { kind: 'customer', text: long },
        { kind: 'plan', text: long },
        { kind: 'due', text: `due ${long}`, tone: 'warning' },
        { kind: 'state', text: long },
      ],
    },
    { type: 'text', style: 'muted', label: long, text: long },
    { type: 'text', style: 'warning', text: long },
    ...Array.from(
      { length: 40 },
      (_, n): Block => ({
        type: 'quote',
        of: n % 2 ? 'draft' : 'customer',
        label: long,
        text: long,
        cut: true,
      }),
    ),
    {
      type: 'confidence',
      value: 0.82,
      reasons: Array.from({ length: 30 }, () => ({ effect: 'up', text: long })),
      hint: long,
    },
    {
      type: 'sources',
      items: Array.from({ length: 30 }, (_, n) => ({
        title: long,
        url: n % 2 ? `https://help.example/${'a'.repeat(5_000)}` : 'javascript:alert(1)',
        passage: long,
      })),
    },
    { type: 'fields', title: long, fields: Array.from({ length: 60 }, () => ({ label: long, value: long })) },
    {
      type: 'table',
      columns: Array.from({ length: 40 }, () => long),
      rows: Array.from({ length: 300 }, () => Array.from({ length: 40 }, () => long)),
    },
    { type: 'chart', title: long, alt: long, png: PIXEL },
    { type: 'outcome', tone: 'good', text: long },
    { type: 'divider' },
    { type: 'context', text: long },
    {
      type: 'actions',
      buttons: everyAction.slice(0, 4).map((id) => button(id, long)),
      menu: everyAction.slice(4).map((id) => button(id, long)),
    },
  ];
  return { tone: 'P1', fallback: long, ref: { ticketId: key, draftVersion: 999_999 }, blocks };
}

/** What anybody might write anywhere. */
export const words = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', ' ', '\n', 'null', 'undefined', 'NaN', '[object Object]', HOSTILE),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('x', '🙂', 'ش', '<!channel>', '@everyone ', '&', '\n'),
        fc.integer({ min: 1, max: 50_000 }),
      )
      .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length))),
  },
);

const buttons = (max: number) =>
  fc.uniqueArray(fc.constantFrom(...everyAction), { maxLength: max }).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          label: words,
          style: fc.constantFrom('primary', 'danger', 'default'),
        }),
      ),
    ),
  );

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    type: fc.constant('text'),
    text: words,
    style: fc.constantFrom('body', 'strong', 'muted', 'warning'),
  }),
  fc.record({ type: fc.constant('text'), text: words, style: fc.constant('body'), label: words }),
  fc.record({
    type: fc.constant('fields'),
    title: words,
    fields: fc.array(fc.record({ label: words, value: words }), { maxLength: 30 }),
  }),
  fc.record({
    type: fc.constant('quote'),
    of: fc.constantFrom('customer', 'draft', 'reply', 'note'),
    text: words,
    label: words,
    cut: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('confidence'),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    reasons: fc.array(fc.record({ effect: fc.constantFrom('up', 'down'), text: words }), { maxLength: 8 }),
    hint: words,
  }),
  fc.record({
    type: fc.constant('sources'),
    items: fc.array(
      fc.record({ title: words, url: fc.oneof(fc.constant(null), words, fc.webUrl()), passage: words }),
      { maxLength: 8 },
    ),
  }),
  fc.record({
    type: fc.constant('table'),
    columns: fc.array(words, { maxLength: 25 }),
    rows: fc.array(fc.array(words, { maxLength: 25 }), { maxLength: 20 }),
  }),
  fc.record({
    type: fc.constant('outcome'),
    text: words,
    tone: fc.constantFrom('good', 'warning', 'neutral'),
  }),
  fc.record({ type: fc.constant('divider') }),
  fc.record({ type: fc.constant('context'), text: words }),
);

/** Any ticket's card: hostile, huge, empty or strange words everywhere, the ticket's id in its header and reference. */
export const anyCard: fc.Arbitrary<Card> = fc
  .record({
    id: fc.integer({ min: 1, max: 999_999_999 }),
    version: fc.nat({ max: 1_000_000 }),
    tone: fc.constantFrom<Card['tone'][]>('P1', 'P2', 'P3', 'P4', 'neutral', 'good', 'warning'),
    fallback: words,
    about: words,
    chips: fc.array(
      fc.record({ kind: fc.constantFrom('category', 'customer', 'plan', 'due', 'state'), text: words }),
      { maxLength: 6 },
    ),
    blocks: fc.array(block, { maxLength: 40, size: 'max' }),
    buttons: buttons(5),
    menu: buttons(11),
  })
  .map(({ id, version, tone, fallback, about, chips, blocks, buttons: front, menu }) => ({
    tone,
    fallback,
    ref: { ticketId: `T-${id}`, draftVersion: version },
    blocks: [
      { type: 'header', text: about, chips: [{ kind: 'id', text: `T-${id}` }, ...chips] },
      ...blocks,
      { type: 'actions', buttons: front, menu },
    ],
  }));

/** How many cases a property runs: what FC_RUNS says, else as many as are drawn in some seconds. */
export const runsOf = (usual: number) => Number(process.env.FC_RUNS ?? usual);
export const RUNS = runsOf(700);
/** Ten thousand cards take their time, and machines are busy. */
export const PATIENCE = { timeout: 30_000 + Math.max(RUNS, 5_000) * 60 };
