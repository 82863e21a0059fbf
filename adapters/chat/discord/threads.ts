// Threads under cards: made when first needed, and what agents write in them.
import type { GatewayMessageCreateDispatchData } from 'discord.js';
import { SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef, MessageRef } from '../../../src/model/platform.ts';
import { cleanLine } from '../../../src/model/text.ts';
import type { AdapterDeps, Log } from '../../../src/ports.ts';
import type { DiscordApi } from './api.ts';
import { LIMITS } from './limits.ts';
import type { DiscordMemory } from './memory.ts';
import { parseMessage, type ThreadText } from './parse.ts';
import { renderText } from './render.ts';

interface Deps {
  api: DiscordApi;
  memory: DiscordMemory;
  openInbox: AdapterDeps['openInbox'];
  log: Log;
  act(action: AgentAction): Promise<ActionReply>;
  /** In private; false when that is not possible. */
  tell(agent: AgentRef, text: string): Promise<boolean>;
}

const UNREADABLE =
  'Deskhand cannot read what is written here, because the Message Content intent is off. Mention the bot, or use “Add note…” on the card.';

/** The mark under a note that was kept. */
const KEPT = '📝';

const writtenSchema = z.object({
  id: z.string(),
  thread: z.string(),
  ticketId: z.string(),
  text: z.string(),
  agent: z.object({ platform: z.string(), userId: z.string(), name: z.string().optional() }),
});
type Written = z.infer<typeof writtenSchema>;

export function createThreads({ api, memory, openInbox, log, act, tell }: Deps) {
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

  const words = openInbox<Written>({
    schema: writtenSchema,
    text: ({ text }) => text,
    isOrder: ({ text }) => /^\s*@deskhand\b/i.test(text),
    writtenAt: ({ id }) => SnowflakeUtil.timestampFrom(id),
    lineOf: ({ agent, thread }) => `${agent.userId} ${thread}`,
    carryOut: ({ agent, ticketId, text, id }) =>
      act({ ref: { ticketId, draftVersion: 0 }, agent, intent: { type: 'thread', text, id } }),
    async answer(said, answered) {
      if (answered.kind === 'notice' && !(await tell(said.agent, answered.text)))
        await reply(said, answered.text, answered.ok);
      if (answered.kind === 'none' && answered.kept) await mark(said);
    },
  });

  /** The mark under a note; where the bot may not react, or the words are gone, there is none. */
  async function mark({ thread, id }: Written): Promise<void> {
    await api.react(thread, id, KEPT).catch((error: unknown) => {
      if (error instanceof AppError && error.retryable) throw error;
      log.debug({ message: id, reason: errorText(error) }, 'a note could not be marked');
    });
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

    /** A text in some channel: a note or an order when that is the thread of a card. Resolves when it is kept. */
    async onMessage(event: GatewayMessageCreateDispatchData, botId: string): Promise<void> {
      const said = parseMessage(event, botId);
      const head = said && (await memory.headOf(said.thread));
      if (!head) return;
      if (said.text) return words.take(said.id, { ...said, ticketId: head.ticketId });
      if (event.attachments.length > 0 || !(await memory.isNew(said.id))) return;
      await reply(said, UNREADABLE, false);
    },

    start: () => words.start(),
    stop: () => words.stop(),
  };

  /** An answer in the thread, for all to see, under the words that it is about. */
  async function reply({ id, thread }: ThreadText, text: string, ok: boolean): Promise<void> {
    const key = `answer ${id}`;
    await api.postQuietly(thread, renderText(text, ok ? 'good' : 'warning'), { rank: 2, replyTo: id, key });
  }
}
