// A few deaths at random moments; `npm run chaos -- --kills 200` does it often.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCampaign } from '../chaos/campaign.ts';
import { seeded } from '../chaos/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('loses nothing and sends nothing twice when it is killed while it receives, decides and sends', async () => {
  const seed = Date.now() % 1_000_000;
  const { problems, figures } = await runCampaign({
    kills: 5,
    lifeMs: 1_200,
    storage: { DATABASE_URL: database.url },
    databaseUrl: async () => database.url,
    random: seeded(seed),
  });
  expect(problems, `seed ${seed}`).toEqual([]);
  expect(figures.delivered).toBeGreaterThan(0);
}, 400_000);
