// Chat platforms with their real adapters: clicks while messages arrive, and how often a card is updated in its life.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../src/config.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { allModules } from '../../src/main/adapters.ts';
import { type Bot, startBot } from '../../src/main/bot.ts';
import type { ActionId } from '../../src/model/card.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import type { ChatWorld, Person, Seen } from '../contracts/chat-world.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { openDiscordWorld } from '../support/discord-world.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { slackWorld } from '../support/slack-world.ts';
import { buildTeamsWorld } from '../support/teams-world.ts';
import { journalChannel } from '../support/workspace.ts';
import { type Figure, ms, percentile } from './figures.ts';
import { log } from './stage.ts';

/** Tickets whose whole life is watched. */
const LIVES = 10;
/** Cards that are clicked; Slack takes one new one a second. */
const CARDS = 20;
const PATIENCE_MS = 120_000;
/** How long the adapters wait for the far ends, as in production. */
const FAR_END_MS = 10_000;

/** Measures on one stage, the quiet part first. */
export async function measureChat(options: {
  perSecond: number;
  clicksPerSecond: number;
  forMs: number;
}): Promise<Figure[]> {
  await using stage = await openChatStage();
  const lives = await measureLives(stage);
  return [...(await measurePresses(stage, options)), ...lives];
}

interface ChatStage extends AsyncDisposable {
  bot: Bot;
  worlds: Record<'slack' | 'discord' | 'teams', ChatWorld>;
  /** When Discord got its answer to the newest click. */
  answeredOnDiscord(): Promise<void>;
  /** Calls of `chat.update` for a message of Slack. */
  updatesOf(ts: string): number;
}

/** A bot whose tickets stand on three platforms at once; their far ends are in this process. */
async function openChatStage(): Promise<ChatStage> {
  const closing = new AsyncDisposableStack();
  const folder = await createDataFolder('deskhand-chat-');
  closing.defer(() => removeDataFolder(folder));
  const slack = await slackWorld('http', { timeoutMs: FAR_END_MS });
  const discord = await openDiscordWorld({ timeoutMs: FAR_END_MS });
  const teams = await buildTeamsWorld({ requestMs: FAR_END_MS });
  const worlds = { slack, discord, teams };
  for (const world of Object.values(worlds)) closing.defer(() => world.remove());
  const settings = join(folder, 'deskhand.yaml');
  const people = ['ana', 'ben'].map((name) =>
    Object.assign(
      { name, email: `${name}@team.example`, role: 'lead' },
      ...Object.values(worlds).map(({ agents }) => agents?.[`${name}@team.example`]),
    ),
  );
  const channels = Object.entries(worlds).map(([id, { channel }]) => `${id}:${channel}`);
  await writeFile(
    settings,
    JSON.stringify({
      channels: { tickets: channels },
      noise: { burst: { count: 0 } },
      send: { undoSeconds: 1 },
      agents: people,
    }),
  );
  const config = loadConfig(allModules, {
    DATA_DIR: folder,
    DESKHAND_CONFIG: settings,
    ...slack.slack.env,
    ...discord.double.env,
    ...teams.double.env,
  });
  const postgres = await openPostgres({ dataDir: folder, log });
  closing.defer(() => postgres.stop());
  const bot = await startBot({
    config,
    databaseUrl: postgres.url,
    log: { ...log, warn: () => undefined, error: () => undefined },
    clock: { now: () => new Date() },
    metrics: { count: () => undefined, observe: () => undefined },
    sample: false,
    engine: scriptedEngine(),
    channels: [journalChannel('email')],
  });
  const platforms = new Map<string, ChatPlatform>(
    Object.entries(worlds).map(([id, world]) => [id, world.create()]),
  );
  // The people of these worlds speak to adapters of their own, so those take the places of the bot's.
  for (const [id, platform] of bot.platforms) if (platforms.has(id)) await platform.stop();
  bot.flows.platforms = platforms;
  for (const platform of platforms.values()) {
    await platform.start(bot.press);
    closing.defer(() => platform.stop());
  }
  closing.defer(() => bot.stop());
  return {
    bot,
    worlds,
    async answeredOnDiscord() {
      const newest = [...discord.double.interactions.values()].at(-1);
      while (newest && newest.answer === null) await wait(1);
    },
    updatesOf: (ts) =>
      slack.slack.journal.filter(({ method, args }) => method === 'chat.update' && args.ts === ts).length,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Opens `count` tickets and waits until each has its card with a draft everywhere. */
async function openTickets({ bot, worlds }: ChatStage, run: string, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let n = 0; n < count; n++) {
    const { ticketId } = await bot.receive(messageOf(`${run}-${n}`));
    keys.push(`T-${ticketId}`);
  }
  await patiently('cards with a draft', () =>
    Object.values(worlds).every((world) => {
      const ready = world.messages().filter(({ actions }) => actions.includes('approve'));
      return keys.every((key) => ready.some(({ text }) => text.includes(key)));
    }),
  );
  return keys;
}

function messageOf(name: string, text = `Please send me an invoice (${name})`) {
  const customer = { email: `${name.replace(/\.\d+$/, '')}@example.org` };
  return { channel: 'email', externalId: `${name}${text.length}`, customer, text };
}

const cardOf = (world: ChatWorld, key: string): Seen | undefined =>
  world.messages().find(({ thread, text }) => thread === null && text.includes(key));

/** Updates of one Slack card: drafted, written to again, drafted anew, taken, approved, sent, resolved. */
async function measureLives(stage: ChatStage): Promise<Figure[]> {
  const { bot, worlds } = stage;
  const keys = await openTickets(stage, 'life', LIVES);
  const shows = (words: string | RegExp) =>
    patiently(`cards that show ${words}`, () =>
      keys.every((key) => new RegExp(words).test(cardOf(worlds.slack, key)?.text ?? '')),
    );
  const press = async (world: ChatWorld, action: ActionId) => {
    for (const key of keys) {
      const seen = await patiently(`${action} on ${key}`, () => {
        const card = cardOf(world, key);
        return card?.actions.includes(action) && card;
      });
      await world.press('ana', seen, action);
    }
  };
  const drafted = keys.map((key) => stage.updatesOf(cardOf(worlds.slack, key)?.ref.message ?? ''));
  for (let n = 0; n < keys.length; n++)
    await bot.receive(messageOf(`life-${n}`, 'Please send me the invoice of January (again), too'));
  await shows(/\(again\)[\s\S]*version 2/);
  await press(worlds.slack, 'take');
  await shows('ana has it');
  await press(worlds.slack, 'approve');
  await shows('Sent by ana');
  // What is decided elsewhere counts as well.
  await press(worlds.discord, 'resolve');
  await shows('Resolved by ana');
  const whole = keys.map((key) => stage.updatesOf(cardOf(worlds.slack, key)?.ref.message ?? ''));
  const mean = (counts: number[]) =>
    (counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(1);
  return [
    { name: 'chat.update calls a ticket until it is drafted', value: mean(drafted) },
    {
      name: 'chat.update calls a ticket over its life (a second message, taken, approved, sent, resolved)',
      value: `${mean(whole)}, at most ${Math.max(...whole)}`,
      aim: 'one a change that people see',
    },
  ];
}

/** From a click's event to its answer on one platform after the other, while messages arrive that become cards on it. */
async function measurePresses(
  stage: ChatStage,
  { perSecond, clicksPerSecond, forMs }: { perSecond: number; clicksPerSecond: number; forMs: number },
): Promise<Figure[]> {
  const { bot } = stage;
  const { settings } = bot.flows;
  const keys = await openTickets(stage, 'click', CARDS);
  // As people saw them before anybody pressed.
  const cardsOn = (world: ChatWorld) => keys.flatMap((key) => cardOf(world, key) ?? []);
  const { slack, discord, teams } = stage.worlds;
  const seen = { slack: cardsOn(slack), discord: cardsOn(discord), teams: cardsOn(teams) };
  const figures: Figure[] = [];
  // Slack takes one post a second, so its cards still come in when all others have.
  for (const id of ['discord', 'teams', 'slack'] as const) {
    const world = stage.worlds[id];
    bot.flows.settings = {
      ...settings,
      channels: { ...settings.channels, tickets: [`${id}:${world.channel}`] },
    };
    const cards = seen[id];
    const took: number[] = [];
    let refused = 0;
    const started = performance.now();
    const working: Promise<unknown>[] = [];
    const steadily = async (each: number, work: (n: number) => Promise<unknown>) => {
      for (let n = 0; n * each < forMs; n++) {
        await wait(Math.max(0, started + n * each - performance.now()));
        working.push(work(n));
      }
    };
    const click = async (n: number) => {
      const card = cards[n % cards.length];
      if (!card) return;
      const person: Person = Math.floor(n / cards.length) % 2 === 0 ? 'ana' : 'ben';
      const before = performance.now();
      await world.press(person, card, 'take');
      if (id === 'discord') await stage.answeredOnDiscord();
      took.push(performance.now() - before);
    };
    const arrive = (n: number) =>
      bot.receive(messageOf(`arriving-${id}-${n}`)).catch(() => {
        refused += 1;
      });
    await Promise.all([steadily(1_000 / perSecond, arrive), steadily(1_000 / clicksPerSecond, click)]);
    await Promise.all(working);
    const but = refused > 0 ? `; ${refused} messages were refused` : '';
    figures.push({
      name: `${id}: click to acknowledgement at ${perSecond} messages/s`,
      value: `p50 ${ms(percentile(took, 0.5))}, p99 ${ms(percentile(took, 0.99))} (${took.length} clicks${but})`,
      aim: 'p99 under 200 ms',
    });
  }
  return figures;
}

/** The first result of `check` that is something. */
async function patiently<T>(what: string, check: () => T | false | undefined): Promise<T> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await wait(200)) {
    const found = check();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}
