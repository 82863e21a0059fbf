// What Discord's double remembers: messages, channels, interactions, and how it refuses.
import type { MessageBody } from './discord-limits.ts';

export interface DoubleMessage {
  id: string;
  channel: string;
  author: string;
  body: MessageBody;
  files: File[];
  /** The words at its creation: what a push notification shows. */
  notification: string;
  /** User ids that it pinged at its creation. */
  pinged: string[];
  edits: number;
  /** Whose eyes it is for; null for everybody in the channel. */
  onlyFor: string | null;
  /** Grows with every message that gets its content. */
  order: number;
  deleted: boolean;
}

export interface Channel {
  id: string;
  name: string;
  /** 0 text, 1 direct message, 11 thread. */
  type: number;
  parent: string | null;
  recipient: string | null;
  /** Whether the bot may see it. */
  visible: boolean;
}

/** An interaction that was dispatched, and what became of it. */
export interface DoubleInteraction {
  id: string;
  token: string;
  user: string;
  channel: string;
  /** The message whose component was used. */
  message: string | null;
  isModal: boolean;
  at: number;
  answer: { type: number; data: unknown } | null;
  /** The message that answers it, when there is one. */
  original: string | null;
}

export interface Journaled {
  method: string;
  path: string;
  body: unknown;
  status: number;
  at: number;
}

/** What the far end does with requests while it stands. */
export interface Fault {
  kind: 'busy' | 'server error' | 'timeout';
  once: boolean;
  waitMs: number;
  matches: (method: string, path: string) => boolean;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
