// One workspace at work: everything between a database and the people who use it.
import { chatModules, contextModules, intakeModules } from '../../adapters/index.ts';
import type { Config } from '../config.ts';
import { createLocalEngine } from '../engine/index.ts';
import { act } from '../flows/actions.ts';
import { findActor } from '../flows/agents.ts';
import { decide } from '../flows/decide.ts';
import type { FlowDeps } from '../flows/deps.ts';
import { recordEvent } from '../flows/import.ts';
import { receive } from '../flows/receive.ts';
import { createBus } from '../infra/bus/index.ts';
import { openDatabase } from '../infra/db/index.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createStore, type Store } from '../infra/db/queries/index.ts';
import { createTicketLock } from '../infra/db/ticket-lock.ts';
import { createQueue } from '../infra/queue/index.ts';
import { createAdapterStore, createVectorStore } from '../infra/store.ts';
import type { CustomerEvent } from '../model/customer.ts';
import type { Decision } from '../model/decision.ts';
import { errorText } from '../model/errors.ts';
import type { InboundMessage, Receipt } from '../model/message.ts';
import type {
  AdapterDeps,
  AdapterModule,
  AdapterStore,
  ChatPlatform,
  Clock,
  ContextSource,
  Embedder,
  Health,
  IntakeChannel,
  Log,
  Route,
  WorkspaceStatus,
} from '../ports.ts';
import { createWake, startJobs } from './jobs.ts';
import { createSampleChannel } from './sample-channels.ts';

/** Most history that is read at the start; more would cost memory without better answers. */
const HISTORY = { examples: 20_000, exemplars: 50_000 };
/** How often progress of the indexing is told to the browsers. */
const STATUS_EVERY_MS = 700;

export interface BotOptions {
  config: Config;
  databaseUrl: string;
  embedder: Embedder;
  log: Log;
  clock: Clock;
  sample: boolean;
  /** Takes messages of the API while the sample runs: the first real message ends the sample. */
  onRealMessage?: (message: InboundMessage) => Promise<Receipt>;
  /** Runs between the migrations and the start, on an empty database (the sample's data). */
  prepare?: (store: Store) => Promise<void>;
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
  health(): Promise<Record<string, Health>>;
  status(): WorkspaceStatus;
  /** Resolves when all knowledge and history is indexed. */
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
  await options.prepare?.(store);
  const redisUrl = config.env.REDIS_URL;
  const [bus, queue] = await Promise.all([
    createBus({ databaseUrl, redisUrl, log }),
    createQueue({ databaseUrl, redisUrl, log, clock }),
  ]);
  const engine = await createLocalEngine({
    taxonomy: config.taxonomy,
    embedder: options.embedder,
    vectors: createVectorStore(database.db),
    examples: await store.recentExamples(HISTORY.examples),
    log,
    clock,
  });

  const status = (): WorkspaceStatus => {
    const { ready, indexed, total } = engine.progress();
    return { sample, indexing: ready ? null : { indexed, total }, notices: [] };
  };
  const adapterDeps = (owner: string): AdapterDeps => ({
    clock,
    fetch,
    log,
    store: createAdapterStore(database.db, owner),
    bus,
    agents: config.yaml.agents.map(({ name, email, role }) => ({ name, email, role })),
    status,
  });

  const platforms = new Map(
    build<ChatPlatform>(chatModules, config, adapterDeps).map((one) => [one.id, one]),
  );
  const memory = createAdapterStore(database.db, 'deskhand');
  const intake = build<IntakeChannel>(intakeModules, config, adapterDeps);
  const channels = new Map<string, IntakeChannel>();
  for (const channel of intake)
    for (const name of channel.serves ?? [channel.id]) channels.set(name, channel);
  if (sample)
    for (const name of ['email', 'livechat', 'api'])
      channels.set(
        name,
        createSampleChannel(name, {
          platform: () => platforms.get('console'),
          memory,
          clock,
          timeZone: config.yaml.workspace.timeZone,
        }),
      );

  const flows: FlowDeps = {
    store,
    engine,
    clock,
    log,
    bus,
    wake: createWake(queue, clock),
    settings: config.yaml,
    taxonomy: config.taxonomy,
    platforms,
    channels,
    sources: build<ContextSource>(contextModules, config, adapterDeps),
    withTicket: createTicketLock(database.pool),
  };
  const take = (message: InboundMessage) => receive(flows, message);

  for (const platform of platforms.values()) await platform.start((action) => act(flows, action));
  await startJobs(queue, flows);
  // A channel whose server is down says so in its health and goes on trying; it never stops the bot.
  for (const channel of intake) await channel.start(options.onRealMessage ?? take);
  let toldStatus = '';
  const indexed = readKnowledge();
  const ticker = setInterval(tellStatus, STATUS_EVERY_MS);

  return {
    store,
    memory,
    routes: [...platforms.values(), ...intake].flatMap((adapter) => adapter.routes ?? []),
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
    recordEvent: (event) => recordEvent(store, clock, event),
    status,
    indexed,
    async health() {
      const parts: Record<string, Promise<Health>> = {
        database: database.pool.query('select 1').then(
          () => ({ ok: true, detail: 'answers' }),
          (error: unknown) => ({ ok: false, detail: errorText(error) }),
        ),
        queue: queue.health(),
        ...Object.fromEntries(
          [...platforms.values(), ...intake].map((adapter) => [adapter.id, adapter.health()]),
        ),
      };
      return Object.fromEntries(
        await Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await part])),
      );
    },
    async stop() {
      clearInterval(ticker);
      const stopping = async (name: string, work: Promise<unknown>) =>
        work.catch((error: unknown) =>
          log.warn({ part: name, reason: errorText(error) }, 'did not stop cleanly'),
        );
      await Promise.all(intake.map((channel) => stopping(channel.id, channel.stop())));
      await stopping('queue', queue.stop());
      await Promise.all([...platforms.values()].map((platform) => stopping(platform.id, platform.stop())));
      await stopping('engine', engine.close());
      await indexed;
      await stopping('bus', bus.stop());
      await stopping('database', database.close());
    },
  };

  /** Reads articles, then solved tickets, into the engine; the bot works meanwhile with what is there. */
  async function readKnowledge(): Promise<void> {
    try {
      await engine.setArticles(await store.allArticles());
      await engine.addExemplars(await store.recentExemplars(HISTORY.exemplars));
    } catch (error) {
      log.error(
        { reason: errorText(error) },
        'knowledge could not be indexed; drafts lack it until the next start',
      );
    }
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

/** The adapters of one kind that are set up. */
function build<Port>(
  modules: AdapterModule<never, Port>[],
  config: Config,
  deps: (owner: string) => AdapterDeps,
): Port[] {
  return modules
    .filter((module) => config.adapters.has(module.id))
    .map((module) => module.create(config.adapters.get(module.id) as never, deps(module.id)));
}
