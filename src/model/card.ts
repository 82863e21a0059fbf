// The platform-neutral picture of a ticket, digest or cluster. Renderers turn it into native blocks.

/** Colour and weight of a card; platforms map it to theirs. */
export type Tone = 'P1' | 'P2' | 'P3' | 'P4' | 'neutral' | 'good' | 'warning';

/** Which ticket and draft version a button speaks of; the rest of the state is on the server. */
export interface CardRef {
  /** `T-1042`; on cards that are not about a ticket `C-7` (a cluster), `P-3` (a proposal), `A-5` (an alert), `I-2` (an issue of the built-in tracker) or `B-4` (a burst). */
  ticketId: string;
  /** 0 before there is a draft; on other cards the version of what it shows. */
  draftVersion: number;
}

/** What `CardRef.ticketId` looks like. */
export const CARD_KEY = /^[TCPAIB]-\d{1,12}$/;

/** Buttons that are a decision on a ticket without further input. */
const DECISION_ACTIONS = ['approve', 'undo', 'retry', 'take', 'release', 'resolve'] as const;

/** Buttons of cards that are about something else than a ticket's reply: clusters, proposals, alerts, feedback. */
export const ACT_IDS = [
  'create_issue',
  'not_bug',
  'is_bug',
  'mute',
  'unmute',
  'send_all',
  'dismiss',
  'on_it',
  'false_alarm',
  'publish',
  'helpful',
  'unhelpful',
  'close_fixed',
  'close_not_planned',
] as const;
export type ActId = (typeof ACT_IDS)[number];

/** What a button does: a decision without input, or a form to fill first. */
export type ActionId = (typeof DECISION_ACTIONS)[number] | 'show' | ActId | `form:${FormId}`;

export interface Confirm {
  /** A question. */
  title: string;
  /** What the act brings, and what it does not. */
  text: string;
  /** The button that does it. */
  yes: string;
}

export interface CardButton {
  id: ActionId;
  label: string;
  style: 'primary' | 'danger' | 'default';
  /** Asked before an act that cannot be taken back, where the platform has such dialogs. */
  confirm?: Confirm;
  /** The form behind it, where it needs nothing looked up: platforms that can open it without asking first. */
  form?: Form;
}

/** One item of a card's first line. `id` is never cut. */
export interface Chip {
  kind: 'priority' | 'id' | 'category' | 'customer' | 'plan' | 'due' | 'state';
  text: string;
  tone?: Tone;
  /** When it is due, for platforms that can show it in each reader's own time zone: ISO text, after words like "solve by". */
  at?: { before: string; iso: string };
}

/** All texts are plain: whatever looks like markup, a mention or a link in them stays text. */
export type Block =
  /** Line 1 are the chips, line 2 is the text (what it is about, in one line). */
  | { type: 'header'; text: string; chips?: Chip[] }
  | { type: 'text'; text: string; style: 'body' | 'strong' | 'muted' | 'warning'; label?: string }
  /** `url` opens what is behind a value. */
  | { type: 'fields'; title?: string; fields: { label: string; value: string; url?: string }[] }
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
  /** `urls`, row by row: each opens what is behind the cell. Where room is short a platform may link the first only. */
  | { type: 'table'; columns: string[]; rows: string[][]; urls?: (string | null)[][] }
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
  /** Names of whoever looks at the ticket; absent where looking says nothing: other cards, and tickets that are taken or answered. */
  looking?: string[];
  blocks: Block[];
}

/** Forms whose fields make a decision on a ticket. */
export const DECISION_FORMS = [
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
/** Forms about something else; their values are checked by the flow that offers them. */
export const OTHER_FORMS = [
  'create_ticket',
  'macro',
  'link_issue',
  'rename',
  'merge',
  'split',
  'choose',
  'edit_message',
  'edit_article',
] as const;
export const FORM_IDS = [...DECISION_FORMS, ...OTHER_FORMS] as const;
export type FormId = (typeof FORM_IDS)[number];
export type OtherFormId = (typeof OTHER_FORMS)[number];

/** Every action there is. */
export const ACTION_IDS: readonly ActionId[] = [
  ...DECISION_ACTIONS,
  'show',
  ...ACT_IDS,
  ...FORM_IDS.map((id): ActionId => `form:${id}`),
];

export type FormField = {
  id: string;
  label: string;
  hint?: string;
  required: boolean;
  value?: string;
} & (
  | { type: 'text' | 'multiline'; maxLength: number }
  | { type: 'select'; options: { value: string; label: string }[] }
  /** Several of the options: the values that are chosen, comma-separated. */
  | { type: 'choices'; options: { value: string; label: string }[] }
  | { type: 'agent'; options: { value: string; label: string }[] }
  /** `timeZone` (IANA): of whoever fills it in; the presets are named in it, and a time that is typed is meant in it. */
  | { type: 'datetime'; presets: { value: string; label: string }[]; timeZone: string }
);

/** Ways to have a draft written anew from its edit form: each is what `@deskhand …` in the thread would say. */
export const REWRITES = ['Shorter', 'Friendlier', 'More formal', 'More detailed'] as const;
export type Rewrite = (typeof REWRITES)[number];

/** A form to fill before a decision: a modal on Slack and Discord, inside the card on Teams. Its fields are the decision's fields. */
export interface Form {
  id: FormId;
  /** Null where it is about no card: a ticket made of a message. */
  ref: CardRef | null;
  title: string;
  submit: string;
  fields: FormField[];
  /** What the platform's message that it is about is called there; comes back with the values. */
  origin?: string;
  /** Offered beside sending: another draft takes this one's place, and what was typed is not kept. */
  rewrites?: readonly Rewrite[];
}
