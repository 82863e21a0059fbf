// Bots that are killed while a platform is in trouble, right after it was told that an agent's words were taken: the next
// bot notes them once, under the right name, marks them, and tells who may not write.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appears, type ChatWorld, type Seen, until } from '../contracts/chat-world.ts';
import { ask, type BotProcess, spawnBot } from '../support/bot-process.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDiscordWorld } from '../support/discord-world.ts';
import { slackWorld } from '../support/slack-world.ts';
import { buildTeamsWorld } from '../support/teams-world.ts';

const LONG = 300_000;

/** A far end, what makes a bot its own, and how it learns where the bot is. */
interface End {
  world: ChatWorld;
  env: Record<string, string>;
  meet(base: string): void;
}

const ENDS: Record<string, () => Promise<End>> = {
  async slack() {
    const world = await slackWorld('http');
    return { world, env: world.slack.env, meet: world.meet };
  },
  async 'slack over Socket Mode'() {
    const world = await slackWorld('socket');
    return { world, env: world.slack.env, meet: () => undefined };
  },
  async discord() {
    const world = await openDiscordWorld();
    return { world, env: world.double.env, meet: () => undefined };
  },
  async teams() {
    const { double, meet, ...world } = await buildTeamsWorld();
    return { world, env: { ...double.env, TEAMS_AUTHORITY: JSON.stringify(double.authority) }, meet };
  },
};

let database: TestDatabase;
let folder: string;
let client: pg.Client;
let bot: BotProcess | null = null;
let world: ChatWorld | null = null;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await createDataFolder('deskhand-words-');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
}, LONG);
afterEach(async () => {
  await bot?.kill();
  await client.end();
  await world?.remove();
  await database.drop();
  await removeDataFolder(folder);
}, LONG);

it.each(Object.keys(ENDS))('on %s', { timeout: LONG }, async (name) => {
  const opened = await ENDS[name]?.();
  if (!opened) throw new Error(`no ${name}`);
  const { world: end, env, meet } = opened;
  world = end;
  const platform = name.split(' ')[0] ?? '';
  const config = join(folder, 'deskhand.yaml');
  const team = { ana: 'lead', ben: 'agent', vera: 'viewer' };
  const agents = Object.entries(team).map(([person, role]) => {
    const email = `${person}@team.example`;
    return { name: person, email, role, ...end.agents?.[email] };
  });
  await writeFile(config, JSON.stringify({ channels: { tickets: `${platform}:${end.channel}` }, agents }));

  async function start(): Promise<string> {
    bot = spawnBot({ ...env, DATABASE_URL: database.url, DATA_DIR: folder, DESKHAND_CONFIG: config });
    const url = await bot.url;
    meet(url);
    return url;
  }
  const notes = async () =>
    (await client.query("select author, text from message where direction = 'note' order by seq")).rows;
  const waiting = async () =>
    (await client.query("select key from value where owner = $1 and key like 'inbox/%'", [platform])).rows;

  const url = await start();
  const letter = {
    channel: 'api',
    externalId: 'm-1',
    customer: { email: 'maria@acme.example' },
    text: 'My invoice?',
  };
  expect((await ask(url, '/api/messages', letter)).status).toBe(202);
  const card: Seen = await appears('the card', () =>
    end.messages().find(({ actions }) => actions.includes('approve')),
  );

  // From here on the platform tells nothing, and nobody can write down a note.
  end.fault('server error');
  await client.query('begin');
  await client.query('select id from ticket for update');
  const note = await end.reply('ben', card, 'she called about this');
  await end.reply('vera', card, 'I may only look');
  await vi.waitFor(async () => expect(await waiting()).toHaveLength(2), { timeout: 60_000 });
  await bot?.kill();
  await client.query('rollback');
  expect(await notes()).toEqual([]);

  await start();
  end.heal();
  await until(async () => expect(await notes()).toEqual([{ author: 'ben', text: 'she called about this' }]));
  await until(() => expect(end.notices('vera').join()).toContain('Your role is "viewer"'));
  if (end.marks) await until(() => expect(end.marks?.(note)).toEqual(['📝']));
  await until(async () => expect(await waiting()).toEqual([]));
  expect(await notes()).toHaveLength(1);
  expect(end.refused()).toEqual([]);
});
