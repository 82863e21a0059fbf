// Discord's menus on cards that one person sees alone: what was chosen in them is forgotten behind a form, too.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appears, type Chat, openChat, type Seen, until } from '../../contracts/chat-world.ts';
import { type DiscordWorld, openDiscordWorld } from '../../support/discord-world.ts';

let world: DiscordWorld;
let chat: Chat;
let key: string;
let card: Seen;
let before: string[];
beforeEach(async () => {
  world = await openDiscordWorld();
  chat = await openChat(world);
  key = (await chat.ticket()).key;
  await world.command('ana', `ticket ${key}`);
  card = await onlyHers();
  before = menus();
  expect(before).not.toEqual([]);
});
afterEach(async () => {
  expect(world.refused()).toEqual([]);
  await chat.close();
});

const onlyHers = () =>
  appears('the card', () => world.privates?.('ana').find(({ actions }) => actions.includes('form:note')));

function menus(): string[] {
  const drawn = JSON.stringify(world.double.messages.get(card.ref.message)?.body);
  return [...drawn.matchAll(/"dh1\|menu[^"]*"/g)].map(([id]) => id);
}

it('leave nothing chosen behind a form that a private card opened', async () => {
  await world.press('ana', card, 'form:note');
  await until(() => expect(menus()).not.toEqual(before));
  expect(world.form('ana')?.title).toBe(`Note on ${key}`);
  expect(await onlyHers()).toMatchObject({ text: card.text, actions: card.actions });
});

it('leave nothing chosen once the form is sent, where Discord lets nobody edit behind an open one', async () => {
  world.double.fault('server error', {
    matches: (method, path) => method === 'PATCH' && /webhooks/.test(path),
  });
  await world.press('ana', card, 'form:note');
  await appears('the form', () => world.form('ana'));
  await world.submit('ana', { text: 'She called.' });
  await until(() => expect(menus()).not.toEqual(before));
  expect(await onlyHers()).toMatchObject({ text: card.text, actions: card.actions });
});
