// Slack's dialogs: before what cannot be taken back, in the words of that act, and before nothing else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moreBlocks } from '../../../adapters/chat/slack/buttons.ts';
import { renderCard } from '../../../adapters/chat/slack/render.ts';
import { ticketCard } from '../../../src/cards/ticket.ts';
import type { Card } from '../../../src/model/card.ts';
import { PATIENCE, RUNS } from '../../contracts/chat-cards.ts';
import { anySubjectCard } from '../../contracts/chat-subjects.ts';
import { anOutbox, aTicket, aView } from '../../support/ticket-views.ts';

/** Title and text of each button's dialog, by the button's action. */
function dialogsOf(blocks: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  JSON.stringify(blocks, (_key, value) => {
    if (value?.action_id && value.confirm)
      found[value.action_id.replace(/^deskhand:/, '')] =
        `${value.confirm.title.text} ${value.confirm.text.text}`;
    return value;
  });
  return found;
}

describe('dialogs on Slack', PATIENCE, () => {
  const dialogs = (card: Card) => dialogsOf(renderCard(card).blocks);
  const unsettled = (status: 'failed' | 'unknown') =>
    ticketCard(aView({ outbox: anOutbox({ status }), ticket: aTicket({ status: 'sending' }) }));

  it('stand before what cannot be taken back, in the words of that act', () => {
    expect(dialogs(unsettled('unknown'))).toEqual({
      retry: 'Send it again? If the first one did arrive, the customer may get the reply twice.',
      resolve:
        'Did it arrive? Nothing is sent any more: the ticket goes on as if the customer has this reply.',
    });
    const listed = moreBlocks(['take', 'resolve'], { ticketId: 'T-1', draftVersion: 1 });
    expect(dialogsOf(listed)).toEqual({
      resolve: 'Resolve the ticket? No reply is sent, and the draft is put away.',
    });
  });

  it('do not stand before what can be undone, nor before a reply that certainly did not leave', () => {
    expect(dialogs(ticketCard(aView()))).toEqual({});
    expect(dialogs(unsettled('failed'))).toEqual({});
  });

  it('stand before each final act of every other card, and only there', () => {
    const final = ['send_all', 'dismiss', 'publish', 'close_not_planned'];
    fc.assert(
      fc.property(anySubjectCard, (card) => {
        const offered = card.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
        const expected = offered.map(({ id }) => id).filter((id) => final.includes(id));
        expect(Object.keys(dialogs(card)).sort()).toEqual([...new Set(expected)].sort());
      }),
      { numRuns: RUNS },
    );
  });
});
