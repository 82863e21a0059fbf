// What chat platforms and flows say to each other: places, agents, actions and their answers.
import { type ActionId, type Card, type CardRef, FORM_IDS, type Form, type FormId } from './card.ts';
import type { Decision } from './decision.ts';
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
}

/** What an agent did on a platform. */
export type Intent =
  | { type: 'decision'; decision: Decision }
  | { type: 'open_form'; form: FormId }
  /** "Show everything": details, history and sources into the thread. */
  | { type: 'show' }
  /** Text written into a card's thread. Internal, unless it is a command to the bot (`@deskhand …`). */
  | { type: 'thread'; text: string /** The platform's id of that text, for redelivery. */; id: string }
  /** A command of `/deskhand`, without the slash. */
  | { type: 'command'; text: string; place: Place };

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
    default:
      return { type: 'open_form', form: formOf(action) };
  }
}

function formOf(action: `form:${FormId}`): FormId {
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
  /** Private to the agent. */
  | { kind: 'notice'; text: string; ok: boolean }
  | { kind: 'none' };
