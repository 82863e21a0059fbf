// The whole bot with Slack, Discord and Teams set up as documented, beside the API on one port: each tells the whole story.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TeamsConfig } from '../../adapters/chat/teams/config.ts';
import type { Config } from '../../src/config.ts';
import type { ActionId } from '../../src/model/card.ts';
import { appears, type ChatWorld, type Seen, until } from '../contracts/chat-world.ts';
import { type DiscordWorld, openDiscordWorld } from '../support/discord-world.ts';
import { type SlackWorld, slackWorld } from '../support/slack-world.ts';
import { tellAsOneStory } from '../support/story.ts';
import { buildTeamsWorld } from '../support/teams-world.ts';
import { openWholeBot, type WholeBot } from '../support/whole-bot.ts';

const LONG = 300_000;

type Words = Record<string, string>;

let slack: SlackWorld;
let discord: DiscordWorld;
let teams: Awaited<ReturnType<typeof buildTeamsWorld>>;
let bot: WholeBot;

/** What `.env` and config/deskhand.yaml say; nothing but Microsoft's sign-in pages is elsewhere than documented. */
function asDocumented(): Promise<WholeBot> {
  const places = { slack: slack.channel, discord: discord.channel, teams: teams.channel };
  const yaml = {
    channels: { tickets: Object.entries(places).map(([id, channel]) => `${id}:${channel}`) },
    agents: [
      {
        name: 'Ana',
        email: 'ana@team.example',
        role: 'lead',
        team: 'billing',
        ...discord.agents?.['ana@team.example'],
        ...teams.agents?.['ana@team.example'],
      },
    ],
  };
  const env = { ...slack.slack.env, ...discord.double.env, ...teams.double.env };
  return openWholeBot(yaml, env, (config: Config) => {
    // The slice is what its own schema made.
    const slice = config.adapters.get('teams') as TeamsConfig;
    const adapters = new Map(config.adapters).set('teams', { ...slice, authority: teams.double.authority });
    return { ...config, adapters };
  });
}

async function startAndMeet(): Promise<void> {
  await bot.start();
  slack.meet(bot.url);
  teams.meet(bot.url);
  await until(async () => expect((await fetch(`${bot.url}/readyz`)).status).toBe(200));
}

beforeAll(async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  [slack, discord, teams] = await Promise.all([slackWorld('http'), openDiscordWorld(), buildTeamsWorld()]);
  bot = await asDocumented();
  await startAndMeet();
}, LONG);

afterAll(async () => {
  await bot?.remove();
  for (const world of [slack, discord, teams]) await world?.remove();
  vi.restoreAllMocks();
}, LONG);

const worlds = (): ChatWorld[] => [slack, discord, teams];
const cardsIn = (world: ChatWorld, key: string): Seen[] =>
  world.messages().filter(({ thread, text }) => thread === null && text.includes(key));
const cardIn = (world: ChatWorld, key: string): Promise<Seen> =>
  appears('the card', () => cardsIn(world, key)[0]);
const waiting = (world: ChatWorld, key: string): Promise<Seen> =>
  appears('a card to approve', () => cardsIn(world, key).find(({ actions }) => actions.includes('approve')));

async function shows(world: ChatWorld, key: string, words: string): Promise<void> {
  await until(async () => expect((await cardIn(world, key)).text).toContain(words));
}

describe('Slack, Discord and Teams on one port', { timeout: LONG }, () => {
  tellAsOneStory(() => undefined);
  let key = '';

  it('a customer’s message is a card on all three', async () => {
    key = await bot.receive('maria', 'Please send me the invoice of March');
    for (const world of worlds()) await waiting(world, key);
  });

  it('each of them brings what an agent does: a note, another draft, a take', async () => {
    await slack.reply('ana', await cardIn(slack, key), 'she called about this');
    for (const world of worlds()) await shows(world, key, 'Internal note by Ana');
    await teams.reply('ana', await cardIn(teams, key), '@deskhand shorter');
    for (const world of worlds()) await shows(world, key, '[shorter]');
    await discord.press('ana', await cardIn(discord, key), 'take');
    for (const world of worlds()) await shows(world, key, 'Ana has it');
  });

  it('an approval on one settles all three, and the customer has the reply', async () => {
    await discord.press('ana', await cardIn(discord, key), 'approve');
    for (const world of worlds()) await shows(world, key, 'Sent by Ana');
    await until(() => expect(bot.repliesOn(key)).toHaveLength(1));
    expect(JSON.stringify(bot.repliesOn(key))).toContain('[shorter]');
    expect(bot.customers.forged).toBe(0);
    for (const world of worlds()) {
      expect(cardsIn(world, key)).toHaveLength(1);
      expect(world.refused()).toEqual([]);
    }
  });

  it('what nobody signed is taken at no door', async () => {
    const doors = ['/webhooks/slack', '/webhooks/teams', '/api/messages'];
    for (const door of doors) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${bot.url}${door}`, { method: 'POST', headers, body: '{}' });
      expect([401, 403], door).toContain(answer.status);
    }
  });
});

/** Slack, Discord and Teams by name: each tells the same story on a ticket of its own. */
const PLATFORMS = [
  { name: 'Slack', at: () => slack },
  { name: 'Discord', at: () => discord },
  { name: 'Teams', at: () => teams },
] satisfies { name: string; at: () => ChatWorld }[];

describe('the whole story on each of them', { timeout: LONG }, () => {
  tellAsOneStory(() => undefined);
  const keys = new Map<string, string>();
  const keyOf = (name: string): string => keys.get(name) ?? '';

  /** Opens a form of the platform's card, fills it in, and sends it off; what stood in it. */
  async function fill({ name, at }: (typeof PLATFORMS)[number], action: ActionId, values: Words) {
    await at().press('ana', await waiting(at(), keyOf(name)), action);
    const form = await appears('the form', () => at().form('ana'));
    await at().submit('ana', values);
    return form.values;
  }

  it.each(PLATFORMS)('a ticket of the wrong category is put right on $name', async (platform) => {
    const { name } = platform;
    const key = await bot.receive(`maria-${name}`, `Please send the invoice of May to ${name}`);
    keys.set(name, key);
    const category = async () => ((await (await bot.api(`/api/tickets/${key}`)).json()) as Words).category;
    await waiting(platform.at(), key);
    expect(await category()).toBe('billing/invoice-copy');
    await fill(platform, 'form:reclassify', { category: 'reports/exports' });
    await until(async () => expect(await category()).toBe('reports/exports'));
  });

  it.each(PLATFORMS)('an approval on $name is undone, and nothing leaves', async ({ name, at }) => {
    await at().press('ana', await waiting(at(), keyOf(name)), 'approve');
    await shows(at(), keyOf(name), 'Ana approved');
    await at().press('ana', await cardIn(at(), keyOf(name)), 'undo');
    await waiting(at(), keyOf(name));
    expect(bot.repliesOn(keyOf(name))).toEqual([]);
  });

  it.each(PLATFORMS)('it is escalated on $name with a reason, which the thread tells', async (platform) => {
    const { name, at } = platform;
    await fill(platform, 'form:escalate', { to: 'billing', reason: 'it blocks her payroll' });
    await shows(at(), keyOf(name), 'Escalated to billing');
    const { ref } = await cardIn(at(), keyOf(name));
    const thread = () =>
      at()
        .messages()
        .filter((message) => message.thread === ref.message);
    await until(() =>
      expect(
        thread()
          .map(({ text }) => text)
          .join('\n'),
      ).toContain('it blocks her payroll'),
    );
  });

  it('edited replies and messages just taken in outlive a stop of the bot: each comes once', async () => {
    for (const platform of PLATFORMS) {
      const { name, at } = platform;
      const before = await fill(platform, 'form:edit', { text: `Dear Maria,\n\nhere it is, ${name}.` });
      expect(before.text).toContain(`Please send the invoice of May to ${name}`);
      await shows(at(), keyOf(name), 'Ana approved');
    }
    const next = await bot.receive('late', 'Where is the invoice of June?');
    await bot.stop();
    for (const { name } of PLATFORMS) expect(bot.repliesOn(keyOf(name))).toEqual([]);
    await startAndMeet();

    for (const { name, at } of PLATFORMS) {
      await shows(at(), keyOf(name), 'Sent by Ana');
      await waiting(at(), next);
    }
    // Whatever would have been sent or posted twice has had its time when the next reply has left.
    await slack.press('ana', await waiting(slack, next), 'approve');
    for (const { name, at } of PLATFORMS) {
      await shows(at(), next, 'Sent by Ana');
      const replies = bot.repliesOn(keyOf(name)).map(({ body }) => body.text);
      expect(replies).toEqual([expect.stringContaining(`here it is, ${name}.`)]);
      for (const key of [keyOf(name), next]) expect(cardsIn(at(), key)).toHaveLength(1);
      expect(at().refused()).toEqual([]);
    }
    expect(bot.repliesOn(next)).toHaveLength(1);
    expect(new Set(bot.customers.taken).size).toBe(bot.customers.taken.length);
  });
});
