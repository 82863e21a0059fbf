// Posts, threads, unread marks and the event log of the console, in the adapter's durable store.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AdapterStore, Bus } from '../../../src/ports.ts';
import type { Post } from './wire.ts';

/** One line of the log that live pages follow. Small: pages are sent the post as it is by then. */
export type LogEntry =
  | { type: 'post'; channel: string; id: number; thread: number | null }
  | { type: 'notice'; agent: string; id: number }
  | { type: 'read'; agent: string; channel: string; upTo: number };

export interface Notice {
  id: number;
  text: string;
  channel: string;
}

/** How many log entries are kept for pages that come back; older ones load everything again. */
const KEPT = 1000;

/** A post or a message that is repeated comes within this time. */
const REPEATED_MS = 7 * 86_400_000;

/** Topic on which replicas tell each other the number of a new log entry. */
export const TOPIC = 'console.event';

const logEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('post'), channel: z.string(), id: z.number(), thread: z.number().nullable() }),
  z.object({ type: z.literal('notice'), agent: z.string(), id: z.number() }),
  z.object({ type: z.literal('read'), agent: z.string(), channel: z.string(), upTo: z.number() }),
]);
const noticeSchema = z.object({ id: z.number(), text: z.string(), channel: z.string() });
const repliesSchema = z.object({ count: z.number(), lastAt: z.string() });
/** Only this module writes posts, so a look at the frame is enough. */
const postSchema = z.custom<Post>(
  (value) => typeof value === 'object' && value !== null && 'content' in value && 'channel' in value,
);

const pad = (n: number) => String(n).padStart(10, '0');
const postKey = (channel: string, id: number) => `post/${channel}/${pad(id)}`;
const replyKey = (channel: string, thread: number, id: number) =>
  `reply/${channel}/${pad(thread)}/${pad(id)}`;
const repliesKey = (channel: string, thread: number) => `replies/${channel}/${pad(thread)}`;

export type ConsoleStore = ReturnType<typeof createConsoleStore>;

/** Posts live under keys that sort by number, so a page of a channel is one range read. */
export function createConsoleStore(store: AdapterStore, bus: Bus) {
  async function log(entry: LogEntry): Promise<void> {
    const seq = await store.next('event');
    await store.set(`event/${pad(seq)}`, entry);
    if (seq > KEPT) await store.delete(`event/${pad(seq - KEPT)}`);
    await bus.publish(TOPIC, { seq });
  }

  async function countReplies(channel: string, thread: number): Promise<void> {
    const [last] = await store.list({ prefix: `reply/${channel}/${pad(thread)}/`, limit: 1, reverse: true });
    if (!last) return;
    const reply = postSchema.parse(last.value);
    await store.set(repliesKey(channel, thread), { count: reply.id, lastAt: reply.at });
    await log({ type: 'post', channel, id: thread, thread: null });
  }

  async function read(channel: string, thread: number | null, id: number): Promise<Post | null> {
    const key = thread === null ? postKey(channel, id) : replyKey(channel, thread, id);
    const value = await store.get(key);
    if (value === undefined || value === null) return null;
    const post = postSchema.parse(value);
    if (thread !== null) return post;
    const replies = repliesSchema.safeParse(await store.get(repliesKey(channel, id)));
    return { ...post, replies: replies.success ? replies.data : null };
  }

  /** The number that a key was given, before anything stands under it: a process may die in between. */
  async function numberOf(sequence: string, key: string): Promise<number> {
    const known = z.number().safeParse(await store.get(`key/${key}`));
    if (known.success) return known.data;
    const id = await store.next(sequence);
    await store.set(`key/${key}`, id, REPEATED_MS);
    return id;
  }

  return {
    /** Appends to a channel or thread and tells everybody. The same `key` again is the same post. */
    async append(
      post: Pick<Post, 'channel' | 'thread' | 'author' | 'content' | 'at'>,
      key?: string,
    ): Promise<Post> {
      const { channel, thread } = post;
      const sequence = thread === null ? `post/${channel}` : `reply/${channel}/${thread}`;
      const id = key === undefined ? await store.next(sequence) : await numberOf(sequence, key);
      const whole: Post = { ...post, id, updatedAt: null, replies: null };
      await store.set(thread === null ? postKey(channel, id) : replyKey(channel, thread, id), whole);
      await log({ type: 'post', channel, id, thread });
      if (thread !== null) await countReplies(channel, thread);
      return whole;
    },

    /** Replaces what a post says; false when there is no such post. */
    async replace(
      place: { channel: string; thread: number | null; id: number },
      content: Post['content'],
      at: string,
    ): Promise<boolean> {
      const post = await read(place.channel, place.thread, place.id);
      if (!post) return false;
      const key =
        place.thread === null
          ? postKey(place.channel, place.id)
          : replyKey(place.channel, place.thread, place.id);
      await store.set(key, { ...post, replies: null, content, updatedAt: at });
      await log({ type: 'post', ...place });
      return true;
    },

    read,

    /** The newest posts before `before` (exclusive), oldest first. */
    async page(channel: string, before: number | null, limit: number): Promise<Post[]> {
      const rows = await store.list({
        prefix: `post/${channel}/`,
        limit,
        reverse: true,
        ...(before === null ? {} : { after: postKey(channel, before) }),
      });
      const posts = rows.map((row) => postSchema.parse(row.value)).reverse();
      const first = posts[0];
      if (!first) return [];
      const replies = await store.list({
        prefix: `replies/${channel}/`,
        after: repliesKey(channel, first.id - 1),
        limit: limit * 2,
      });
      const counts = new Map(replies.map((row) => [row.key, repliesSchema.parse(row.value)]));
      return posts.map((post) => ({ ...post, replies: counts.get(repliesKey(channel, post.id)) ?? null }));
    },

    /** All replies of a thread, oldest first; the newest 200. */
    async thread(channel: string, post: number): Promise<Post[]> {
      const prefix = `reply/${channel}/${pad(post)}/`;
      const rows = await store.list({ prefix, limit: 200, reverse: true });
      return rows.map((row) => postSchema.parse(row.value)).reverse();
    },

    /** Number of the newest post of a channel; 0 when empty. */
    async last(channel: string): Promise<number> {
      const [row] = await store.list({ prefix: `post/${channel}/`, limit: 1, reverse: true });
      return row ? postSchema.parse(row.value).id : 0;
    },

    /** Up to which post an agent has read a channel. */
    async readMark(agent: string, channel: string): Promise<number> {
      return z
        .number()
        .catch(0)
        .parse(await store.get(`read/${agent}/${channel}`));
    },

    /** Marks only move forward. */
    async markRead(agent: string, channel: string, upTo: number): Promise<void> {
      const now = await this.readMark(agent, channel);
      if (upTo <= now) return;
      await store.set(`read/${agent}/${channel}`, upTo);
      await log({ type: 'read', agent, channel, upTo });
    },

    /** Keeps a private notice until the agent's page has shown it. */
    async notice(agent: string, text: string, channel: string): Promise<void> {
      const id = await store.next(`notice/${agent}`);
      await store.set(`notice/${agent}/${pad(id)}`, { id, text, channel });
      await log({ type: 'notice', agent, id });
    },

    async readNotice(agent: string, id: number): Promise<Notice | null> {
      return noticeSchema
        .nullable()
        .catch(null)
        .parse(await store.get(`notice/${agent}/${pad(id)}`));
    },

    async notices(agent: string): Promise<Notice[]> {
      const rows = await store.list({ prefix: `notice/${agent}/`, limit: 20 });
      return rows.map((row) => noticeSchema.parse(row.value));
    },

    async forgetNotices(agent: string, ids: number[]): Promise<void> {
      for (const id of ids) await store.delete(`notice/${agent}/${pad(id)}`);
    },

    /** Number of the newest log entry; 0 at the beginning. */
    async lastEvent(): Promise<number> {
      const [row] = await store.list({ prefix: 'event/', limit: 1, reverse: true });
      return row ? Number(row.key.slice('event/'.length)) : 0;
    },

    /** Log entries after `seq`, oldest first; null when the log no longer reaches back that far. */
    async eventsAfter(seq: number): Promise<{ seq: number; entry: LogEntry }[] | null> {
      const rows = await store.list({ prefix: 'event/', after: `event/${pad(seq)}`, limit: KEPT + 1 });
      const [oldest] = await store.list({ prefix: 'event/', limit: 1 });
      const reach = oldest ? Number(oldest.key.slice('event/'.length)) : seq + 1;
      if (reach > seq + 1) return null;
      return rows.map((row) => ({
        seq: Number(row.key.slice('event/'.length)),
        entry: logEntry.parse(row.value),
      }));
    },

    /** True for the first caller with this id: a message sent twice is one message. */
    async once(id: string): Promise<boolean> {
      return (await store.next(`once/${id}`, REPEATED_MS)) === 1;
    },

    /** Keeps a picture under its content's name and returns the name. */
    async image(png: Uint8Array): Promise<string> {
      const name = createHash('sha256').update(png).digest('hex').slice(0, 32);
      await store.set(`image/${name}`, Buffer.from(png).toString('base64'));
      return name;
    },

    async readImage(name: string): Promise<Buffer | null> {
      const value = await store.get(`image/${name}`);
      return typeof value === 'string' ? Buffer.from(value, 'base64') : null;
    },
  };
}
