// Small durable values of adapters, shared secrets, and remembered embeddings, as rows.
import { randomBytes } from 'node:crypto';
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { databaseError } from '../model/errors.ts';
import type { AdapterStore, VectorStore } from '../ports.ts';
import type { Db } from './db/index.ts';
import { embedding, value as valueTable } from './db/schema/index.ts';

/** Rows of one statement; PostgreSQL takes 65,535 parameters. */
const BATCH = 1_000;

/**
 * The values of `owner` (an adapter's id); owners do not see each other's. Keys are ordered by their UTF-8
 * bytes. A missing key is undefined, and undefined is stored as null; what no PostgreSQL text can hold becomes U+FFFD. Methods throw AppError
 * `database_unavailable` while the database cannot answer.
 */
export function createAdapterStore(db: Db, owner: string): AdapterStore {
  // As text, and parsed here: the ORM would parse a JSON string once more, and "0" would become a number.
  const written = sql<string>`${valueTable.value}::text`;
  return {
    async get(key) {
      const rows = await attempt(
        db
          .select({ written })
          .from(valueTable)
          .where(and(eq(valueTable.owner, owner), eq(valueTable.key, key))),
      );
      return rows[0] && JSON.parse(rows[0].written);
    },
    async set(key, value, keepMs) {
      const json = jsonb(value);
      const expiresAt = expiry(keepMs);
      await attempt(
        db
          .insert(valueTable)
          .values({ owner, key, value: json, expiresAt })
          .onConflictDoUpdate({
            target: [valueTable.owner, valueTable.key],
            set: { value: json, updatedAt: sql`now()`, expiresAt },
          }),
      );
    },
    async delete(key) {
      await attempt(db.delete(valueTable).where(and(eq(valueTable.owner, owner), eq(valueTable.key, key))));
    },
    async list({ prefix, after, limit, reverse = false }) {
      const beyond = reverse ? lt : gt;
      const rows = await attempt(
        db
          .select({ key: valueTable.key, written })
          .from(valueTable)
          .where(
            and(
              eq(valueTable.owner, owner),
              sql`starts_with(${valueTable.key}, ${prefix})`,
              after === undefined ? undefined : beyond(valueTable.key, after),
            ),
          )
          .orderBy(reverse ? desc(valueTable.key) : asc(valueTable.key))
          .limit(limit),
      );
      return rows.map((row) => ({ key: row.key, value: JSON.parse(row.written) }));
    },
    async next(sequence, keepMs) {
      const expiresAt = expiry(keepMs);
      const [row] = await attempt(
        db
          .insert(valueTable)
          // An owner of its own, so that `list` does not show the counters.
          .values({ owner: `${owner}#sequence`, key: sequence, value: jsonb(1), expiresAt })
          .onConflictDoUpdate({
            target: [valueTable.owner, valueTable.key],
            set: { value: sql`to_jsonb(${valueTable.value}::bigint + 1)`, updatedAt: sql`now()`, expiresAt },
          })
          .returning({ number: sql<number>`${valueTable.value}::float8` }),
      );
      if (!row) throw new Error('an upsert returned no row');
      return row.number;
    },
  };
}

/** The secret of this name, the same for all who share the database; made by whoever asks first. */
export async function sharedSecret(db: Db, name: string): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  const row = { owner: 'deskhand#secret', key: name, value: jsonb(made) };
  await attempt(db.insert(valueTable).values(row).onConflictDoNothing());
  return z.string().parse(await createAdapterStore(db, row.owner).get(name));
}

/** Embeddings by model id and content hash, as little-endian 32-bit floats. Hashes not known are left out. */
export function createVectorStore(db: Db): VectorStore {
  return {
    async get(embedder, hashes) {
      const found = new Map<string, Float32Array>();
      for (const some of batches(hashes)) {
        const rows = await attempt(
          db
            .select({ hash: embedding.hash, vector: embedding.vector })
            .from(embedding)
            .where(and(eq(embedding.embedder, embedder), inArray(embedding.hash, some))),
        );
        for (const row of rows) found.set(row.hash, decodeVector(row.vector));
      }
      return found;
    },
    async put(embedder, vectors) {
      for (const some of batches(vectors)) {
        const rows = some.map(({ hash, vector }) => ({ embedder, hash, vector: encodeVector(vector) }));
        // The same text has the same vector, so whoever was first is right.
        await attempt(db.insert(embedding).values(rows).onConflictDoNothing());
      }
    },
  };
}

function encodeVector(vector: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((number, index) => {
    bytes.setFloat32(index * 4, number, true);
  });
  return new Uint8Array(bytes.buffer);
}

function decodeVector(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

/** By the database's clock. */
function expiry(keepMs: number | undefined) {
  return keepMs === undefined ? null : sql`now() + ${keepMs / 1_000} * interval '1 second'`;
}

/** As JSON text, since the driver would take a JavaScript null for SQL's. */
function jsonb(value: unknown) {
  return sql`${JSON.stringify(value ?? null, storable)}::jsonb`;
}

/** PostgreSQL's texts hold neither U+0000 nor half a surrogate pair, which customers can send. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;
}

function* batches<T>(items: T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

async function attempt<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw databaseError(error);
  }
}
