// What chat platforms and flows say to each other: places, agents, actions and their answers.
import {
  ACT_IDS,
  type ActId,
  type ActionId,
  type Card,
  type CardRef,
  FORM_IDS,
  type Form,
  type FormId,
  OTHER_FORMS,
  type OtherFormId,
  REWRITES,
  type Rewrite,
} from './card.ts';
import { type Decision, decisionSchema } from './decision.ts';
import { AppError } from './errors.ts';

/** A posted message on a platform; opaque to everybody but that platform. */
export interface MessageRef {
  platform: string;
  channel: string;
  message: string;
}

/** Where to post: a channel, or the thread under a message. */
export interface Place {
  platform: string;
  channel: string;
  thread?: MessageRef;
}

/** A person on a platform, as the platform tells. */
export interface AgentRef {
  platform: string;
  userId: string;
  name?: string;
  email?: string;
  /** What their clocks show, where the platform tells. */
  timeZone?: string;
}

/** A message of the platform that somebody wants a ticket for. */
export interface TakenMessage {
  /** The platform's name for it, the same whoever takes it and however often. At most 200 characters. */
  id: string;
  text: string;
  /** Who wrote it, as far as the platform tells. */
  author: { name?: string; email?: string };
}

/** What an agent did on a platform. */
export type Intent =
  | { type: 'decision'; decision: Decision }
  | { type: 'open_form'; form: FormId }
  /** A button of a card that is about something else than a ticket's reply. */
  | { type: 'act'; act: ActId }
  /** Such a card's form; the flow that offered it checks the values. */
  | { type: 'submit'; form: OtherFormId; values: Record<string, string> /** The form's. */; origin?: string }
  /** "Create ticket" on a message of the platform: opens the form for it. */
  | { type: 'create_ticket'; message: TakenMessage }
  /** "Show everything": details, history and sources into the thread. */
  | { type: 'show' }
  /** 👀 on a card, set or taken back: says to the others who is reading it, and changes nothing else. */
  | { type: 'looking'; on: boolean }
  /** Text written into a card's thread. Internal, unless it is a command to the bot (`@deskhand …`). */
  | { type: 'thread'; text: string /** The platform's id of that text, for redelivery. */; id: string }
  /** A command of `/deskhand`, without the slash. */
  | { type: 'command'; text: string };

/** What a button of a card means. */
export function intentOf(action: ActionId): Intent {
  switch (action) {
    case 'show':
      return { type: 'show' };
    case 'approve':
    case 'undo':
    case 'retry':
    case 'take':
    case 'release':
    case 'resolve':
      return { type: 'decision', decision: { kind: action } };
    default: {
      const act = ACT_IDS.find((id) => id === action);
      return act ? { type: 'act', act } : { type: 'open_form', form: formOf(action) };
    }
  }
}

/** What a filled form means; `values` by field id, empty fields missing. Else the field that is wrong, and why. */
export function intentOfForm(
  form: FormId,
  values: Record<string, string>,
  origin?: string,
): { ok: true; intent: Intent } | { ok: false; field: string; message: string } {
  const other = OTHER_FORMS.find((id) => id === form);
  if (other) return { ok: true, intent: { type: 'submit', form: other, values, ...(origin && { origin }) } };
  const parsed = decisionSchema.safeParse({ kind: form, ...values });
  if (parsed.success) return { ok: true, intent: { type: 'decision', decision: parsed.data } };
  const issue = parsed.error.issues[0];
  const field = String(issue?.path[0] ?? Object.keys(values)[0] ?? 'text');
  const message = values[field] === undefined ? 'Please fill this in.' : (issue?.message ?? 'is not valid');
  return { ok: false, field, message };
}

/** What choosing another way to write a draft means; `id` names the click, for redelivery. */
export function intentOfRewrite(rewrite: Rewrite, id: string): Intent {
  return { type: 'thread', text: `@deskhand ${rewrite.toLowerCase()}`, id };
}

/** The way of rewriting with this name, whatever its case; null for anything else. */
export function parseRewrite(name: string): Rewrite | null {
  return REWRITES.find((rewrite) => rewrite.toLowerCase() === name.toLowerCase()) ?? null;
}

function formOf(action: ActionId): FormId {
  const form = FORM_IDS.find((id) => action === `form:${id}`);
  if (!form) throw new AppError('unknown_form', `no form ${action}`);
  return form;
}

export interface AgentAction {
  /** Null for commands that name no ticket. */
  ref: CardRef | null;
  agent: AgentRef;
  intent: Intent;
}

/** The answer to the agent, within the platform's time limit. */
export type ActionReply =
  | { kind: 'form'; form: Form }
  | { kind: 'card'; card: Card }
  /** Private to the agent. `passing`: nothing was done because of trouble that passes, so it may be asked again. */
  | { kind: 'notice'; text: string; ok: boolean; passing?: boolean }
  /** `kept`: words in a thread became a note. */
  | { kind: 'none'; kept?: boolean };
