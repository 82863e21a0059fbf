// Opens the workspace's database for a command: beside a running bot it simply connects.
import { type Config, loadConfig } from '../config.ts';
import { openDatabase } from '../infra/db/index.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createStore, type Store } from '../infra/db/queries/index.ts';
import { createLog } from '../infra/log.ts';
import { openPostgres } from '../infra/postgres/index.ts';
import { allModules } from '../main/adapters.ts';

/** Runs `work` on the workspace's database and lets go of it afterwards. */
export async function withWorkspace<T>(work: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig(allModules);
  const log = createLog({ level: 'warn' });
  const { dataDir, env } = config;
  const server = await openPostgres({ dataDir, databaseUrl: env.DATABASE_URL, database: 'deskhand', log });
  try {
    await migrate(server.url);
    const database = openDatabase(server.url, { log, max: 4 });
    try {
      return await work(createStore(database.db), config);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
}
