// One chat platform with its far end and real flows in between: what the contract of chat platforms works with.
import { vi } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { sendDue } from '../../src/flows/reply.ts';
import type { ActionId, Rewrite } from '../../src/model/card.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { MessageRef, Place } from '../../src/model/platform.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/** Ana is a lead, Ben an agent, Vera may only look, and nobody knows the stranger. */
export type Person = 'ana' | 'ben' | 'vera' | 'stranger';

/** A message as one sees it on the platform at one moment. */
export interface Seen {
  ref: MessageRef;
  /** Message id of the head of its thread; null in the channel itself. */
  thread: string | null;
  /** Everything that can be read on it, in any order. */
  text: string;
  /** What a lock screen shows. */
  notification: string;
  /** Buttons and menu entries, wherever the platform puts them. */
  actions: ActionId[];
  /** How often it was changed. */
  edits: number;
  /** People, groups and channels that it pings or links to by mistake. */
  mentions: string[];
}

export interface Picture {
  png: Uint8Array;
  alt: string;
}

/** A form as one sees it: values by field id. A field that a platform splits (long texts) is joined. */
export interface SeenForm {
  title: string;
  values: Record<string, string>;
  /** What it says is wrong with what was filled in. */
  problem?: string;
}

/** The platform at the other end. Its people use the wire as the platform's own clients do. */
export interface ChatWorld {
  /** A channel where the bot is. */
  channel: string;
  /** What `agents` in the configuration must say so that Ana, Ben and Vera are known; merged by e-mail. */
  agents?: Record<string, Record<string, string>>;
  /** An adapter with the state of earlier ones: what a restart of the bot builds. */
  create(): ChatPlatform;
  /** Messages of the channel and its threads, oldest first. */
  messages(): Seen[];
  /** Pictures on a message as its readers load them, in order. */
  pictures(seen: Seen): Promise<Picture[]>;
  /** Heads of the native tables on a message; absent where the platform has none. */
  tables?(seen: Seen): string[][];
  /** People whom a message mentioned when it was posted. */
  pinged(ref: MessageRef): Person[];
  /** What was said to one person only, oldest first. */
  notices(person: Person): string[];
  /** Cards that only one person sees, oldest first, to be pressed like others; absent where there are none to keep. */
  privates?(person: Person): Seen[];
  /** Addresses that open from what was said to one person only; absent where the platform is a page itself. */
  links?(person: Person): string[];
  /** What the window in front of a person says, where a platform has windows besides forms. */
  shown?(person: Person): string;
  /** The form that is open in front of a person. */
  form(person: Person): SeenForm | null;
  /** Presses a button, or chooses a menu entry, of a message as the person saw it. `times`: deliveries of the same event. */
  press(person: Person, seen: Seen, action: ActionId, times?: number): Promise<void>;
  /** Submits the open form with these values over what it was filled with. */
  submit(person: Person, values: Record<string, string>, times?: number): Promise<void>;
  /** Has the draft of the open form written anew instead of sending it. */
  rewrite(person: Person, how: Rewrite): Promise<void>;
  /** Chooses "Create ticket" on a message that the stranger wrote in the channel; the same text is the same message. */
  take(person: Person, text: string, times?: number): Promise<void>;
  /** Writes into a message's thread, once however often the event is delivered; returns the platform's id of the text. */
  reply(person: Person, seen: Seen, text: string, times?: number): Promise<string>;
  command(person: Person, text: string): Promise<void>;
  /** Marks that the bot put on what `reply` wrote; absent where a platform has none for bots. */
  marks?(id: string): string[];
  /** Puts 👀 on a message, or takes it back. `times`: deliveries of the same event. */
  look(person: Person, seen: Seen, on: boolean, times?: number): Promise<void>;
  /** Everything around a card that means nothing: edits, deletions, bots' and our own messages, joins, reactions. */
  noise(seen: Seen): Promise<void>;
  /** Events with a wrong signature or token, and old ones sent again; returns how many were accepted. */
  forge(seen: Seen): Promise<number>;
  /** What the far end does with the next call to it. Endless ones last until `heal`. */
  fault(kind: Fault, seen?: Seen): void;
  heal(): void;
  /** The next so many posts and updates are one too many; tells how many calls did not keep to the pauses. */
  storm?(calls: number): () => number;
  /** A platform that has no key for posts, and no list of them: a card that was being posted may stand twice. */
  postsTwice?: true;
  /** Breaks the connection where there is one; it comes back by itself. */
  disconnect?(): Promise<void>;
  /** What the far end refused because it is over a limit or malformed. */
  refused(): string[];
  remove(): Promise<void>;
}

/** Those of everybody of whom it is true. */
export function personsOf(is: (person: Person) => boolean): Person[] {
  return (['ana', 'ben', 'vera', 'stranger'] as const).filter(is);
}

/** 'busy' once: 429 with a short pause. The others as long as they last. */
export type Fault =
  | 'busy'
  | 'server error'
  | 'timeout'
  | 'message gone'
  | 'channel gone'
  | 'bot removed'
  | 'token revoked';

export const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 10 });

/** The first result of `get` that is there. */
export function appears<T>(what: string, get: () => T | null | undefined): Promise<T> {
  return until(() => {
    const value = get();
    if (value === null || value === undefined) throw new Error(`${what} did not appear`);
    return value;
  });
}

/** A platform in use: its world, a workspace whose cards go to it, and short words for both. */
export interface Chat {
  world: ChatWorld;
  desk: Workspace;
  platform: ChatPlatform;
  place(): Place;
  /** Messages of the channel itself. */
  heads(): Seen[];
  see(ref: MessageRef): Seen | undefined;
  /** The ticket's card as it is now. */
  card(key: string): Seen;
  /** A customer writes, and the work that follows is done. */
  ticket(text?: string): Promise<{ id: number; key: string }>;
  decided(id: number): Promise<(Decision & { by: string })[]>;
  /** Notes on a ticket, oldest first: "Ana: she called". */
  notes(id: number): Promise<string[]>;
  /** All that was said to a person in private. */
  said(person: Person): string;
  /** Waits for a decision to be made, then does the work that follows. */
  afterDecision(id: number, kind: Decision['kind']): Promise<void>;
  open(person: Person, key: string, action: ActionId): Promise<SeenForm>;
  /** Sends what is due. */
  deliver(): Promise<void>;
  /** The bot starts anew with what it has stored. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const TEAM = [
  { name: 'Ana', email: 'ana@team.example', role: 'lead', team: 'billing' },
  { name: 'Ben', email: 'ben@team.example', role: 'agent' },
  { name: 'Vera', email: 'vera@team.example', role: 'viewer' },
];

/** `only`: categories that somebody acts on; the rest are settings besides the team and its channel. */
export async function openChat(
  world: ChatWorld,
  { only = {}, ...yaml }: { only?: Record<string, string[]>; [key: string]: unknown } = {},
): Promise<Chat> {
  const platform = world.create();
  const here = `${platform.id}:${world.channel}`;
  const desk = await openWorkspace({
    channels: { tickets: here, bugs: here, proposals: here, alerts: here, sales: here, digests: here },
    ...yaml,
    agents: TEAM.map((agent) => ({
      ...agent,
      ...world.agents?.[agent.email],
      categories: only[agent.name.toLowerCase()],
    })),
  });
  const chat: Chat = {
    world,
    desk,
    platform,
    place: () => ({ platform: platform.id, channel: world.channel }),
    heads: () => world.messages().filter((message) => message.thread === null),
    see: (ref) => world.messages().find((seen) => seen.ref.message === ref.message),
    card(key) {
      const seen = chat.heads().find((message) => message.text.includes(key));
      if (!seen) throw new Error(`no card of ${key}`);
      return seen;
    },
    async ticket(text = 'Please send me the invoice of March') {
      const { ticketId } = await desk.write(text);
      if (ticketId === null) throw new Error('no ticket');
      await desk.work();
      return { id: ticketId, key: `T-${ticketId}` };
    },
    decided: async (id) =>
      (await desk.store.decisionsOf(id)).map(({ decision, by }) => ({ ...decision, by })),
    notes: async (id) =>
      (await desk.store.messagesOf(id))
        .filter(({ direction }) => direction === 'note')
        .map(({ author, text }) => `${author}: ${text}`),
    said: (person) => world.notices(person).join('\n'),
    async afterDecision(id, kind) {
      await until(async () => {
        if (!(await chat.decided(id)).some((decision) => decision.kind === kind))
          throw new Error(`no ${kind} yet`);
      });
      await desk.work();
    },
    async open(person, key, action) {
      await world.press(person, chat.card(key), action);
      return appears('the form', () => world.form(person));
    },
    async deliver() {
      await sendDue(desk.deps);
      await desk.work();
    },
    async restart() {
      await chat.platform.stop();
      await use(world.create());
    },
    async close() {
      await chat.platform.stop();
      await world.remove();
      await desk.close();
    },
  };
  async function use(one: ChatPlatform): Promise<void> {
    chat.platform = one;
    desk.deps.platforms = new Map([[one.id, one]]);
    await one.start((action) => act(desk.deps, action));
  }
  await use(platform);
  return chat;
}
