// Builds the adapters that are set up, and checks them for `doctor`.
import { chatModules, contextModules, intakeModules, trackerModules } from '../../adapters/index.ts';
import type { Config } from '../config.ts';
import { createBus } from '../infra/bus/index.ts';
import { openDatabase } from '../infra/db/index.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createInbox } from '../infra/inbox.ts';
import { createLimiter } from '../infra/limiter/index.ts';
import { createAdapterStore } from '../infra/store.ts';
import { errorText } from '../model/errors.ts';
import type {
  AdapterDeps,
  ChatPlatform,
  ContextSource,
  Health,
  IntakeChannel,
  Log,
  Tracker,
} from '../ports.ts';
import { checkChannels } from './channels.ts';

export const allModules = [...chatModules, ...intakeModules, ...contextModules, ...trackerModules];

/** A module whose configuration type nobody here needs to know. */
interface AnyModule<Port> {
  id: string;
  load(): Promise<(config: never, deps: AdapterDeps) => Port>;
}

export interface Adapters {
  platforms: ChatPlatform[];
  intake: IntakeChannel[];
  sources: ContextSource[];
  trackers: Tracker[];
}

/** Loads and makes what is set up. `depsOf` gives each adapter its own store. */
export async function buildAdapters(
  config: Config,
  depsOf: (owner: string) => AdapterDeps,
): Promise<Adapters> {
  const build = <Port>(modules: AnyModule<Port>[]) =>
    Promise.all(
      modules
        .filter(({ id }) => config.adapters.has(id))
        .map(async ({ id, load }) => {
          const create = await load();
          // The slice was made by this very module's schema.
          return create(config.adapters.get(id) as never, depsOf(id));
        }),
    );
  const [platforms, intake, sources, trackers] = await Promise.all([
    build<ChatPlatform>(chatModules),
    build<IntakeChannel>(intakeModules),
    build<ContextSource>(contextModules),
    build<Tracker>(trackerModules),
  ]);
  return { platforms, intake, sources, trackers };
}

/** Asks every adapter that is set up how it is, without starting it. */
export async function checkAdapters(
  config: Config,
  databaseUrl: string,
  log: Log,
): Promise<Record<string, Health>> {
  await migrate(databaseUrl);
  const database = openDatabase(databaseUrl, { log, max: 2 });
  const bus = await createBus({ databaseUrl, log });
  const clock = { now: () => new Date() };
  try {
    const { platforms, intake, sources, trackers } = await buildAdapters(config, (owner) => {
      const store = createAdapterStore(database.db, owner);
      return {
        clock,
        fetch,
        log,
        store,
        bus,
        limiter: createLimiter(clock),
        openInbox: (how) => createInbox({ store, alone: (_, work) => work(), clock, log }, how),
        agents: config.yaml.agents,
        status: () => ({ sample: false, indexing: null, notices: [] }),
      };
    });
    const parts = await Promise.all(
      [...platforms, ...intake, ...sources, ...trackers].map(
        async (adapter): Promise<[string, Health]> => [
          adapter.id,
          await adapter.health().catch((error: unknown) => ({ ok: false, detail: errorText(error) })),
        ],
      ),
    );
    const channels = await checkChannels(config.yaml, new Map(platforms.map((one) => [one.id, one])));
    return { ...Object.fromEntries(parts), ...channels };
  } finally {
    await bus.stop();
    await database.close();
  }
}
