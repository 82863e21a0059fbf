// What could not be kept is not acknowledged: it is delivered again and noted then, or read again where it is not.
import { describe, expect, it, vi } from 'vitest';
import { openChat, until } from '../../contracts/chat-world.ts';
import { createFailingStore } from '../../support/adapter-memory.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';
import { slackWorld } from '../../support/slack-world.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';

describe('words that the database does not take', { timeout: 180_000 }, () => {
  it.each(['http', 'socket'] as const)(
    'are not acknowledged to Slack (%s), and noted when they come again',
    async (mode) => {
      const store = createFailingStore();
      const world = await slackWorld(mode, { store });
      const chat = await openChat(world);
      const { id, key } = await chat.ticket();
      store.fail = true;
      await expect(world.reply('ana', chat.card(key), 'she called')).rejects.toThrow(
        /answered 500|not acknowledged/,
      );
      store.fail = false;
      await world.redeliver();
      await until(async () => expect(await chat.notes(id)).toEqual(['Ana: she called']));
      await chat.close();
    },
  );

  it('are not acknowledged to Teams', async () => {
    const store = createFailingStore();
    const world = await buildTeamsWorld({ store });
    const chat = await openChat(world);
    const { id, key } = await chat.ticket();
    const ana = world.at('ana');
    const words = {
      ...ana.envelope(world.channel, chat.card(key).ref.message),
      id: '1772000000999',
      type: 'message',
      text: 'she called',
    };
    store.fail = true;
    // The SDK writes what it caught to the console itself.
    const said = vi.spyOn(console, 'error').mockReturnValue();
    expect((await ana.post(words)).status).toBe(500);
    said.mockRestore();
    store.fail = false;
    expect((await ana.post(words)).status).toBe(200);
    await until(async () => expect(await chat.notes(id)).toEqual(['Ana: she called']));
    await chat.close();
  });

  it.each(['fail', 'blind'] as const)(
    'are read again on Discord, which tells nothing twice (the database: %s)',
    async (trouble) => {
      const store = createFailingStore();
      const world = await openDiscordWorld({ store });
      const chat = await openChat(world);
      const { id, key } = await chat.ticket();
      // A process that has not seen the card yet asks whose thread it is.
      await chat.restart();
      await until(async () => expect(await store.get('listening')).toBeDefined());
      store[trouble] = true;
      const note = await world.reply('ana', chat.card(key), 'she called');
      const calm = await world.command('ben', 'help').then(() => chat.said('ben'));
      await until(() => expect(chat.said('ben')).not.toBe(calm));
      expect(await chat.notes(id)).toEqual([]);
      store[trouble] = false;
      await until(() => expect(world.marks?.(note)).toEqual(['📝']));
      expect(await chat.notes(id)).toEqual(['Ana: she called']);
      expect(world.messages().filter(({ thread }) => thread !== null)).toHaveLength(1);
      await chat.close();
    },
  );

  it('in the middle of a note are noted all the same, and nobody is asked to write them again', async () => {
    const world = await slackWorld('http');
    const chat = await openChat(world);
    const { id, key } = await chat.ticket();
    const { store } = chat.desk.deps;
    let failures = 2;
    const transaction: typeof store.transaction = async (work) => {
      if (failures-- > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      return store.transaction(work);
    };
    chat.desk.deps.store = { ...store, transaction };
    const note = await world.reply('ana', chat.card(key), 'she called');
    await until(() => expect(world.marks?.(note)).not.toEqual([]));
    expect(await chat.notes(id)).toEqual(['Ana: she called']);
    expect(chat.said('ana')).toBe('');
    await chat.close();
  });
});
