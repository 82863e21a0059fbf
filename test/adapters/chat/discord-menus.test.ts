// Discord's menus on cards that one person sees alone: what was chosen in them is forgotten behind a form, too; and when a form's window closes.
import { InteractionResponseType } from 'discord.js';
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

/** What windows that were sent were answered with. */
const answers = () =>
  [...world.double.interactions.values()].filter(({ isModal }) => isModal).map(({ answer }) => answer?.type);
/** "Deskhand is thinking…" */
const THINKING = InteractionResponseType.DeferredChannelMessageWithSource;

it('a window closes when what was written in it is done; where that takes long, who wrote it sees that', async () => {
  const id = Number(key.slice(2));
  await chat.open('ben', key, 'form:note');
  const { pool } = chat.desk;
  const lock = await pool.connect();
  await lock.query('begin');
  await lock.query('select id from ticket for update');
  await world.submit('ben', { text: 'She called.' });
  await until(() => expect(answers()).toEqual([THINKING]));
  expect(await chat.decided(id)).toEqual([]);
  await lock.query('rollback');
  lock.release();
  await until(() => expect(chat.said('ben')).not.toBe(''));
  expect(await chat.decided(id)).toMatchObject([{ kind: 'note', text: 'She called.' }]);

  await chat.restart();
  expect(chat.said('ben')).not.toContain('was stopped');

  await chat.open('ben', key, 'form:note');
  await world.submit('ben', { text: 'Again.' });
  await until(() => expect(answers().at(-1)).toBe(InteractionResponseType.DeferredMessageUpdate));
  expect(await chat.decided(id)).toHaveLength(2);
});

it('what was written in a window is given back when the process ends before it is done', async () => {
  await chat.open('ben', key, 'form:note');
  const lock = await chat.desk.pool.connect();
  await lock.query('begin');
  await lock.query('select id from ticket for update');
  await world.submit('ben', { text: 'She called.' });
  await until(() => expect(answers()).toEqual([THINKING]));
  const next = world.create();
  await next.start(async () => ({ kind: 'none' }));
  await until(() => expect(chat.said('ben')).toMatch(/was stopped while.*She called\./s));
  await next.stop();
  await lock.query('rollback');
  lock.release();
});
