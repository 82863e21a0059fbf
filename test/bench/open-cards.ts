// How much memory open cards cost: each platform's real adapter posts and updates thousands at ends that forget them.
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createDiscord } from '../../adapters/chat/discord/index.ts';
import { createSlack } from '../../adapters/chat/slack/index.ts';
import { createTeams } from '../../adapters/chat/teams/index.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import { openDatabase } from '../../src/infra/db/index.ts';
import { migrate } from '../../src/infra/db/migrate.ts';
import { createLimiter } from '../../src/infra/limiter/index.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { createAdapterStore } from '../../src/infra/store.ts';
import type { AdapterDeps, ChatPlatform, Clock, RateLimiter } from '../../src/ports.ts';
import { adapterDeps } from '../support/adapter-memory.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { openDiscordDouble } from '../support/discord-double.ts';
import { createSlackDouble, SLACK } from '../support/slack-double.ts';
import { BOT, CHANNEL, startTeamsDouble } from '../support/teams-double.ts';
import { aTicket, aView } from '../support/ticket-views.ts';
import type { Figure } from './figures.ts';
import { log } from './stage.ts';

/** Calls at a time; fewer than the adapters let wait. */
const CALLS = 16;
/** The rates of the platforms would make this last for hours; only what an SDK limits by itself is waited for. */
function patient(clock: Clock): RateLimiter {
  const limiter = createLimiter(clock);
  const anyRate = [{ burst: 1_000_000, everyMs: 1 }];
  return { ...limiter, run: (call, send) => limiter.run({ ...call, rates: anyRate }, send) };
}

interface End {
  platform: ChatPlatform;
  channel: string;
  /** Forgets what was posted. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * What the heap grew by after `count` cards were posted and updated, on each platform. The far ends, in the same
 * process, forget all of it, and every figure comes with how far the heap moves by itself: two looks with nothing in
 * between. Nothing is extrapolated.
 */
export async function measureOpenCards({ count }: { count: number }): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const folder = await createDataFolder('deskhand-cards-');
  closing.defer(() => removeDataFolder(folder));
  const postgres = await openPostgres({ dataDir: folder, log });
  closing.defer(() => postgres.stop());
  await migrate(postgres.url);
  const database = openDatabase(postgres.url, { log });
  closing.defer(() => database.close());
  const clock = { now: () => new Date() };
  const depsOf = (owner: string): AdapterDeps =>
    adapterDeps({
      clock,
      log: { ...log, warn: () => undefined },
      store: createAdapterStore(database.db, owner),
      limiter: patient(clock),
    });
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const figures: Figure[] = [];
  for (const [name, open] of Object.entries({ Slack: slackEnd, Discord: discordEnd, Teams: teamsEnd })) {
    const end = await open(depsOf(name.toLowerCase()));
    await postAndUpdate(end, 200);
    const first = await heapNow(end, collect);
    const before = await heapNow(end, collect);
    await postAndUpdate(end, count);
    const grown = (await heapNow(end, collect)) - before;
    figures.push({
      name: `${name}: memory of ${count.toLocaleString('en')} open cards in the bot's process`,
      value: `${megabytes(grown)} (the heap by itself: ${megabytes(before - first)})`,
    });
    await end.platform.stop();
    await end.close();
  }
  return figures;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** In bytes, when what is over is gone: sockets and timers let go of it a moment later. */
async function heapNow(end: End, collect: () => void): Promise<number> {
  end.forget();
  for (let round = 0; round < 3; round++) {
    await wait(300);
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function postAndUpdate({ platform, channel, forget }: End, count: number): Promise<void> {
  const place = { platform: platform.id, channel };
  for (let done = 0; done < count; done += CALLS) {
    const cards = Array.from({ length: Math.min(CALLS, count - done) }, (_, n) =>
      ticketCard(aView({ ticket: aTicket({ id: 1_000 + done + n }) })),
    );
    await Promise.all(cards.map(async (card) => platform.update(await platform.post(place, card), card)));
    forget();
  }
}

async function slackEnd(deps: AdapterDeps): Promise<End> {
  const double = await createSlackDouble();
  const platform = createSlack(
    {
      botToken: SLACK.botToken,
      signingSecret: SLACK.signingSecret,
      appToken: null,
      apiUrl: double.apiUrl,
      agents: {},
      timeoutMs: 10_000,
    },
    deps,
  );
  await platform.start(async () => ({ kind: 'none' }));
  const forget = () => {
    double.messages.set(SLACK.channel, []);
    double.journal.length = 0;
  };
  return { platform, channel: SLACK.channel, forget, close: () => double.close() };
}

async function discordEnd(deps: AdapterDeps): Promise<End> {
  const double = await openDiscordDouble();
  const { token, applicationId, apiUrl } = double;
  const platform = createDiscord({ token, applicationId, apiUrl, people: {} }, deps);
  await platform.start(async () => ({ kind: 'none' }));
  const forget = () => {
    double.messages.clear();
    double.nonces.clear();
    double.journal.length = 0;
  };
  return { platform, channel: double.channel, forget, close: () => double.close() };
}

async function teamsEnd(deps: AdapterDeps): Promise<End> {
  const double = await startTeamsDouble([]);
  const platform = createTeams(
    {
      app: BOT,
      serviceUrl: double.serviceUrl,
      authority: double.authority,
      people: {},
      publicUrl: null,
      requestMs: 10_000,
    },
    deps,
  );
  await platform.start(async () => ({ kind: 'none' }));
  const forget = () => {
    for (const kept of [double.posted, double.calls, double.answered]) kept.length = 0;
  };
  return { platform, channel: CHANNEL, forget, close: () => double.close() };
}
