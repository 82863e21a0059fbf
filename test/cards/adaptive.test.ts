// Adaptive Card JSON: never over the limit, never acting on what customers write.
import { describe, expect, it } from 'vitest';
import { LIMITS, toAdaptive } from '../../src/cards/adaptive.ts';
import { detailsCards } from '../../src/cards/details.ts';
import { handoffCard } from '../../src/cards/handoff.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import type { Block, Card } from '../../src/model/card.ts';
import { valuesOf } from '../support/card-faults.ts';
import { aDraft, aMessage, aView } from '../support/ticket-views.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

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
