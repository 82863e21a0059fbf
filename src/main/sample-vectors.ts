// Embeddings of the sample workspace's texts, shipped so that its morning begins in seconds instead of a minute.
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

/** Puts the shipped vectors where the embedder looks before it computes one. */
export async function loadSampleVectors(store: VectorStore): Promise<void> {
  const shipped = await readSampleVectors().catch(() => null);
  // Without the file everything is computed: slower, and the same to within rounding.
  if (shipped) await store.put(shipped.embedder, shipped.vectors);
}

/** A JSON line with the names, then for each vector its scale (32-bit float) and one signed byte a dimension. */
export async function readSampleVectors(): Promise<Vectors> {
  const bytes = await readFile(SAMPLE_VECTORS);
  const end = bytes.indexOf('\n');
  const { embedder, dimensions, hashes } = headerSchema.parse(JSON.parse(bytes.subarray(0, end).toString()));
  const vectors = hashes.map((hash, i) => {
    const at = end + 1 + i * (4 + dimensions);
    const scale = bytes.readFloatLE(at);
    return {
      hash,
      vector: Float32Array.from({ length: dimensions }, (_, d) => bytes.readInt8(at + 4 + d) * scale),
    };
  });
  return { embedder, vectors };
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
