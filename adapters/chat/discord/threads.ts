// Threads under cards: made when first needed, and what agents write in them.
import type { GatewayMessageCreateDispatchData } from 'discord.js';
import { errorText, hasCode } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef, MessageRef } from '../../../src/model/platform.ts';
import { cleanLine } from '../../../src/model/text.ts';
import type { Log } from '../../../src/ports.ts';
import type { DiscordApi } from './api.ts';
import { LIMITS } from './limits.ts';
import type { DiscordMemory } from './memory.ts';
import { parseMessage } from './parse.ts';
import { renderText } from './render.ts';

interface Deps {
  api: DiscordApi;
  memory: DiscordMemory;
  log: Log;
  act(action: AgentAction): Promise<ActionReply>;
  /** In private; false when that is not possible. */
  tell(agent: AgentRef, text: string): Promise<boolean>;
}

const UNREADABLE =
  'Deskhand cannot read what is written here, because the Message Content intent is off. Mention the bot, or use “Add note…” on the card.';

/** The mark under a note that was kept. */
const KEPT = '📝';

export function createThreads({ api, memory, log, act, tell }: Deps) {
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

    /** A text in some channel: a note or an order when that is the thread of a card. */
    async onMessage(event: GatewayMessageCreateDispatchData, botId: string): Promise<void> {
      const said = parseMessage(event, botId);
      if (!said) return;
      const head = await memory.headOf(said.thread);
      if (!head || !(await memory.isNew(said.id))) return;
      if (!said.text) {
        if (event.attachments.length === 0)
          await api.postQuietly(said.thread, renderText(UNREADABLE, 'warning'), {
            rank: 2,
            replyTo: said.id,
          });
        return;
      }
      const ref = { ticketId: head.ticketId, draftVersion: 0 };
      const intent = { type: 'thread' as const, text: said.text, id: said.id };
      const reply = await act({ ref, agent: said.agent, intent });
      if (reply.kind === 'notice' && !(await tell(said.agent, reply.text)))
        await api.postQuietly(said.thread, renderText(reply.text, reply.ok ? 'good' : 'warning'), {
          rank: 2,
          replyTo: said.id,
        });
      if (reply.kind === 'none' && reply.kept)
        await api.react(said.thread, said.id, KEPT).catch((error: unknown) => {
          log.debug({ message: said.id, reason: errorText(error) }, 'a note could not be marked');
        });
    },
  };
}
