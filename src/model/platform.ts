// What chat platforms and flows say to each other: places, agents, actions and their answers.
import type { Card, CardRef, Form, FormId } from './card.ts';
import type { Decision } from './decision.ts';

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
