// `deskhand setup slack|discord|teams`: writes what the platform wants, says the steps, checks what is there already.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { DiscordConfig } from '../../adapters/chat/discord/config.ts';
import { registerCommands } from '../../adapters/chat/discord/register.ts';
import { slackManifest } from '../../adapters/chat/slack/manifest.ts';
import { teamsPackage } from '../../adapters/chat/teams/package.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLimiter } from '../infra/limiter/index.ts';
import { createLog } from '../infra/log.ts';
import { openPostgres } from '../infra/postgres/index.ts';
import { allModules, checkAdapters } from '../main/adapters.ts';
import { AppError } from '../model/errors.ts';
import { reachability } from './reach.ts';

/** The permissions that the README of the Discord adapter lists. */
const DISCORD_PERMISSIONS = '309237746752';

export function setupCommand(): Command {
  const command = new Command('setup');
  command
    .command('slack')
    .description('writes the app manifest')
    .option('--url <address>', 'where Slack reaches this bot; without it the manifest is for Socket Mode')
    .option('--out <file>', 'where the manifest is written', 'slack-manifest.json')
    .action(async ({ url, out }: { url?: string; out: string }) => {
      const file = await write(
        out,
        `${JSON.stringify(slackManifest(url ? webAddress(url) : null), null, 2)}\n`,
      );
      steps('Slack', 'adapters/chat/slack/README.md', [
        `https://api.slack.com/apps, "Create New App", "From a manifest": paste ${file}`,
        '"Install to Workspace", then set SLACK_BOT_TOKEN ("OAuth & Permissions")',
        url
          ? 'set SLACK_SIGNING_SECRET ("Basic Information")'
          : 'make an app-level token with connections:write ("Basic Information") and set SLACK_APP_TOKEN',
        'invite the bot to the channel, and name it in config/deskhand.yaml: channels: { tickets: slack:C0123 }',
      ]);
      if (url) await knock(`${webAddress(url)}/webhooks/slack`);
      await check('slack');
    });
  command
    .command('discord')
    .description('prints the link that invites the bot, and registers its commands')
    .option('--application-id <id>', 'id of the application, to complete the link')
    .action(async ({ applicationId }: { applicationId?: string }) => {
      const id = applicationId ?? discordOf(loadConfig(allModules))?.applicationId ?? 'APPLICATION_ID';
      steps('Discord', 'adapters/chat/discord/README.md', [
        'https://discord.com/developers/applications, "New Application"; set DISCORD_APPLICATION_ID',
        '"Bot": "Reset Token", set DISCORD_TOKEN; turn on "Message Content Intent"',
        `invite it: https://discord.com/oauth2/authorize?client_id=${id}&scope=bot+applications.commands&permissions=${DISCORD_PERMISSIONS}`,
        'name a channel in config/deskhand.yaml: channels: { tickets: "discord:1122334455667788990" }',
      ]);
      await check('discord', register);
    });
  command
    .command('teams')
    .description('builds the app package')
    .requiredOption('--app-id <id>', 'application (client) id of the bot’s registration')
    .requiredOption('--url <address>', 'where Teams reaches this bot, https')
    .option('--out <file>', 'where the package is written', 'deskhand-teams.zip')
    .action(async ({ appId, url, out }: { appId: string; url: string; out: string }) => {
      const publicUrl = webAddress(url);
      const file = await write(out, teamsPackage({ appId, publicUrl }));
      steps('Microsoft Teams', 'adapters/chat/teams/README.md', [
        `https://portal.azure.com/#create/Microsoft.AzureBot, type "Single tenant"; then its "Configuration": messaging endpoint ${publicUrl}/webhooks/teams; "Channels": Microsoft Teams`,
        `set TEAMS_APP_ID, TEAMS_APP_PASSWORD ("Certificates & secrets") and TEAMS_TENANT_ID, all from https://entra.microsoft.com, "App registrations"`,
        `https://teams.microsoft.com, "Apps", "Manage your apps", "Upload an app": ${file}; then "Add to a team"`,
        'in Teams the channel\'s menu, "Get link to channel": name it in config/deskhand.yaml: channels: { tickets: "teams:19:abc@thread.tacv2" }',
      ]);
      await knock(`${publicUrl}/webhooks/teams`);
      await check('teams');
    });
  return command;
}

function webAddress(url: string): string {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new AppError(
      'wrong_use',
      `--url is "${url}"; it must be an https address such as https://support.example.com.`,
    );
  return url.replace(/\/$/, '');
}

async function write(out: string, content: string | Uint8Array): Promise<string> {
  const file = resolve(out);
  await writeFile(file, content);
  console.log(`Written: ${file}\n`);
  return file;
}

function steps(platform: string, readme: string, todo: string[]): void {
  console.log(`${platform}, step by step (in full: ${readme}):`);
  for (const [index, step] of todo.entries()) console.log(`  ${index + 1}. ${step}`);
}

/** Says whether the platform would find the bot. It may not run yet, so that is no failure. */
async function knock(door: string): Promise<void> {
  const { ok, words } = await reachability(door, fetch);
  console.log(`\n${ok ? 'Reached' : 'Not reached yet'}: ${words}`);
}

/** The slice that Discord's own schema made; null when it is not set up. */
function discordOf(config: Config): DiscordConfig | null {
  return (config.adapters.get('discord') as DiscordConfig | undefined) ?? null;
}

async function register(config: Config): Promise<string> {
  const discord = discordOf(config);
  if (!discord) return '';
  const limiter = createLimiter({ now: () => new Date() });
  const names = await registerCommands(discord, { fetch, limiter });
  return `Registered: ${names.map((name) => (name === 'deskhand' ? '/deskhand' : `“${name}” in the menu of messages`)).join(', ')}`;
}

/** Once its variables are set, asks the platform itself; when it works, `more` is done, too. */
async function check(platform: string, more?: (config: Config) => Promise<string>): Promise<void> {
  const config: Config = loadConfig(allModules);
  if (!config.adapters.has(platform)) {
    console.log(
      '\nNot connected yet: its variables are not set. Run this again, or `deskhand doctor`, when they are.',
    );
    return;
  }
  const log = createLog({ level: 'silent' });
  const { dataDir, env } = config;
  const server = await openPostgres({ dataDir, databaseUrl: env.DATABASE_URL, database: 'deskhand', log });
  try {
    const health = (await checkAdapters(config, server.url, log))[platform];
    console.log(`\n${health?.ok ? 'Works' : 'FAULT'}: ${health?.detail ?? 'no answer'}`);
    if (!health?.ok) process.exitCode = 1;
    else if (more) console.log(await more(config));
  } finally {
    await server.stop();
  }
}
