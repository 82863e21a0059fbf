// The whole bot with Slack over Socket Mode as documented: an app-level token, and no address that Slack could reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appears, until } from '../contracts/chat-world.ts';
import { type SlackWorld, slackWorld } from '../support/slack-world.ts';
import { openWholeBot, type WholeBot } from '../support/whole-bot.ts';

const LONG = 300_000;

let slack: SlackWorld;
let bot: WholeBot;

beforeAll(async () => {
  slack = await slackWorld('socket');
  bot = await openWholeBot(
    {
      channels: { tickets: `slack:${slack.channel}` },
      agents: [{ name: 'Ana', email: 'ana@team.example', role: 'lead' }],
      send: { undoSeconds: 1 },
    },
    slack.slack.env,
  );
  await bot.start();
}, LONG);

afterAll(async () => {
  await bot?.remove();
  await slack?.remove();
}, LONG);

it('a message’s card is approved over the socket, and the customer has the reply once', {
  timeout: LONG,
}, async () => {
  const key = await bot.receive('maria', 'Please send me the invoice of March');
  const card = () => slack.messages().find(({ thread, text }) => thread === null && text.includes(key));
  const waiting = await appears('the card', () => {
    const seen = card();
    return seen?.actions.includes('approve') ? seen : null;
  });
  // Slack delivers again what it believes was not acknowledged.
  await slack.press('ana', waiting, 'approve', 2);
  await until(() => expect(card()?.text).toContain('Sent by Ana'));
  await until(() => expect(bot.customers.taken).toHaveLength(1));
  expect(bot.repliesOn(key)).toHaveLength(1);
  expect((await fetch(`${bot.url}/webhooks/slack`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect(slack.refused()).toEqual([]);
});
