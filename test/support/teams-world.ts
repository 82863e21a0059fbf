// Teams as the contract of chat platforms sees it: the double, its people, and faults by name.
import { createTeams } from '../../adapters/chat/teams/index.ts';
import { ACTION_IDS, type ActionId } from '../../src/model/card.ts';
import type { AdapterStore, Clock, Route } from '../../src/ports.ts';
import { hastyCalls } from '../contracts/chat-storm.ts';
import type { ChatWorld, Fault, Person, Seen } from '../contracts/chat-world.ts';
import { personsOf } from '../contracts/chat-world.ts';
import { adapterDeps, createMemoryStore } from './adapter-memory.ts';
import { type AnyCard, actionsOn, imagesOn, linksOn, tablesOn, wordsOn } from './adaptive-schema.ts';
import { BOT, CHANNEL, type Member, type Posted, startTeamsDouble } from './teams-double.ts';
import { createTeamsPerson, nameOf, type TeamsPerson, valuesIn } from './teams-people.ts';

const person = (name: string, n: number): Member => ({
  id: `29:1${name}`,
  aadObjectId: `00000000-0000-0000-0000-00000000000${n}`,
  name,
  email: `${name.toLowerCase()}@team.example`,
});
const MEMBERS: Record<Person, Member> = {
  ana: person('Ana', 1),
  ben: person('Ben', 2),
  vera: person('Vera', 3),
  stranger: { ...person('Stranger', 4), email: 'nobody@elsewhere.example' },
};

const PUBLIC_URL = 'https://desk.example';

const ACTIONS = new Set<string>(ACTION_IDS);
const isAction = (name: string): name is ActionId => ACTIONS.has(name);

/** `requestMs`: how long the adapter waits for Teams. */
export async function buildTeamsWorld({
  requestMs = 1_500,
  store = createMemoryStore(),
  clock,
}: {
  requestMs?: number;
  store?: AdapterStore;
  clock?: Clock;
} = {}) {
  const double = await startTeamsDouble(Object.values(MEMBERS));
  let routes: Route[] = [];
  /** The card behind what somebody saw. */
  const cards = new WeakMap<Seen, { message: Posted; card: AnyCard }>();
  const people = new Map<Person, TeamsPerson>(
    (['ana', 'ben', 'vera', 'stranger'] as const).map((name) => [
      name,
      createTeamsPerson(MEMBERS[name], double, () => {
        const [route] = routes;
        if (!route) throw new Error('the bot has no messaging endpoint');
        return route;
      }),
    ]),
  );
  const at = (name: Person) => {
    const found = people.get(name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  };

  function see(message: Posted): Seen {
    const { card, root, id } = message;
    const seen: Seen = {
      ref: { platform: 'teams', channel: message.channel, message: root === null ? id : `${root}/${id}` },
      thread: root,
      text: wordsOn(card),
      notification: message.summary,
      actions: actionsOn(card).map(nameOf).filter(isAction),
      edits: message.edits,
      // Cards mention through `msteams.entities`, which the schema refuses; what is left is the tag itself.
      mentions: JSON.stringify(card).match(/<at[ >]/g) ?? [],
    };
    cards.set(seen, { message, card: structuredClone(card) });
    return seen;
  }

  function cardOf(seen: Seen): AnyCard {
    const card = cards.get(seen)?.card;
    if (!card) throw new Error('nobody saw this card');
    return card;
  }

  const world: ChatWorld = {
    channel: CHANNEL,
    postsTwice: true,
    // Ana by her Entra id; the others by the e-mail address that the roster tells.
    agents: { 'ana@team.example': { teams: MEMBERS.ana.aadObjectId } },
    create() {
      const platform = createTeams(
        {
          app: BOT,
          serviceUrl: double.serviceUrl,
          authority: double.authority,
          publicUrl: PUBLIC_URL,
          people: { [MEMBERS.ana.aadObjectId]: MEMBERS.ana.email },
          requestMs,
        },
        adapterDeps({ store, ...(clock && { clock }) }),
      );
      routes = platform.routes;
      return platform;
    },
    messages: () => double.posted.filter(({ channel }) => channel === CHANNEL).map(see),
    pinged({ message }) {
      const entities = double.posted.find(({ id }) => message.endsWith(id))?.first.msteams?.entities ?? [];
      return personsOf((name) =>
        entities.some(({ mentioned }) =>
          [MEMBERS[name].aadObjectId, MEMBERS[name].email].includes(mentioned.id),
        ),
      );
    },
    notices: (name) => [
      ...double.posted
        .filter(({ channel }) => double.chatOf(channel)?.id === MEMBERS[name].id)
        .map(({ card }) => wordsOn(card)),
      ...at(name).state.notices,
    ],
    pictures: (seen) =>
      Promise.all(
        imagesOn(cardOf(seen)).map(async ({ url, altText }) => {
          const { origin, pathname } = new URL(url);
          const served = routes.find(({ path }) => path === pathname.replace(/[^/]+$/, ':file'));
          if (origin !== PUBLIC_URL || !served) throw new Error(`nobody serves ${url}`);
          const answer = await served.handle(
            new Request(url),
            { file: pathname.split('/').at(-1) ?? '' },
            { address: '203.0.113.9' },
          );
          return { png: new Uint8Array(await answer.arrayBuffer()), alt: altText };
        }),
      ),
    privates: (name) =>
      double.posted.filter(({ channel }) => double.chatOf(channel)?.id === MEMBERS[name].id).map(see),
    tables: (seen) => tablesOn(cardOf(seen)),
    links: (name) =>
      double.posted
        .filter(({ channel }) => double.chatOf(channel)?.id === MEMBERS[name].id)
        .flatMap(({ card }) => linksOn(card)),
    form(name) {
      const { form } = at(name).state;
      return form && { title: form.title, values: valuesIn(form.body) };
    },
    async press(name, seen, action, times) {
      const shown = cards.get(seen);
      if (!shown) throw new Error('nobody saw this card');
      await at(name).press(shown.message, shown.card, action, times);
    },
    submit: (name, values, times) => at(name).submit(values, times),
    rewrite: (name, how) => at(name).pressInForm(`rewrite:${how.toLowerCase()}`),
    take: (name, text, times) => at(name).take(text, MEMBERS.stranger.name, times),
    reply: (name, seen, text, times) => at(name).write(text, seen.thread ?? seen.ref.message, times),
    async command(name, text) {
      await at(name).write(`@Deskhand ${text}`, null);
    },
    async look(name, seen, on, times) {
      const one = at(name);
      const reactions = [{ type: '1f440_eyes' }];
      const activity = {
        ...one.envelope(CHANNEL, seen.thread ?? seen.ref.message),
        type: 'messageReaction',
        timestamp: new Date().toISOString(),
        replyToId: seen.ref.message.split('/').at(-1),
        ...(on ? { reactionsAdded: reactions } : { reactionsRemoved: reactions }),
      };
      await one.post(activity, { times });
    },
    async noise(seen) {
      const root = seen.thread ?? seen.ref.message;
      const ana = at('ana');
      const event = (more: Record<string, unknown>) => ana.post({ ...ana.envelope(CHANNEL, root), ...more });
      const bot = { id: `28:${BOT.id}`, name: 'Deskhand' };
      await event({
        type: 'messageUpdate',
        text: 'edited',
        channelData: { eventType: 'editMessage', tenant: { id: BOT.tenantId } },
      });
      await event({
        type: 'messageDelete',
        channelData: { eventType: 'softDeleteMessage', tenant: { id: BOT.tenantId } },
      });
      await event({ type: 'messageReaction', reactionsAdded: [{ type: 'like' }], replyToId: root });
      await event({ type: 'conversationUpdate', membersAdded: [{ id: MEMBERS.ben.id }] });
      await event({ type: 'conversationUpdate', membersAdded: [bot] });
      await event({ type: 'typing' });
      await event({ type: 'message', text: 'I am the bot itself', from: bot });
      await event({ type: 'message', text: 'another bot', from: { id: '28:another', name: 'Weather' } });
      await event({ type: 'message', text: '   ' });
      await ana.post({ ...ana.envelope(CHANNEL, double.nextId()), type: 'message', text: 'lunch?' });
    },
    async forge(seen) {
      const ana = at('ana');
      const shown = cards.get(seen);
      const approve = shown && actionsOn(shown.card).find((action) => nameOf(action) === 'approve');
      if (approve?.type !== 'Action.Execute') throw new Error('nothing to approve');
      const activity = {
        ...ana.envelope(CHANNEL, seen.ref.message),
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: seen.ref.message,
        value: { action: { type: approve.type, verb: approve.verb, data: approve.data } },
      };
      const elsewhere = '33333333-3333-3333-3333-333333333333';
      const answers = [
        await ana.post(activity, { claims: null }),
        await ana.post(activity, { claims: { key: 'strange' } }),
        await ana.post(activity, { claims: { key: 'none' } }),
        await ana.post(activity, { claims: { expiresIn: -3_600 } }),
        await ana.post(activity, { claims: { aud: elsewhere } }),
        await ana.post(activity, { claims: { iss: 'https://evil.example' } }),
        await ana.post(activity, { claims: { serviceurl: 'https://evil.example/' } }),
        await ana.post({ ...activity, serviceUrl: 'https://evil.example/' }),
        await ana.post({ ...activity, channelData: { tenant: { id: elsewhere } } }),
      ];
      return answers.filter(({ status }) => status < 300).length;
    },
    fault: (kind, seen) => faults[kind](seen),
    heal: () => double.heal(),
    storm(calls) {
      double.fail({ status: 429, code: 'TooManyRequests', retryAfter: '1' }, calls);
      return () => hastyCalls(double.answered, 1_000);
    },
    refused: () => double.refused,
    remove: () => double.close(),
  };

  const faults: Record<Fault, (seen?: Seen) => void> = {
    busy: () => double.fail({ status: 429, code: 'TooManyRequests', retryAfter: '1' }, 1),
    'server error': () => double.fail({ status: 503, code: 'ServiceError' }),
    timeout: () => double.hang(),
    'message gone': (seen) => seen && double.remove({ channel: CHANNEL, id: seen.ref.message }),
    'channel gone': () => double.closeChannel(),
    'bot removed': () => double.fail({ status: 403, code: 'BotNotInConversationRoster' }),
    'token revoked': () => double.revoke(),
  };
  /** From now on activities go to a bot that runs there, instead of the adapter of this world. */
  function meet(base: string): void {
    const path = '/webhooks/teams';
    const handle = async (request: Request) =>
      fetch(`${base}${path}`, { method: 'POST', headers: request.headers, body: await request.text() });
    routes = [{ method: 'POST', path, handle }];
  }

  return { ...world, double, at, meet };
}
