// Adapters' values and remembered embeddings, on a real database.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/infra/db/index.ts';
import { createStore } from '../../src/infra/db/queries/index.ts';
import { embedding, value } from '../../src/infra/db/schema/index.ts';
import { createAdapterStore, createVectorStore, sharedSecret } from '../../src/infra/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase(server.url, { log });
});
beforeEach(async () => {
  await database.db.delete(value);
  await database.db.delete(embedding);
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

describe('a secret', () => {
  it('is one for all replicas, whoever asks first, and another under another name', async () => {
    const other = openDatabase(server.url, { log });
    const asked = [database, other, database, other].map(({ db }) => sharedSecret(db, 'unsubscribe'));
    const [first = '', ...rest] = await Promise.all(asked);
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(new Set(rest)).toEqual(new Set([first]));
    expect(await sharedSecret(database.db, 'else')).not.toBe(first);
    await other.close();
  });
});

describe('values of adapters', () => {
  it('gives back what was set last, and nothing for what was never set or deleted', async () => {
    const store = createAdapterStore(database.db, 'console');
    expect(await store.get('key')).toBeUndefined();
    await store.set('key', { a: [1, 'two', null] });
    await store.set('key', 'second');
    expect(await store.get('key')).toBe('second');
    await store.delete('key');
    await store.delete('key');
    expect(await store.get('key')).toBeUndefined();
  });

  it('has its keys in the order of their bytes on every server, so that a listing reads no more than it shows', async () => {
    const { rows } = await database.pool.query(
      `select collation_name from information_schema.columns where table_name = 'value' and column_name = 'key'`,
    );
    expect(rows).toEqual([{ collation_name: 'C' }]);
  });

  it.each(['0', 'true', '{"a":1}', '"'])('keeps %j as the text that it is', async (text) => {
    const store = createAdapterStore(database.db, 'console');
    await store.set('key', text);
    expect(await store.get('key')).toBe(text);
    expect(await store.list({ prefix: 'k', limit: 5 })).toEqual([{ key: 'key', value: text }]);
  });

  it('keeps any JSON value', async () => {
    const store = createAdapterStore(database.db, 'console');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue().filter(isStorable), async (json) => {
        await store.set('key', json);
        expect(await store.get('key')).toEqual(json);
      }),
      { numRuns: 50 },
    );
  });

  it('replaces what PostgreSQL cannot hold in a text', async () => {
    const store = createAdapterStore(database.db, 'console');
    await store.set('key', { text: 'nul \0, half \ud83d, whole 🎉, written out \\u0000' });
    expect(await store.get('key')).toEqual({
      text: 'nul \uFFFD, half \uFFFD, whole 🎉, written out \\u0000',
    });
  });

  it('keeps owners apart', async () => {
    const [one, two] = [createAdapterStore(database.db, 'one'), createAdapterStore(database.db, 'two')];
    await one.set('key', 1);
    await two.set('key', 2);
    await two.delete('key');
    expect(await one.get('key')).toBe(1);
    expect(await two.list({ prefix: '', limit: 10 })).toEqual([]);
  });

  it('lists a prefix in the order of bytes, page by page, in both directions', async () => {
    const store = createAdapterStore(database.db, 'console');
    for (const key of ['m:b', 'm:B', 'm:a', 'm:é', 'm_x', 'mm', 'm%', 'M:a']) await store.set(key, key);
    const keys = async (query: Parameters<typeof store.list>[0]) =>
      (await store.list(query)).map(({ key }) => key);
    expect(await keys({ prefix: 'm:', limit: 10 })).toEqual(['m:B', 'm:a', 'm:b', 'm:é']);
    expect(await keys({ prefix: 'm:', limit: 2, after: 'm:B' })).toEqual(['m:a', 'm:b']);
    expect(await keys({ prefix: 'm:', limit: 2, reverse: true })).toEqual(['m:é', 'm:b']);
    expect(await keys({ prefix: 'm:', limit: 9, reverse: true, after: 'm:b' })).toEqual(['m:a', 'm:B']);
    expect(await keys({ prefix: 'm_', limit: 10 })).toEqual(['m_x']);
    expect(await keys({ prefix: 'm%', limit: 10 })).toEqual(['m%']);
    expect(await store.list({ prefix: 'mm', limit: 10 })).toEqual([{ key: 'mm', value: 'mm' }]);
  });

  it('hands out every number of a sequence once, from 1, whoever asks', async () => {
    const [one, two] = [
      createAdapterStore(database.db, 'console'),
      createAdapterStore(database.db, 'console'),
    ];
    const numbers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? one : two).next('post')),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await one.next('other')).toBe(1);
    expect(await one.list({ prefix: '', limit: 10 })).toEqual([]);
  });

  it('says that it may be tried again when the database cannot be reached', async () => {
    const gone = openDatabase('postgres://nobody@127.0.0.1:1/gone', { log });
    const store = createAdapterStore(gone.db, 'console');
    await expect(store.get('key')).rejects.toMatchObject({ code: 'database_unavailable', retryable: true });
    await gone.close();
  });
});

describe('remembered embeddings', () => {
  it('gives back the same floats, by model, for the hashes it knows', async () => {
    const store = createVectorStore(database.db);
    const vector = Float32Array.of(0, -1.5, Math.PI, 1e-40, 3.4e38);
    await store.put('model-1', [{ hash: 'a', vector }]);
    await store.put('model-2', [{ hash: 'b', vector: Float32Array.of(1) }]);
    expect(await store.get('model-1', ['a', 'b', 'c'])).toEqual(new Map([['a', vector]]));
    expect(await store.get('model-1', [])).toEqual(new Map());
  });

  it('takes thousands at once, slices of larger arrays, and the same ones again', async () => {
    const store = createVectorStore(database.db);
    const all = Float32Array.from({ length: 5_000 }, (_, index) => index);
    const vectors = Array.from({ length: 2_500 }, (_, index) => ({
      hash: `hash-${index}`,
      vector: all.subarray(index * 2, index * 2 + 2),
    }));
    await store.put('model', vectors);
    await store.put('model', vectors);
    await store.put('model', []);
    const known = await store.get(
      'model',
      vectors.map(({ hash }) => hash),
    );
    expect(known.size).toBe(2_500);
    expect(known.get('hash-2499')).toEqual(Float32Array.of(4_998, 4_999));
  });
});

/** Without U+0000, and without the minus zero that JSON does not have. */
function isStorable(json: unknown): boolean {
  return !JSON.stringify(json, (_, each) => (Object.is(each, -0) ? '\0' : each)).includes('\\u0000');
}

describe('forgetting', () => {
  it('removes what has expired, keeps what was set again or for ever; old cards and model calls go', async () => {
    const store = createAdapterStore(database.db, 'slack');
    const queries = createStore(database.db);
    const now = new Date('2026-03-02T09:00:00Z');
    await store.set('thread/old', 'T-1', -1_000);
    await store.next('once/old', -1_000);
    await store.set('thread/renewed', 'T-2', -1_000);
    await store.set('thread/renewed', 'T-2', 60_000);
    await store.set('person', 'Ana');
    await queries.postedCard('digest-2024-01-01', 'slack', 'C1', new Date('2024-01-01T09:00:00Z'));
    await queries.postedCard('digest-2026-03-02', 'slack', 'C1', now);

    const call = { ticketId: null, step: 'draft', model: 'm', prompt: 'draft@1', outcome: 'ok' };
    const took = { inputTokens: 1, outputTokens: 1, cost: 0, milliseconds: 1 };
    for (const day of ['2024-12-31', '2026-03-02'])
      await queries.recordModelCall({ ...call, ...took, at: new Date(day), day });

    expect(await queries.forgetOld(new Date('2025-01-01T00:00:00Z'))).toEqual({ values: 2, cards: 1 });
    expect(await queries.forgetModelCalls('2025-01-01')).toBe(1);
    expect(await queries.modelSpentOn('2026-03-02')).toMatchObject({ tokens: 2 });
    const kept = await store.list({ prefix: '', limit: 10 });
    expect(kept.map(({ key }) => key)).toEqual(['person', 'thread/renewed']);
    expect(await store.next('once/old')).toBe(1);
    expect(await queries.postedCards('digest-2026-03-02')).toHaveLength(1);
  });
});
