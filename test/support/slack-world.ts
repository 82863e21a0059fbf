// People at Slack's end of the contract: they see messages and windows, press, type and submit, over the signed wire.
import { createSlack } from '../../adapters/chat/slack/index.ts';
import type { MessageRef } from '../../src/model/platform.ts';
import type { AdapterStore, ChatPlatform, Clock } from '../../src/ports.ts';
import { hastyCalls } from '../contracts/chat-storm.ts';
import type { ChatWorld, Fault, Person, Seen } from '../contracts/chat-world.ts';
import { personsOf } from '../contracts/chat-world.ts';
import { adapterDeps, createMemoryStore } from './adapter-memory.ts';
import { serveHttp } from './http-app.ts';
import {
  createSlackDouble,
  SLACK,
  type SlackDouble,
  type SlackMessageState,
  type SlackView,
} from './slack-double.ts';
import {
  actionsOf,
  elementFor,
  formValues,
  linksOf,
  mentionsOf,
  optionFor,
  stateOf,
  tablesOf,
  USERS,
  wordsOf,
} from './slack-eyes.ts';
import { createSocketMode } from './slack-socket.ts';
import { forged, httpWire } from './slack-wire.ts';

type Json = Record<string, unknown>;

/** A message as somebody saw it, perhaps alone. */
type Shown = SlackMessageState & { isPrivate?: boolean };

export type SlackWorld = ChatWorld & {
  slack: SlackDouble;
  /** Opens the app's Home tab and returns its words when they stand there. */
  openHome(person: Person): Promise<string>;
  /** What was written last into a thread is delivered again. */
  redeliver(): Promise<void>;
  /** Writes into the channel itself. */
  say(person: Person, text: string): Promise<void>;
  /** Presses a button of the open window. */
  pressInWindow(person: Person, actionId: string): Promise<void>;
  /** From now on events go to a bot that runs there, instead of the adapter of this world. */
  meet(base: string): void;
};

export interface SlackWorldOptions {
  timeoutMs?: number;
  store?: AdapterStore;
  clock?: Clock;
}

/** A workspace with four people in one channel. `timeoutMs`: how long the adapter waits for Slack. */
export async function slackWorld(
  mode: 'http' | 'socket',
  { timeoutMs = 1_500, store = createMemoryStore(), clock }: SlackWorldOptions = {},
): Promise<SlackWorld> {
  const slack = await createSlackDouble();
  for (const [name, id] of Object.entries(USERS)) {
    slack.channels.get(SLACK.channel)?.members.add(id);
    const email = `${name}@team.example`;
    slack.people.set(id, {
      id,
      team_id: SLACK.team,
      real_name: name,
      profile: { email, display_name: name },
    });
  }
  const socket = mode === 'socket' ? await createSocketMode() : null;
  if (socket) slack.setSocketUrl(socket.url);
  const servers: Awaited<ReturnType<typeof serveHttp>>[] = [];
  let bot: string | null = null;
  let written: Json = {};
  let troubled = false;
  const wire = socket ?? httpWire(() => bot ?? servers.at(-1)?.base ?? '');
  const shots = new WeakMap<Seen, Shown>();
  const problems = new WeakMap<SlackView, { text: string; values: Record<string, string> }>();

  function create(): ChatPlatform {
    const deps = adapterDeps({
      store,
      ...(clock && { clock }),
      agents: ['ana', 'ben', 'vera'].map((name) => ({ name, email: `${name}@team.example`, role: 'agent' })),
    });
    const platform = createSlack(
      {
        botToken: SLACK.botToken,
        signingSecret: SLACK.signingSecret,
        appToken: socket ? SLACK.appToken : null,
        apiUrl: slack.apiUrl,
        agents: { [USERS.ana]: 'ana@team.example' },
        timeoutMs,
      },
      deps,
    );
    return {
      ...platform,
      async start(onAction) {
        if (!socket) servers.push(await serveHttp({ routes: platform.routes ?? [] }));
        await platform.start(onAction);
        // While Slack is in trouble nobody gets an address to connect to.
        if (!troubled) await socket?.connected();
      },
    };
  }

  function shot(message: Shown): Seen {
    const seen: Seen = {
      ref: refOf(message),
      thread: message.thread,
      text: wordsOf(message.blocks),
      notification: message.text,
      actions: actionsOf(message.blocks),
      edits: message.edits,
      mentions: mentionsOf(message),
    };
    shots.set(seen, structuredClone(message));
    return seen;
  }

  const refOf = ({ ts, thread }: SlackMessageState): MessageRef => ({
    platform: 'slack',
    channel: SLACK.channel,
    message: thread ? `${thread}/${ts}` : ts,
  });

  const viewOf = (person: Person) =>
    [...slack.views.values()].find((view) => view.open && view.user === USERS[person]);

  /** A press on an element of a message or a window. */
  async function act(
    person: Person,
    on: { message: Shown } | { view: SlackView },
    action: Json,
    times: number,
  ) {
    const user = USERS[person];
    const inMessage = 'message' in on;
    const thread = inMessage && on.message.thread ? { thread_ts: on.message.thread } : {};
    await wire.interact(
      {
        type: 'block_actions',
        team: { id: SLACK.team },
        user: { id: user, team_id: SLACK.team },
        trigger_id: slack.trigger(user),
        container: inMessage
          ? {
              type: 'message',
              channel_id: SLACK.channel,
              message_ts: on.message.ts,
              is_ephemeral: on.message.isPrivate === true,
              ...thread,
            }
          : { type: 'view', view_id: on.view.id },
        ...(inMessage
          ? {
              channel: { id: SLACK.channel },
              message: { ts: on.message.ts },
              response_url: slack.responseUrl(
                user,
                SLACK.channel,
                on.message.isPrivate ? on.message.ts : null,
              ),
            }
          : { view: { ...on.view.view, id: on.view.id } }),
        actions: [{ block_id: 'b', ...action }],
      },
      times,
    );
  }

  /** Words as Slack sends them. */
  const message = (person: Person, text: string) => ({
    type: 'message',
    user: USERS[person],
    channel: SLACK.channel,
    channel_type: 'channel',
    ts: slack.now(),
    text: escapeText(text).replace(/@deskhand/gi, `<@${SLACK.botUser}>`),
  });

  const world: SlackWorld = {
    slack,
    channel: SLACK.channel,
    // The others are known by what Slack tells of them.
    agents: { 'ana@team.example': { slack: USERS.ana } },
    create,
    messages: () => (slack.messages.get(SLACK.channel) ?? []).filter(({ deleted }) => !deleted).map(shot),
    pinged({ message }) {
      const posted = slack.messages.get(SLACK.channel)?.find(({ ts }) => message.endsWith(ts));
      const blocks = JSON.stringify(posted?.first ?? []);
      return personsOf((person) => blocks.includes(`{"type":"user","user_id":"${USERS[person]}"}`));
    },
    notices: (person) =>
      slack.privates.filter(({ user }) => user === USERS[person]).map(({ blocks }) => wordsOf(blocks)),
    privates: (person) =>
      slack.privates
        .filter(({ user }) => user === USERS[person])
        .map((one) =>
          shot({ ...one, first: one.blocks, metadata: null, edits: 0, deleted: false, isPrivate: true }),
        ),
    async pictures(seen) {
      const images = (shots.get(seen)?.blocks ?? []).filter(({ type }) => type === 'image');
      return images.map(({ slack_file, alt_text }) => {
        const file = slack.files.get(String((slack_file as Json).id));
        return { png: file?.bytes ?? new Uint8Array(), alt: String(alt_text) };
      });
    },
    tables: (seen) => tablesOf(shots.get(seen)?.blocks ?? []),
    links: (person) =>
      slack.privates.filter(({ user }) => user === USERS[person]).flatMap(({ blocks }) => linksOf(blocks)),
    shown: (person) => wordsOf((viewOf(person)?.view.blocks ?? []) as Json[]),
    form(person) {
      const view = viewOf(person);
      if (view?.view.callback_id !== 'deskhand:form') return null;
      const problem = problems.get(view);
      return {
        title: String((view.view.title as Json).text),
        values: problem?.values ?? formValues(view),
        ...(problem && { problem: problem.text }),
      };
    },
    async press(person, seen, action, times = 1) {
      const message = shots.get(seen);
      if (!message) throw new Error('this message was not seen');
      const element = elementFor(message.blocks, action);
      if (element) return act(person, { message }, element, times);
      const option = optionFor(message.blocks, (value) => value.endsWith(` ${action}`));
      if (option) return act(person, { message }, option, times);
      const more = optionFor(message.blocks, (value) => value.includes(' more:'));
      if (!more) throw new Error(`there is no ${action} on ${seen.text}`);
      await act(person, { message }, more, 1);
      const view = await found(() => viewOf(person));
      const button = elementFor(view.view.blocks as Json[], action);
      if (!button) throw new Error(`there is no ${action} behind "More…"`);
      await act(person, { view }, button, times);
    },
    async submit(person, values, times = 1) {
      const view = viewOf(person);
      if (!view) throw new Error('no window is open');
      const user = USERS[person];
      const state = stateOf(view, values);
      const payload = {
        type: 'view_submission',
        team: { id: SLACK.team },
        user: { id: user, team_id: SLACK.team },
        trigger_id: slack.trigger(user),
        view: { ...view.view, id: view.id, hash: `${view.id}.1`, state: { values: state } },
      };
      const answers = await wire.interact(payload, times);
      const answer = answers[0] as { response_action?: string; errors?: Record<string, string> } | undefined;
      if (answer?.response_action === 'errors') {
        const blocks = Object.keys(answer.errors ?? {});
        if (blocks.some((id) => !(id in state)))
          slack.refused.push(`errors for blocks that are not there: ${blocks}`);
        problems.set(view, {
          text: Object.values(answer.errors ?? {}).join(' '),
          values: { ...formValues(view), ...values },
        });
      } else view.open = false;
    },
    async rewrite(person, how) {
      await world.pressInWindow(person, `deskhand:rewrite:${how.toLowerCase()}`);
    },
    async take(person, text, times = 1) {
      const user = USERS[person];
      const payload = {
        type: 'message_action',
        callback_id: 'deskhand:create_ticket',
        team: { id: SLACK.team },
        user: { id: user, team_id: SLACK.team },
        channel: { id: SLACK.channel, name: 'support' },
        trigger_id: slack.trigger(user),
        response_url: slack.responseUrl(user, SLACK.channel, null),
        message_ts: tsOf(text),
        message: { type: 'message', user: USERS.stranger, ts: tsOf(text), text: escapeText(text) },
      };
      await wire.interact(payload, times);
    },
    async reply(person, seen, text, times = 1) {
      const event = message(person, text);
      written = eventBody({ ...event, thread_ts: shots.get(seen)?.thread ?? shots.get(seen)?.ts });
      await wire.event(written, times);
      return `${SLACK.channel}/${event.ts}`;
    },
    redeliver: () => wire.event(written, 1),
    marks: (id) =>
      slack.reactions.filter(({ on }) => on === id).map(({ name }) => (name === 'memo' ? '📝' : name)),
    say: (person, text) => wire.event(eventBody(message(person, text)), 1),
    async openHome(person) {
      const user = USERS[person];
      await wire.event(
        eventBody({ type: 'app_home_opened', tab: 'home', user, channel: `D${user}`, event_ts: slack.now() }),
        2,
      );
      return wordsOf(await found(() => slack.homes.get(user)));
    },
    async pressInWindow(person, actionId) {
      const view = viewOf(person);
      const elements = ((view?.view.blocks ?? []) as Json[]).flatMap(
        (block) => (block.elements ?? []) as Json[],
      );
      const button = elements.find(({ action_id }) => action_id === actionId);
      if (!view || !button) throw new Error(`no ${actionId} in the window`);
      await act(person, { view }, { type: 'button', action_id: actionId, value: button.value }, 1);
    },
    async command(person, text) {
      const user = USERS[person];
      await wire.command({
        command: '/deskhand',
        text,
        user_id: user,
        channel_id: SLACK.channel,
        team_id: SLACK.team,
        trigger_id: slack.trigger(user),
        response_url: slack.responseUrl(user, SLACK.channel, null),
      });
    },
    async look(person, seen, on, times = 1) {
      const event = {
        type: on ? 'reaction_added' : 'reaction_removed',
        user: USERS[person],
        reaction: 'eyes',
        item_user: SLACK.botUser,
        item: { type: 'message', channel: SLACK.channel, ts: shots.get(seen)?.ts },
        event_ts: slack.now(),
      };
      await wire.event(eventBody(event), times);
    },
    async noise(seen) {
      const card = shots.get(seen);
      const reply = {
        type: 'message',
        channel: SLACK.channel,
        thread_ts: card?.ts,
        ts: slack.now(),
        text: 'noise',
      };
      const events: Json[] = [
        { ...reply, subtype: 'message_changed', message: { text: 'edited', user: USERS.ana }, hidden: true },
        { ...reply, subtype: 'message_deleted', deleted_ts: card?.ts, hidden: true },
        { ...reply, subtype: 'bot_message', bot_id: 'B0OTHER' },
        { ...reply, user: USERS.ana, bot_id: 'B0OTHER' },
        { ...reply, user: SLACK.botUser },
        { ...reply, subtype: 'channel_join', user: USERS.ana },
        { ...reply, user: USERS.ana, thread_ts: '1600000000.000100' },
        { ...reply, user: USERS.ana, thread_ts: undefined },
        {
          type: 'reaction_added',
          user: USERS.ana,
          reaction: 'white_check_mark',
          item: { type: 'message', channel: SLACK.channel, ts: card?.ts },
        },
      ];
      for (const event of events) await wire.event(eventBody(event), 1);
    },
    forge: (seen) => (socket ? Promise.resolve(0) : forged(servers.at(-1)?.base ?? '', shots.get(seen))),
    fault(kind: Fault, seen) {
      const channel = slack.channels.get(SLACK.channel);
      const message = slack.messages
        .get(SLACK.channel)
        ?.find(({ ts }) => ts === (seen && shots.get(seen)?.ts));
      if (kind === 'message gone' && message) message.deleted = true;
      else if (kind === 'channel gone' && channel) channel.gone = true;
      else if (kind === 'bot removed') channel?.members.delete(SLACK.botUser);
      else if (kind === 'busy') slack.busy(1);
      else if (kind === 'server error' || kind === 'timeout' || kind === 'token revoked') {
        troubled = true;
        slack.setFault(kind);
      }
    },
    heal() {
      troubled = false;
      slack.setFault(null);
    },
    storm(calls) {
      slack.busy(calls, /^chat\.(postMessage|update)$/);
      return () => hastyCalls(slack.journal, 1_000);
    },
    ...(socket && { disconnect: () => socket.drop() }),
    refused: () => slack.refused,
    meet(base) {
      bot = base;
    },
    async remove() {
      for (const { server } of servers) await server.close(0);
      await socket?.close();
      await slack.close();
    },
  };
  return world;
}

/** Words as Slack sends them. */
function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A message's name, the same for the same words. */
function tsOf(text: string): string {
  const sum = [...text].reduce((total, char) => (total * 31 + (char.codePointAt(0) ?? 0)) % 1e9, 7);
  return `${1_600_000_000 + (sum % 1e8)}.000100`;
}

async function found<T>(get: () => T | undefined): Promise<T> {
  for (let n = 0; n < 500; n++) {
    const value = get();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it did not appear');
}

let eventCount = 0;
function eventBody(event: Json): Json {
  return {
    type: 'event_callback',
    team_id: SLACK.team,
    event_id: `Ev${++eventCount}`,
    event,
    authorizations: [],
  };
}
