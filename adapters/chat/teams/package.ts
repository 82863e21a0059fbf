// The Teams app package: manifest, icons and the zip that an administrator uploads.
import { MAIN_COMMANDS } from '../../../src/model/commands.ts';
import { ACCENT_COLOUR, colourIcon, outlineIcon } from './icons.ts';
import { zip } from './zip.ts';

export interface TeamsAppOptions {
  /** Application (client) id of the registration; also the bot's id. */
  appId: string;
  /** Where the bot is reached, https. */
  publicUrl: string;
  /** As people see it in Teams, up to 30 characters. */
  name?: string;
  /** Raise it when the package changes: Teams updates only then. */
  version?: string;
}

/** Id of the command in the menu of a message. */
export const CREATE_TICKET = 'createTicket';

/** What can be typed after the bot's name; Teams offers up to ten in a list. */
const commands = MAIN_COMMANDS.map(({ command, says }) => ({ title: command, description: says }));

/**
 * The manifest, schema 1.19. ChannelMessage.Read.Group brings replies in which the bot is not mentioned.
 * https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
 */
export function teamsManifest({ appId, publicUrl, name = 'Deskhand', version = '1.0.0' }: TeamsAppOptions) {
  const home = new URL(publicUrl);
  const site = home.href.replace(/\/$/, '');
  return {
    $schema: 'https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json',
    manifestVersion: '1.19',
    version,
    id: appId,
    developer: { name: 'Deskhand', websiteUrl: site, privacyUrl: site, termsOfUseUrl: site },
    name: { short: name.slice(0, 30), full: `${name}: the support inbox in your team's chat`.slice(0, 100) },
    description: {
      short: "The support inbox that lives in your team's chat",
      full: 'Every customer message becomes a card in a channel, with what it is about, how urgent it is and a drafted answer with its sources. Agents approve, edit or escalate on the card.',
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: ACCENT_COLOUR,
    bots: [
      {
        botId: appId,
        scopes: ['team', 'personal', 'groupChat'],
        supportsFiles: false,
        isNotificationOnly: false,
        commandLists: [{ scopes: ['team', 'personal', 'groupChat'], commands }],
      },
    ],
    composeExtensions: [
      {
        botId: appId,
        commands: [
          {
            id: CREATE_TICKET,
            type: 'action',
            context: ['message'],
            title: 'Create ticket',
            description: 'Opens a ticket with the words of this message',
            fetchTask: true,
          },
        ],
      },
    ],
    validDomains: [home.host],
    webApplicationInfo: { id: appId, resource: `api://${home.host}/${appId}` },
    authorization: {
      permissions: { resourceSpecific: [{ name: 'ChannelMessage.Read.Group', type: 'Application' }] },
    },
  };
}

/** The package as a zip file: `manifest.json` and the icons at its top. */
export function teamsPackage(options: TeamsAppOptions): Uint8Array {
  const manifest = JSON.stringify(teamsManifest(options), null, 2);
  return zip([
    { name: 'manifest.json', data: Buffer.from(`${manifest}\n`) },
    { name: 'color.png', data: colourIcon() },
    { name: 'outline.png', data: outlineIcon() },
  ]);
}
