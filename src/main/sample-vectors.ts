// Embeddings of the taxonomy's and the sample's texts, shipped so that a first start takes seconds instead of a minute.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SHIPPED_CONFIG } from '../config.ts';
import type { VectorStore } from '../ports.ts';

export const SAMPLE_VECTORS = join(SHIPPED_CONFIG, 'sample/vectors.bin');
const headerSchema = z.object({ embedder: z.string(), dimensions: z.number(), hashes: z.array(z.string()) });

interface Vectors {
  embedder: string;
  vectors: { hash: string; vector: Float32Array }[];
}

interface ShippedVectors {
  embedder: string;
  hashes: string[];
  /** Null for a text that it does not have. */
  vector(hash: string): Float32Array | null;
}

/** Looks into the shipped vectors for what `store` has none of: the taxonomy's examples and the sample's texts. */
export function withShippedVectors(store: VectorStore): VectorStore {
  let shipped: Promise<ShippedVectors | null> | null = null;
  return {
    put: store.put,
    async get(embedder, hashes) {
      const found = await store.get(embedder, hashes);
      if (found.size === hashes.length) return found;
      // Without the file everything is computed: slower, and the same to within rounding.
      shipped ??= readShippedVectors().catch(() => null);
      const file = await shipped;
      if (file?.embedder !== embedder) return found;
      for (const hash of hashes) {
        const vector = found.has(hash) ? null : file.vector(hash);
        if (vector) found.set(hash, vector);
      }
      return found;
    },
  };
}

/** A JSON line with the names, then for each vector its scale (32-bit float) and one signed byte a dimension. */
export async function readShippedVectors(): Promise<ShippedVectors> {
  const bytes = await readFile(SAMPLE_VECTORS);
  const end = bytes.indexOf('\n');
  const { embedder, dimensions, hashes } = headerSchema.parse(JSON.parse(bytes.subarray(0, end).toString()));
  const positions = new Map(hashes.map((hash, i) => [hash, end + 1 + i * (4 + dimensions)]));
  return {
    embedder,
    hashes,
    vector(hash) {
      const at = positions.get(hash);
      if (at === undefined) return null;
      const scale = bytes.readFloatLE(at);
      return Float32Array.from({ length: dimensions }, (_, d) => bytes.readInt8(at + 4 + d) * scale);
    },
  };
}

/** Rounds each vector to 8 bits a dimension: a cosine changes by less than 0.001, the file is a quarter the size. */
export async function writeSampleVectors({ embedder, vectors }: Vectors): Promise<void> {
  const sorted = vectors.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const dimensions = sorted[0]?.vector.length ?? 0;
  const header = JSON.stringify({ embedder, dimensions, hashes: sorted.map(({ hash }) => hash) });
  const rows = sorted.map(({ vector }) => {
    const row = Buffer.alloc(4 + dimensions);
    const scale = Math.max(...vector.map(Math.abs)) / 127 || 1;
    row.writeFloatLE(scale);
    vector.forEach((value, d) => {
      row.writeInt8(Math.round(value / scale), 4 + d);
    });
    return row;
  });
  await writeFile(SAMPLE_VECTORS, Buffer.concat([Buffer.from(`${header}\n`), ...rows]));
}
