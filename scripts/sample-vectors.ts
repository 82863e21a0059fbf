// Writes config/sample/vectors.bin anew, after a change of the sample's texts or of the encoder: `npm run sample:vectors`.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/infra/db/index.ts';
import { createLog } from '../src/infra/log.ts';
import { openPostgres } from '../src/infra/postgres/index.ts';
import { createVectorStore } from '../src/infra/store.ts';
import { SAMPLE_VECTORS, writeSampleVectors } from '../src/main/sample-vectors.ts';
import { start } from '../src/main.ts';

const dataDir = join(tmpdir(), `deskhand-vectors-${process.pid}`);
const log = createLog({ level: 'warn' });
const env = { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
await rm(SAMPLE_VECTORS, { force: true });
const bot = await start({ workspace: 'sample', fast: false, env });
try {
  await bot.indexed;
  const server = await openPostgres({ dataDir, database: 'deskhand_sample', log });
  const database = openDatabase(server.url, { log, max: 1 });
  const { rows } = await database.pool.query<{ embedder: string; hash: string }>(
    'select embedder, hash from embedding',
  );
  const embedder = rows[0]?.embedder ?? '';
  const known = await createVectorStore(database.db).get(
    embedder,
    rows.map(({ hash }) => hash),
  );
  const vectors = [...known].map(([hash, vector]) => ({ hash, vector }));
  await writeSampleVectors({ embedder, vectors });
  console.log(`${SAMPLE_VECTORS}: ${vectors.length} vectors of ${embedder}`);
  await database.close();
  await server.stop();
} finally {
  await bot.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
