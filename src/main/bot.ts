// One workspace at work: everything between a database and the people who use it.
import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import { act } from '../flows/actions.ts';
import { findActor } from '../flows/agents.ts';
import { createClusterBook } from '../flows/cluster-book.ts';
import { decide } from '../flows/decide.ts';
import type { FlowDeps } from '../flows/deps.ts';
import { receive } from '../flows/receive.ts';
import { recordEvent } from '../flows/record-event.ts';
import { issueChanged } from '../flows/track.ts';
import { createBus } from '../infra/bus/index.ts';
import { drawChart } from '../infra/charts/draw.ts';
import { openDatabase } from '../infra/db/index.ts';
import { createKeyLock, createLock } from '../infra/db/lock.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createStore, type Store } from '../infra/db/queries/index.ts';
import { holidaysOf } from '../infra/holidays.ts';
import { trackerRoutes } from '../infra/http/tracker-webhook.ts';
import { openLimiter } from '../infra/limiter/index.ts';
import { createQueue } from '../infra/queue/index.ts';
import { createAdapterStore, createVectorStore } from '../infra/store.ts';
import type { CustomerEvent } from '../model/customer.ts';
import type { Decision } from '../model/decision.ts';
import { errorText } from '../model/errors.ts';
import type { InboundMessage, Receipt } from '../model/message.ts';
import type {
  AdapterDeps,
  AdapterStore,
  ChatPlatform,
  Clock,
  Engine,
  Health,
  IntakeChannel,
  Log,
  Metrics,
  Route,
  WorkspaceStatus,
} from '../ports.ts';
import { buildAdapters } from './adapters.ts';
import { checkChannels } from './channels.ts';
import { readyEngine, startEngine } from './engine.ts';
import { createWake, startJobs } from './jobs.ts';
import { knowledgeFolders } from './knowledge.ts';
import { createSampleChannel } from './sample-channels.ts';
import { createComeback } from './sample-comeback.ts';
import { createSampleTracker } from './sample-tracker.ts';
import { withShippedVectors } from './sample-vectors.ts';

/** How often progress of the indexing is told to the browsers. */
const STATUS_EVERY_MS = 700;
/** How often the channels are asked how they are, for the banner. */
const HEALTH_EVERY_MS = 5_000;
/** How often platforms are asked whether cards can be posted to their channels. */
const CHANNELS_EVERY_MS = 120_000;

export interface BotOptions {
  config: Config;
  databaseUrl: string;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  sample: boolean;
  /** Instead of the engine that is trained here, which takes seconds to start. */
  engine?: Engine;
  /** Where customers say that they want no messages from us first; absent: nowhere. */
  unsubscribeLink?: (customerId: number) => string | null;
  /** Intake channels besides those that are set up; they win over these. */
  channels?: IntakeChannel[];
  /** While the sample runs: the real workspace, which takes its place as soon as something real arrives. */
  promote?: () => Promise<Bot>;
  /** Runs between the migrations and the start, on an empty database (the sample's data). */
  prepare?: (parts: { store: Store; memory: AdapterStore }) => Promise<void>;
}

export interface Bot {
  store: Store;
  /** Memory of the bot itself in this workspace's database. */
  memory: AdapterStore;
  routes: Route[];
  platforms: ReadonlyMap<string, ChatPlatform>;
  flows: FlowDeps;
  receive(message: InboundMessage): Promise<Receipt>;
  actOnTicket(
    ticketId: number,
    request: { draftVersion: number; agentEmail: string; decision: Decision },
  ): ReturnType<typeof decide>;
  recordEvent(event: CustomerEvent): Promise<void>;
  health: Record<string, { required: boolean; check(): Promise<Health> }>;
  status(): WorkspaceStatus;
  /** Resolves when articles and history are learned. */
  indexed: Promise<void>;
  /** Stops taking in, finishes work in hand, lets go of everything. */
  stop(): Promise<void>;
}

/** Builds and starts a workspace on one database. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { config, databaseUrl, log, clock, sample } = options;
  await migrate(databaseUrl);
  const database = openDatabase(databaseUrl, { log });
  const store = createStore(database.db);
  const redisUrl = config.env.REDIS_URL;
  const [bus, queue, limiter] = await Promise.all([
    createBus({ databaseUrl, redisUrl, log }),
    createQueue({ databaseUrl, redisUrl, log, clock }),
    openLimiter({ databaseUrl, redisUrl, log, clock }),
  ]);
  const replica = randomUUID();
  const memory = createAdapterStore(database.db, 'deskhand');
  const vectors = withShippedVectors(createVectorStore(database.db));
  const prepare = async () => options.prepare?.({ store, memory });
  const { engine, local, model, writer, ...starting } = options.engine
    ? readyEngine(options.engine)
    : startEngine({ config, store, vectors, bus, replica, log, clock, prepare });

  let notices: string[] = [];
  let channelFaults: string[] = [];
  const status = (): WorkspaceStatus => {
    const { ready, indexed, total } = engine.progress();
    return { sample, indexing: ready ? null : { indexed, total }, notices };
  };
  const adapterDeps = (owner: string): AdapterDeps => ({
    clock,
    fetch,
    log,
    store: createAdapterStore(database.db, owner),
    bus,
    limiter,
    agents: config.yaml.agents.map(({ name, email, role }) => ({ name, email, role })),
    status,
  });

  const { intake, sources, ...other } = await buildAdapters(config, adapterDeps);
  const platforms = new Map(other.platforms.map((platform) => [platform.id, platform]));
  const trackers = new Map(other.trackers.map((tracker) => [tracker.id, tracker]));
  if (sample)
    trackers.set(
      'sample',
      createSampleTracker({
        platform: () => platforms.get('console'),
        memory,
        clock,
        publicUrl: config.publicUrl,
      }),
    );
  const channels = new Map<string, IntakeChannel>();
  for (const channel of intake)
    for (const name of channel.serves ?? [channel.id]) channels.set(name, channel);
  for (const channel of options.channels ?? []) channels.set(channel.id, channel);
  if (sample)
    for (const name of ['email', 'livechat', 'api'])
      channels.set(
        name,
        createSampleChannel(name, {
          platform: () => platforms.get('console'),
          memory,
          clock,
          timeZone: config.yaml.workspace.timeZone,
          sent: (channel, reply) => comeback.sent(channel, reply),
        }),
      );

  const flows: FlowDeps = {
    store,
    engine,
    localEngine: local,
    writer,
    clock,
    log,
    metrics: options.metrics,
    bus,
    replica,
    wake: createWake(queue, clock, log),
    settings: config.yaml,
    publicUrl: config.publicUrl,
    taxonomy: config.taxonomy,
    knowledgeFolder:
      knowledgeFolders(config.file, config.yaml.knowledge).find(({ holds }) => holds === 'articles')?.path ??
      null,
    platforms,
    channels,
    sources,
    clusters: createClusterBook(),
    trackers,
    unsubscribeLink: options.unsubscribeLink ?? (() => null),
    drawChart,
    holidaysOf,
    withTicket: createLock(database.pool, 'ticket'),
    withReply: createLock(database.pool, 'reply'),
    withKey: createKeyLock(database.pool),
  };
  const take = (message: InboundMessage) => receive(flows, message);
  const comeback = createComeback({ memory, log, receive: take });

  // One platform that cannot start does not take the others with it; its health says what to do.
  for (const platform of platforms.values())
    await platform
      .start((action) => act(flows, action))
      .catch((error: unknown) =>
        log.error({ platform: platform.id, reason: errorText(error) }, 'platform did not start'),
      );
  await startJobs(queue, flows);
  const takeEvent = async (event: CustomerEvent) =>
    options.promote ? (await options.promote()).recordEvent(event) : recordEvent(flows, event);
  for (const source of sources) await source.start?.(takeEvent);
  // A channel whose server is down says so in its health and goes on trying; it never stops the bot.
  for (const channel of intake)
    await channel.start(async (message) =>
      options.promote ? (await options.promote()).receive(message) : take(message),
    );
  let toldStatus = '';
  const timers = [
    setInterval(tellStatus, STATUS_EVERY_MS),
    setInterval(() => void lookAround(), HEALTH_EVERY_MS),
    setInterval(() => void lookAtChannels(), CHANNELS_EVERY_MS),
  ];
  void lookAtChannels();

  return {
    store,
    memory,
    routes: [
      ...[...platforms.values(), ...intake, ...sources].flatMap((adapter) => adapter.routes ?? []),
      ...[...trackers.values()].flatMap((tracker) =>
        trackerRoutes(tracker, {
          clock,
          log,
          changed: (issueId) => issueChanged(flows, tracker.id, issueId),
        }),
      ),
    ],
    platforms,
    flows,
    receive: take,
    actOnTicket: (ticketId, { draftVersion, agentEmail, decision }) =>
      decide(flows, {
        ticketId,
        draftVersion,
        decision,
        actor: findActor(config.yaml.agents, {
          platform: 'api',
          userId: agentEmail,
          email: agentEmail,
          name: agentEmail,
        }),
      }),
    recordEvent: takeEvent,
    status,
    indexed: starting.indexed,
    health: {
      database: {
        required: true,
        check: () => database.pool.query('select 1').then(() => ({ ok: true, detail: 'answers' })),
      },
      queue: { required: true, check: () => queue.health() },
      ...(model ? { 'language model': { required: false, check: () => model.health() } } : {}),
      ...Object.fromEntries(
        [...platforms.values(), ...intake, ...sources, ...trackers.values()].map((adapter) => [
          adapter.id,
          { required: false, check: () => adapter.health() },
        ]),
      ),
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      comeback.stop();
      const stopping = async (name: string, work: Promise<unknown>) =>
        work.catch((error: unknown) =>
          log.warn({ part: name, reason: errorText(error) }, 'did not stop cleanly'),
        );
      await Promise.all(intake.map((channel) => stopping(channel.id, channel.stop())));
      await stopping('limiter', limiter.stop());
      await stopping('queue', queue.stop());
      await Promise.all([...platforms.values()].map((platform) => stopping(platform.id, platform.stop())));
      await stopping('engine', starting.close());
      await stopping('bus', bus.stop());
      await stopping('database', database.close());
    },
  };

  /** What people at the console must know: a channel, platform or language model that cannot be reached. */
  async function lookAround(): Promise<void> {
    const healths = await Promise.all(
      [...platforms.values(), ...intake, ...(model ? [model] : [])].map((part) =>
        part.health().catch((error: unknown) => ({ ok: false, detail: errorText(error) })),
      ),
    );
    notices = [...healths.filter(({ ok }) => !ok).map(({ detail }) => detail), ...channelFaults];
  }

  /** A route that leads nowhere is found now, not at the first ticket. */
  async function lookAtChannels(): Promise<void> {
    const checked = Object.entries(await checkChannels(config.yaml, platforms));
    const faults = checked.filter(([, { ok }]) => !ok).map(([target, { detail }]) => `${target}: ${detail}`);
    for (const fault of faults.filter((one) => !channelFaults.includes(one)))
      log.warn({ fault }, 'cards cannot be posted to a channel');
    channelFaults = faults;
  }

  /** Tells the browsers how far the indexing is, as long as it moves. */
  function tellStatus(): void {
    const now = JSON.stringify(status());
    if (now === toldStatus) return;
    toldStatus = now;
    bus
      .publish('status', JSON.parse(now))
      .catch((error: unknown) => log.debug({ reason: errorText(error) }, 'status not told'));
  }
}
