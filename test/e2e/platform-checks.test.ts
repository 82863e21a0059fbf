// `doctor` and `setup` with chat platforms set up: what works is said to work, what does not is said with its remedy.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createTeams } from '../../adapters/chat/teams/index.ts';
import { reachability } from '../../src/cli/reach.ts';
import { adapterDeps } from '../support/adapter-memory.ts';
import { createHome, type Home } from '../support/bot.ts';
import { type DiscordDouble, openDiscordDouble } from '../support/discord-double.ts';
import { createSlackDouble, SLACK, type SlackDouble } from '../support/slack-double.ts';
import { BOT, CHANNEL, startTeamsDouble, type TeamsDouble } from '../support/teams-double.ts';

const LONG = 300_000;
const checksSchema = z.array(z.object({ part: z.string(), state: z.string(), detail: z.string() }));

let home: Home;
let slack: SlackDouble;
let discord: DiscordDouble;
let teams: TeamsDouble;

beforeAll(async () => {
  [slack, discord, teams] = await Promise.all([
    createSlackDouble(),
    openDiscordDouble(),
    startTeamsDouble([]),
  ]);
  slack.setSocketUrl('ws://127.0.0.1:9/nobody-need-connect');
  home = await createHome({
    ...slack.env,
    ...discord.env,
    TEAMS_INSECURE_LOCAL: '1',
    TEAMS_SERVICE_URL: teams.serviceUrl,
  });
  await mkdir(join(home.folder, 'config'));
  const channels = {
    tickets: [`slack:${SLACK.channel}`, `discord:${discord.channel}`],
    fallback: 'console:support',
  };
  await writeFile(join(home.folder, 'config', 'deskhand.yaml'), JSON.stringify({ channels }));
}, LONG);

afterAll(async () => {
  await home?.remove();
  await Promise.all([slack?.close(), discord?.close(), teams?.close()]);
});

const doctor = async (env: Record<string, string> = {}) => {
  const { code, stdout } = await home.run(['doctor', '--json'], env);
  const checks = checksSchema.parse(JSON.parse(stdout));
  return { code, of: (part: string) => checks.find((check) => check.part === part) };
};

it('doctor finds every platform well that is well, though the bot does not run', {
  timeout: LONG,
}, async () => {
  const { code, of } = await doctor();
  expect(of('slack')).toMatchObject({ state: 'ok', detail: expect.stringContaining('by Socket Mode') });
  expect(of(`slack:${SLACK.channel}`)).toMatchObject({ state: 'ok' });
  expect(of('discord')).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('signed in as Deskhand'),
  });
  expect(of(`discord:${discord.channel}`)).toMatchObject({ state: 'ok' });
  expect(of('teams')).toMatchObject({ state: 'ok' });
  expect(code).toBe(0);
});

it('doctor names the token that is not accepted, and where to get another', { timeout: LONG }, async () => {
  const { code, of } = await doctor({
    SLACK_APP_TOKEN: 'xapp-of-another-app',
    DISCORD_TOKEN: 'x'.repeat(30),
  });
  expect(code).toBe(1);
  expect(of('slack')).toMatchObject({ state: 'fault', detail: expect.stringContaining('SLACK_APP_TOKEN') });
  expect(of('slack')?.detail).toContain('connections:write');
  expect(of('discord')).toMatchObject({ state: 'fault', detail: expect.stringContaining('DISCORD_TOKEN') });
  expect(of('teams')).toMatchObject({ state: 'ok' });
});

it('setup says of each platform whether it works, and ends accordingly', { timeout: LONG }, async () => {
  const into = (name: string) => ['--out', join(home.folder, name)];
  const commands = {
    slack: ['slack', ...into('manifest.json')],
    discord: ['discord'],
    teams: ['teams', '--app-id', BOT.id, '--url', 'https://desk.example', ...into('teams.zip')],
  };
  for (const [name, args] of Object.entries(commands)) {
    const { code, stdout } = await home.run(['setup', ...args]);
    expect(stdout, name).toContain('\nWorks: ');
    expect(code, name).toBe(0);
    if (name !== 'discord') continue;
    expect(stdout).toContain('Registered: “Create ticket” in the menu of messages, /deskhand');
    expect(stdout).toContain(`client_id=${discord.applicationId}&`);
    expect(discord.commands().map((one) => one.name)).toEqual(['Create ticket', 'deskhand']);
  }
  const broken = await home.run(['setup', 'slack', ...into('manifest.json')], {
    SLACK_BOT_TOKEN: 'xoxb-old',
  });
  expect(broken.stdout).toContain('\nFAULT: Slack no longer accepts SLACK_BOT_TOKEN');
  expect(broken.code).toBe(1);
});

it(
  'setup knocks at the address that the platform is told, and says what is there',
  async () => {
    const answering = (status: number) => async () => new Response(null, { status });
    const knock = (send: typeof fetch) => reachability('https://desk.example/webhooks/teams', send);
    expect(await knock(answering(401))).toMatchObject({ ok: true });
    expect(await knock(answering(404))).toMatchObject({
      ok: false,
      words: expect.stringContaining('answers 404 instead of 401: the bot there was started without'),
    });
    expect(await knock(answering(302))).toMatchObject({ ok: false });
    const { stdout, code } = await home.run([
      'setup',
      'teams',
      ...['--app-id', BOT.id, '--url', 'https://127.0.0.1:9', '--out', join(home.folder, 'again.zip')],
    ]);
    expect(stdout).toContain('Not reached yet: https://127.0.0.1:9/webhooks/teams does not answer (');
    expect(stdout).toContain('https://portal.azure.com/');
    expect(code).toBe(0);
  },
  LONG,
);

it('Teams with a registration: its token and its channel, before anything was started', async () => {
  const deps = adapterDeps();
  const { serviceUrl, authority } = teams;
  const config = { app: BOT, serviceUrl, authority, publicUrl: null, people: {}, requestMs: 1_500 };
  const well = createTeams(config, deps);
  expect(await well.health()).toMatchObject({ ok: true, detail: expect.stringContaining(BOT.id) });
  expect(await well.check?.(CHANNEL)).toMatchObject({ ok: true });

  const wrong = createTeams({ ...config, app: { ...BOT, password: 'wrong' } }, deps);
  expect(await wrong.health()).toMatchObject({
    ok: false,
    detail: expect.stringContaining('TEAMS_APP_PASSWORD'),
  });
});
