// Discord: the contract of chat platforms, with the real discord.js against an in-process REST and gateway.
import { expect, it } from 'vitest';
import { aCard } from '../../contracts/chat-cards.ts';
import { chatPlatformContract } from '../../contracts/chat-platform.ts';
import { appears, openChat, until } from '../../contracts/chat-world.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';

chatPlatformContract('discord', openDiscordWorld);

it('marks only words that became a note', { timeout: 180_000 }, async () => {
  const world = await openDiscordWorld();
  const chat = await openChat(world);
  const ref = await chat.platform.post(chat.place(), aCard({ key: 'C-7', text: 'a bug' }));
  const bug = await appears('the card', () => chat.see(ref));
  await world.reply('ana', bug, 'I look at the log');
  const { key } = await chat.ticket();
  const note = await world.reply('ana', chat.card(key), 'she called');
  await until(() => expect(world.double.reactions).toEqual([{ message: note, emoji: '📝' }]));
  await chat.close();
});
