// The registry of adapters: adding one is a folder and its line here. Only what is set up is loaded.
import type { AdapterModule } from '../src/ports.ts';
import { consoleConfig } from './chat/console/config.ts';
import { discordConfig } from './chat/discord/config.ts';
import { slackConfig } from './chat/slack/config.ts';
import { teamsConfig } from './chat/teams/config.ts';
import { stripeConfig } from './context/stripe/config.ts';
import { apiConfig } from './intake/api/config.ts';
import { emailConfig } from './intake/email/config.ts';
import { githubConfig } from './tracker/github/config.ts';
import { jiraConfig } from './tracker/jira/config.ts';
import { linearConfig } from './tracker/linear/config.ts';

export const chatModules = [
  builtIn(
    adapter('console', consoleConfig, async () => (await import('./chat/console/index.ts')).createConsole),
  ),
  adapter('slack', slackConfig, async () => (await import('./chat/slack/index.ts')).createSlack),
  adapter('discord', discordConfig, async () => (await import('./chat/discord/index.ts')).createDiscord),
  adapter('teams', teamsConfig, async () => (await import('./chat/teams/index.ts')).createTeams),
];
export const intakeModules = [
  builtIn(adapter('api', apiConfig, async () => (await import('./intake/api/index.ts')).createApi)),
  adapter('email', emailConfig, async () => (await import('./intake/email/index.ts')).createEmail),
];
export const contextModules = [
  adapter('stripe', stripeConfig, async () => (await import('./context/stripe/index.ts')).createStripe),
];
export const trackerModules = [
  adapter('github', githubConfig, async () => (await import('./tracker/github/index.ts')).createGithub),
  adapter('linear', linearConfig, async () => (await import('./tracker/linear/index.ts')).createLinear),
  adapter('jira', jiraConfig, async () => (await import('./tracker/jira/index.ts')).createJira),
];

/** An entry whose schema and code agree on the configuration. */
function adapter<Config, Port>(
  id: string,
  config: AdapterModule<Config, Port>['config'],
  load: AdapterModule<Config, Port>['load'],
): AdapterModule<Config, Port> {
  return { id, config, load };
}

function builtIn<Config, Port>(module: AdapterModule<Config, Port>): AdapterModule<Config, Port> {
  return { ...module, builtIn: true };
}
