// The form in which an agent chooses the macro that answers.
import type { Form } from '../model/card.ts';
import { ticketKey } from '../model/ticket.ts';

/** `titles`: of the macros, the likeliest first; at least one. */
export function macroForm(ticketId: number, draftVersion: number, titles: string[]): Form {
  return {
    id: 'macro',
    ref: { ticketId: ticketKey(ticketId), draftVersion },
    title: 'Answer with a macro',
    submit: 'Use it',
    fields: [
      {
        type: 'select',
        id: 'title',
        label: 'Macro',
        hint: 'The likeliest first. It becomes the draft, in the words for this customer; nothing is sent yet',
        required: true,
        value: titles[0],
        options: titles.map((title) => ({ value: title, label: title })),
      },
    ],
  };
}
