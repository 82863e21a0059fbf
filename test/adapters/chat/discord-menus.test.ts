// Discord's menus on cards that one person sees alone: what was chosen in them is forgotten behind a form, too.
import { expect, it } from 'vitest';
import { appears, openChat, until } from '../../contracts/chat-world.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';

it('leave nothing chosen behind a form that a private card opened', async () => {
  const world = await openDiscordWorld();
  const chat = await openChat(world);
  const { key } = await chat.ticket();
  await world.command('ana', `ticket ${key}`);
  const onlyHers = () =>
    appears('the card', () => world.privates?.('ana').find(({ actions }) => actions.includes('form:note')));
  const card = await onlyHers();
  const menus = () => {
    const drawn = JSON.stringify(world.double.messages.get(card.ref.message)?.body);
    return [...drawn.matchAll(/"dh1\|menu[^"]*"/g)].map(([id]) => id);
  };
  const before = menus();
  expect(before).not.toEqual([]);
  await world.press('ana', card, 'form:note');
  await until(() => expect(menus()).not.toEqual(before));
  expect(world.form('ana')?.title).toBe(`Note on ${key}`);
  expect(await onlyHers()).toMatchObject({ text: card.text, actions: card.actions });
  expect(world.refused()).toEqual([]);
  await chat.close();
});
