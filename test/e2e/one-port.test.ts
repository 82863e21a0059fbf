// The whole bot with Slack, Discord and Teams set up as documented, beside the API on one port: one ticket on all three.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TeamsConfig } from '../../adapters/chat/teams/config.ts';
import { loadConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/infra/http/server.ts';
import { createMetrics } from '../../src/infra/metrics.ts';
import { allModules } from '../../src/main/adapters.ts';
import { startBot } from '../../src/main/bot.ts';
import { appOf } from '../../src/main/http.ts';
import { appears, type ChatWorld, type Seen, until } from '../contracts/chat-world.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase } from '../support/database.ts';
import { type DiscordWorld, openDiscordWorld } from '../support/discord-world.ts';
import { createReplyWebhook, type ReplyWebhook } from '../support/reply-webhook.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { silentLog } from '../support/silent-log.ts';
import { SLACK } from '../support/slack-double.ts';
import { type SlackWorld, slackWorld } from '../support/slack-world.ts';
import { tellAsOneStory } from '../support/story.ts';
import { BOT } from '../support/teams-double.ts';
import { buildTeamsWorld } from '../support/teams-world.ts';

const TOKEN = 'a-token-of-the-api-that-is-long-enough';
const LONG = 60_000;

let slack: SlackWorld;
let discord: DiscordWorld;
let teams: Awaited<ReturnType<typeof buildTeamsWorld>>;
let customers: ReplyWebhook;
let url = '';
const undo: (() => Promise<unknown>)[] = [];

/** What `.env` and config/deskhand.yaml say; nothing but Microsoft's sign-in pages is elsewhere than documented. */
async function settings(folder: string, databaseUrl: string) {
  const file = join(folder, 'deskhand.yaml');
  const places = { slack: slack.channel, discord: discord.channel, teams: teams.channel };
  await writeFile(
    file,
    JSON.stringify({
      channels: { tickets: Object.entries(places).map(([id, channel]) => `${id}:${channel}`) },
      agents: [
        {
          name: 'Ana',
          email: 'ana@team.example',
          role: 'lead',
          ...discord.agents?.['ana@team.example'],
          ...teams.agents?.['ana@team.example'],
        },
      ],
      send: { undoSeconds: 1 },
    }),
  );
  const config = loadConfig(allModules, {
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    DESKHAND_CONFIG: file,
    DESKHAND_API_TOKEN: TOKEN,
    DESKHAND_REPLY_WEBHOOK_URL: customers.url,
    DESKHAND_REPLY_WEBHOOK_SECRET: customers.secret,
    SLACK_BOT_TOKEN: SLACK.botToken,
    SLACK_SIGNING_SECRET: SLACK.signingSecret,
    SLACK_API_URL: slack.slack.apiUrl,
    DISCORD_TOKEN: discord.double.token,
    DISCORD_APPLICATION_ID: discord.double.applicationId,
    DISCORD_API_URL: discord.double.apiUrl,
    TEAMS_APP_ID: BOT.id,
    TEAMS_APP_PASSWORD: BOT.password,
    TEAMS_TENANT_ID: BOT.tenantId,
    TEAMS_SERVICE_URL: teams.double.serviceUrl,
  });
  // The slice is what its own schema made.
  const slice = config.adapters.get('teams') as TeamsConfig;
  const adapters = new Map(config.adapters).set('teams', { ...slice, authority: teams.double.authority });
  return { ...config, adapters };
}

beforeAll(async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  [slack, discord, teams, customers] = await Promise.all([
    slackWorld('http'),
    openDiscordWorld(),
    buildTeamsWorld(),
    createReplyWebhook(),
  ]);
  for (const world of [slack, discord, teams]) undo.push(() => world.remove());
  undo.push(() => customers.stop());
  const folder = await createDataFolder('deskhand-port-');
  undo.push(() => removeDataFolder(folder));
  const database = await createTestDatabase();
  undo.push(() => database.drop());

  const clock = { now: () => new Date() };
  const metrics = createMetrics();
  const bot = await startBot({
    config: await settings(folder, database.url),
    databaseUrl: database.url,
    log: silentLog,
    clock,
    metrics,
    sample: false,
    engine: scriptedEngine(),
  });
  undo.push(() => bot.stop());
  const server = createHttpServer({ host: '127.0.0.1', port: 0, log: silentLog });
  await server.setApp(appOf(bot, { token: TOKEN, metrics, log: silentLog, clock }));
  url = `http://127.0.0.1:${(await server.listen()).port}`;
  undo.push(() => server.close(1_000));
  slack.meet(url);
  teams.meet(url);
}, LONG);

afterAll(async () => {
  for (const end of undo.reverse()) await end();
  vi.restoreAllMocks();
}, LONG);

const worlds = (): ChatWorld[] => [slack, discord, teams];
const api = (path: string, body?: unknown) =>
  fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
const cardIn = (world: ChatWorld, key: string): Seen | undefined =>
  world.messages().find(({ thread, text }) => thread === null && text.includes(key));

describe('Slack, Discord and Teams on one port', { timeout: LONG }, () => {
  tellAsOneStory(() => undefined);
  let key = '';

  it('is ready, and a customer’s message is a card on all three', async () => {
    await until(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    const taken = await api('/api/messages', {
      channel: 'api',
      externalId: 'm-1',
      customer: { email: 'maria@acme.example', name: 'Maria' },
      text: 'Please send me the invoice of March',
    });
    expect(taken.status).toBe(202);
    const { ticketId } = (await taken.json()) as { ticketId: string };
    key = String(ticketId).startsWith('T-') ? ticketId : `T-${ticketId}`;
    for (const world of worlds())
      await appears('the card', () => (cardIn(world, key)?.actions.includes('approve') ? true : null));
  });

  it('each of them brings what an agent does: a note, another draft, a take', async () => {
    await slack.reply('ana', await appears('the card', () => cardIn(slack, key)), 'she called about this');
    for (const world of worlds())
      await until(() => expect(cardIn(world, key)?.text).toContain('Internal note by Ana'));
    await teams.reply('ana', await appears('the card', () => cardIn(teams, key)), '@deskhand shorter');
    for (const world of worlds()) await until(() => expect(cardIn(world, key)?.text).toContain('[shorter]'));
    await discord.press('ana', await appears('the card', () => cardIn(discord, key)), 'take');
    for (const world of worlds()) await until(() => expect(cardIn(world, key)?.text).toContain('Ana has it'));
  });

  it('an approval on one settles all three, and the customer has the reply', async () => {
    await discord.press('ana', await appears('the card', () => cardIn(discord, key)), 'approve');
    for (const world of worlds())
      await until(() => expect(cardIn(world, key)?.text).toContain('Sent by Ana'));
    await until(() => expect(customers.journal).toHaveLength(1));
    expect(JSON.stringify(customers.journal[0]?.body)).toContain('[shorter]');
    expect(customers.forged).toBe(0);
    for (const world of worlds()) {
      expect(
        world.messages().filter(({ thread, text }) => thread === null && text.includes(key)),
      ).toHaveLength(1);
      expect(world.refused()).toEqual([]);
    }
  });

  it('what nobody signed is taken at no door', async () => {
    const doors = ['/webhooks/slack', '/webhooks/teams', '/api/messages'];
    for (const door of doors) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}${door}`, { method: 'POST', headers, body: '{}' });
      expect([401, 403], door).toContain(answer.status);
    }
  });
});
