// The registry of adapters: adding one is a folder and a line here.
import { consoleModule } from './chat/console/index.ts';
import { discordModule } from './chat/discord/index.ts';
import { slackModule } from './chat/slack/index.ts';
import { teamsModule } from './chat/teams/index.ts';
import { stripe } from './context/stripe/index.ts';
import { api } from './intake/api/index.ts';
import { email } from './intake/email/index.ts';
import { github } from './tracker/github/index.ts';
import { jira } from './tracker/jira/index.ts';
import { linear } from './tracker/linear/index.ts';

export const chatModules = [consoleModule, slackModule, discordModule, teamsModule];
export const intakeModules = [api, email];
export const contextModules = [stripe];
export const trackerModules = [github, linear, jira];
