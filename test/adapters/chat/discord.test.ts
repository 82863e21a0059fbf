// What is Discord's own: phone notifications, resuming, intents, pace, late clicks, threads, menus, set-up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discordConfig } from '../../../adapters/chat/discord/config.ts';
import { RATE } from '../../../adapters/chat/discord/limits.ts';
import { createMemory } from '../../../adapters/chat/discord/memory.ts';
import { createLimiter } from '../../../src/infra/limiter/index.ts';
import type { Card } from '../../../src/model/card.ts';
import type { ActionReply, AgentAction, MessageRef } from '../../../src/model/platform.ts';
import type { ChatPlatform } from '../../../src/ports.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { until } from '../../contracts/chat-world.ts';
import { createMemoryStore } from '../../support/adapter-memory.ts';
import { type DiscordWorld, openDiscordWorld, PEOPLE } from '../../support/discord-world.ts';
import { silentLog } from '../../support/silent-log.ts';

let world: DiscordWorld;
let platform: ChatPlatform;
let actions: AgentAction[];
let answer: (action: AgentAction) => ActionReply | Promise<ActionReply>;

async function start(more: Parameters<typeof openDiscordWorld>[0] = {}, before = (_: DiscordWorld) => {}) {
  world = await openDiscordWorld(more);
  before(world);
  platform = world.create();
  actions = [];
  answer = () => ({ kind: 'notice', text: 'Understood', ok: true });
  await platform.start(async (action) => {
    actions.push(action);
    return answer(action);
  });
}

afterEach(async () => {
  world.heal();
  await platform.stop();
  await world.remove();
});

const here = () => ({ platform: 'discord', channel: world.channel });

function ticket(text = 'A ticket', tone: Card['tone'] = 'P3', key = 'T-1042'): Card {
  return {
    ...aCard({ text, key }),
    tone,
    blocks: [
      { type: 'header', text, chips: [{ kind: 'id', text: key }] },
      {
        type: 'actions',
        buttons: [{ id: 'approve', label: 'Approve', style: 'primary' }],
        menu: [
          { id: 'take', label: 'Take', style: 'default' },
          { id: 'form:note', label: 'Note', style: 'default' },
          { id: 'show', label: 'Show everything', style: 'default' },
        ],
      },
    ],
  };
}

async function posted(card = ticket()) {
  const ref = await platform.post(here(), card);
  const seen = world.messages().find(({ ref: { message } }) => message === ref.message);
  if (!seen) throw new Error('no such message');
  return seen;
}

const calls = (method: string, path: RegExp) =>
  world.double.journal.filter((one) => one.method === method && path.test(one.path));

describe('phone notifications', () => {
  beforeEach(() => start());

  it('a card begins as the words that a phone shows and becomes components at once', async () => {
    const seen = await posted(ticket('P1 · T-1042: Exports fail'));
    const [first] = calls('POST', /\/messages$/);
    expect(first?.body).toMatchObject({
      content: 'P1 · T-1042: Exports fail',
      allowed_mentions: { parse: [] },
    });
    expect(seen).toMatchObject({ notification: 'P1 · T-1042: Exports fail', edits: 1 });
    expect(seen.actions).toContain('approve');
  });

  it('a card whose second step fails stands as its words, and is finished by whichever process posts it again', async () => {
    world.double.fault('server error', { matches: (method) => method === 'PATCH' });
    const post = () => platform.post(here(), ticket('Exports fail'), { key: 'card-7' });
    await expect(post()).rejects.toMatchObject({ retryable: true });
    expect(world.messages()).toMatchObject([{ text: 'Exports fail', actions: [] }]);
    world.heal();
    // Discord knows the post for minutes only.
    world.double.nonces.clear();
    await platform.stop();
    platform = world.create();
    const ref = await post();
    expect(world.messages()).toMatchObject([{ ref, actions: expect.arrayContaining(['approve']) }]);
    expect(calls('POST', /\/messages$/)).toHaveLength(1);
  });

  it('a post whose answer was lost is repeated as the same post', async () => {
    world.double.answerLost(/\/messages$/);
    await posted();
    expect(world.messages()).toHaveLength(1);
  });

  it('in a thread only news make a sound', async () => {
    const { ref } = await posted();
    const thread = { ...here(), thread: ref };
    await platform.post(thread, aCard({ text: 'asked for' }));
    const words = {
      type: 'quote' as const,
      of: 'customer' as const,
      label: 'Maria',
      text: 'Hello?',
      cut: false,
    };
    await platform.post(thread, { tone: 'neutral', fallback: 'Maria: Hello?', ref: null, blocks: [words] });
    const [quiet, loud] = world.messages().filter((seen) => seen.thread !== null);
    expect([quiet?.notification, loud?.notification]).toEqual(['', 'Maria: Hello?']);
  });
});

describe('the gateway', () => {
  beforeEach(() => start());

  it('resumes where it broke off: what happened meanwhile arrives, once', async () => {
    const seen = await posted();
    world.double.gateway.drop();
    await world.press('ana', seen, 'approve');
    await world.reply('ben', seen, 'while you were away');
    await until(() => expect(actions).toHaveLength(2));
    await world.press('ben', seen, 'take');
    await until(() => expect(actions).toHaveLength(3));
    expect(world.double.gateway.journal).toEqual(['identify', 'resume']);
    expect(actions.map(({ agent }) => agent.userId).sort()).toEqual([PEOPLE.ana, PEOPLE.ben, PEOPLE.ben]);
  });

  it('follows when Discord asks it to reconnect', async () => {
    const seen = await posted();
    world.double.gateway.askToReconnect();
    await until(() => expect(world.double.gateway.journal).toContain('resume'));
    await world.press('ana', seen, 'approve');
    await until(() => expect(actions).toHaveLength(1));
  });

  it('begins anew when its session is forgotten', async () => {
    const seen = await posted();
    world.double.gateway.forget();
    await until(() => expect(world.double.gateway.connected).toBe(1));
    await world.press('ana', seen, 'approve');
    await until(() => expect(actions).toHaveLength(1));
    await until(async () => expect(await platform.health()).toMatchObject({ ok: true }));
  });

  it('registers its commands, within what Discord takes', () => {
    expect(world.double.commands().map(({ name }) => name)).toEqual(['Create ticket', 'deskhand']);
    expect(world.refused()).toEqual([]);
  });
});

describe('without the Message Content intent', () => {
  beforeEach(() => start({}, ({ double }) => double.setContentIntent(false)));

  it('works, says in its health what it cannot read, and explains itself in the thread', async () => {
    expect(await platform.health()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/Message Content/),
    });
    const seen = await posted();
    await world.reply('ana', seen, 'a note nobody can read');
    await until(() =>
      expect(
        world
          .messages()
          .map(({ text }) => text)
          .join(),
      ).toMatch(/intent is off/),
    );
    expect(actions).toEqual([]);
  });

  it('reads what mentions the bot', async () => {
    const seen = await posted();
    await world.reply('ana', seen, `<@${world.double.bot.id}> shorter`);
    await until(() =>
      expect(actions).toMatchObject([{ intent: { type: 'thread', text: '@deskhand shorter' } }]),
    );
  });
});

describe('pace', () => {
  beforeEach(() => start());

  it('under a 429 storm every card arrives in its newest state, and P1 goes before what waits', async () => {
    world.double.limit(5, 100);
    const order: string[] = [];
    const one = async (name: string, tone: Card['tone']) => {
      const ref = await platform.post(here(), ticket(name, tone));
      order.push(name);
      await Promise.all([1, 2, 3].map((n) => platform.update(ref, ticket(`${name}, version ${n}`, tone))));
    };
    const slow = Array.from({ length: 24 }, (_, n) => one(`calm ${n}`, 'P3'));
    await Promise.all([...slow, one('urgent', 'P1')]);
    expect(world.messages().filter(({ text }) => text.includes('version 3'))).toHaveLength(25);
    expect(order.indexOf('urgent')).toBeLessThan(12);
    expect(world.refused()).toEqual([]);
  });

  it('a call waits for its place in the rate that all replicas share, an answer to a click does not', async () => {
    const limiter = createLimiter({ now: () => new Date() });
    let open = Promise.withResolvers<void>();
    open.resolve();
    await platform.stop();
    await world.remove();
    await start({
      limiter: {
        ...limiter,
        async run(call, send) {
          expect(call).toMatchObject({ key: 'discord *', rates: [RATE] });
          await open.promise;
          return limiter.run(call, send);
        },
      },
    });
    const seen = await posted();
    open = Promise.withResolvers();
    const update = platform.update(seen.ref, ticket('Newer'));
    await world.press('ana', seen, 'take');
    await until(() => expect(actions).toHaveLength(1));
    expect(world.messages()[0]?.text).not.toContain('Newer');
    open.resolve();
    await update;
    expect(world.messages()[0]?.text).toContain('Newer');
  });
});

describe('clicks', () => {
  beforeEach(() => start());

  it('are acknowledged before the work is done', async () => {
    const seen = await posted();
    const work = Promise.withResolvers<ActionReply>();
    answer = () => work.promise;
    await world.press('ana', seen, 'approve');
    await until(() =>
      expect([...world.double.interactions.values()].at(-1)?.answer).toMatchObject({ type: 6 }),
    );
    expect(world.notices('ana')).toEqual([]);
    work.resolve({ kind: 'notice', text: 'Done at last', ok: true });
    await until(() => expect(world.notices('ana')).toEqual(['Done at last']));
  });

  it('that come too late are carried out, and the agent is told by direct message', async () => {
    const seen = await posted();
    await world.pressLate('ana', seen, 'approve');
    await until(() => expect(world.notices('ana')).toEqual(['Understood']));
    expect(actions).toHaveLength(1);
  });

  it('whose work outlives their token are answered by direct message', async () => {
    const seen = await posted();
    answer = () => {
      world.double.advance(16 * 60_000);
      return { kind: 'notice', text: 'That took long', ok: true };
    };
    await world.press('ana', seen, 'approve');
    await until(() => expect(world.notices('ana')).toEqual(['That took long']));
  });

  it('are carried out when the acknowledgement arrived but its answer was lost', async () => {
    const seen = await posted();
    world.double.answerLost(/callback$/);
    await world.press('ana', seen, 'approve');
    await until(() => expect(world.notices('ana')).toEqual(['Understood']));
    expect(actions).toHaveLength(1);
  });

  it('another replica answered are left to it', async () => {
    const seen = await posted();
    const other = world.create();
    const theirs: AgentAction[] = [];
    await other.start(async (action) => {
      theirs.push(action);
      return { kind: 'none' };
    });
    await until(() => expect(world.double.gateway.connected).toBe(2));
    await world.press('ana', seen, 'approve');
    await until(() => expect(actions.length + theirs.length).toBe(1));
    await world.press('ana', seen, 'take');
    await until(() => expect(actions.length + theirs.length).toBe(2));
    await other.stop();
  });

  it('of a card in a private answer change that answer', async () => {
    answer = () => ({ kind: 'card', card: ticket('Private card') });
    await world.command('ana', 'ticket T-1042');
    await until(() => expect(world.notices('ana').join()).toContain('Private card'));
    expect(world.messages()).toEqual([]);
  });

  it('in a menu leave nothing chosen behind a form', async () => {
    const seen = await posted();
    answer = ({ ref }) => ({
      kind: 'form',
      form: {
        id: 'note',
        ref: ref ?? { ticketId: 'T-1', draftVersion: 0 },
        title: 'Note',
        submit: 'Add',
        fields: [{ type: 'multiline', id: 'text', label: 'Note', required: true, maxLength: 10_000 }],
      },
    });
    await world.press('ana', seen, 'form:note');
    await until(() => expect(world.messages()[0]?.edits).toBe(2));
    expect(world.messages()[0]?.actions).toEqual(seen.actions);
    expect(world.refused()).toEqual([]);
  });

  it.each([
    ['show', 'Everything about this ticket is in its thread.', true],
    ['take', 'Ben has it already.', false],
  ] as const)(
    'in a menu leave nothing chosen behind %s, which changes nothing on the card',
    async (action, text, ok) => {
      const seen = await posted();
      answer = () => ({ kind: 'notice', text, ok });
      for (const told of [[text], [text, text]]) {
        const before = menusOf(seen.ref);
        await world.press('ana', world.messages()[0] ?? seen, action);
        await until(() => expect(world.notices('ana')).toEqual(told));
        expect(menusOf(seen.ref)).not.toEqual(before);
      }
      expect(world.messages()[0]).toMatchObject({ text: seen.text, actions: seen.actions });
      expect(actions).toHaveLength(2);
      expect(world.refused()).toEqual([]);
    },
  );
});

/** Ids of the menus on a message: Discord forgets what was chosen when they change. */
function menusOf({ message }: MessageRef): string[] {
  const drawn = JSON.stringify(world.double.messages.get(message)?.body.components);
  return [...drawn.matchAll(/"dh1\|menu[^"]*"/g)].map(([id]) => id);
}

describe('threads', () => {
  beforeEach(() => start());

  it('are made once, named after the ticket, and again when somebody deleted them', async () => {
    const { ref } = await posted(ticket('T-1042: Exports fail'));
    const thread = { ...here(), thread: ref };
    await Promise.all([1, 2].map((n) => platform.post(thread, aCard({ text: `reply ${n}` }))));
    expect(world.double.channels.get(ref.message)).toMatchObject({ name: 'T-1042: Exports fail' });
    world.double.channels.delete(ref.message);
    await platform.post(thread, aCard({ text: 'reply 3' }));
    expect(world.messages().filter((seen) => seen.thread === ref.message)).toHaveLength(3);
  });

  it('of a card about several tickets are named after it', async () => {
    const ref = await platform.post(here(), aCard({ text: '4 more about Exports' }));
    await platform.post({ ...here(), thread: ref }, ticket('T-1042: Exports fail'));
    expect(world.double.channels.get(ref.message)).toMatchObject({ name: '4 more about Exports' });
  });

  it('tell an agent who takes no direct messages', async () => {
    const { ref } = await posted();
    const agent = { platform: 'discord', userId: PEOPLE.ben, name: 'Ben' };
    await platform.notify(agent, 'Ana asks for you', { ...here(), thread: ref });
    expect(world.notices('ben')).toEqual(['Ana asks for you']);
    world.double.fault('server error', { matches: (_, path) => path === '/users/@me/channels' });
    await platform.notify(agent, 'Ana asks again', { ...here(), thread: ref });
    expect(world.messages().at(-1)).toMatchObject({ thread: ref.message, text: 'Ben: Ana asks again' });
  });

  it('a reply to a message in a thread stays in that thread', async () => {
    const { ref } = await posted();
    const reply = await platform.post({ ...here(), thread: ref }, aCard({ text: 'first' }));
    const again = await platform.post({ ...here(), thread: reply }, aCard({ text: 'second' }));
    expect(again.channel).toBe(ref.message);
  });

  it('a note gets a mark, an order an answer in private, or in the thread where that is not possible', async () => {
    const seen = await posted();
    answer = () => ({ kind: 'none', kept: true });
    const note = await world.reply('ana', seen, 'she called');
    await until(() => expect(world.double.reactions).toEqual([{ message: note, emoji: '📝' }]));
    answer = () => ({ kind: 'notice', text: 'Rewriting: shorter', ok: true });
    world.double.fault('server error', { matches: (_, path) => path === '/users/@me/channels' });
    await world.reply('ana', seen, '@deskhand shorter');
    await until(() => expect(world.messages().at(-1)?.text).toBe('Rewriting: shorter'));
  });
});

describe('set-up', () => {
  it('takes a channel by its name', async () => {
    await start();
    const ref = await platform.post({ platform: 'discord', channel: '#support' }, ticket());
    expect(ref.channel).toBe(world.double.channel);
    expect(await platform.check?.('#support')).toMatchObject({ ok: true });
  });

  it('says which channel is missing, without waiting for a ticket', async () => {
    await start();
    expect(await platform.check?.('#nowhere')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/#nowhere/),
    });
    await expect(platform.post({ platform: 'discord', channel: '#nowhere' }, ticket())).rejects.toMatchObject(
      {
        code: 'channel_gone',
      },
    );
  });

  it('says which permission the bot lacks in a channel', async () => {
    await start({}, ({ double }) => double.deny(1n << 35n));
    expect(await platform.check?.('#support')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/Create Public Threads/),
    });
  });

  it('comes up by itself when Discord was down at its start', async () => {
    await start({}, ({ double }) => double.fault('server error'));
    expect(await platform.health()).toMatchObject({ ok: false });
    world.heal();
    await until(async () => expect(await platform.health()).toMatchObject({ ok: true }));
  });

  it.each([
    [{}, null],
    [{ DISCORD_TOKEN: 'x'.repeat(30) }, 'DISCORD_APPLICATION_ID'],
    [{ DISCORD_APPLICATION_ID: '123456789012345678' }, 'DISCORD_TOKEN'],
    [{ DISCORD_TOKEN: 'x'.repeat(30), DISCORD_APPLICATION_ID: 'abc' }, 'DISCORD_APPLICATION_ID'],
  ])('reads %j', async (env, fault) => {
    await start();
    const parsed = discordConfig.safeParse({ env, yaml: {} });
    if (fault) expect(parsed.error?.issues.map(({ path }) => path)).toContainEqual(['env', fault]);
    else expect(parsed.data).toBeNull();
  });

  it('knows people from the configuration', async () => {
    await start();
    const { data } = discordConfig.safeParse({
      env: { DISCORD_TOKEN: 'x'.repeat(30), DISCORD_APPLICATION_ID: '123456789012345678' },
      yaml: {
        agents: [{ name: 'Ana', email: 'ana@team.example', discord: '42' }],
      },
    });
    expect(data).toMatchObject({ people: { '42': 'ana@team.example' } });
  });

  it('says so when token and application do not belong together', async () => {
    await start({ applicationId: '900000000000000777' });
    expect(await platform.health()).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/set it to 900000000000000001/),
    });
  });

  it('takes an event for new while the store fails, once', async () => {
    await start();
    const broken = { ...createMemoryStore(), get: () => Promise.reject(new Error('no database')) };
    const memory = createMemory({ store: broken, clock: { now: () => new Date() }, log: silentLog });
    expect([await memory.isNew('1'), await memory.isNew('1')]).toEqual([true, false]);
  });
});
