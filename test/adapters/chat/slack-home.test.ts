// Slack's Home tab: what an agent has and what the day brought, seen from the event to the published view.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Chat, openChat } from '../../contracts/chat-world.ts';
import { type SlackWorld, slackWorld } from '../../support/slack-world.ts';

let world: SlackWorld;
let chat: Chat;
beforeEach(async () => {
  world = await slackWorld('http');
  chat = await openChat(world);
});
afterEach(() => chat.close());

it('shows one’s own tickets, what waits, and the figures of the day', async () => {
  const mine = await chat.ticket('Please send me the invoice of March');
  await chat.desk.press('ana', mine.id, { kind: 'take' });
  await chat.desk.write('The export is empty', { customer: { email: 'joe@other.example' } });
  await chat.desk.work();

  const home = await world.openHome('ana');
  expect(home).toContain('Today: 1 yours, 2 waiting');
  expect(home).toContain(mine.key);
  expect(home).toContain('The export is empty');
  expect(home).toContain('Opened');
  expect(world.refused()).toEqual([]);
});

it('tells people who are no agents what to do', async () => {
  expect(await world.openHome('stranger')).toContain('not in the list of agents');
});
