// A bot that is busy to the last database connection: people are still answered.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { allModules } from '../../src/main/adapters.ts';
import { type Bot, startBot } from '../../src/main/bot.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { silentLog } from '../support/silent-log.ts';
import { journalChannel } from '../support/workspace.ts';

/** More than any pool has connections. */
const CROWD = 60;

let folder: string;
let database: TestDatabase;
let bot: Bot;
beforeAll(async () => {
  folder = await createDataFolder('deskhand-busy-');
  database = await createTestDatabase();
  const file = join(folder, 'deskhand.yaml');
  const agents = [{ name: 'Ana', email: 'ana@team.example', role: 'lead' }];
  await writeFile(file, JSON.stringify({ agents }));
  bot = await startBot({
    config: loadConfig(allModules, { DATA_DIR: folder, DATABASE_URL: database.url, DESKHAND_CONFIG: file }),
    databaseUrl: database.url,
    log: silentLog,
    clock: { now: () => new Date() },
    metrics: { count: () => undefined, observe: () => undefined },
    sample: false,
    engine: scriptedEngine(),
    channels: [journalChannel('email')],
  });
});
afterAll(async () => {
  await bot.stop();
  await database.drop();
  await removeDataFolder(folder);
});

it('presses in the chat and decisions over the API are answered while all other connections are in use', async () => {
  const customer = { email: 'maria@acme.example', name: 'Maria' };
  const receipt = await bot.receive({
    channel: 'email',
    externalId: 'one',
    customer,
    text: 'An invoice, please',
  });
  const ticketId = receipt.ticketId ?? 0;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let inside = 0;
  const crowd = Array.from({ length: CROWD }, () =>
    bot.store
      .transaction(async () => {
        inside += 1;
        await over;
      })
      // Who gets no connection in time gives up.
      .catch(() => undefined),
  );
  await expect.poll(() => inside).toBeGreaterThan(5);
  const agent = { platform: 'console', userId: 'ana@team.example', email: 'ana@team.example' };
  const ref = { ticketId: `T-${ticketId}`, draftVersion: 0 };
  const taken = await bot.press({ ref, agent, intent: { type: 'decision', decision: { kind: 'take' } } });
  expect(taken).toMatchObject({ kind: 'notice', ok: true });
  const released = await bot.actOnTicket(ticketId, {
    draftVersion: 0,
    agentEmail: 'ana@team.example',
    decision: { kind: 'release' },
  });
  expect(released).toMatchObject({ ok: true });
  end();
  await Promise.all(crowd);
});
