// Two bots that are killed while they post digests: each digest stands once, whole, in its channel.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createQueue } from '../../src/infra/queue/index.ts';
import { digestKey, digestOf } from '../../src/insights/digest-period.ts';
import { seeded } from '../chaos/random.ts';
import { type BotProcess, spawnBot } from '../support/bot-process.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { query } from '../support/query.ts';
import { silentLog } from '../support/silent-log.ts';

const DAYS = 8;
const KILLS = 6;
/** So that a post of a dead process is taken up after two seconds instead of thirty. */
const FASTER = 15;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await createDataFolder('deskhand-digests-');
});
afterAll(async () => {
  await database.drop();
  await removeDataFolder(folder);
});

it('posts each digest once, whole, whoever is killed meanwhile', async () => {
  const seed = Date.now() % 1_000_000;
  const random = seeded(seed);
  await query(
    database.url,
    `insert into customer default values; insert into conversation (customer_id) select id from customer;
     insert into ticket (conversation_id, customer_id, channel, status, category, created_at, first_response_at, replied_by, presented_rev)
     select c.id, c.customer_id, 'email', 'resolved', 'billing/refund', at, at + interval '20 minutes', 'agent', 1
     from conversation c, generate_series('2026-01-01'::timestamptz, '2026-02-20', '3 hours') at`,
  );
  const periods = Array.from({ length: DAYS }, (_, n) => digestOf('daily', `2026-02-1${n}`, 'UTC'));
  const clock = { now: () => new Date() };
  const queue = await createQueue({ databaseUrl: database.url, log: silentLog, clock });
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, CLOCK: `${Date.now()} ${FASTER}` };
  const bots: BotProcess[] = [spawnBot(env), spawnBot(env)];
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = bots[kill % 2];
      await victim?.url;
      for (const period of periods.slice(kill, kill + 3))
        await queue.add('digest', { ...period }, { key: digestKey(period) });
      await pause(Math.floor(random() * 1_200));
      await victim?.kill();
      bots[kill % 2] = spawnBot(env);
    }
    for (const period of periods) await queue.add('digest', { ...period }, { key: digestKey(period) });

    const keys = periods.map(digestKey);
    await vi.waitFor(
      async () => {
        const rows = await query(database.url, `select key from posted_card where thread ? 'complete'`);
        expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
      },
      { timeout: 180_000, interval: 500 },
    );
    const posted = await query(
      database.url,
      `select value #>> '{content,fallback}' as words from value where owner = 'console' and key like 'post/digests/%'`,
    );
    const heads = posted.map(({ words }) => String(words)).filter((words) => words.includes('February 2026'));
    expect(new Set(heads).size, `seed ${seed}`).toBe(DAYS);
    expect(heads, `seed ${seed}`).toHaveLength(DAYS);
    const replies = await query(
      database.url,
      `select split_part(key, '/', 3) || (value #>> '{content,fallback}') as words from value
       where owner = 'console' and key like 'reply/digests/%'`,
    );
    expect(new Set(replies.map(({ words }) => words)).size, `seed ${seed}`).toBe(replies.length);
  } finally {
    await queue.stop();
    await Promise.all(bots.map((bot) => bot.kill()));
  }
}, 400_000);
