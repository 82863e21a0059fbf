// The only file that knows Microsoft's SDK: receiving and checking activities, routing card actions, speaking first.
import { AppError } from '../../../src/model/errors.ts';
import type { Log } from '../../../src/ports.ts';
import { type Activity, readActivity, tenantOf } from './activity.ts';
import { throughBridge } from './bridge.ts';
import type { TeamsCard } from './card-json.ts';
import type { TeamsConfig } from './config.ts';
import type { Connector } from './connector.ts';
import { CREATE_TICKET } from './package.ts';
import type { Content } from './render.ts';

type Sdk = typeof import('@microsoft/teams-ai');
type App = InstanceType<Sdk['Application']>;
type Adapter = InstanceType<Sdk['TeamsAdapter']>;
type TurnContext = Parameters<App['run']>[0];
type ConnectorOptions = NonNullable<ConstructorParameters<Sdk['TeamsAdapter']>[3]>;
type HttpClient = NonNullable<ConnectorOptions['httpClient']>;
type CredentialsFactory = NonNullable<ConstructorParameters<Sdk['TeamsAdapter']>[1]>;

/** What a pressed Action.Execute is answered with. */
export type PressAnswer =
  /** For the eyes of the person who pressed. */
  | { kind: 'text'; text: string }
  /** For everybody: `deliver` changes the message. */
  | { kind: 'card'; card: TeamsCard; deliver: () => Promise<void> };

export type DialogAnswer =
  | { kind: 'dialog'; title: string; card: TeamsCard }
  | { kind: 'text'; text: string }
  | { kind: 'done' };

export interface Handlers {
  press(activity: Activity): Promise<PressAnswer>;
  openDialog(activity: Activity): Promise<DialogAnswer>;
  submitDialog(activity: Activity): Promise<DialogAnswer>;
  /** "Create ticket" in the menu of a message. */
  takeMessage(activity: Activity): Promise<DialogAnswer>;
  /** Messages, reactions, and people and bots that come and go. */
  happened(activity: Activity): Promise<void>;
}

/** Where to speak: `conversation` as the connector names it. */
export interface Address {
  serviceUrl: string;
  conversation: string;
  kind: 'channel' | 'chat';
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const SCOPE = 'https://api.botframework.com';
const EMULATOR_KEYS =
  'https://login.microsoftonline.com/botframework.com/v2.0/.well-known/openid-configuration';
const CARD = 'application/vnd.microsoft.card.adaptive';
const CHANNEL = 'msteams';

export type TeamsSdk = Awaited<ReturnType<typeof loadSdk>>;

/** Loads the SDK, which takes a moment, and wires it to `handlers`. */
export async function loadSdk(config: TeamsConfig, connector: Connector, handlers: Handlers, log: Log) {
  const sdk = await import('@microsoft/teams-ai');
  const adapter = createAdapter(sdk, config, connector);
  const app = createApp(sdk, adapter, config, handlers);
  const appId = config.app?.id ?? '';

  /** Speaks in a conversation without having been asked. */
  async function within<T>(at: Address, act: (context: TurnContext) => Promise<T>): Promise<T> {
    let result: { value: T } | null = null;
    const inChannel = at.kind === 'channel';
    const reference = {
      channelId: CHANNEL,
      serviceUrl: at.serviceUrl,
      bot: { id: `28:${appId}`, name: 'Deskhand' },
      conversation: {
        id: at.conversation,
        name: '',
        conversationType: inChannel ? 'channel' : 'personal',
        isGroup: inChannel,
      },
    };
    await adapter.continueConversationAsync(appId, reference, async (context) => {
      result = { value: await act(context) };
    });
    // The closure above hides the assignment from the compiler.
    const done = result as { value: T } | null;
    if (!done) throw new AppError('teams_refused', 'Teams gave no result.');
    return done.value;
  }

  return {
    /** Checks the token and handles one activity. */
    async receive(request: Request, body: Record<string, unknown>): Promise<Response> {
      return throughBridge(request, body, (req, res) =>
        adapter.process(req, res, async (context) => {
          const activity = readActivity(context.activity);
          if (activity && isOurs(activity, config)) await app.run(context);
          else {
            log.warn({ type: context.activity.type }, 'an activity of another tenant or shape was ignored');
            if (context.activity.type === 'invoke')
              await context.sendActivity({ type: 'invokeResponse', value: { status: 403 } });
          }
        }),
      );
    },

    /** Posts and returns the message's id. */
    async post(at: Address, content: Content): Promise<string> {
      const response = await within(at, (context) => context.sendActivity(message(content)));
      if (!response?.id) throw new AppError('teams_refused', 'Teams took the message but told no id for it.');
      return response.id;
    },

    async update(at: Address, id: string, content: Content): Promise<void> {
      await within(at, (context) => context.updateActivity({ ...message(content), id }));
    },

    /** Opens, or finds, the private chat with a person; returns its conversation id. */
    async openChat(serviceUrl: string, memberId: string): Promise<string> {
      let id: string | undefined;
      const parameters = {
        isGroup: false,
        bot: { id: `28:${appId}`, name: 'Deskhand' },
        members: [{ id: memberId, name: '' }],
        tenantId: config.app?.tenantId,
        channelData: config.app ? { tenant: { id: config.app.tenantId } } : {},
      };
      await adapter.createConversationAsync(
        appId,
        CHANNEL,
        serviceUrl,
        SCOPE,
        parameters,
        async (context) => {
          id = context.activity.conversation.id;
        },
      );
      if (!id) throw new AppError('teams_refused', 'Teams opened no private chat.');
      return id;
    },
  };
}

/** Apps may be installed from other tenants, whose people are strangers here. */
function isOurs(activity: Activity, { app }: TeamsConfig): boolean {
  return app === null || tenantOf(activity)?.toLowerCase() === app.tenantId.toLowerCase();
}

function message({ card, summary }: Content) {
  return { type: 'message', summary, attachments: [{ contentType: CARD, content: card }] };
}

function createAdapter(sdk: Sdk, { app, authority }: TeamsConfig, connector: Connector): Adapter {
  const credentials: CredentialsFactory = {
    isValidAppId: async (id) => id === app?.id,
    isAuthenticationDisabled: async () => app === null,
    // Tokens are put on by the connector.
    createCredentials: async () => ({ signRequest: async (resource) => resource }),
  };
  return new sdk.TeamsAdapter(
    {
      ValidateAuthority: true,
      ToChannelFromBotLoginUrl: authority.loginUrl,
      ToChannelFromBotOAuthScope: SCOPE,
      ToBotFromChannelTokenIssuer: authority.issuer,
      OAuthUrl: SCOPE,
      ToBotFromChannelOpenIdMetadataUrl: authority.openIdUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: EMULATOR_KEYS,
      CallerId: 'urn:botframework:azure',
    },
    credentials,
    undefined,
    { httpClient: httpClientOf(connector) },
  );
}

/** The SDK's own HTTP client tries again by itself and hides what was answered; ours does neither. */
function httpClientOf(connector: Connector): HttpClient {
  return {
    async sendRequest(request) {
      const body = typeof request.body === 'string' ? request.body : undefined;
      const response = await connector.send({
        method: request.method,
        url: request.url,
        headers: request.headers.rawHeaders(),
        body,
      });
      const headers = request.headers.clone();
      for (const name of headers.headerNames()) headers.remove(name);
      headers.set('content-type', response.headers.get('content-type') ?? 'application/json');
      return { status: response.status, headers, request, bodyAsText: await response.text() };
    },
  };
}

function createApp(sdk: Sdk, adapter: Adapter, { app: registration }: TeamsConfig, handlers: Handlers): App {
  const app = new sdk.Application({
    adapter,
    botAppId: registration?.id ?? '',
    startTypingTimer: false,
    removeRecipientMention: false,
    adaptiveCards: { actionExecuteResponseType: sdk.AdaptiveCardActionExecuteResponseType.REPLACE_FOR_ALL },
  });
  const invoked = (name: string) => async (context: TurnContext) =>
    context.activity.type === 'invoke' && context.activity.name === name;

  app.adaptiveCards.actionExecute(/./, async (context) => {
    const answer = await handlers.press(activityOf(context));
    if (answer.kind === 'text') return answer.text;
    // The library now changes the message; we do it, in its turn among other changes of the same card.
    context.onUpdateActivity(answer.deliver);
    return answer.card;
  });
  app.taskModules.fetch(
    invoked('task/fetch'),
    async (context) => dialogOf(await handlers.openDialog(activityOf(context))) ?? '',
  );
  app.taskModules.submit(invoked('task/submit'), async (context) =>
    dialogOf(await handlers.submitDialog(activityOf(context))),
  );
  app.messageExtensions.fetchTask(
    CREATE_TICKET,
    async (context) => dialogOf(await handlers.takeMessage(activityOf(context))) ?? '',
  );
  app.messageExtensions.submitAction(CREATE_TICKET, async (context) =>
    dialogOf(await handlers.submitDialog(activityOf(context))),
  );
  app.activity(
    ['message', 'messageReaction', 'conversationUpdate', 'installationUpdate'],
    async (context) => {
      await handlers.happened(activityOf(context));
    },
  );
  return app;
}

function dialogOf(answer: DialogAnswer) {
  if (answer.kind === 'done') return null;
  if (answer.kind === 'text') return answer.text;
  const { title, card } = answer;
  return {
    title,
    width: 'medium' as const,
    height: 'medium' as const,
    card: { contentType: CARD, content: card },
  };
}

function activityOf(context: TurnContext): Activity {
  const activity = readActivity(context.activity);
  // `receive` has looked at it.
  if (!activity) throw new AppError('teams_refused', 'The activity is not one of Teams.');
  return activity;
}
