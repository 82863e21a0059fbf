// The form behind Edit: it needs nothing but the draft, so it can come with the card.
import type { Form } from '../model/card.ts';
import { ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { line } from './words.ts';

/** The form to write the reply in, filled with `text`. */
export function editForm(
  view: Pick<TicketView, 'ticket' | 'customer' | 'draft' | 'offers'>,
  text: string,
): Form {
  return {
    id: 'edit',
    ref: { ticketId: ticketKey(view.ticket.id), draftVersion: view.draft?.version ?? 0 },
    // Short enough for every platform's windows; the name stands under the text.
    title: 'Edit the reply',
    submit: 'Send',
    ...(view.draft && view.offers.rewrites.length > 0 && { rewrites: view.offers.rewrites }),
    fields: [
      {
        type: 'multiline',
        id: 'text',
        label: 'Reply',
        hint: `Goes to ${line(view.customer.name ?? view.customer.email ?? 'the customer', 40)} as written here`,
        required: true,
        maxLength: 20_000,
        value: text,
      },
      {
        type: 'select',
        id: 'then',
        label: 'Afterwards',
        required: false,
        value: 'keep',
        options: [
          { value: 'keep', label: 'Wait for the customer' },
          { value: 'resolve', label: 'Resolve the ticket' },
        ],
      },
    ],
  };
}
