// Slack's events -> what an agent did: pure; null for whatever is not ours or means nothing.
import { z } from 'zod';
import type { ActionId, CardRef, Rewrite } from '../../../src/model/card.ts';
import { parseRewrite } from '../../../src/model/platform.ts';
import { parseSubmission, type Submitted } from './forms.ts';
import {
  encodeMessage,
  FEEDBACK,
  MENU,
  PREFIX,
  parseActionId,
  parseEntry,
  parseRef,
  REWRITE,
} from './ids.ts';
import { fromSlack } from './text.ts';

/** A message on which something was pressed. */
export interface Pressed {
  channel: string;
  /** Name of the message, as in a MessageRef. */
  message: string;
  /** Seen by one person only: it can be changed through the response URL alone. */
  ephemeral: boolean;
}

export interface Click {
  /** Unique for each press. */
  id: string;
  user: string;
  triggerId: string;
  responseUrl: string | null;
  on: Pressed | null;
  /** The window that it was pressed in, with what it knows of where it was opened. */
  view: { id: string; metadata: string } | null;
  what:
    | { kind: 'action'; ref: CardRef; action: ActionId }
    | { kind: 'more'; ref: CardRef; actions: ActionId[] }
    | { kind: 'rewrite'; ref: CardRef; rewrite: Rewrite };
}

const clickSchema = z.looseObject({
  trigger_id: z.string(),
  response_url: z.string().optional(),
  user: z.looseObject({ id: z.string() }),
  container: z.looseObject({
    type: z.string(),
    channel_id: z.string().optional(),
    message_ts: z.string().optional(),
    thread_ts: z.string().optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  view: z.looseObject({ id: z.string(), private_metadata: z.string().default('') }).nullish(),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string(),
        value: z.string().nullish(),
        selected_option: z.looseObject({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

/** A press on a button, or a choice from a card's menu (`block_actions`). */
export function parseClick(body: unknown): Click | null {
  const parsed = clickSchema.safeParse(body);
  if (!parsed.success) return null;
  const { trigger_id, user, container, view, response_url, actions } = parsed.data;
  const [action] = actions;
  const what = action
    ? meaningOf(action.action_id, action.selected_option?.value ?? action.value ?? '')
    : null;
  if (!what) return null;
  const { channel_id: channel, message_ts: ts, thread_ts: thread } = container;
  return {
    id: trigger_id,
    user: user.id,
    triggerId: trigger_id,
    responseUrl: response_url ?? null,
    on:
      channel && ts
        ? {
            channel,
            message: encodeMessage(ts, thread && thread !== ts ? thread : null),
            ephemeral: container.is_ephemeral === true,
          }
        : null,
    view: view ? { id: view.id, metadata: view.private_metadata } : null,
    what,
  };
}

function meaningOf(actionId: string, value: string): Click['what'] | null {
  if (!actionId.startsWith(PREFIX)) return null;
  if (actionId === MENU || actionId === FEEDBACK) {
    const entry = parseEntry(value);
    if (!entry) return null;
    return 'more' in entry
      ? { kind: 'more', ref: entry.ref, actions: entry.more }
      : { kind: 'action', ref: entry.ref, action: entry.action };
  }
  const ref = parseRef(value);
  if (!ref) return null;
  if (actionId.startsWith(REWRITE)) {
    const rewrite = parseRewrite(actionId.slice(REWRITE.length));
    return rewrite && { kind: 'rewrite', ref, rewrite };
  }
  const action = parseActionId(actionId.slice(PREFIX.length));
  return action ? { kind: 'action', ref, action } : null;
}

export interface Submission extends Submitted {
  /** Unique for each submission. */
  id: string;
  user: string;
}

const submissionSchema = z.looseObject({
  trigger_id: z.string().optional(),
  user: z.looseObject({ id: z.string() }),
  view: z.looseObject({
    id: z.string(),
    hash: z.string().default(''),
    private_metadata: z.string(),
    state: z.looseObject({ values: z.unknown() }),
  }),
});

/** A form that was sent off (`view_submission`). */
export function parseFormSubmission(body: unknown): Submission | null {
  const parsed = submissionSchema.safeParse(body);
  if (!parsed.success) return null;
  const { trigger_id, user, view } = parsed.data;
  const submitted = parseSubmission(view.private_metadata, view.state.values);
  return submitted && { ...submitted, id: trigger_id ?? `${view.id}.${view.hash}`, user: user.id };
}

export interface SlashCommand {
  id: string;
  user: string;
  text: string;
  channel: string | null;
  responseUrl: string | null;
}

const commandSchema = z.looseObject({
  trigger_id: z.string(),
  user_id: z.string(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
  text: z.string().default(''),
});

/** `/deskhand …` */
export function parseCommand(body: unknown): SlashCommand | null {
  const parsed = commandSchema.safeParse(body);
  if (!parsed.success) return null;
  const { trigger_id: id, user_id: user, text, channel_id, response_url } = parsed.data;
  return {
    id,
    user,
    text: fromSlack(text, null).trim(),
    channel: channel_id ?? null,
    responseUrl: response_url ?? null,
  };
}

/** "Create ticket" in a message's menu. */
export interface Shortcut {
  /** Unique for each use. */
  id: string;
  user: string;
  triggerId: string;
  channel: string;
  ts: string;
  thread: string | null;
  text: string;
  /** Who wrote the message: a person's id, or the name of an app. */
  author: { user: string | null; name: string | null };
}

const shortcutSchema = z.looseObject({
  trigger_id: z.string(),
  user: z.looseObject({ id: z.string() }),
  channel: z.looseObject({ id: z.string() }),
  message: z.looseObject({
    ts: z.string().regex(/^\d+\.\d+$/),
    thread_ts: z.string().optional(),
    text: z.string().default(''),
    user: z.string().optional(),
    username: z.string().optional(),
    files: z.array(z.looseObject({ name: z.string().nullish() })).optional(),
  }),
});

/** A message shortcut (`message_action`). */
export function parseShortcut(body: unknown, botUserId: string | null): Shortcut | null {
  const parsed = shortcutSchema.safeParse(body);
  if (!parsed.success) return null;
  const { trigger_id, user, channel, message } = parsed.data;
  const { ts, thread_ts: thread, text, files = [] } = message;
  return {
    id: trigger_id,
    user: user.id,
    triggerId: trigger_id,
    channel: channel.id,
    ts,
    thread: thread && thread !== ts ? thread : null,
    text: [fromSlack(text, botUserId), ...files.map(fileName)].filter(Boolean).join('\n'),
    author: { user: message.user ?? null, name: message.username ?? null },
  };
}

function fileName({ name }: { name?: string | null }): string {
  return `[file: ${name ?? 'unnamed'}]`;
}

const homeSchema = z.looseObject({
  event_id: z.string(),
  event: z.looseObject({
    type: z.literal('app_home_opened'),
    tab: z.literal('home'),
    user: z.string(),
  }),
});

/** Somebody looks at the app's Home tab. */
export function parseHome(body: unknown): { id: string; user: string } | null {
  const parsed = homeSchema.safeParse(body);
  if (!parsed.success) return null;
  const { event_id: id, event } = parsed.data;
  return { id, user: event.user };
}

/** Words of a person in a channel where the bot is. */
export interface Words {
  /** `channel/ts`: the same for every delivery. */
  id: string;
  user: string;
  channel: string;
  ts: string;
  /** Null for words outside of threads. */
  thread: string | null;
  text: string;
}

const messageSchema = z.looseObject({
  event: z.looseObject({
    type: z.literal('message'),
    // Replies that were also sent to the channel, and those with files. All others are no words of a person:
    // edits, deletions, joins, bots: https://docs.slack.dev/reference/events/message#subtypes
    subtype: z.enum(['thread_broadcast', 'file_share']).optional(),
    user: z.string(),
    bot_id: z.never().optional(),
    hidden: z.literal(false).optional(),
    channel: z.string(),
    ts: z.string().regex(/^\d+\.\d+$/),
    thread_ts: z.string().optional(),
    text: z.string().default(''),
    files: z.array(z.looseObject({ name: z.string().nullish() })).optional(),
  }),
});

/** A message event; null for everything that no person wrote just now. */
export function parseWords(body: unknown, botUserId: string | null): Words | null {
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return null;
  const { user, channel, ts, thread_ts: thread, text, files = [] } = parsed.data.event;
  if (user === botUserId) return null;
  return {
    id: `${channel}/${ts}`,
    user,
    channel,
    ts,
    thread: thread && thread !== ts ? thread : null,
    text: [fromSlack(text, botUserId), ...files.map(fileName)].filter(Boolean).join('\n'),
  };
}
