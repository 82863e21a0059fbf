// Changes of posted messages: one at a time each, the newest wins, and the same card is not sent twice in a row.
import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/ports.ts';

interface Waiting<Content> {
  content: Content;
  send: (content: Content) => Promise<void>;
  settle: { resolve: () => void; reject: (error: unknown) => void }[];
}

interface Message<Content> {
  running: boolean;
  next: Waiting<Content> | null;
  /** Digest of what Teams shows, and since when; null when that is not known. */
  shown: { digest: string; at: number } | null;
  watches: Set<Watch<Content>>;
}

/** What was asked for of a message since somebody began to look; null: nothing. */
export interface Watch<Content> extends Disposable {
  newest: Content | null;
}

/** Messages that are remembered; a forgotten one is at worst sent once more. */
const KEPT = 1_000;

/** So long, in ms, what we sent is believed to stand there: another replica may change it any time. */
const BELIEVED_MS = 3_000;

/** `Content` is compared as JSON. */
export function createUpdates<Content>(clock: Clock) {
  const messages = new Map<string, Message<Content>>();
  const marked = (content: Content) => ({
    digest: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    at: clock.now().getTime(),
  });

  function messageOf(key: string): Message<Content> {
    const message = messages.get(key) ?? { running: false, next: null, shown: null, watches: new Set() };
    messages.delete(key);
    messages.set(key, message);
    for (const [old, { running, watches }] of messages) {
      if (messages.size <= KEPT) break;
      if (!running && watches.size === 0) messages.delete(old);
    }
    return message;
  }

  async function work(message: Message<Content>): Promise<void> {
    message.running = true;
    while (message.next) {
      const { content, send, settle } = message.next;
      message.next = null;
      const mark = marked(content);
      const { shown } = message;
      try {
        if (shown?.digest !== mark.digest || mark.at - shown.at > BELIEVED_MS) {
          message.shown = null;
          await send(content);
          message.shown = mark;
        }
        for (const { resolve } of settle) resolve();
      } catch (error) {
        for (const { reject } of settle) reject(error);
      }
    }
    message.running = false;
  }

  return {
    /** Brings the message to `content`, or to what is asked for while this one waits; resolves when that is shown. */
    put(key: string, content: Content, send: (content: Content) => Promise<void>): Promise<void> {
      const message = messageOf(key);
      for (const watch of message.watches) watch.newest = content;
      return new Promise((resolve, reject) => {
        const settle = [...(message.next?.settle ?? []), { resolve, reject }];
        message.next = { content, send, settle };
        if (!message.running) void work(message);
      });
    },
    /** What a new message shows already. */
    posted(key: string, content: Content): void {
      messageOf(key).shown = marked(content);
    },
    /** Looks at what is asked for from now on. */
    watch(key: string): Watch<Content> {
      const { watches } = messageOf(key);
      const watch = { newest: null, [Symbol.dispose]: () => void watches.delete(watch) };
      watches.add(watch);
      return watch;
    },
  };
}
