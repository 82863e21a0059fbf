// The forms behind a card's buttons, filled with what is known; their fields are the decision's fields.
import type { DECISION_FORMS, Form, FormField } from '../model/card.ts';
import { HOUR_MS } from '../model/duration.ts';
import type { TakenMessage } from '../model/platform.ts';
import { PRIORITIES, ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { zonedDate, zonedInstant } from '../model/zone.ts';
import { editForm } from './edit-form.ts';
import { customerName, replyText } from './ticket.ts';
import { cut, line, plain, time } from './words.ts';

/** Who and what can be chosen from. */
export interface Directory {
  agents: { name: string; email: string }[];
  teams: string[];
  categories: { id: string; name: string }[];
  /** Of whoever fills in the form. */
  timeZone: string;
  now: Date;
}

const PRIORITY_WORDS = { P1: 'P1 · now', P2: 'P2 · soon', P3: 'P3 · today', P4: 'P4 · can wait' };
const priorities = PRIORITIES.map((value) => ({ value, label: PRIORITY_WORDS[value] }));

type TicketFormId = (typeof DECISION_FORMS)[number];

/** The form of one button for one ticket. `ref` carries the draft version it was opened on. */
export function ticketForm(id: TicketFormId, view: TicketView, directory: Directory): Form {
  if (id === 'edit') return editForm(view, view.draft ? replyText(view, view.draft) : '');
  const ref = { ticketId: ticketKey(view.ticket.id), draftVersion: view.draft?.version ?? 0 };
  return { id, ref, ...content(id, view, directory, ref.ticketId) };
}

const EMAIL = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;

/** The form for a ticket out of a message. `colleague`: one of us wrote it, so the customer is somebody else. */
export function createTicketForm({ id, text, author }: TakenMessage, colleague: boolean): Form {
  const email = EMAIL.exec(text)?.[0] ?? (colleague ? undefined : author.email);
  const name = colleague ? undefined : author.name;
  return {
    id: 'create_ticket',
    ref: null,
    origin: id,
    title: 'Create a ticket',
    submit: 'Create',
    fields: [
      {
        type: 'text',
        id: 'email',
        label: 'E-mail',
        hint: 'Of the customer; the answer goes there',
        required: true,
        maxLength: 320,
        ...(email && { value: email }),
      },
      {
        type: 'text',
        id: 'name',
        label: 'Name',
        required: false,
        maxLength: 200,
        ...(name && { value: line(name, 200) }),
      },
      { type: 'text', id: 'subject', label: 'Subject', required: false, maxLength: 300 },
      {
        type: 'multiline',
        id: 'text',
        label: 'What they wrote',
        required: true,
        maxLength: 20_000,
        value: cut(plain(text), 10_000).text,
      },
    ],
  };
}

function content(
  id: Exclude<TicketFormId, 'edit'>,
  view: TicketView,
  directory: Directory,
  key: string,
): { title: string; submit: string; fields: FormField[] } {
  switch (id) {
    case 'escalate':
      return {
        title: `Escalate ${key}`,
        submit: 'Escalate',
        fields: [
          personField(directory),
          {
            type: 'multiline',
            id: 'reason',
            label: 'Why',
            hint: 'The handoff summary is added for you',
            required: true,
            maxLength: 2000,
          },
          {
            type: 'select',
            id: 'priority',
            label: 'Priority',
            required: false,
            options: [
              { value: '', label: `Leave at ${view.ticket.priority?.level ?? 'what it is'}` },
              ...priorities,
            ],
          },
        ],
      };
    case 'assign': {
      // Tickets are handed to teams by escalating them.
      return {
        title: `Assign ${key}`,
        submit: 'Assign',
        fields: [personField({ ...directory, teams: [] })],
      };
    }
    case 'snooze':
      return {
        title: `Snooze ${key}`,
        submit: 'Snooze',
        fields: [
          {
            type: 'datetime',
            id: 'until',
            label: 'Bring it back',
            hint: 'Sooner if the customer writes',
            required: true,
            presets: snoozePresets(directory),
            timeZone: directory.timeZone,
          },
        ],
      };
    case 'reclassify':
      return {
        title: 'Which category is right?',
        submit: 'Change',
        fields: [
          {
            type: 'select',
            id: 'category',
            label: 'Category',
            hint: 'Deskhand learns from it at once',
            required: true,
            value: view.ticket.category ?? undefined,
            options: categories(view, directory),
          },
        ],
      };
    case 'prioritise':
      return {
        title: 'Change priority',
        submit: 'Change',
        fields: [
          {
            type: 'select',
            id: 'priority',
            label: 'Priority',
            required: true,
            value: view.ticket.priority?.level,
            options: priorities,
          },
        ],
      };
    case 'link':
      return {
        title: 'Link or report a bug',
        submit: 'Link',
        fields: [
          {
            type: 'text',
            id: 'issue',
            label: 'Issue',
            hint: 'Its address, a bug such as C-7, or a few words on what is broken',
            required: true,
            maxLength: 2000,
          },
        ],
      };
    case 'flag':
      return {
        title: 'Flag a mistake',
        submit: 'Flag',
        fields: [
          {
            type: 'multiline',
            id: 'reason',
            label: 'What is wrong with it?',
            hint: 'Counts against answering this category alone',
            required: true,
            maxLength: 2000,
          },
        ],
      };
    case 'note':
      return {
        title: `Note on ${key}`,
        submit: 'Add note',
        fields: [
          {
            type: 'multiline',
            id: 'text',
            label: 'Note',
            hint: `Internal: ${customerName(view)} never sees it`,
            required: true,
            maxLength: 10_000,
          },
        ],
      };
    case 'reject':
      return {
        title: 'Close without a reply',
        submit: 'Close',
        fields: [
          {
            type: 'select',
            id: 'reason',
            label: 'Because',
            required: true,
            value: view.ticket.analysis && view.ticket.analysis.spam > 0.5 ? 'spam' : 'no_reply_needed',
            options: [
              { value: 'no_reply_needed', label: 'No reply is needed' },
              { value: 'spam', label: 'It is spam' },
            ],
          },
        ],
      };
  }
}

/** Whom to hand it to; with nobody to choose from, whoever is named. */
function personField(directory: Directory): FormField {
  const field = { id: 'to', label: 'To', required: true };
  const options = people(directory);
  if (options.length > 0) return { ...field, type: 'agent', options };
  return {
    ...field,
    type: 'text',
    maxLength: 320,
    hint: 'Nobody is listed under "agents": a name or e-mail',
  };
}

function people({ agents, teams }: Directory): { value: string; label: string }[] {
  return [
    ...teams.map((team) => ({ value: team, label: `${team} (team)` })),
    ...agents.map(({ name, email }) => ({ value: email, label: name })),
  ];
}

/** Likely ones first, then all by name. */
function categories(view: TicketView, directory: Directory): { value: string; label: string }[] {
  const likely = view.ticket.analysis?.runnersUp.map((r) => r.category) ?? [];
  const rank = (id: string) => (likely.includes(id) ? likely.indexOf(id) : likely.length);
  return directory.categories
    .toSorted((a, b) => rank(a.id) - rank(b.id) || a.name.localeCompare(b.name))
    .map(({ id, name }) => ({ value: id, label: name }));
}

/** In an hour, this afternoon, tomorrow at nine, next Monday at nine: those that lie ahead, on the clocks of a zone. */
export function snoozePresets({
  now,
  timeZone,
}: Pick<Directory, 'now' | 'timeZone'>): { value: string; label: string }[] {
  const weekday = new Date(zonedDate(now, timeZone)).getUTCDay();
  const at = (days: number, hour: string) =>
    zonedInstant(zonedDate(now, timeZone, days), hour, timeZone) ?? now;
  const two = at(0, '14:00');
  const choices = [
    { name: 'In an hour', at: new Date(now.getTime() + HOUR_MS) },
    ...(now < two ? [{ name: 'This afternoon', at: at(0, '15:00') }] : []),
    { name: 'Tomorrow morning', at: at(1, '09:00') },
    { name: 'Next Monday', at: at((8 - weekday) % 7 || 7, '09:00') },
  ];
  // On a Sunday tomorrow is next Monday: one of the two is enough.
  const distinct = choices.filter(
    (choice, n) => choices.findIndex((other) => other.at.getTime() === choice.at.getTime()) === n,
  );
  return distinct.map((choice) => ({
    value: choice.at.toISOString(),
    label: `${choice.name} · ${time(choice.at, { now, timeZone })}`,
  }));
}
