// Builds the adapters that are set up, and checks them for `doctor`.
import { chatModules, contextModules, intakeModules, trackerModules } from '../../adapters/index.ts';
import type { Config } from '../config.ts';
import { createBus } from '../infra/bus/index.ts';
import { type Db, openDatabase } from '../infra/db/index.ts';
import type { Locks } from '../infra/db/lock.ts';
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

/** What all adapters share. In `db` each has a store and an inbox of its own. */
interface Shared extends Omit<AdapterDeps, 'store' | 'openInbox'> {
  db: Db;
  withKey: Locks['withKey'];
}

/** Loads and makes what is set up. */
export async function buildAdapters(config: Config, { db, withKey, ...shared }: Shared): Promise<Adapters> {
  function depsOf(owner: string): AdapterDeps {
    const own = { ...shared, store: createAdapterStore(db, owner) };
    const alone: Locks['withKey'] = (id, work) => withKey(`${owner} ${id}`, work);
    return { ...own, openInbox: (how) => createInbox({ ...own, alone }, how) };
  }
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
    const { platforms, intake, sources, trackers } = await buildAdapters(config, {
      db: database.db,
      withKey: (_, work) => work(),
      clock,
      fetch,
      log,
      bus,
      limiter: createLimiter(clock),
      agents: config.yaml.agents,
      status: () => ({ sample: false, indexing: null, notices: [] }),
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
