// Discord's events -> what an agent did. Pure; null for everything that means nothing to us.
import {
  type APIApplicationCommandInteractionDataOption,
  type APIInteraction,
  type APIMessage,
  type APIUser,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  type GatewayMessageCreateDispatchData,
  type GatewayMessageReactionAddDispatchData,
  InteractionType,
  MessageType,
} from 'discord.js';
import { type CardRef, DECISION_FORMS } from '../../../src/model/card.ts';
import {
  type AgentAction,
  type AgentRef,
  type Intent,
  intentOf,
  intentOfForm,
  intentOfRewrite,
  type TakenMessage,
} from '../../../src/model/platform.ts';
import { CREATE_TICKET } from './commands.ts';
import { type FormContext, readForm } from './forms.ts';
import { decodeAction, decodeId } from './ids.ts';

export type ParsedInteraction =
  | { kind: 'action'; action: AgentAction }
  /** Not for the flows: said to the person in private, with what they had written. */
  | { kind: 'told'; text: string; words: string | null }
  /** Ours, but nothing was chosen. */
  | { kind: 'nothing' };

/** Null when the interaction is not ours. */
export function parseInteraction(event: APIInteraction, context: FormContext): ParsedInteraction | null {
  const agent = agentOf(event);
  if (!agent) return null;
  switch (event.type) {
    case InteractionType.MessageComponent: {
      const reference = decodeId(event.data.custom_id);
      if (!reference) return null;
      if (reference.what.kind === 'action')
        return acted(reference.ref, agent, intentOf(reference.what.action));
      if (reference.what.kind !== 'menu' || event.data.component_type !== ComponentType.StringSelect)
        return null;
      const action = decodeAction(event.data.values[0] ?? '');
      return action ? acted(reference.ref, agent, intentOf(action)) : { kind: 'nothing' };
    }
    case InteractionType.ModalSubmit: {
      const reference = decodeId(event.data.custom_id);
      if (reference?.what.kind !== 'form') return null;
      const form = readForm(event.data, context);
      const words = form.values.text ?? form.values.reason ?? null;
      if (form.fault) return { kind: 'told', text: form.fault, words };
      if (form.rewrite) return acted(reference.ref, agent, intentOfRewrite(form.rewrite, event.id));
      const meant = intentOfForm(reference.what.form, form.values, reference.rest);
      if (meant.ok) return acted(reference.ref, agent, meant.intent);
      return { kind: 'told', text: `Please check "${meant.field}": ${meant.message}`, words };
    }
    case InteractionType.ApplicationCommand: {
      const { data } = event;
      if (data.type === ApplicationCommandType.Message && data.name === CREATE_TICKET) {
        const message = data.resolved.messages[data.target_id];
        return message ? acted(null, agent, { type: 'create_ticket', message: takenMessage(message) }) : null;
      }
      if (data.type !== ApplicationCommandType.ChatInput || data.name !== 'deskhand') return null;
      return acted(null, agent, { type: 'command', text: commandText(data.options ?? []) });
    }
    default:
      return null;
  }
}

function acted(ref: CardRef | null, agent: AgentRef, intent: Intent): ParsedInteraction {
  return { kind: 'action', action: { ref, agent, intent } };
}

/** `mode` with two options -> `mode billing/refund auto`. */
function commandText(options: APIApplicationCommandInteractionDataOption[]): string {
  return options
    .flatMap((option) =>
      option.type === ApplicationCommandOptionType.Subcommand
        ? [option.name, commandText(option.options ?? [])]
        : 'value' in option
          ? [String(option.value)]
          : [],
    )
    .filter(Boolean)
    .join(' ');
}

/** Who acted, in a server or in a direct message. */
function agentOf({ member, user }: APIInteraction): AgentRef | null {
  const who = member?.user ?? user;
  return who && !who.bot ? toAgent(who, member?.nick) : null;
}

function toAgent(user: APIUser, nick: string | null | undefined): AgentRef {
  return { platform: 'discord', userId: user.id, name: nick ?? user.global_name ?? user.username };
}

export interface ThreadText {
  agent: AgentRef;
  text: string;
  id: string;
  /** The thread it stands in, which has the number of the message it hangs under. */
  thread: string;
}

/**
 * A person's text in a channel or thread; null for bots, system messages and webhooks. `text` is empty where Discord
 * hides it from us (no Message Content intent) and where there are only attachments.
 */
export function parseMessage(event: GatewayMessageCreateDispatchData, botId: string): ThreadText | null {
  const { author, type } = event;
  if (author.bot || author.system || event.webhook_id) return null;
  if (type !== MessageType.Default && type !== MessageType.Reply) return null;
  return {
    agent: toAgent(author, event.member?.nick),
    text: readable(event, botId),
    id: event.id,
    thread: event.channel_id,
  };
}

/** 👀 put on a message, or taken back; `message` is the number of that message. */
export interface Look {
  agent: AgentRef;
  message: string;
}

/** Null for every other reaction, and for those of bots. The name is missing when 👀 is taken back. */
export function parseLook(event: GatewayMessageReactionAddDispatchData): Look | null {
  const { emoji, user_id: userId, message_id: message, member } = event;
  if (emoji.id !== null || emoji.name !== '👀' || member?.user.bot) return null;
  const agent = member ? toAgent(member.user, member.nick) : { platform: 'discord', userId };
  return { agent, message };
}

/** Mentions and emoji as people read them; the bot's own name is what begins an order to it. */
function readable(
  { content, mentions, attachments }: Pick<APIMessage, 'content' | 'mentions' | 'attachments'>,
  botId: string,
): string {
  const names = new Map(mentions.map((user) => [user.id, user.global_name ?? user.username]));
  const text = content
    .replace(/<@!?(\d+)>/g, (whole, id: string) =>
      id === botId ? '@deskhand' : names.has(id) ? `@${names.get(id)}` : whole,
    )
    .replace(/<a?:(\w+):\d+>/g, ':$1:');
  const files = attachments.map(({ filename }) => `📎 ${filename}`);
  return [text, ...(text ? files : [])].join('\n').trim();
}

/** A message that somebody wants a ticket for. */
function takenMessage(message: APIMessage): TakenMessage {
  const { id, author, content, mentions, attachments } = message;
  const name = author.global_name ?? author.username;
  return {
    id,
    text: readable({ content, mentions, attachments }, ''),
    author: author.bot ? {} : { name },
  };
}

/** What an agent wrote into a form whose decision was refused, so that it can be given back; null when there is none. */
export function writtenWords(intent: Intent): string | null {
  if (intent.type === 'submit') return intent.values.text ?? intent.values.reason ?? null;
  if (intent.type !== 'decision') return null;
  const { decision } = intent;
  if (!DECISION_FORMS.some((id) => id === decision.kind)) return null;
  if ('text' in decision) return decision.text;
  return 'reason' in decision && decision.kind !== 'reject' ? decision.reason : null;
}
