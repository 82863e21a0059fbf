// What stands behind a ticket, in one message for its card's thread: sources, similar tickets, who asks, what was before.
import type { Block, Card } from '../model/card.ts';
import { type Ticket, ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { peopleBlocks } from './details.ts';
import { sourcesOf } from './sources.ts';
import { date, line } from './words.ts';

/** Earlier tickets of the customer that are named. */
export const EARLIER = 5;

/** `earlier`: tickets of the same customer before this one, newest first. */
export function backgroundCard(view: TicketView, earlier: Ticket[]): Card {
  const key = ticketKey(view.ticket.id);
  return {
    tone: 'neutral',
    fallback: `${key}: what is behind it`,
    ref: null,
    blocks: [
      { type: 'header', text: 'What is behind it', chips: [{ kind: 'id', text: key }] },
      ...sourcesOf(view.draft?.sources ?? [], { title: 150, passage: 300 }),
      ...peopleBlocks(view),
      ...earlierBlock(view, earlier.slice(0, EARLIER)),
      {
        type: 'context',
        text: '“Show everything” on the card adds the conversation and why it was handled this way',
      },
    ],
  };
}

function earlierBlock(view: TicketView, earlier: Ticket[]): Block[] {
  if (earlier.length === 0) return [];
  const fields = earlier.map(({ id, createdAt, status, subject, analysis }) => ({
    label: `${ticketKey(id)} · ${date(createdAt, view)}`,
    value: `${line(analysis?.summary ?? subject ?? 'No summary yet', 160)} · ${status.replace('_', ' ')}`,
  }));
  return [{ type: 'fields', title: 'Earlier from this customer', fields }];
}
