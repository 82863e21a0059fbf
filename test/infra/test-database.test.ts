// The databases that other tests stand on: migrated, empty, and apart from each other.
import { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import { borrowDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';

let databases: TestDatabase[] = [];
const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await Promise.all(databases.map((database) => database.drop()));
  databases = [];
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  clients.push(client);
  return client;
}

it('gives each caller a migrated database of its own, also several at once', async () => {
  databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  const [first, second] = await Promise.all(databases.map(({ url }) => connect(url)));

  const tables = await first?.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
  expect(tables?.rowCount).toBeGreaterThan(5);
  await first?.query('CREATE TABLE only_here ()');
  await expect(second?.query('SELECT * FROM only_here')).rejects.toThrow('does not exist');
});

it('drops a database that somebody is still connected to', async () => {
  const database = await createTestDatabase();
  const client = await connect(database.url);
  client.on('error', () => undefined);

  await database.drop();

  await expect(connect(database.url)).rejects.toThrow('does not exist');
});

/** The public tables that have rows. */
async function filled(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const found: string[] = [];
  for (const { name } of rows)
    if ((await client.query(`SELECT FROM ${name} LIMIT 1`)).rowCount) found.push(name);
  return found;
}

it('gives a borrowed database to the next test as a fresh one, whoever is still connected', async () => {
  const write = async (client: Client) =>
    (await client.query("INSERT INTO account (name) VALUES ('Acme') RETURNING id")).rows;
  const first = await borrowDatabase();
  const client = await connect(first.url);
  client.on('error', () => undefined);
  expect(await write(client)).toEqual([{ id: '1' }]);

  await first.drop();
  const second = await borrowDatabase();

  expect(second.url).toBe(first.url);
  const next = await connect(second.url);
  expect(await filled(next)).toEqual([]);
  expect(await write(next)).toEqual([{ id: '1' }]);
});

it('has no rows of its own, which a borrowed one would lose', async () => {
  databases = [await createTestDatabase()];
  expect(await filled(await connect(databases[0]?.url ?? ''))).toEqual([]);
});
