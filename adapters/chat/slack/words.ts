// Words in threads, words to the bot and commands: acknowledged when they are kept, carried out and answered afterwards.
import { z } from 'zod';
import type { CardRef } from '../../../src/model/card.ts';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { Inbox } from '../../../src/model/inbox.ts';
import type { ActionReply, AgentAction } from '../../../src/model/platform.ts';
import type { AdapterDeps } from '../../../src/ports.ts';
import type { Api } from './api.ts';
import { parseCommand, parseWords, type Words as Said } from './parse.ts';
import type { People } from './people.ts';

/** As Slack sent it: who the bot is, and with it what the words are, may not be known yet. */
const writtenSchema = z.object({ kind: z.enum(['words', 'command']), body: z.unknown() });
type Written = z.infer<typeof writtenSchema>;

const ORDER = /^\s*@deskhand\b[\s:,]*(.*)$/is;

export type Words = ReturnType<typeof createWords>;

export function createWords({
  api,
  people,
  act,
  botUserId,
  knownBotUserId,
  ticketOf,
  openInbox,
  log,
}: {
  api: Api;
  people: People;
  act(action: AgentAction): Promise<ActionReply>;
  /** Asks Slack when it is not known. */
  botUserId(): Promise<string | null>;
  knownBotUserId(): string | null;
  /** Ticket of the thread under a message. */
  ticketOf(channel: string, ts: string): Promise<CardRef | null>;
  openInbox: AdapterDeps['openInbox'];
  log: AdapterDeps['log'];
}) {
  const inbox: Inbox<Written> = openInbox<Written>({
    schema: writtenSchema,
    text: ({ kind, body }) =>
      (kind === 'command' ? parseCommand(body) : parseWords(body, knownBotUserId()))?.text ?? '',
    isOrder(written) {
      if (written.kind === 'command') return true;
      const words = parseWords(written.body, knownBotUserId());
      return words !== null && (words.thread === null || ORDER.test(words.text));
    },
    writtenAt({ body }) {
      const words = parseWords(body, null);
      return words && Number(words.ts) * 1_000;
    },
    lineOf({ body }) {
      const words = parseWords(body, knownBotUserId());
      return words && `${words.user} ${words.channel} ${words.thread}`;
    },
    async carryOut({ kind, body }) {
      if (kind === 'words') return heard(parseWords(body, await botUserId()));
      const command = parseCommand(body);
      return command ? order(command.user, command.text) : { kind: 'none' };
    },
    async answer({ kind, body }, reply) {
      const command = kind === 'command' ? parseCommand(body) : null;
      const words = kind === 'words' ? parseWords(body, knownBotUserId()) : null;
      if (reply.kind === 'none' && reply.kept && words) return mark(words);
      const said = reply.kind === 'card' ? reply.card : reply.kind === 'notice' ? reply.text : null;
      if (said === null) return;
      if (words) await api.tell(words.user, said, words.channel, words.thread);
      else if (command) await api.answer({ ...command, at: [command.channel, null] }, said, false);
    },
  });

  async function order(user: string, text: string): Promise<ActionReply> {
    return act({ ref: null, agent: await people.find(user), intent: { type: 'command', text } });
  }

  /** Words in a card's thread, or words to the bot in the channel, which are a command. */
  async function heard(words: Said | null): Promise<ActionReply> {
    if (!words) return { kind: 'none' };
    const { user, channel, thread, text, id } = words;
    const ref = thread ? await ticketOf(channel, thread) : null;
    if (ref) return act({ ref, agent: await people.find(user), intent: { type: 'thread', text, id } });
    const wanted = thread ? undefined : ORDER.exec(text)?.[1];
    return wanted === undefined ? { kind: 'none' } : order(user, wanted);
  }

  /** The mark under a note; where the app may not react, or the words are gone, there is none. */
  async function mark({ channel, ts }: Said): Promise<void> {
    await api.markKept(channel, ts).catch((error: unknown) => {
      if (error instanceof AppError && error.retryable) throw error;
      log.debug({ reason: errorText(error) }, 'a note could not be marked');
    });
  }

  return {
    start: () => inbox.start(),
    stop: () => inbox.stop(),

    /** A message event. Resolves when it is kept, or is nothing to us. */
    async hear(body: unknown): Promise<void> {
      const known = knownBotUserId();
      const words = parseWords(body, known);
      if (!words) return;
      const { channel, thread, text, id } = words;
      // Where it is not known who we are, any mention at the beginning may be ours.
      const forUs = thread
        ? await ticketOf(channel, thread)
        : known === null
          ? /^\s*@/.test(text)
          : ORDER.test(text);
      if (forUs) await inbox.take(id, { kind: 'words', body });
    },

    /** `/deskhand …`. Resolves when it is kept. */
    async command(body: unknown): Promise<void> {
      const command = parseCommand(body);
      if (command) await inbox.take(command.id, { kind: 'command', body });
    },
  };
}
