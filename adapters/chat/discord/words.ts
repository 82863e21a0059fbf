// What people write in threads and in forms that take long: kept until it is done and answered.
import { type GatewayMessageCreateDispatchData, SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef } from '../../../src/model/platform.ts';
import type { AdapterDeps, Log } from '../../../src/ports.ts';
import type { DiscordApi } from './api.ts';
import type { DiscordMemory } from './memory.ts';
import { parseMessage, type ThreadText } from './parse.ts';
import { renderRefused, renderText } from './render.ts';

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

const CUT_OFF =
  'Deskhand was stopped while it worked on this. If the card does not show it, please send it again.';

/** The mark under a note that was kept. */
const KEPT = '📝';

const agentSchema = z.object({ platform: z.string(), userId: z.string(), name: z.string().optional() });

const spokenSchema = z.object({
  id: z.string(),
  thread: z.string(),
  ticketId: z.string(),
  text: z.string(),
  agent: agentSchema,
});
type Spoken = z.infer<typeof spokenSchema>;

/** The words of a form, and the token by which it is answered for a quarter of an hour. */
const sentSchema = z.object({ id: z.string(), token: z.string(), text: z.string(), agent: agentSchema });
export type Sent = z.infer<typeof sentSchema>;

type Written = Spoken | Sent;

export function createWords({ api, memory, openInbox, log, act, tell }: Deps) {
  const inbox = openInbox<Written>({
    schema: z.union([spokenSchema, sentSchema]),
    text: ({ text }) => text,
    isOrder: (said) => 'thread' in said && /^\s*@deskhand\b/i.test(said.text),
    writtenAt: ({ id }) => SnowflakeUtil.timestampFrom(id),
    lineOf: (said) => ('thread' in said ? `${said.agent.userId} ${said.thread}` : null),
    async carryOut(said) {
      if ('token' in said) return { kind: 'notice', ok: false, text: CUT_OFF };
      const { agent, ticketId, text, id } = said;
      return act({ ref: { ticketId, draftVersion: 0 }, agent, intent: { type: 'thread', text, id } });
    },
    async answer(said, answered) {
      if ('token' in said) return answered.kind === 'notice' ? giveBack(said, answered.text) : undefined;
      if (answered.kind === 'notice' && !(await tell(said.agent, answered.text)))
        await reply(said, answered.text, answered.ok);
      if (answered.kind === 'none' && answered.kept) await mark(said);
    },
  });

  /** The mark under a note; where the bot may not react, or the words are gone, there is none. */
  async function mark({ thread, id }: Spoken): Promise<void> {
    await api.react(thread, id, KEPT).catch((error: unknown) => {
      if (error instanceof AppError && error.retryable) throw error;
      log.debug({ message: id, reason: errorText(error) }, 'a note could not be marked');
    });
  }

  /** In place of "Deskhand is thinking…", or as a direct message. */
  async function giveBack({ token, agent, text }: Sent, why: string): Promise<void> {
    await api.editAnswer(token, renderRefused(why, text)).catch(async (error: unknown) => {
      if (!(await tell(agent, `${why}\n\n${text}`))) throw error;
    });
  }

  /** An answer in the thread, for all to see, under the words that it is about. */
  async function reply({ id, thread }: ThreadText, text: string, ok: boolean): Promise<void> {
    const key = `answer ${id}`;
    await api.postQuietly(thread, renderText(text, ok ? 'good' : 'warning'), { rank: 2, replyTo: id, key });
  }

  return {
    /** A text in some channel: a note or an order when that is the thread of a card. Resolves when it is kept. */
    async onMessage(event: GatewayMessageCreateDispatchData, botId: string): Promise<void> {
      const said = parseMessage(event, botId);
      const head = said && (await memory.headOf(said.thread));
      if (!head) return;
      if (said.text) return inbox.take(said.id, { ...said, ticketId: head.ticketId });
      if (event.attachments.length > 0 || !(await memory.isNew(said.id))) return;
      await reply(said, UNREADABLE, false);
    },

    /** Resolves when the words are kept. Whoever sent them gets them back if this process ends before `work`. */
    keep: (sent: Sent, work: Promise<void>): Promise<void> =>
      inbox.take(
        sent.id,
        sent,
        work.then(() => ({ kind: 'none' })),
      ),

    start: () => inbox.start(),
    stop: () => inbox.stop(),
  };
}
