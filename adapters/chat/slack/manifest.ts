// The Slack app as a manifest: scopes, events, command and shortcuts, ready to paste at api.slack.com/apps.
import { MAIN_COMMANDS } from '../../../src/model/commands.ts';

/** `callback_id` of the entry in a message's menu. */
export const CREATE_TICKET = 'deskhand:create_ticket';

/** What the bot asks for, with what it cannot do otherwise; null: anything. https://docs.slack.dev/reference/scopes */
export const SCOPES: Record<string, string | null> = {
  'chat:write': null,
  commands: null,
  'channels:history': 'replies in threads of public channels are not read',
  'groups:history': 'replies in threads of private channels are not read',
  'channels:read': 'it does not know which public channels it is in',
  'groups:read': 'it does not know which private channels it is in',
  // Who pressed, and their e-mail, to know the agent.
  'users:read': null,
  'users:read.email': null,
  'files:write': 'charts are shown in words',
  'reactions:read': '👀 on cards is not seen',
  'reactions:write': 'notes in threads get no mark',
  'im:write': 'people outside a channel cannot be told in private',
};

/**
 * An app manifest (https://docs.slack.dev/reference/app-manifest). `url`: where Slack reaches this bot,
 * without a slash at the end; null for Socket Mode.
 */
export function slackManifest(url: string | null): object {
  const endpoint = url === null ? null : `${url.replace(/\/$/, '')}/webhooks/slack`;
  return {
    display_information: {
      name: 'Deskhand',
      description: 'The support inbox that lives in your chat',
      background_color: '#1f2937',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
      bot_user: { display_name: 'Deskhand', always_online: true },
      shortcuts: [
        {
          name: 'Create ticket',
          type: 'message',
          callback_id: CREATE_TICKET,
          description: 'Opens a ticket with the words of this message',
        },
      ],
      slash_commands: [
        {
          command: '/deskhand',
          description: 'Queue, tickets, search and modes',
          usage_hint: MAIN_COMMANDS.map(({ word }) => word).join(' | '),
          should_escape: true,
          ...(endpoint && { url: endpoint }),
        },
      ],
    },
    oauth_config: { scopes: { bot: Object.keys(SCOPES) } },
    settings: {
      event_subscriptions: {
        ...(endpoint && { request_url: endpoint }),
        bot_events: [
          'app_home_opened',
          'message.channels',
          'message.groups',
          'reaction_added',
          'reaction_removed',
        ],
      },
      interactivity: { is_enabled: true, ...(endpoint && { request_url: endpoint }) },
      org_deploy_enabled: false,
      socket_mode_enabled: endpoint === null,
      token_rotation_enabled: false,
    },
  };
}
