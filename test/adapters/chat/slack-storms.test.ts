// Slack's 429 of every method: it is waited for (storms of posts and updates are in the contract); response URLs that fail.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCard } from '../../contracts/chat-cards.ts';
import { type Chat, openChat, until } from '../../contracts/chat-world.ts';
import { type SlackWorld, type SlackWorldOptions, slackWorld } from '../../support/slack-world.ts';
import { testClock } from '../../support/workspace.ts';

let world: SlackWorld;
let chat: Chat;
async function open(options: SlackWorldOptions = {}): Promise<void> {
  world = await slackWorld('http', options);
  chat = await openChat(world);
}
afterEach(() => chat.close());

describe('a 429 of Slack', { timeout: 180_000 }, () => {
  beforeEach(() => open());

  const calls = (method: string) => world.slack.journal.filter((call) => call.method === method);

  it.each([
    [
      'of a direct message',
      /^chat\.postMessage$/,
      async () => {
        world.slack.channels.get(world.channel)?.members.delete('U0BEN');
        await chat.platform.notify({ platform: 'slack', userId: 'U0BEN' }, 'waits for you', chat.place());
        expect(chat.said('ben')).toContain('waits for you');
      },
    ],
    [
      'when somebody is looked up',
      /^users\./,
      async () => {
        const mention = [{ platform: 'slack', userId: 'ana@team.example' }];
        const ref = await chat.platform.post(chat.place(), aCard({ text: 'for Ana' }), { mention });
        expect(world.pinged(ref)).toEqual(['ana']);
      },
    ],
    [
      'when a channel is looked at',
      /^(conversations|users\.conversations|auth)/,
      async () => {
        expect(await chat.platform.check?.(world.channel)).toMatchObject({ ok: true });
        expect(await chat.platform.check?.('#support')).toMatchObject({ ok: true });
        expect(await chat.platform.health()).toMatchObject({ ok: true });
      },
    ],
    [
      'of a window',
      /^views\./,
      async () => {
        const { key } = await chat.ticket();
        expect((await chat.open('ana', key, 'form:edit')).values.text).toContain('Answer to');
        expect(await world.openHome('ana')).toContain('Today');
      },
    ],
    [
      'of a private answer',
      /^response_url$/,
      async () => {
        const { key } = await chat.ticket();
        await world.command('ana', 'queue');
        await until(() => expect(chat.said('ana')).toContain(key));
        expect(calls('chat.postEphemeral')).toEqual([]);
      },
    ],
    [
      'of a mark under a note',
      /^reactions\./,
      async () => {
        const { key } = await chat.ticket();
        const note = await world.reply('ana', chat.card(key), 'she called');
        await until(() => expect(world.marks?.(note)).toEqual(['📝']));
      },
    ],
  ] as const)('%s is waited for', async (_what, method, work) => {
    world.slack.busy(1, method);
    await work();
    expect(world.slack.journal.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  it('leaves a note without a mark where the app may not react', async () => {
    world.slack.setScopes(['chat:write']);
    const { id, key } = await chat.ticket();
    const note = await world.reply('ana', chat.card(key), 'she called');
    await until(() => expect(calls('reactions.add')).toHaveLength(1));
    expect(world.marks?.(note)).toEqual([]);
    expect(await chat.desk.store.messagesOf(id)).toHaveLength(2);
  });
});

describe('while Slack does not tell who wrote', { timeout: 180_000 }, () => {
  const clock = testClock(new Date().toISOString());
  beforeEach(async () => {
    clock.set(new Date().toISOString());
    await open({ clock });
  });
  const asked = () => world.slack.journal.filter(({ method }) => method === 'users.info').length;

  it('an order is waited for a quarter of an hour, a note for longer; who gave the order is told', async () => {
    const { id, key } = await chat.ticket();
    world.slack.fail(/^users\.info$/);
    await world.reply('ben', chat.card(key), '@deskhand shorter');
    await world.reply('ben', chat.card(key), 'she called');
    await world.command('ben', 'mode billing/refund observe');
    await until(() => expect(asked()).toBeGreaterThan(3));
    clock.advance(16 * 60_000);
    await until(() => expect(chat.said('ben').match(/You wrote: /g)).toHaveLength(2));
    expect(chat.said('ben')).toContain('You wrote: @deskhand shorter');
    expect(chat.said('ben')).toContain('You wrote: mode billing/refund observe');
    clock.advance(20 * 3_600_000);
    world.slack.fail(null);
    await until(async () =>
      expect((await chat.desk.store.messagesOf(id)).at(-1)).toMatchObject({
        author: 'Ben',
        text: 'she called',
      }),
    );
    expect(await chat.desk.store.messagesOf(id)).toHaveLength(2);
  });
});

describe('a response URL that takes no answer', { timeout: 180_000 }, () => {
  beforeEach(() => open({ timeoutMs: 300 }));

  it.each(['server error', 'timeout', 'expired'] as const)(
    '(%s) leaves the agent a private message instead',
    async (how) => {
      const { key } = await chat.ticket();
      world.slack.failResponses(how);
      await world.command('ana', 'queue');
      await until(() => expect(chat.said('ana')).toContain(key));
      await world.command('ana', 'search');
      await until(() => expect(chat.said('ana')).toContain('Search for what?'));
      expect(world.slack.privates.map(({ channel }) => channel)).toEqual([world.channel, world.channel]);
      expect(world.refused()).toEqual([]);
    },
  );

  it('leaves a direct message where the command was written outside of the bot’s channels', async () => {
    const { key } = await chat.ticket();
    world.slack.failResponses('expired');
    world.slack.channels.get(world.channel)?.members.delete('U0ANA');
    await world.command('ana', 'queue');
    await until(() => expect(chat.said('ana')).toContain(key));
    expect(world.slack.privates.map(({ channel }) => channel)).toEqual(['DU0ANA']);
  });

  it('leaves another private message after a press on a private card', async () => {
    const { key } = await chat.ticket();
    await world.command('vera', `ticket ${key}`);
    await until(() => expect(world.privates?.('vera')).toHaveLength(1));
    world.slack.failResponses('expired');
    const [card] = world.privates?.('vera') ?? [];
    if (!card) throw new Error('no private card');
    await world.press('vera', card, 'take');
    await until(() => expect(world.notices('vera')[1]).toContain('viewer'));
  });

  it('is tried again, like the message, when Slack is in trouble altogether', async () => {
    const { key } = await chat.ticket();
    await world.command('ana', 'mine');
    await until(() => expect(chat.said('ana')).toContain('Taken by you: 0'));
    world.slack.setFault('server error');
    await world.command('ana', 'queue');
    await until(() =>
      expect(world.slack.journal.some(({ method }) => method === 'chat.postEphemeral')).toBe(true),
    );
    world.slack.setFault(null);
    await until(() => expect(chat.said('ana')).toContain(key));
  });
});
