// Threads under cards: made when first needed, and again when they are gone.
import { hasCode } from '../../../src/model/errors.ts';
import type { MessageRef } from '../../../src/model/platform.ts';
import { cleanLine } from '../../../src/model/text.ts';
import type { DiscordApi } from './api.ts';
import { LIMITS } from './limits.ts';
import type { DiscordMemory } from './memory.ts';

export function createThreads({ api, memory }: { api: DiscordApi; memory: DiscordMemory }) {
  /** Threads that exist for sure, by the number that they share with the card's message. */
  const open = new Set<string>();

  async function ensure(head: MessageRef, title: string): Promise<void> {
    if (open.has(head.message)) return;
    const known = await memory.headOf(head.message);
    const about = known?.name ?? (await memory.titleOf(head.message)) ?? title;
    const name = cleanLine(about, LIMITS.threadName) || 'Ticket';
    try {
      await api.startThread(head.channel, head.message, name);
    } catch (error) {
      if (!hasCode(error, 'thread_exists')) throw error;
    }
    open.add(head.message);
  }

  return {
    /** Writes into the thread under a message; the thread is made, or made again, when it is not there. */
    async within<T>(head: MessageRef, title: string, write: (thread: string) => Promise<T>): Promise<T> {
      const sure = open.has(head.message);
      await ensure(head, title);
      try {
        return await write(head.message);
      } catch (error) {
        const gone = hasCode(error, 'channel_gone');
        if (!gone || !sure) throw error;
        open.delete(head.message);
        await ensure(head, title);
        return write(head.message);
      }
    },
  };
}
