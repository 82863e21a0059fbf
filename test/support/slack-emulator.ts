// A Slack that is not ours: `emulate`, with its own ideas of scopes, authors, people and triggers, and a way to look into it.
import { webApi } from '@slack/bolt';
import { createEmulator } from 'emulate';
import { z } from 'zod';
import { createSlack } from '../../adapters/chat/slack/index.ts';
import { SCOPES } from '../../adapters/chat/slack/manifest.ts';
import { act } from '../../src/flows/actions.ts';
import { adapterDeps } from './adapter-memory.ts';
import { homeFaults, messageFaults, viewFaults } from './block-kit.ts';
import { serveHttp } from './http-app.ts';
import { decode, SLACK } from './slack-double.ts';
import { httpWire } from './slack-wire.ts';
import { openWorkspace } from './workspace.ts';

/**
 * It sends no interactions and no commands, lets nobody subscribe to its events, and has no response URLs: tests post
 * them to the bot, and the adapter's `fetch` keeps what goes to this one. It knows neither 429 nor limits of blocks.
 */
export const RESPONSE_URL = 'https://hooks.slack.example/answer';

const record = z.record(z.string(), z.unknown());
const messageSchema = z.looseObject({
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  thread_ts: z.string().optional(),
  blocks: z.array(record).default([]),
  edited: z.looseObject({ user: z.string() }).optional(),
});
const viewSchema = z.looseObject({ id: z.string(), hash: z.string(), blocks: z.array(record) });

/** The only workspace. */
export const TEAM = { id: 'T000000001' };

/** A workspace with our app, which has the scopes of its manifest, and Ana and a stranger in one channel. */
async function openEmulator() {
  const app = { app_id: 'A0DESK', bot_id: SLACK.botId, bot_user_id: SLACK.botUser };
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        strict_scopes: true,
        users: ['ana', 'stranger'].map((name) => ({ name, email: `${name}@team.example` })),
        channels: [{ name: 'support' }],
        oauth_apps: [{ ...app, name: 'Deskhand', client_id: '1', client_secret: '-', redirect_uris: [] }],
        tokens: [
          { ...app, token: SLACK.botToken, user_id: SLACK.botUser, scopes: Object.keys(SCOPES) },
          { token: 'xoxp-ana', user: 'ana' },
        ],
      },
    },
  });
  const apiUrl = `${emulator.url}/api/`;
  const clientOf = (token: string) => new webApi.WebClient(token, { slackApiUrl: apiUrl });
  const ana = clientOf('xoxp-ana');
  const bot = clientOf(SLACK.botToken);
  const userId = async (name: string) =>
    (await ana.users.lookupByEmail({ email: `${name}@team.example` })).user?.id ?? '';
  const { channels } = await ana.conversations.list();
  const channel = channels?.find(({ name }) => name === 'support')?.id ?? '';
  const calls: { method: string; answer: Record<string, unknown> }[] = [];
  const answers: string[] = [];
  const faults: string[] = [];
  let losing = '';

  /** The documented limits, which the emulator does not know, of everything that is posted to it. */
  function check(body: string): void {
    const { blocks, view } = decode(body);
    if (blocks !== undefined) faults.push(...messageFaults(blocks));
    if (view !== undefined)
      faults.push(...(record.parse(view).type === 'home' ? homeFaults(view) : viewFaults(view)));
  }

  return {
    apiUrl,
    /** Ana's own client. */
    ana,
    bot,
    channel,
    people: { ana: await userId('ana'), stranger: await userId('stranger') },
    /** What the adapter asked, and what it was answered. */
    calls,
    /** What went to the response URL. */
    answers,
    /** What Slack would have refused. */
    faults,
    /** The next answer to this method is lost on its way. */
    lose(method: string) {
      losing = method;
    },
    /** The adapter's way to Slack. */
    async fetch(...[to, init]: Parameters<typeof fetch>): Promise<Response> {
      if (typeof init?.body === 'string') check(init.body);
      if (String(to) === RESPONSE_URL) {
        answers.push(String(init?.body));
        return new Response('ok');
      }
      const method = String(to).slice(apiUrl.length);
      const response = await fetch(to, init);
      calls.push({ method, answer: record.parse(await response.clone().json()) });
      if (method !== losing) return response;
      losing = '';
      throw new TypeError('the connection broke');
    },
    /** Messages of the channel itself, newest first. */
    heads: async () => z.array(messageSchema).parse((await ana.conversations.history({ channel })).messages),
    /** Replies under a message, oldest first. */
    async replies(ts: string) {
      const { messages } = await ana.conversations.replies({ channel, ts });
      return z.array(messageSchema).parse(messages).slice(1);
    },
    /** The emulator's own page of the channel, with what was said to one person only. */
    async page() {
      const html = await (await fetch(`${emulator.url}/?tab=messages&channel=${channel}`)).text();
      return html.slice(html.indexOf('<section'));
    },
    /** The window as the emulator keeps it after its last change; undefined before. */
    view: (...methods: string[]) => {
      const of = methods.length > 0 ? methods : ['views.update'];
      const last = calls.findLast(({ method, answer }) => of.includes(method) && answer.ok);
      return last && viewSchema.parse(last.answer.view);
    },
    /** A trigger for one window, which lasts three seconds. */
    async trigger(user: string): Promise<string> {
      const answer = record.parse(await bot.apiCall('views.generateTriggerId', { user_id: user }));
      return String(answer.trigger_id);
    },
    close: () => emulator.close(),
  };
}

/** A desk whose cards go to the emulator, and the bot's door for what Slack posts to it. */
export async function openEmulatedDesk() {
  const slack = await openEmulator();
  const { apiUrl, channel, fetch } = slack;
  const platform = createSlack(
    { ...SLACK, appToken: null, apiUrl, agents: {}, timeoutMs: 5_000 },
    adapterDeps({ fetch }),
  );
  const desk = await openWorkspace({
    channels: { tickets: `slack:${channel}` },
    agents: [{ name: 'Ana', email: 'ana@team.example', role: 'lead' }],
  });
  desk.deps.platforms = new Map([['slack', platform]]);
  const { server, base } = await serveHttp({ routes: platform.routes ?? [] });
  await platform.start((action) => act(desk.deps, action));
  return {
    slack,
    desk,
    platform,
    wire: httpWire(() => base),
    async close() {
      await platform.stop();
      await server.close(0);
      await desk.close();
      await slack.close();
    },
  };
}
