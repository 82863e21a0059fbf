// The page's state in one place, and a hook to read from it.
import { useEffect, useState } from 'preact/hooks';
import type { CardRef, Form } from '../../../../src/model/card.ts';
import type { Agent, Bootstrap, Post, PostedCard } from '../wire.ts';

export interface Feed {
  posts: Post[];
  /** Earlier posts exist on the server. */
  more: boolean;
}

/** Where a button or a reply belongs. */
export interface PostAt {
  channel: string;
  post: number;
}

export interface Toast {
  key: number;
  text: string;
  tone: 'ok' | 'bad';
}

export interface OpenForm {
  form: Form;
  at: PostAt | null;
  ref: CardRef | null;
}

export type Theme = 'auto' | 'light' | 'dark';

export interface State {
  boot: Bootstrap | null;
  /** Why the page cannot work at all. */
  failure: string | null;
  live: boolean;
  me: Agent | null;
  channel: string;
  feeds: Record<string, Feed>;
  /** Read mark at the moment the channel was opened: where "new" begins. */
  newFrom: number;
  thread: PostAt | null;
  replies: Post[];
  selected: number | null;
  /** Posts whose button was pressed and whose card has not changed yet. */
  busy: Record<string, true>;
  form: OpenForm | null;
  /** A card that only this agent sees. */
  aside: PostedCard | null;
  help: boolean;
  rail: boolean;
  onlyOpen: boolean;
  toasts: Toast[];
  theme: Theme;
}

let state: State = {
  boot: null,
  failure: null,
  live: true,
  me: null,
  channel: 'support',
  feeds: {},
  newFrom: 0,
  thread: null,
  replies: [],
  selected: null,
  busy: {},
  form: null,
  aside: null,
  help: false,
  rail: false,
  onlyOpen: false,
  toasts: [],
  theme: 'auto',
};
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

export function setState(patch: Partial<State>): void {
  state = { ...state, ...patch };
  for (const listener of [...listeners]) listener();
}

/** Re-renders when what `select` picks changes identity. */
export function useStore<T>(select: (state: State) => T): T {
  const [, poke] = useState(0);
  const value = select(state);
  useEffect(() => {
    // What was drawn, not what holds now: the state may have moved between the two.
    let last = value;
    const check = () => {
      const next = select(state);
      if (Object.is(next, last)) return;
      last = next;
      poke((n) => n + 1);
    };
    check();
    listeners.add(check);
    return () => {
      listeners.delete(check);
    };
  });
  return value;
}
