// Opens the workspace's database for a command: beside a running bot it simply connects.
import { type Config, loadConfig } from '../config.ts';
import { openDatabase } from '../infra/db/index.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createStore, type Store } from '../infra/db/queries/index.ts';
import { createLog } from '../infra/log.ts';
import { openPostgres } from '../infra/postgres/index.ts';
import { allModules } from '../main/adapters.ts';
import { sampleConfig } from '../main/sample-config.ts';

/** The sample workspace has a configuration and a database of its own. */
export type WorkspaceName = 'real' | 'sample';
const DATABASES = { real: 'deskhand', sample: 'deskhand_sample' };

/** Runs `work` on the workspace's database and lets go of it afterwards. */
export async function withWorkspace<T>(
  work: (store: Store, config: Config, databaseUrl: string) => Promise<T>,
  { name = 'real' }: { name?: WorkspaceName } = {},
): Promise<T> {
  const config = name === 'sample' ? sampleConfig() : loadConfig(allModules);
  const log = createLog({ level: 'warn' });
  const { dataDir, env } = config;
  const server = await openPostgres({
    dataDir,
    databaseUrl: env.DATABASE_URL,
    database: DATABASES[name],
    log,
  });
  try {
    await migrate(server.url);
    const database = openDatabase(server.url, { log, max: 4 });
    try {
      return await work(createStore(database.db), config, server.url);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
}
