// Bots that are killed after a tracker has made an issue and before that is written down: the next makes no second one,
// and hears of it by webhook.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createQueue } from '../../src/infra/queue/index.ts';
import { spawnBot } from '../support/bot-process.ts';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createGithubWorld } from '../support/github-world.ts';
import { createJiraWorld } from '../support/jira-world.ts';
import { createLinearWorld } from '../support/linear-world.ts';
import { silentLog } from '../support/silent-log.ts';

/** So that an attempt that was cut off is taken up after two seconds instead of sixty. */
const FASTER = 30;
/** What the test holds, and a bot that wants to write down an issue waits for. */
const LOCK = 4711;
const patient = { timeout: 180_000, interval: 200 };

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await createDataFolder('deskhand-trackers-');
});
afterAll(async () => {
  await database.drop();
  await removeDataFolder(folder);
});

it('makes each issue once at each tracker, whenever it is killed, and hears what becomes of it', async () => {
  const began = Date.now();
  const worlds = {
    github: await createGithubWorld(),
    linear: await createLinearWorld(),
    jira: await createJiraWorld(),
  };
  const setups = Object.values(worlds).map((world) => world.setup());
  const config = join(folder, 'deskhand.yaml');
  // JSON is YAML, too.
  const trackers = Object.assign({}, ...setups.map(({ yaml }) => yaml.trackers));
  await writeFile(config, JSON.stringify({ trackers }));
  const env: Record<string, string> = {
    ...Object.assign({}, ...setups.map((setup) => setup.env)),
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    DESKHAND_CONFIG: config,
    CLOCK: `${began} ${FASTER}`,
    SAMPLE: '1',
  };
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const rowsOf = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows;
  const clock = { now: () => new Date() };
  const queue = await createQueue({ databaseUrl: database.url, log: silentLog, clock });
  // The job of a bot that died stays taken for a while: each wake-up is one of its own.
  let wakes = 0;
  const wake = () => queue.add('trackers', {}, { key: `wake-${++wakes}` });
  const stageOf = async (tracker: string) =>
    (await rowsOf('select stage from issue where tracker = $1', [tracker]))[0]?.stage;
  let bot = spawnBot(env);
  try {
    await bot.url;
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(
      `create function wait_for_test() returns trigger language plpgsql as
       $$ begin perform pg_advisory_xact_lock(${LOCK}); return new; end $$`,
    );
    for (const tracker of [...Object.keys(worlds), 'sample']) {
      await client.query(
        `create trigger wait before update on issue for each row
         when (new.stage = 'made' and new.tracker = '${tracker}') execute function wait_for_test()`,
      );
      // What a press of "Create issue" leaves behind before the tracker is asked.
      await rowsOf(
        `with bug as (insert into cluster (kind, title, status, first_seen, last_seen)
           values ('bug', $1, 'confirmed', now(), now()) returning id)
         insert into issue (cluster_id, tracker, stage, marker, by, created_at)
         select id, $2, 'making', 'deskhand-' || $2, 'Ana', now() from bug`,
        [`The export is empty (${tracker})`, tracker],
      );
      await wake();
      const waiting = `select pid from pg_stat_activity where wait_event = 'advisory' and query ilike 'update "issue"%'`;
      await vi.waitFor(async () => expect(await rowsOf(waiting)).toHaveLength(1), patient);
      await bot.kill();
      // The server has not noticed yet: it must not write what nobody waits for.
      await rowsOf(`select pg_terminate_backend(pid) from (${waiting}) as late`);
      await client.query('drop trigger wait on issue');
      expect(await stageOf(tracker)).toBe('making');

      bot = spawnBot(env);
      await bot.url;
      await vi.waitFor(async () => {
        await wake();
        expect(await stageOf(tracker)).toBe('made');
      }, patient);
    }
    for (const [tracker, world] of Object.entries(worlds)) {
      const all = await world.farEnd();
      expect(all).toHaveLength(1);
      await world.set(all[0]?.id ?? '', 'not_planned');
      const now = new Date(began + (Date.now() - began) * FASTER);
      const event = { method: 'POST', ...world.webhook(all[0]?.id ?? '', now) };
      expect((await fetch(`${await bot.url}/webhooks/${tracker}`, event)).status).toBe(200);
      const stateOf = 'select state from issue where tracker = $1';
      await vi.waitFor(
        async () => expect(await rowsOf(stateOf, [tracker])).toEqual([{ state: 'not_planned' }]),
        patient,
      );
    }
    const kept = await rowsOf(`select key from value where owner = 'deskhand' and key like 'issue/%'`);
    expect(kept).toHaveLength(1);
    const cards = await rowsOf(`select key from value where owner = 'console' and key like 'post/issues/%'`);
    expect(cards).toHaveLength(1);
  } finally {
    await bot.kill();
    await queue.stop();
    await client.end();
    await Promise.all(Object.values(worlds).map((world) => world.remove()));
  }
}, 400_000);
