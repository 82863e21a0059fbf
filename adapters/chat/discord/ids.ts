// Opaque, versioned references in buttons, menus and forms: `dh1|approve|T-1042|3`.
import {
  ACTION_IDS,
  type ActionId,
  CARD_KEY,
  type CardRef,
  FORM_IDS,
  type FormId,
} from '../../../src/model/card.ts';
import { AppError } from '../../../src/model/errors.ts';
import { LIMITS } from './limits.ts';

const VERSION = 'dh1';

/** What a component or form of ours speaks of. `menu`: the chosen option names the action. */
export interface Reference {
  what: { kind: 'action'; action: ActionId } | { kind: 'menu' } | { kind: 'form'; form: FormId };
  ref: CardRef | null;
  /** What stands behind: a form's origin. */
  rest: string;
}

/**
 * `salt` tells two menus of one card apart, and a redrawn menu from its forerunner; for a form it is its origin.
 * Throws rather than cutting.
 */
export function encodeId(
  what: ActionId | 'menu' | `submit:${FormId}`,
  ref: CardRef | null,
  salt = '',
): string {
  const id = [VERSION, what, ref?.ticketId ?? '', ref?.draftVersion ?? '', ...(salt ? [salt] : [])].join('|');
  if (id.length > LIMITS.customId) throw new AppError('id_too_long', `"${id}" is longer than Discord's ids`);
  return id;
}

/** Null for anything that is not ours, or of another version. */
export function decodeId(id: string): Reference | null {
  const [version, name = '', ticketId = '', draft = '', rest = ''] = id.split('|');
  if (version !== VERSION) return null;
  if (ticketId && !CARD_KEY.test(ticketId)) return null;
  const ref = ticketId ? { ticketId, draftVersion: Number(draft) || 0 } : null;
  if (name === 'menu') return { what: { kind: 'menu' }, ref, rest };
  const form = FORM_IDS.find((candidate) => name === `submit:${candidate}`);
  if (form) return { what: { kind: 'form', form }, ref, rest };
  const action = decodeAction(name);
  return action && { what: { kind: 'action', action }, ref, rest };
}

/** A menu option's value, or null. */
export function decodeAction(value: string): ActionId | null {
  return ACTION_IDS.find((id) => id === value) ?? null;
}
