// Adaptive Card JSON: never over the limit, never acting on what customers write.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS, toAdaptive } from '../../src/cards/adaptive.ts';
import { detailsCards } from '../../src/cards/details.ts';
import { handoffCard } from '../../src/cards/handoff.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import type { Block, Card } from '../../src/model/card.ts';
import { aDraft, aMessage, aView } from '../support/ticket-views.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

/** Every value under a key, however deep. */
function valuesOf(node: unknown, key: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((child) => valuesOf(child, key));
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

const words = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.constantFrom(
    '**bold** [x](https://evil.example) <at>all</at> {{DATE(2020-01-01,SHORT)}}',
    '\n'.repeat(500),
    '𝕏'.repeat(9000),
    '"\\'.repeat(5000),
  ),
);
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 30 });

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    type: fc.constant('header' as const),
    text: words,
    chips: list(
      fc.record({
        kind: fc.constantFrom('category' as const, 'customer' as const, 'due' as const),
        text: words,
      }),
    ),
  }),
  fc.record({
    type: fc.constant('text' as const),
    text: words,
    style: fc.constantFrom('body' as const, 'muted' as const, 'warning' as const),
  }),
  fc.record({
    type: fc.constant('fields' as const),
    fields: list(fc.record({ label: words, value: words })),
  }),
  fc.record({
    type: fc.constant('quote' as const),
    of: fc.constantFrom('customer' as const, 'draft' as const),
    text: words,
    label: words,
    cut: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('sources' as const),
    items: list(fc.record({ title: words, url: fc.option(words), passage: words })),
  }),
  fc.record({
    type: fc.constant('confidence' as const),
    value: fc.float({ min: 0, max: 1, noNaN: true }),
    reasons: list(fc.record({ effect: fc.constantFrom('up' as const, 'down' as const), text: words })),
  }),
  fc.record({ type: fc.constant('table' as const), columns: list(words), rows: list(list(words)) }),
  fc.record({ type: fc.constant('outcome' as const), text: words, tone: fc.constant('good' as const) }),
  fc.record({ type: fc.constant('context' as const), text: words }),
);

function aCard(blocks: Block[]): Card {
  return {
    tone: 'P1',
    fallback: 'A card',
    ref: { ticketId: 'T-123456789', draftVersion: 7 },
    blocks: [
      { type: 'header', text: 'Title', chips: [{ kind: 'id', text: 'T-123456789' }] },
      ...blocks,
      {
        type: 'actions',
        buttons: [{ id: 'approve', label: 'Approve & send', style: 'primary' }],
        menu: [{ id: 'show', label: 'Show everything', style: 'default' }],
      },
    ],
  };
}

describe('toAdaptive', () => {
  it('stays under the limit whatever is on the card, and keeps ids and buttons whole', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 25 }), (blocks) => {
        const json = toAdaptive(aCard(blocks));
        expect(bytes(json)).toBeLessThanOrEqual(LIMITS.bytes);
        expect(valuesOf(json, 'text')).toContain('T-123456789');
        const actions = valuesOf(json, 'data');
        expect(actions).toEqual([
          { action: 'approve', ref: { ticketId: 'T-123456789', draftVersion: 7 } },
          { action: 'show', ref: { ticketId: 'T-123456789', draftVersion: 7 } },
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('puts words only where no Markdown is read, and disarms functions and mentions', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (blocks) => {
        const json = toAdaptive(aCard(blocks));
        const types = new Set(valuesOf(json, 'type'));
        for (const type of ['TextBlock', 'FactSet', 'Fact', 'Input.Text'])
          expect(types.has(type)).toBe(false);
        const text = JSON.stringify(valuesOf(json, 'text'));
        expect(text).not.toMatch(/\{\{/);
        expect(text).not.toMatch(/<\/?at\b/i);
        for (const url of valuesOf(json, 'url')) expect(url).toMatch(/^https?:\/\//i);
      }),
      { numRuns: 100 },
    );
  });

  it('never breaks an element id: each stands once on a card', () => {
    const json = toAdaptive(ticketCard(aView()));
    const ids = valuesOf(json, 'id');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('cuts an endless message visibly', () => {
    const view = aView({
      messages: [aMessage({ text: 'x'.repeat(1_000_000) })],
      draft: aDraft({ text: 'y '.repeat(500_000) }),
    });
    const json = JSON.stringify(toAdaptive(ticketCard(view)));
    expect(json).toContain('…');
    expect(json.length).toBeLessThan(LIMITS.bytes);
  });

  it('details and handoff of a huge conversation fit as well', () => {
    const messages = Array.from({ length: 200 }, (_, n) =>
      aMessage({ id: n, seq: n, text: `${n} `.repeat(3000) }),
    );
    const cards = [...detailsCards(aView({ messages }), []), handoffCard(aView({ messages }))];
    expect(cards.length).toBeLessThan(20);
    for (const card of cards) expect(bytes(toAdaptive(card))).toBeLessThanOrEqual(LIMITS.bytes);
  });

  it('a chart without a place for its picture shows its alternative text', () => {
    const chart: Block = { type: 'chart', title: 'Volume', alt: 'Up by a third', png: new Uint8Array([1]) };
    expect(JSON.stringify(toAdaptive(aCard([chart])))).toContain('Up by a third');
    expect(
      valuesOf(toAdaptive(aCard([chart]), { imageUrl: () => 'https://x.example/a.png' }), 'url'),
    ).toEqual(['https://x.example/a.png']);
  });
});
