// The slash command `/deskhand` as Discord registers it: one subcommand each, so that people find them.
import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';

const subcommand = (name: string, description: string, options: APIApplicationCommandBasicOption[] = []) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description,
  options,
});

const text = (name: string, description: string, required: boolean) => ({
  type: ApplicationCommandOptionType.String as const,
  name,
  description,
  required,
});

const choice = (name: string, description: string, values: string[]) => ({
  ...text(name, description, false),
  choices: values.map((value) => ({ name: value, value })),
});

/** The entry in the menu of a message, under "Apps". */
export const CREATE_TICKET = 'Create ticket';

/** Options stand in the order in which the command's text has them. */
export const COMMANDS: RESTPutAPIApplicationCommandsJSONBody = [
  {
    type: ApplicationCommandType.Message,
    name: CREATE_TICKET,
    contexts: [InteractionContextType.Guild],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  },
  {
    type: ApplicationCommandType.ChatInput,
    name: 'deskhand',
    description: 'The support inbox',
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    options: [
      subcommand('queue', 'Tickets that wait for an agent, most urgent first'),
      subcommand('mine', 'Tickets that you have taken'),
      subcommand('today', 'Your tickets, what waits, and the figures of the day'),
      subcommand('ticket', 'The card of one ticket', [
        text('id', 'Like T-1042, or C-7 for what several customers tell of', true),
      ]),
      subcommand('search', 'Tickets with these words', [text('words', 'What to look for', true)]),
      subcommand('digest', 'The numbers and what changed', [
        choice('period', 'The newest of these; daily unless you choose', ['daily', 'weekly', 'monthly']),
        text('day', 'Or that of one day, like 2026-03-02', false),
      ]),
      subcommand('dashboard', 'A link to the figures over time, for you alone'),
      subcommand('signals', 'Wishes, hurdles, accounts at risk, and what writing first has brought'),
      subcommand('mode', 'What the bot may do by itself', [
        text('category', 'The category to change (leads and admins)', false),
        choice('to', 'Its new mode', ['observe', 'suggest', 'auto']),
      ]),
      subcommand('help', 'What Deskhand understands'),
    ],
  },
];
