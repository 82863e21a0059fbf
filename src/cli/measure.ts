// What the measuring commands share: rows of a file, the encoder, a progress bar and a report.
import { readFile } from 'node:fs/promises';
import cliProgress from 'cli-progress';
import { z } from 'zod';
import type { OnProgress } from '../engine/eval/classify.ts';
import { createLocalEmbedder } from '../engine/local/embedder.ts';
import { AppError } from '../model/errors.ts';
import type { Embedder, Log } from '../ports.ts';

export const stderrLog: Log = {
  debug() {},
  info() {},
  warn: (_, message) => console.error(message),
  error: (_, message) => console.error(message),
};

/** Rows of a JSONL file, at least one; the first wrong line is named. */
export async function readRows<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new AppError('wrong_use', `${file} cannot be read.`);
  });
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const rows = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw new AppError('wrong_use', `${file}, line ${i + 1} is not JSON.`);
    }
    const row = schema.safeParse(json);
    if (!row.success)
      throw new AppError('wrong_use', `${file}, line ${i + 1}: ${z.prettifyError(row.error)}`);
    return [row.data];
  });
  if (!rows.length) throw new AppError('wrong_use', `${file} has no rows.`);
  return rows;
}

/** Runs `work` with the encoder and a progress bar on stderr; prints the report as the last line. */
export async function measured(
  json: boolean,
  work: (embedder: Embedder, onProgress: OnProgress) => Promise<object>,
): Promise<void> {
  const embedder = createLocalEmbedder({ log: stderrLog, cacheSize: 100_000 });
  try {
    await reported(json, (onProgress) => work(embedder, onProgress));
  } finally {
    await embedder.close();
  }
}

/** Runs `work` with a progress bar on stderr; prints the report as the last line. */
export async function reported(
  json: boolean,
  work: (onProgress: OnProgress) => Promise<object>,
): Promise<void> {
  const bar = new cliProgress.SingleBar({ format: 'reading {bar} {value}/{total}', stream: process.stderr });
  try {
    bar.start(0, 0);
    const report = await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
    bar.stop();
    if (json) console.log(JSON.stringify(report));
    else for (const [name, value] of Object.entries(report)) console.log(`${name.padEnd(14)} ${value}`);
  } finally {
    bar.stop();
  }
}
