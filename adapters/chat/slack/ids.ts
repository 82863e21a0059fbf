// The opaque references that buttons, menus and forms carry, and the way back from them.
import type { ActionId, CardRef } from '../../../src/model/card.ts';
import { AppError } from '../../../src/model/errors.ts';
import { LIMITS } from './limits.ts';

/** Begins every `action_id` of ours; other apps' never do. */
export const PREFIX = 'deskhand:';
/** The overflow menu of a card, and the buttons of the list behind its last entry. */
export const MENU = `${PREFIX}menu`;
/** What people think of a draft: the pair of buttons under it. */
export const FEEDBACK = `${PREFIX}feedback`;
/** Asks for another draft from within the edit form. */
export const REWRITE = `${PREFIX}rewrite:`;

/** All actions, each with the letter that stands for it where room is short. Letters never change their meaning. */
const LETTERS: [ActionId, string][] = [
  ['approve', 'a'],
  ['undo', 'b'],
  ['retry', 'c'],
  ['take', 'd'],
  ['release', 'e'],
  ['resolve', 'f'],
  ['show', 'g'],
  ['form:edit', 'h'],
  ['form:escalate', 'i'],
  ['form:assign', 'j'],
  ['form:snooze', 'k'],
  ['form:reclassify', 'l'],
  ['form:prioritise', 'm'],
  ['form:link', 'n'],
  ['form:flag', 'o'],
  ['form:note', 'p'],
  ['form:reject', 'q'],
  ['create_issue', 'r'],
  ['not_bug', 's'],
  ['mute', 't'],
  ['send_all', 'u'],
  ['dismiss', 'v'],
  ['on_it', 'w'],
  ['false_alarm', 'x'],
  ['publish', 'y'],
  ['helpful', 'z'],
  ['unhelpful', 'A'],
  ['form:create_ticket', 'B'],
  ['form:link_issue', 'C'],
  ['form:rename', 'D'],
  ['form:merge', 'E'],
  ['form:split', 'F'],
  ['form:choose', 'G'],
  ['form:edit_message', 'H'],
  ['form:edit_article', 'I'],
  ['close_fixed', 'J'],
  ['close_not_planned', 'K'],
  ['is_bug', 'L'],
  ['unmute', 'M'],
  ['form:macro', 'N'],
];

/** What the second page of the menu calls an action; the first page and the buttons have the card's own words. */
export const MENU_WORDS: Record<ActionId, string> = {
  approve: 'Approve & send',
  undo: 'Undo',
  retry: 'Send again',
  take: 'Take',
  release: 'Release',
  resolve: 'Resolve',
  show: 'Show everything',
  'form:edit': 'Edit…',
  'form:escalate': 'Escalate…',
  'form:assign': 'Assign…',
  'form:snooze': 'Snooze…',
  'form:reclassify': 'Wrong category…',
  'form:prioritise': 'Change priority…',
  'form:link': 'Link or report bug…',
  'form:flag': 'Flag a mistake…',
  'form:note': 'Add note…',
  'form:macro': 'Answer with a macro…',
  'form:reject': 'No reply needed…',
  create_issue: 'Create issue',
  not_bug: 'Not a bug',
  is_bug: 'It is a bug after all',
  mute: 'Mute',
  unmute: 'Unmute',
  send_all: 'Send',
  dismiss: 'Dismiss',
  on_it: 'I’m on it',
  false_alarm: 'False alarm',
  publish: 'Publish',
  helpful: 'Helpful draft',
  unhelpful: 'Unhelpful draft',
  close_fixed: 'Close as fixed',
  close_not_planned: 'Close as not planned',
  'form:create_ticket': 'Create ticket…',
  'form:link_issue': 'Link existing issue…',
  'form:rename': 'Rename…',
  'form:merge': 'Merge…',
  'form:split': 'Split…',
  'form:choose': 'Choose…',
  'form:edit_message': 'Edit message…',
  'form:edit_article': 'Edit article…',
};

/** `T-1042|3`. Throws AppError when it would not fit: ids are never cut. */
export function encodeRef(ref: CardRef): string {
  const value = `${ref.ticketId}|${ref.draftVersion}`;
  if (value.length > 40) throw new AppError('id_too_long', `the reference ${value} is too long for Slack`);
  return value;
}

export function parseRef(value: string): CardRef | null {
  const match = /^([A-Z]-\d{1,12})\|(\d{1,9})$/.exec(value);
  return match?.[1] ? { ticketId: match[1], draftVersion: Number(match[2]) } : null;
}

export function encodeAction(id: ActionId): string {
  return `${PREFIX}${id}`;
}

export function parseActionId(id: string): ActionId | null {
  return LETTERS.find(([action]) => id === action)?.[0] ?? null;
}

/** Value of a menu entry: `T-1042|3 take`. */
export function encodeEntry(ref: CardRef, action: ActionId): string {
  return entry(`${encodeRef(ref)} ${action}`);
}

/** Value of the entry that opens the rest of the menu: `T-1042|3 more:jkl`. */
export function encodeMore(ref: CardRef, actions: ActionId[]): string {
  const letters = actions.map((action) => LETTERS.find(([id]) => id === action)?.[1] ?? '').join('');
  return entry(`${encodeRef(ref)} more:${letters}`);
}

function entry(value: string): string {
  if (value.length > LIMITS.option.value) throw new AppError('id_too_long', `${value} is too long for Slack`);
  return value;
}

export type Entry = { ref: CardRef } & ({ action: ActionId } | { more: ActionId[] });

export function parseEntry(value: string): Entry | null {
  const at = value.indexOf(' ');
  const ref = parseRef(value.slice(0, at));
  const what = value.slice(at + 1);
  if (at < 0 || !ref) return null;
  if (what.startsWith('more:')) {
    const more = [...what.slice(5)].map((letter) => LETTERS.find(([, known]) => known === letter)?.[0]);
    return { ref, more: more.filter((action) => action !== undefined) };
  }
  const action = parseActionId(what);
  return action ? { ref, action } : null;
}

/** A message's name: its `ts`, preceded by its thread's when it is a reply. */
export function encodeMessage(ts: string, thread: string | null): string {
  return thread === null ? ts : `${thread}/${ts}`;
}

/** Throws AppError `unknown_message` on what is no name of a Slack message. */
export function parseMessage(message: string): { ts: string; thread: string | null } {
  const match = /^(?:(\d+\.\d+)\/)?(\d+\.\d+)$/.exec(message);
  if (!match?.[2]) throw new AppError('unknown_message', `"${message}" is not a message of Slack`);
  return { ts: match[2], thread: match[1] ?? null };
}
