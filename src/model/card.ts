// The platform-neutral picture of a ticket, digest or cluster. Renderers turn it into native blocks.

/** Colour and weight of a card; platforms map it to theirs. */
export type Tone = 'P1' | 'P2' | 'P3' | 'P4' | 'neutral' | 'good' | 'warning';

/** Which ticket and draft version a button speaks of; the rest of the state is on the server. */
export interface CardRef {
  /** `T-1042`. */
  ticketId: string;
  /** 0 before there is a draft. */
  draftVersion: number;
}

/** What a button does: a decision without input, or a form to fill first. */
export type ActionId =
  | 'approve'
  | 'undo'
  | 'retry'
  | 'take'
  | 'release'
  | 'resolve'
  | 'show'
  | `form:${FormId}`;

export interface CardButton {
  id: ActionId;
  label: string;
  style: 'primary' | 'danger' | 'default';
  /** The form behind it, where it needs nothing looked up: platforms that can open it without asking first. */
  form?: Form;
}

/** One item of a card's first line. `id` is never cut. */
export interface Chip {
  kind: 'priority' | 'id' | 'category' | 'customer' | 'plan' | 'due' | 'state';
  text: string;
  tone?: Tone;
  /** When it is due, as ISO text: platforms that can show it in each reader's own time zone. */
  at?: string;
}

/** All texts are plain: whatever looks like markup, a mention or a link in them stays text. */
export type Block =
  /** Line 1 are the chips, line 2 is the text (what it is about, in one line). */
  | { type: 'header'; text: string; chips?: Chip[] }
  | { type: 'text'; text: string; style: 'body' | 'strong' | 'muted' | 'warning'; label?: string }
  | { type: 'fields'; title?: string; fields: { label: string; value: string }[] }
  | {
      type: 'quote';
      of: 'customer' | 'draft' | 'reply' | 'note';
      text: string;
      label: string;
      /** True when `text` is cut; the whole is behind "show everything" or the edit form. */
      cut: boolean;
    }
  | { type: 'confidence'; value: number; reasons: { effect: 'up' | 'down'; text: string }[]; hint?: string }
  /** Files of a customer's message; `url` opens one, for people who are signed in. */
  | { type: 'files'; items: { name: string; url: string | null; note: string }[] }
  | { type: 'sources'; items: { title: string; url: string | null; passage: string }[] }
  | { type: 'chart'; title: string; alt: string; png: Uint8Array }
  | { type: 'table'; columns: string[]; rows: string[][] }
  | { type: 'outcome'; text: string; tone: 'good' | 'warning' | 'neutral' }
  | { type: 'actions'; buttons: CardButton[]; menu: CardButton[] }
  | { type: 'divider' }
  | { type: 'context'; text: string };

export interface Card {
  tone: Tone;
  /** What a notification shows; makes sense on a lock screen. */
  fallback: string;
  /** Null on cards without a ticket (a digest). */
  ref: CardRef | null;
  blocks: Block[];
}

export const FORM_IDS = [
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
] as const;
export type FormId = (typeof FORM_IDS)[number];

export type FormField = {
  id: string;
  label: string;
  hint?: string;
  required: boolean;
  value?: string;
} & (
  | { type: 'text' | 'multiline'; maxLength: number }
  | { type: 'select'; options: { value: string; label: string }[] }
  | { type: 'agent'; options: { value: string; label: string }[] }
  | { type: 'datetime'; presets: { value: string; label: string }[] }
);

/** A form to fill before a decision: a modal on Slack and Discord, inside the card on Teams. Its fields are the decision's fields. */
export interface Form {
  id: FormId;
  ref: CardRef;
  title: string;
  submit: string;
  fields: FormField[];
}
