// `npm run chaos -- --kills 200`: kills the bot at random moments of receiving, deciding and sending.
import { parseArgs } from 'node:util';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { runCampaign } from './campaign.ts';
import { seeded } from './random.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    'life-ms': { type: 'string', default: '2500' },
    replicas: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const quiet = () => undefined;
const folder = await createDataFolder('deskhand-chaos-data-');
const open = () =>
  openPostgres({ dataDir: folder, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
// Joined from the outside, so that the server stops at the very end only.
const postgres = await open();
try {
  console.log(`seed ${values.seed}`);
  const report = await runCampaign({
    kills: Number(values.kills),
    lifeMs: Number(values['life-ms']),
    replicas: Number(values.replicas),
    storage: { DATA_DIR: folder },
    databaseUrl: async () => postgres.url,
    random: seeded(Number(values.seed)),
    say: console.log,
  });
  console.log(JSON.stringify(report, null, 2));
  console.log(
    report.problems.length === 0 ? 'all promises kept' : `${report.problems.length} promises broken`,
  );
  process.exitCode = report.problems.length === 0 ? 0 : 1;
} finally {
  await postgres.stop();
  await removeDataFolder(folder);
}
