// Cards for the contract of chat platforms: a small one, one with far too much, and any.
import fc from 'fast-check';
import { ticketCard } from '../../src/cards/ticket.ts';
import { type ActionId, type Block, type Card, type CardButton, FORM_IDS } from '../../src/model/card.ts';
import { anyUrl } from '../support/any-character.ts';
import { HOSTILE, words } from '../support/any-words.ts';
import { anyTicket } from './chat-tickets.ts';

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
      fc.record({ title: words, url: fc.oneof(fc.constant(null), words, anyUrl), passage: words }),
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
  fc.record({
    type: fc.constant('files'),
    items: fc.array(
      fc.record({ name: words, url: fc.oneof(fc.constant(null), words, anyUrl), note: words }),
      { maxLength: 8 },
    ),
  }),
  fc.record({ type: fc.constant('chart'), title: words, alt: words, png: fc.constant(PIXEL) }),
  fc.record({ type: fc.constant('divider') }),
  fc.record({ type: fc.constant('context'), text: words }),
);

/** Blocks in any order, as many as no card of ours has; the ticket's id stands in header and reference. */
export const anyBlocks: fc.Arbitrary<Card> = fc
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

/** Any ticket's card: hostile, huge, empty or strange words everywhere. */
export const anyCard: fc.Arbitrary<Card> = fc.oneof(
  { weight: 2, arbitrary: anyTicket.map(ticketCard) },
  { weight: 1, arbitrary: anyBlocks },
);

/** What may be pressed on a card, in its order. */
export const actionsOf = (card: Card): ActionId[] =>
  card.blocks.flatMap((block) =>
    block.type === 'actions' ? [...block.buttons, ...block.menu].map(({ id }) => id) : [],
  );

/** How many cases a property runs: what FC_RUNS says, else `usual`. */
export const runsOf = (usual: number) => Number(process.env.FC_RUNS ?? usual);
/** Of cards, for each renderer. */
export const CARDS = runsOf(10_000);
/** Of everything else. */
export const RUNS = runsOf(700);
/** Ten thousand cards take their time, and machines are busy. */
export const PATIENCE = { timeout: 30_000 + Math.max(RUNS, CARDS) * 20 };
