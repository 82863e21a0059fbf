// Discord for the contract of chat platforms: its people press, write and read as Discord's own clients let them.
import { expect } from 'vitest';
import { z } from 'zod';
import { createDiscord } from '../../adapters/chat/discord/index.ts';
import { joinParts } from '../../adapters/chat/discord/split.ts';
import { ACTION_IDS, type ActionId } from '../../src/model/card.ts';
import type { AdapterStore, ChatPlatform, RateLimiter } from '../../src/ports.ts';
import { hastyCalls } from '../contracts/chat-storm.ts';
import {
  type ChatWorld,
  type Person,
  personsOf,
  type Seen,
  type SeenForm,
  until,
} from '../contracts/chat-world.ts';
import { adapterDeps, createMemoryStore } from './adapter-memory.ts';
import { messageData, slashData } from './discord-commands.ts';
import { type DiscordDouble, openDiscordDouble } from './discord-double.ts';
import { activeParts, flatten, readMarkdown } from './discord-limits.ts';
import type { DoubleMessage } from './discord-state.ts';

export const PEOPLE: Record<Person, string> = {
  ana: '100000000000000101',
  ben: '100000000000000102',
  vera: '100000000000000103',
  stranger: '100000000000000199',
};

const modalSchema = z.object({
  custom_id: z.string(),
  title: z.string(),
  components: z.array(
    z.object({
      component: z.object({
        type: z.number(),
        custom_id: z.string(),
        value: z.string().optional(),
        max_length: z.number().optional(),
        required: z.boolean().optional(),
        options: z.array(z.object({ value: z.string(), default: z.boolean().optional() })).optional(),
      }),
    }),
  ),
});
type Modal = z.infer<typeof modalSchema>;

export interface DiscordWorld extends ChatWorld {
  double: DiscordDouble;
  /** A click that reaches the bot when Discord has given up waiting for an answer. */
  pressLate(person: Person, seen: Seen, action: ActionId): Promise<void>;
}

/** `more` goes to `createDiscord`. */
export async function openDiscordWorld(
  more: { applicationId?: string; limiter?: RateLimiter; timeoutMs?: number; store?: AdapterStore } = {},
): Promise<DiscordWorld> {
  const double = await openDiscordDouble();
  const { store = createMemoryStore() } = more;
  /** Components of a message as they stood when somebody looked at it. */
  const looks = new WeakMap<Seen, { message: DoubleMessage; components: unknown }>();
  const submitted = new Set<string>();
  /** Messages of people by their words. */
  const said = new Map<string, ReturnType<typeof double.say>['event']>();

  function create(): ChatPlatform {
    return createDiscord(
      {
        token: double.token,
        applicationId: more.applicationId ?? double.applicationId,
        apiUrl: double.apiUrl,
        people: Object.fromEntries(
          (['ana', 'ben', 'vera'] as const).map((one) => [PEOPLE[one], `${one}@team.example`]),
        ),
      },
      adapterDeps({
        clock: { now: () => new Date(double.now()) },
        store,
        ...(more.limiter && { limiter: more.limiter }),
      }),
      { timeoutMs: more.timeoutMs ?? 1_500, retryMs: 20 },
    );
  }

  function look(message: DoubleMessage): Seen {
    const components = structuredClone(message.body.components ?? []);
    const parent = double.channels.get(message.channel)?.parent ?? null;
    const seen: Seen = {
      ref: { platform: 'discord', channel: message.channel, message: message.id },
      thread: parent ? message.channel : null,
      text: textOf(message),
      notification: readMarkdown(message.notification),
      actions: ACTION_IDS.filter((action) => findComponent(components, action)),
      edits: message.edits,
      mentions: rawTexts(message).flatMap(activeParts),
    };
    looks.set(seen, { message, components });
    return seen;
  }

  function inChannel(): DoubleMessage[] {
    return [...double.messages.values()].filter(
      ({ channel, onlyFor, deleted }) =>
        !deleted && onlyFor === null && double.channels.get(channel)?.recipient === null,
    );
  }

  /** What only this person reads, oldest first. */
  function saidTo(person: Person): DoubleMessage[] {
    const user = PEOPLE[person];
    return [...double.messages.values()]
      .filter(
        ({ channel, onlyFor, author, order }) =>
          order > 0 &&
          author === double.bot.id &&
          (onlyFor === user || double.channels.get(channel)?.recipient === user),
      )
      .sort((a, b) => a.order - b.order);
  }

  function baseOf(user: string, channel: string) {
    const made = {
      id: double.snowflake(),
      token: `interaction-${double.snowflake()}`,
      application_id: double.applicationId,
    };
    double.interactions.set(made.token, {
      ...made,
      user,
      channel,
      message: null,
      isModal: false,
      at: double.now(),
      answer: null,
      original: null,
    });
    const { name = '', type = 0 } = double.channels.get(channel) ?? {};
    return {
      ...made,
      version: 1,
      guild_id: double.guild,
      channel_id: channel,
      channel: { id: channel, name, type, guild_id: double.guild },
      member: {
        user: double.userOf(user),
        nick: null,
        roles: [],
        joined_at: new Date(0).toISOString(),
        permissions: '0',
        flags: 0,
        deaf: false,
        mute: false,
      },
      app_permissions: '0',
      locale: 'en-GB',
      guild_locale: 'en-GB',
      entitlements: [],
      authorizing_integration_owners: {},
      context: 0,
      attachment_size_limit: 10_000_000,
    };
  }

  function dispatch(event: { token: string }, times: number): void {
    for (let n = 0; n < times; n++) double.gateway.dispatch('INTERACTION_CREATE', event);
  }

  function recorded(token: string) {
    const found = double.interactions.get(token);
    if (!found) throw new Error('no such interaction');
    return found;
  }

  function clickOf(person: Person, seen: Seen, action: ActionId) {
    const known = looks.get(seen);
    const component = findComponent(known?.components, action);
    if (!known || !component) throw new Error(`${action} is not on the message`);
    const base = baseOf(PEOPLE[person], seen.ref.channel);
    recorded(base.token).message = known.message.id;
    const data = component.isMenu
      ? { component_type: 3, custom_id: component.id, values: [action] }
      : { component_type: 2, custom_id: component.id };
    return { ...base, ...{ type: 3, data, message: double.shown(known.message) } };
  }

  /** Uses the slash command; returns the interaction's token. */
  function slash(person: Person, text: string): string {
    const data = slashData(double.commands(), text);
    const base = baseOf(PEOPLE[person], double.channel);
    dispatch({ ...base, ...{ type: 2, data } }, 1);
    return base.token;
  }

  /** The newest modal in front of a person that was not sent off yet. */
  function openModal(user: string): { token: string; message: string | null; modal: Modal } | null {
    const found = [...double.interactions.values()].findLast(
      (one) => one.user === user && one.answer?.type === 9 && !submitted.has(one.token),
    );
    return found ? { ...found, modal: modalSchema.parse(found.answer?.data) } : null;
  }

  async function submit(person: Person, values: Record<string, string>, times = 1): Promise<void> {
    const open = openModal(PEOPLE[person]);
    if (!open) throw new Error(`no form is open in front of ${person}`);
    submitted.add(open.token);
    const before = recorded(open.token);
    const base = baseOf(PEOPLE[person], before.channel);
    Object.assign(recorded(base.token), { message: open.message, isModal: true });
    const head = double.messages.get(open.message ?? '');
    const data = { custom_id: open.modal.custom_id, components: fillIn(open.modal, values) };
    dispatch({ ...base, ...{ type: 5, data, ...(head && { message: double.shown(head) }) } }, times);
  }

  return {
    double,
    channel: double.channel,
    agents: Object.fromEntries(
      (['ana', 'ben', 'vera'] as const).map((one) => [`${one}@team.example`, { discord: PEOPLE[one] }]),
    ),
    create,
    messages: () => inChannel().map(look),

    pinged: ({ message }) =>
      personsOf((person) => double.messages.get(message)?.pinged.includes(PEOPLE[person]) === true),
    notices: (person) => saidTo(person).map(textOf),
    privates: (person) => saidTo(person).map(look),
    async pictures(seen) {
      const look = looks.get(seen);
      const items = flatten(look?.components ?? []).flatMap((one) => gallerySchema.parse(one).items ?? []);
      return Promise.all(
        items.map(async ({ media, description = '' }) => {
          const file = look?.message.files.findLast(({ name }) => media.url === `attachment://${name}`);
          return { png: new Uint8Array((await file?.arrayBuffer()) ?? []), alt: description };
        }),
      );
    },
    links: (person) =>
      saidTo(person)
        .flatMap(rawTexts)
        .flatMap((text) => [...text.matchAll(/\]\(<([^>]+)>\)/g)].map(([, url = '']) => url)),

    form(person): SeenForm | null {
      const open = openModal(PEOPLE[person]);
      return open && { title: open.modal.title, values: valuesOf(open.modal) };
    },

    async press(person, seen, action, times = 1) {
      const click = clickOf(person, seen, action);
      dispatch(click, times);
    },

    async pressLate(person, seen, action) {
      const click = clickOf(person, seen, action);
      double.advance(4_000);
      dispatch(click, 1);
    },

    submit,

    async rewrite(person, how) {
      await submit(person, { rewrite: how });
    },

    async take(person, text, times = 1) {
      const known = said.get(text) ?? double.say(double.channel, PEOPLE.stranger, text).event;
      said.set(text, known);
      const base = baseOf(PEOPLE[person], double.channel);
      const data = messageData(double.commands(), 'Create ticket', known);
      dispatch({ ...base, ...{ type: 2, data } }, times);
    },

    async reply(person, seen, text, times = 1) {
      const head = seen.thread ?? seen.ref.message;
      if (!double.channels.has(head)) double.startThread(head, 'by hand');
      const { id, event } = double.say(head, PEOPLE[person], text);
      for (let n = 0; n < times; n++) double.gateway.dispatch('MESSAGE_CREATE', event);
      return id;
    },

    marks: (id) => double.reactions.filter(({ message }) => message === id).map(({ emoji }) => emoji),

    async command(person, text) {
      slash(person, text);
    },

    async look(person, seen, on, times = 1) {
      const event = {
        user_id: PEOPLE[person],
        channel_id: double.channel,
        message_id: seen.ref.message,
        guild_id: double.guild,
        emoji: { id: null, name: '👀' },
        burst: false,
        type: 0,
        ...(on && { member: { user: double.userOf(PEOPLE[person]), nick: null, roles: [] } }),
      };
      for (let n = 0; n < times; n++)
        double.gateway.dispatch(on ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE', event);
    },

    async noise(seen) {
      const head = seen.ref.message;
      if (!double.channels.has(head)) double.startThread(head, 'by hand');
      const { event } = double.say(head, PEOPLE.ana, 'never mind');
      const other = (more: object) =>
        double.gateway.dispatch('MESSAGE_CREATE', { ...event, id: double.snowflake(), ...more });
      double.gateway.dispatch('MESSAGE_UPDATE', { ...event, content: 'edited' });
      double.gateway.dispatch('MESSAGE_DELETE', { id: event.id, channel_id: head, guild_id: double.guild });
      other({ author: { ...event.author, id: '100000000000000777', bot: true } });
      other({ author: double.userOf(double.bot.id) });
      other({ webhook_id: '100000000000000778' });
      other({ type: 7 });
      other({ type: 18 });
      other({ channel_id: double.channel });
      double.gateway.dispatch('MESSAGE_REACTION_ADD', {
        user_id: PEOPLE.ana,
        channel_id: double.channel,
        message_id: head,
        emoji: { id: null, name: '✅' },
      });
    },

    /** Nobody can speak on our line to Discord but Discord; what it might mix up is another application's click. */
    async forge(seen) {
      const click = clickOf('ana', seen, 'approve');
      double.gateway.dispatch('INTERACTION_CREATE', { ...click, application_id: '800000000000000001' });
      // What comes after it on the same line has been answered, so it has been looked at.
      const after = slash('ben', 'help');
      await until(() => expect(recorded(after).answer).not.toBeNull());
      return recorded(click.token).answer ? 1 : 0;
    },

    fault(kind, seen) {
      switch (kind) {
        case 'busy':
          return double.fault('busy', { once: true });
        case 'server error':
        case 'timeout':
          return double.fault(kind);
        case 'message gone': {
          const message = double.messages.get(seen?.ref.message ?? '');
          if (message) message.deleted = true;
          return;
        }
        case 'channel gone':
          double.channels.delete(double.channel);
          return;
        case 'bot removed': {
          const channel = double.channels.get(double.channel);
          if (channel) channel.visible = false;
          return;
        }
        case 'token revoked':
          return double.revokeToken();
      }
    },
    heal: () => double.heal(),
    storm(calls) {
      const matches = (method: string, path: string) => /messages/.test(path) && /POST|PATCH/.test(method);
      for (let n = 0; n < calls; n++) double.fault('busy', { once: true, waitMs: 1_000, matches });
      return () => hastyCalls(double.journal, 1_000);
    },
    async disconnect() {
      double.gateway.drop();
    },
    refused: () => double.refused,
    remove: () => double.close(),
  };
}

function rawTexts({ body }: DoubleMessage): string[] {
  const shown = flatten(body.components ?? []).flatMap(({ content }) =>
    content === undefined ? [] : [content],
  );
  return body.content ? [body.content, ...shown] : shown;
}

function textOf(message: DoubleMessage): string {
  return rawTexts(message).map(readMarkdown).join('\n');
}

const componentSchema = z.looseObject({
  custom_id: z.string().optional(),
  options: z.array(z.looseObject({ value: z.string() })).optional(),
});

const gallerySchema = z.looseObject({
  items: z
    .array(z.looseObject({ media: z.object({ url: z.string() }), description: z.string().optional() }))
    .optional(),
});

/** The button, or the menu, that stands for an action. */
function findComponent(components: unknown, action: ActionId): { id: string; isMenu: boolean } | null {
  for (const node of flatten(components ?? [])) {
    const { custom_id: id = '', options } = componentSchema.parse(node);
    if (id.split('|')[1] === action) return { id, isMenu: false };
    if (options?.some(({ value }) => value === action)) return { id, isMenu: true };
  }
  return null;
}

function valuesOf(modal: Modal): Record<string, string> {
  const values: Record<string, string> = {};
  const texts: Record<string, { text: string; joint: string }[]> = {};
  for (const { component } of modal.components) {
    const [field = '', part = '', joint = ''] = component.custom_id.split('~');
    const chosen = component.options?.filter((option) => option.default).map(({ value }) => value) ?? [];
    if (component.type !== 4 || part === 'date') values[field] ||= chosen.join(',');
    else texts[field] = [...(texts[field] ?? []), { text: component.value ?? '', joint }];
  }
  for (const [field, parts] of Object.entries(texts)) values[field] = joinParts(parts);
  return values;
}

/** What Discord sends when a modal is sent off: every input with what stands in it. */
function fillIn(modal: Modal, values: Record<string, string>) {
  const left = { ...values };
  const filled = modal.components.map(({ component }, n) => {
    const [field = '', part = ''] = component.custom_id.split('~');
    const wanted = left[field];
    const frame = { type: component.type, id: n + 2, custom_id: component.custom_id };
    if (component.type === 3) {
      const preset = component.options?.filter((option) => option.default).map(({ value }) => value) ?? [];
      const chosen = part === 'several' ? wanted?.split(',') : [wanted];
      const has = component.options?.filter(({ value }) => chosen?.includes(value)).map(({ value }) => value);
      if (has?.length === chosen?.length) delete left[field];
      return { ...frame, values: wanted === undefined ? preset : has };
    }
    if (component.type === 5) {
      const person = Object.entries(PEOPLE).find(([name]) => wanted === `${name}@team.example`);
      if (person) delete left[field];
      return { ...frame, values: person ? [person[1]] : [] };
    }
    if (wanted === undefined)
      return { ...frame, value: part === 'date' || !(field in values) ? (component.value ?? '') : '' };
    if (wanted.length > (component.max_length ?? 4000)) throw new Error(`${field} is too long for its input`);
    delete left[field];
    return { ...frame, value: wanted };
  });
  if (Object.keys(left).length > 0) throw new Error(`the form cannot say ${JSON.stringify(left)}`);
  return filled.map((component, n) => ({ type: 18, id: n + 20, component }));
}
