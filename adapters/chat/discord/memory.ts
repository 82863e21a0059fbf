// What must be known after a restart: which events were handled, and which ticket a thread belongs to.
import { SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { errorText } from '../../../src/model/errors.ts';
import type { AdapterDeps } from '../../../src/ports.ts';

/** Discord repeats events for minutes at most. */
const EVENT_KEPT_MS = 3_600_000;
/** The post of a message younger than this may not be noted yet. */
const YOUNG_MS = 3_600_000;
/** Numbers in this process's own memory. */
const KEPT = 5_000;
/** How long a thread is known for its ticket's after its card was posted. */
const CARD_KEPT_MS = 400 * 86_400_000;

const threadSchema = z.object({ ticketId: z.string(), name: z.string() });
/** The card that a thread hangs under. */
export type ThreadHead = z.infer<typeof threadSchema>;

/** What is told of a message of ours, as Discord names it. */
const postedSchema = z.object({ id: z.string(), channel_id: z.string() });
export type Posted = z.infer<typeof postedSchema>;
/** How long a post may be asked for again under its key. */
const POST_KEPT_MS = 7 * 86_400_000;

export type DiscordMemory = ReturnType<typeof createMemory>;

export function createMemory({ store, clock, log }: Pick<AdapterDeps, 'store' | 'clock' | 'log'>) {
  const seen = new Set<string>();
  const heads = new Map<string, ThreadHead | null>();
  const channels = new Set<string>();

  return {
    /**
     * True for the first who asks about an event, in any process. While the store fails only this process's own
     * memory counts: rather twice, which the flows forgive, than never.
     */
    async isNew(id: string): Promise<boolean> {
      if (seen.has(id)) return false;
      bounded(seen).add(id);
      try {
        if ((await store.get(`seen/${id}`)) !== undefined) return false;
        await store.set(`seen/${id}`, 1, EVENT_KEPT_MS);
      } catch (error) {
        log.warn({ event: id, reason: errorText(error) }, 'an event could not be noted as handled');
      }
      return true;
    },

    /** The same, exactly once among all processes; rejects while the store fails. */
    isMine: async (id: string): Promise<boolean> => (await store.next(`event/${id}`, EVENT_KEPT_MS)) === 1,

    async rememberCard(message: string, head: ThreadHead): Promise<void> {
      bounded(heads).set(message, head);
      await store.set(`card/${message}`, head, CARD_KEPT_MS);
    },

    /** The message of this key; `post` is asked for it once. Where its answer is lost, Discord itself knows for minutes. */
    async postOnce(key: string, post: () => Promise<Posted>): Promise<Posted> {
      const known = await store.get(`posted/${key}`);
      if (known !== undefined) return postedSchema.parse(known);
      const { id, channel_id } = await post();
      await store.set(`posted/${key}`, { id, channel_id }, POST_KEPT_MS);
      return { id, channel_id };
    },

    /** A channel in which cards stand, with threads under them. */
    async rememberChannel(channel: string): Promise<void> {
      if (channels.has(channel)) return;
      await store.set(`channel/${channel}`, 1, CARD_KEPT_MS);
      channels.add(channel);
    },

    async channels(): Promise<string[]> {
      const rows = await store.list({ prefix: 'channel/', limit: 1_000 });
      return rows.map(({ key }) => key.slice('channel/'.length));
    },

    /** What a card without a ticket is about: its thread, made later, is named so. */
    rememberTitle: (message: string, title: string) => store.set(`title/${message}`, title, CARD_KEPT_MS),

    async titleOf(message: string): Promise<string | null> {
      const title = await store.get(`title/${message}`);
      return typeof title === 'string' ? title : null;
    },

    /** The ticket of a card, by its message's number, which is also its thread's; null for any other channel. */
    async headOf(message: string): Promise<ThreadHead | null> {
      const known = heads.get(message);
      if (known !== undefined) return known;
      const stored = await store.get(`card/${message}`);
      const head = stored === undefined ? null : threadSchema.parse(stored);
      if (head || clock.now().getTime() - SnowflakeUtil.timestampFrom(message) > YOUNG_MS)
        bounded(heads).set(message, head);
      return head;
    },

    forgetCard: (message: string) => {
      heads.delete(message);
      return store.delete(`card/${message}`);
    },
  };
}

/** Makes room by forgetting what was added first. */
function bounded<C extends { size: number; keys(): Iterator<string>; delete(key: string): boolean }>(
  kept: C,
): C {
  if (kept.size >= KEPT) {
    const first = kept.keys().next();
    if (!first.done) kept.delete(first.value);
  }
  return kept;
}
