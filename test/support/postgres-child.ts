// A process that opens the database of a folder, says where it is, and leaves when its input ends.
import { openPostgres } from '../../src/infra/postgres/index.ts';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('usage: postgres-child.ts DATA_DIR');
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
try {
  const postgres = await openPostgres({ dataDir, durable: false, log });
  console.log(JSON.stringify({ url: postgres.url }));
  process.stdin.resume().once('end', () => void postgres.stop());
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : String(error);
  console.log(JSON.stringify({ code }));
  process.exitCode = 1;
}
