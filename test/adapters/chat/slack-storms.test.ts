// Slack's 429 of every method: it is waited for. (Storms of posts and updates are in the contract.)
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCard } from '../../contracts/chat-cards.ts';
import { type Chat, openChat, until } from '../../contracts/chat-world.ts';
import { type SlackWorld, slackWorld } from '../../support/slack-world.ts';

describe('a 429 of Slack', { timeout: 60_000 }, () => {
  let world: SlackWorld;
  let chat: Chat;
  beforeEach(async () => {
    world = await slackWorld('http');
    chat = await openChat(world);
  });
  afterEach(() => chat.close());

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
