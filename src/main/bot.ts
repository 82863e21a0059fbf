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
import { draftHeldAgain } from '../flows/redraft.ts';
import { issueChanged } from '../flows/track.ts';
import { createBus } from '../infra/bus/index.ts';
import { drawChart } from '../infra/charts/draw.ts';
import { openDatabase } from '../infra/db/index.ts';
import { openLocks } from '../infra/db/lock.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createStore, type Store } from '../infra/db/queries/index.ts';
import { holidaysOf } from '../infra/holidays.ts';
import { trackerRoutes } from '../infra/http/tracker-webhook.ts';
import { createUnsubscribeLinks, type UnsubscribeLinks } from '../infra/http/unsubscribe.ts';
import { openLimiter } from '../infra/limiter/index.ts';
import { createQueue } from '../infra/queue/index.ts';
import { createAdapterStore, createVectorStore, sharedSecret } from '../infra/store.ts';
import type { CustomerEvent } from '../model/customer.ts';
import type { Decision } from '../model/decision.ts';
import { errorText } from '../model/errors.ts';
import type { InboundMessage, Receipt } from '../model/message.ts';
import type { ActionReply, AgentAction } from '../model/platform.ts';
import type {
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
import { readyEngine, startEngine } from './engine.ts';
import { createWake, startJobs } from './jobs.ts';
import { knowledgeFolders } from './knowledge.ts';
import { createLookout } from './lookout.ts';
import { createSampleEnds } from './sample-ends.ts';
import { withShippedVectors } from './sample-vectors.ts';
import { createTopics } from './topics.ts';

export interface BotOptions {
  config: Config;
  databaseUrl: string;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  sample: boolean;
  /** Instead of the engine that is trained here, which takes seconds to start. */
  engine?: Engine;
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
  /** What somebody did in a chat; answered on connections that nothing else fills. */
  press(action: AgentAction): Promise<ActionReply>;
  actOnTicket(
    ticketId: number,
    request: { draftVersion: number; agentEmail: string; decision: Decision },
  ): ReturnType<typeof decide>;
  recordEvent(event: CustomerEvent): Promise<void>;
  /** Whose unsubscribe link this is; null when it is none of ours. */
  customerOf: UnsubscribeLinks['customerOf'];
  health: Record<string, { required: boolean; check(): Promise<Health> }>;
  status(): WorkspaceStatus;
  /** Resolves when articles and history are learned. */
  indexed: Promise<void>;
  /** Stops taking in, finishes work in hand, lets go of everything. */
  stop(): Promise<void>;
}

/** Connections kept free for what people press, and for what platforms must know to answer them. */
const DESK_CONNECTIONS = 6;

/** Builds and starts a workspace on one database. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { config, databaseUrl, log, clock, sample } = options;
  await migrate(databaseUrl);
  const database = openDatabase(databaseUrl, { log });
  const desk = openDatabase(databaseUrl, { log, max: DESK_CONNECTIONS, idleMs: 0 });
  const { close: closeLocks, ...locks } = openLocks(databaseUrl, { log });
  const store = createStore(database.db);
  const redisUrl = config.env.REDIS_URL;
  const [bus, queue, limiter] = await Promise.all([
    createBus({ databaseUrl, redisUrl, log }),
    createQueue({ databaseUrl, redisUrl, log, clock }),
    openLimiter({ databaseUrl, redisUrl, log, clock }),
  ]);
  const replica = randomUUID();
  const startedAt = clock.now();
  const memory = createAdapterStore(database.db, 'deskhand');
  const secret = await sharedSecret(database.db, 'unsubscribe');
  const unsubscribe = createUnsubscribeLinks({ secret, publicUrl: config.publicUrl });
  const vectors = withShippedVectors(createVectorStore(database.db));
  const prepare = async () => options.prepare?.({ store, memory });
  const topics = createTopics(config, { log });
  const { taxonomy } = topics;
  const { engine, local, model, writer, ...starting } = options.engine
    ? readyEngine(options.engine)
    : startEngine({ config: { ...config, taxonomy }, store, vectors, bus, replica, log, clock, prepare });

  const lookout = createLookout({ sample, progress: () => engine.progress(), bus, log });
  const { intake, sources, ...other } = await buildAdapters(config, {
    db: desk.db,
    withKey: locks.withKey,
    clock,
    fetch,
    log,
    bus,
    limiter,
    agents: config.yaml.agents.map(({ name, email, role }) => ({ name, email, role })),
    status: lookout.status,
  });
  const platforms = byId(other.platforms);
  const ends = sample
    ? createSampleEnds({
        console: () => platforms.get('console'),
        memory,
        clock,
        log,
        timeZone: config.yaml.workspace.timeZone,
        publicUrl: config.publicUrl,
        receive: take,
      })
    : null;
  const trackers = byId([...other.trackers, ...(ends ? [ends.tracker] : [])]);
  const channels = new Map(
    [...intake, ...(options.channels ?? []), ...(ends?.channels ?? [])].flatMap((channel) =>
      (channel.serves ?? [channel.id]).map((name) => [name, channel] as const),
    ),
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
    taxonomy,
    knowledgeFolder: knowledgeFolders(config.file, config.yaml.knowledge).articles,
    platforms,
    channels,
    sources,
    clusters: createClusterBook(),
    trackers,
    unsubscribeLink: sample ? () => null : unsubscribe.linkFor,
    drawChart,
    holidaysOf,
    ...locks,
  };
  const atDesk: FlowDeps = { ...flows, store: createStore(desk.db) };
  const press = (action: AgentAction) => act(atDesk, action);
  // One platform that cannot start does not take the others with it; its health says what to do.
  for (const platform of platforms.values())
    await platform
      .start(press)
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
  topics.follow(engine);
  let stopping = false;
  starting.indexed
    .then(() => (stopping ? undefined : draftHeldAgain(flows, startedAt)))
    .catch((error: unknown) =>
      log.warn({ reason: errorText(error) }, 'what was asked during the start is not drafted again'),
    );
  lookout.watch([...platforms.values(), ...intake, ...(model ? [model] : [])], platforms, config.yaml);

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
    press,
    actOnTicket: (ticketId, { draftVersion, agentEmail, decision }) =>
      decide(atDesk, {
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
    customerOf: unsubscribe.customerOf,
    status: lookout.status,
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
      stopping = true;
      lookout.stop();
      topics.stop();
      ends?.stop();
      const stopPart = async (name: string, work: Promise<unknown>) =>
        work.catch((error: unknown) =>
          log.warn({ part: name, reason: errorText(error) }, 'did not stop cleanly'),
        );
      await Promise.all(intake.map((channel) => stopPart(channel.id, channel.stop())));
      await stopPart('limiter', limiter.stop());
      await stopPart('queue', queue.stop());
      await Promise.all([...platforms.values()].map((platform) => stopPart(platform.id, platform.stop())));
      await stopPart('engine', starting.close());
      await stopPart('bus', bus.stop());
      await stopPart('locks', closeLocks());
      await stopPart('desk', desk.close());
      await stopPart('database', database.close());
    },
  };

  function take(message: InboundMessage): Promise<Receipt> {
    return receive(flows, message);
  }
}

function byId<Part extends { id: string }>(parts: readonly Part[]): Map<string, Part> {
  return new Map(parts.map((part) => [part.id, part]));
}
