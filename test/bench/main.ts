// `npm run bench`: measures the real bot and prints, or with --write keeps, the figures.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { findTool } from '../support/tools.ts';
import { measureClicks, measureLatency } from './arrivals.ts';
import { measureBaseline } from './baseline.ts';
import { measureChannel } from './channel.ts';
import { measureChat } from './chat.ts';
import { measureClusters } from './clusters.ts';
import { findDebianPostgres } from './debian-postgres.ts';
import { measureDigest } from './digest.ts';
import { measureEngine } from './engine.ts';
import { measureMonday } from './monday.ts';
import { measureOpenCards } from './open-cards.ts';
import { measurePipeline } from './pipeline.ts';
import { describeRun, printSections, type Section, writeSections } from './report.ts';
import { openStage, type Stage, type StageKind } from './stage.ts';
import { measureStarts } from './starting.ts';

const FULL = {
  inDigest: 1_000_000,
  messages: 10_000,
  onServers: 2_000,
  latencyMs: 60_000,
  clicksMs: 60_000,
  inChannel: 300,
  openCards: 10_000,
};
const QUICK = {
  inDigest: 50_000,
  messages: 300,
  onServers: 300,
  latencyMs: 15_000,
  clicksMs: 15_000,
  inChannel: 40,
  openCards: 400,
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    /** Messages instead of the usual number. */
    messages: { type: 'string' },
    /** A file for what `monday` understood and drafted. */
    keep: { type: 'string' },
    /** Options of Node for the bot's process, e.g. `--node=--cpu-prof`. */
    node: { type: 'string', multiple: true, default: [] },
  },
});
const size = values.quick ? QUICK : FULL;
const messages = values.messages ? Number(values.messages) : size.messages;

/** Every measurement by the name that `--only` takes. */
const MEASUREMENTS: Record<string, () => Promise<Section>> = {
  start: async () => ({ title: 'Starting', figures: await measureStarts() }),
  engine: async () => ({ title: 'The local engine', figures: await measureEngine() }),
  monday: () => onStage('embedded', 'The sample’s Monday', (stage) => measureMonday(stage, values.keep)),
  latency: () =>
    onStage('embedded', 'Receive to card', (stage) =>
      measureLatency(stage, { perSecond: 3, forMs: size.latencyMs }),
    ),
  clicks: () =>
    onStage('embedded', 'Clicks under load', (stage) =>
      measureClicks(stage, { perSecond: 20, clicksPerSecond: 4, forMs: size.clicksMs }),
    ),
  channel: async () => ({
    title: 'A flood in one Slack channel',
    figures: await measureChannel({ count: size.inChannel }),
  }),
  chat: async () => ({
    title: 'Slack, Discord and Teams',
    // Memory first: afterwards the garbage of all that was clicked would be in it.
    figures: [
      ...(await measureOpenCards({ count: size.openCards })),
      ...(await measureChat({
        perSecond: 20,
        clicksPerSecond: 5,
        forMs: Math.max(12_000, size.clicksMs / 3),
      })),
    ],
  }),
  digest: async () => ({ title: 'Digest', figures: await measureDigest(size.inDigest) }),
  clusters: async () => ({
    title: 'Clusters',
    figures: await measureClusters(
      values.quick
        ? { messages: [1_000, 10_000], days: 90 }
        : { messages: [1_000, 10_000, 100_000], days: 365 },
    ),
  }),
  embedded: () =>
    onStage('embedded', 'Whole pipeline, embedded PostgreSQL', async (stage) => {
      const seed = 1;
      const baseline = await measureBaseline(stage, seed);
      return measurePipeline(stage, { count: messages, seed, where: 'embedded', baseline });
    }),
  servers: () =>
    onStage('servers', 'Whole pipeline, PostgreSQL server and Redis', (stage) =>
      measurePipeline(stage, { count: size.onServers, seed: 2, where: 'server and Redis' }),
    ),
};

if (values.only && !(values.only in MEASUREMENTS)) {
  console.error(`--only takes one of ${Object.keys(MEASUREMENTS).join(', ')}; it got "${values.only}".`);
  process.exit(2);
}
const loadBefore = loadavg()[0] ?? 0;
const sections: Section[] = [];
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (values.only && name !== values.only) continue;
  if (name === 'servers' && (!findDebianPostgres() || !findTool('redis'))) {
    console.error('skipped: "servers" needs /usr/lib/postgresql and redis-server on this machine');
    continue;
  }
  console.error(`measuring: ${name} …`);
  sections.push(await measure());
}
const run = describeRun(['npm run bench', ...givenOptions()].join(' '), loadBefore);
printSections(sections);
console.log(run);
if (values.write) await writeSections(sections, run);
process.exit();

async function onStage(
  kind: StageKind,
  title: string,
  measure: (stage: Stage) => Promise<Section['figures']>,
): Promise<Section> {
  const stage = await openStage(kind, { nodeOptions: values.node });
  try {
    return { title, figures: await measure(stage) };
  } finally {
    await stage.stop();
  }
}

function givenOptions(): string[] {
  return process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [];
}
