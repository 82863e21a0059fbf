// What the console's server and its page say to each other.

import type { AdaptiveCardJson } from '../../../src/cards/adaptive.ts';
import type { CardRef, Form, Tone } from '../../../src/model/card.ts';
import type { ActionReply, Intent } from '../../../src/model/platform.ts';

export interface PostedCard {
  kind: 'card';
  ref: CardRef | null;
  tone: Tone;
  fallback: string;
  /** Who looks at it; absent where that says nothing. */
  looking?: string[];
  json: AdaptiveCardJson;
}

/** A post in a channel, or a reply in the thread under one. */
export interface Post {
  channel: string;
  /** Number within the channel, or within the thread. */
  id: number;
  /** The post whose thread this is in. */
  thread: number | null;
  author: string;
  content: PostedCard | { kind: 'text'; text: string };
  at: string;
  updatedAt: string | null;
  /** Of posts in a channel: how many replies, and when the newest came. */
  replies: { count: number; lastAt: string } | null;
}

/** What changed, in the order of the log; every one may come twice. */
export type ConsoleEvent =
  | { type: 'post'; post: Post }
  | { type: 'notice'; id: number; text: string; channel: string }
  | { type: 'read'; channel: string; upTo: number }
  | { type: 'status'; status: Workspace }
  /** The log does not reach back far enough: load everything again. */
  | { type: 'resync' };

export interface Workspace {
  name: string;
  sample: boolean;
  indexing: { indexed: number; total: number } | null;
  notices: string[];
}

export interface Agent {
  name: string;
  email: string;
  role: string;
}

/** Everything the page needs to begin. */
export interface Bootstrap {
  workspace: Workspace;
  agents: Agent[];
  /** The e-mail this browser is bound to; null: it may act as anybody. */
  boundTo: string | null;
  channels: { id: string; purpose: string; last: number; read: number }[];
  notices: { id: number; text: string; channel: string }[];
  /** Where the event stream begins. */
  lastEvent: number;
}

export interface PostPage {
  posts: Post[];
  more: boolean;
}

export interface ActionBody {
  ref: CardRef | null;
  agent: string;
  /** Which post the button or thread belongs to. */
  at: { channel: string; post: number } | null;
  intent: Intent;
}

/** The same as the page sends it: a form's decision is whatever was typed, the server checks it. */
export type ActionRequest = Omit<ActionBody, 'intent'> & {
  intent:
    | Exclude<Intent, { type: 'decision' }>
    | { type: 'decision'; decision: { kind: string } & Record<string, string> };
};

/** `card` comes as Adaptive Card JSON. */
export type WireReply =
  | Exclude<ActionReply, { kind: 'card' }>
  | { kind: 'card'; card: PostedCard }
  | { kind: 'form'; form: Form };
