// How a flood of tickets reaches one Slack channel within Slack's rates, and how long P1 waits in it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../src/config.ts';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { allModules } from '../../src/main/adapters.ts';
import { startBot } from '../../src/main/bot.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { createSlackDouble, SLACK } from '../support/slack-double.ts';
import { type Figure, percentile, seconds } from './figures.ts';
import { log } from './stage.ts';

const SETTINGS = `
channels: { tickets: "slack:${SLACK.channel}" }
noise: { burst: { count: 0 } }
`;
/** One in so many tickets is P1. */
const URGENT_EVERY = 30;

/** Sends `count` tickets at once, and more that are P1 while they wait; resolves when all stand in the channel. */
export async function measureChannel({ count }: { count: number }): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const folder = await createDataFolder('deskhand-channel-');
  closing.defer(() => removeDataFolder(folder));
  const slack = await createSlackDouble();
  closing.defer(() => slack.close());
  const settings = join(folder, 'deskhand.yaml');
  await writeFile(settings, SETTINGS);
  const config = loadConfig(allModules, {
    DATA_DIR: folder,
    DESKHAND_CONFIG: settings,
    ...slack.env,
  });
  const postgres = await openPostgres({ dataDir: folder, log });
  closing.defer(() => postgres.stop());
  const engine = scriptedEngine();
  const { analyse } = engine;
  // As the real engine's look at the words.
  engine.glance = (text) => (text.includes('is down') ? 1 : 0.3);
  engine.analyse = async (input) => {
    const analysis = await analyse(input);
    const isUrgent = input.messages.some(({ text }) => text.includes('is down'));
    return isUrgent
      ? { ...analysis, urgency: 1, blocked: true, frustration: 1, sentiment: -1, attempts: 3 }
      : analysis;
  };
  const bot = await startBot({
    config,
    databaseUrl: postgres.url,
    log: { ...log, warn: () => undefined },
    clock: { now: () => new Date() },
    metrics: { count: () => undefined, observe: () => undefined },
    sample: false,
    engine,
  });
  closing.defer(() => bot.stop());

  const sentAt = new Map<string, number>();
  const shownAt = new Map<string, number>();
  const send = async (n: number, urgent: boolean) => {
    const name = `${urgent ? 'urgent' : 'calm'}-${n}`;
    const text = urgent ? `Everything is down here (${name})` : `Please send me an invoice (${name})`;
    const at = performance.now();
    await bot.receive({ channel: 'api', externalId: name, customer: { email: `${name}@example.org` }, text });
    sentAt.set(name, at);
  };
  const look = () => {
    const words = JSON.stringify(slack.messages.get(SLACK.channel) ?? []);
    for (const name of sentAt.keys())
      if (!shownAt.has(name) && words.includes(`(${name})`)) shownAt.set(name, performance.now());
  };
  const started = performance.now();
  for (let n = 0; n < count; n++) await send(n, false);
  const urgent = Math.max(2, Math.floor(count / URGENT_EVERY));
  for (let asked = 0; asked < urgent || shownAt.size < sentAt.size; await wait(100)) {
    look();
    if (asked < urgent && shownAt.size >= ((asked + 0.5) / urgent) * count) await send(asked++, true);
  }
  const took = performance.now() - started;
  const waits = [...shownAt]
    .filter(([name]) => name.startsWith('urgent'))
    .map(([name, at]) => at - (sentAt.get(name) ?? 0));
  const updates = slack.journal.filter(({ method }) => method === 'chat.update').length;
  return [
    {
      name: `${sentAt.size} tickets at once, until all stand in one channel`,
      value: seconds(took),
      aim: `${seconds((sentAt.size - 5) * 1_035)} is what Slack allows`,
    },
    {
      name: `P1 among them (${waits.length}), received to card`,
      value: `median ${seconds(percentile(waits, 0.5))}, longest ${seconds(Math.max(...waits))}`,
      aim: 'not behind those that wait',
    },
    { name: 'chat.update calls a ticket until it is drafted', value: (updates / sentAt.size).toFixed(2) },
  ];
}
