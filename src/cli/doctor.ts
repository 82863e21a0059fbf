// `deskhand doctor`: checks configuration, database, queue, platforms and channels, and says what to do.
import { access, constants, mkdir } from 'node:fs/promises';
import Table from 'cli-table3';
import { Command } from 'commander';
import { trackerModules } from '../../adapters/index.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLog } from '../infra/log.ts';
import { openPostgres } from '../infra/postgres/index.ts';
import { createQueue } from '../infra/queue/index.ts';
import { allModules, checkAdapters } from '../main/adapters.ts';
import { errorText } from '../model/errors.ts';
import { modelChecks } from './doctor-model.ts';
import { serviceChecks } from './doctor-promises.ts';
import { exampleChecks, strayTopics } from './doctor-topics.ts';

export interface Check {
  part: string;
  state: 'ok' | 'note' | 'fault';
  detail: string;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const checks = await examine();
      if (json) console.log(JSON.stringify(checks));
      else {
        const table = new Table({
          head: ['', 'Part', 'Finding'],
          colWidths: [7, 16, 90],
          wordWrap: true,
          style: { head: [], border: [] },
        });
        for (const { part, state, detail } of checks)
          table.push([{ ok: 'ok', note: 'note', fault: 'FAULT' }[state], part, detail]);
        console.log(table.toString());
      }
      if (checks.some(({ state }) => state === 'fault')) process.exitCode = 1;
    });
}

async function examine(): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig(allModules);
  } catch (error) {
    return [{ part: 'configuration', state: 'fault', detail: errorText(error) }];
  }
  const checks: Check[] = [
    { part: 'node', state: 'ok', detail: process.versions.node },
    {
      part: 'configuration',
      state: 'ok',
      detail: `${config.file}, ${config.taxonomy.categories.length} categories`,
    },
    agents(config),
    ...exampleChecks(config),
    sending(config),
    ...tracking(config),
  ];
  checks.push(await dataFolder(config));
  checks.push(...(await databaseAndQueue(config)));
  return checks;
}

function agents({ yaml }: Config): Check {
  return yaml.agents.length > 0
    ? {
        part: 'agents',
        state: 'ok',
        detail: yaml.agents.map(({ name, role }) => `${name} (${role})`).join(', '),
      }
    : {
        part: 'agents',
        state: 'note',
        detail: 'none: everybody who reaches the console may act; list people under "agents"',
      };
}

function sending({ yaml }: Config): Check {
  const auto = Object.entries(yaml.modes.categories).filter(([, mode]) => mode === 'auto');
  const names = auto.map(([category]) => category);
  if (yaml.modes.default === 'auto') names.unshift('every category');
  return {
    part: 'autonomy',
    state: 'ok',
    detail:
      names.length > 0 ? `permitted, once proven, for ${names.join(', ')}` : 'every reply needs a person',
  };
}

/** Those that are set up speak for themselves. */
function tracking({ adapters }: Config): Check[] {
  if (trackerModules.some(({ id }) => adapters.has(id))) return [];
  const detail =
    'none: bugs stay in the chat; name a repository, team or project under "trackers" (docs/trackers.md)';
  return [{ part: 'tracker', state: 'note', detail }];
}

async function dataFolder({ dataDir }: Config): Promise<Check> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
    return { part: 'data folder', state: 'ok', detail: dataDir };
  } catch (error) {
    return {
      part: 'data folder',
      state: 'fault',
      detail: `${dataDir} cannot be written (${errorText(error)}); set DATA_DIR`,
    };
  }
}

async function databaseAndQueue(config: Config): Promise<Check[]> {
  const log = createLog({ level: 'silent' });
  const { env, dataDir } = config;
  try {
    const server = await openPostgres({ dataDir, databaseUrl: env.DATABASE_URL, database: 'deskhand', log });
    try {
      const checks: Check[] = [
        {
          part: 'database',
          state: 'ok',
          detail: server.embedded ? 'PostgreSQL of its own answers' : 'the server of DATABASE_URL answers',
        },
      ];
      checks.push(await queueCheck(config, server.url));
      checks.push(...(await strayTopics(config, server.url, log)));
      checks.push(...(await modelChecks(config, server.url, log)));
      checks.push(...(await serviceChecks(config, server.url, log)));
      for (const [part, health] of Object.entries(await checkAdapters(config, server.url, log)))
        checks.push({ part, state: health.ok ? 'ok' : 'fault', detail: health.detail });
      return checks;
    } finally {
      await server.stop();
    }
  } catch (error) {
    return [{ part: 'database', state: 'fault', detail: errorText(error) }];
  }
}

async function queueCheck({ env }: Config, databaseUrl: string): Promise<Check> {
  const where = env.REDIS_URL ? 'Redis of REDIS_URL' : 'in PostgreSQL';
  try {
    const clock = { now: () => new Date() };
    const queue = await createQueue({
      databaseUrl,
      redisUrl: env.REDIS_URL,
      log: createLog({ level: 'silent' }),
      clock,
    });
    const health = await queue.health();
    await queue.stop();
    return { part: 'queue', state: health.ok ? 'ok' : 'fault', detail: `${where}: ${health.detail}` };
  } catch (error) {
    return { part: 'queue', state: 'fault', detail: `${where}: ${errorText(error)}` };
  }
}
