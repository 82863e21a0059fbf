// The built-in embedder: Universal Sentence Encoder lite in a worker thread, behind a priority queue and a cache.
import { Worker } from 'node:worker_threads';
import { AppError, errorText } from '../../model/errors.ts';
import type { Embedder, Log, VectorStore } from '../../ports.ts';
import { cleanText, contentHash } from './text.ts';

const ID = 'use-lite-en-1';
const DIMENSIONS = 512;
/** Texts in one request to the worker; whoever waits behind it waits at most for these. */
const BATCH_TEXTS = 8;
/** Characters in one request, so that eight long texts do not hold up a short one. */
const BATCH_CHARS = 3000;
/** Longest text that is encoded, in characters; the worker reads at most six windows of it. */
const EMBED_CHARS = 8000;

interface Job {
  text: string;
  hash: string;
  priority: number;
  order: number;
  tries: number;
  waiting: { resolve: (vector: Float32Array) => void; reject: (error: AppError) => void }[];
}

export interface LocalEmbedderOptions {
  log: Log;
  /** Remembers vectors across restarts, except those of texts that a person waits for (priority 0). */
  vectors?: VectorStore;
  /** Vectors kept in memory, least recently used go first. Default 20,000 (about 40 MB). */
  cacheSize?: number;
  /** Starts the worker thread; replaced in tests. */
  startWorker?: () => Worker;
}

/** What a customer writes now is seldom written again; articles, examples and history are read at every start. */
function recurs(priority: number): boolean {
  return priority > 0;
}

function startEmbedderWorker(): Worker {
  return new Worker(new URL('./embedder-worker.ts', import.meta.url), { name: 'embedder' });
}

/** What the encoder reads of a text: cleaned, in one line, bounded. Vectors are remembered under its hash. */
export function embeddable(text: string): string {
  return cleanText(text).text.replace(/\s+/g, ' ').slice(0, EMBED_CHARS).trim();
}

/**
 * Starts the worker, which takes about 0.5 s to load the weights: what is asked for meanwhile waits, unless it is stored.
 * Unit vectors of 512 numbers; a text without anything to encode gets the zero vector.
 * A crashed worker is started again and its batch tried once more, then fails with `embedder_failed`.
 */
export function createLocalEmbedder(options: LocalEmbedderOptions): Embedder {
  const { log, vectors, cacheSize = 20_000, startWorker = startEmbedderWorker } = options;
  const cache = new Map<string, Float32Array>();
  const jobs = new Map<string, Job>();
  let queue: Job[] = [];
  let inHand: Job[] = [];
  let order = 0;
  let requestId = 0;
  let worker: Worker | null = null;
  let ready = false;
  let closed = false;

  function remember(hash: string, vector: Float32Array): void {
    cache.delete(hash);
    cache.set(hash, vector);
    if (cache.size > cacheSize) {
      const oldest = cache.keys().next().value;
      if (oldest !== undefined) cache.delete(oldest);
    }
  }

  function settle(job: Job, result: Float32Array | AppError): void {
    jobs.delete(job.hash);
    for (const { resolve, reject } of job.waiting) {
      if (result instanceof AppError) reject(result);
      else resolve(result);
    }
  }

  /** After a crash: each job in hand is tried once more, alone, so that one bad text fails alone. */
  function retryInHand(reason: string): void {
    const again = inHand;
    inHand = [];
    for (const job of again) {
      job.tries += 1;
      if (job.tries > 1) settle(job, new AppError('embedder_failed', `The encoder failed: ${reason}`));
      else queue.push(job);
    }
  }

  function takeBatch(): Job[] {
    queue.sort((a, b) => a.priority - b.priority || a.order - b.order);
    const first = queue[0];
    if (!first) return [];
    const batch: Job[] = [];
    let chars = 0;
    for (const job of queue) {
      if (job.priority !== first.priority || batch.length >= BATCH_TEXTS) break;
      if (batch.length && (chars + job.text.length > BATCH_CHARS || job.tries > 0)) break;
      batch.push(job);
      chars += job.text.length;
      if (job.tries > 0) break;
    }
    queue = queue.slice(batch.length);
    return batch;
  }

  function pump(): void {
    if (!worker || !ready || inHand.length || closed) return;
    inHand = takeBatch();
    if (!inHand.length) return;
    requestId += 1;
    worker.postMessage({ id: requestId, texts: inHand.map((job) => job.text) });
  }

  function onAnswer(answer: { id: number; vectors?: Float32Array[]; error?: string }): void {
    if (answer.id !== requestId) return;
    const found = answer.vectors;
    if (!found) {
      retryInHand(answer.error ?? 'no answer');
      pump();
      return;
    }
    const done = inHand;
    inHand = [];
    const fresh: { hash: string; vector: Float32Array }[] = [];
    for (const [i, job] of done.entries()) {
      const vector = found[i] ?? new Float32Array(DIMENSIONS);
      remember(job.hash, vector);
      if (recurs(job.priority)) fresh.push({ hash: job.hash, vector });
      settle(job, vector);
    }
    if (fresh.length > 0)
      vectors
        ?.put(ID, fresh)
        .catch((error: unknown) => log.warn({ error: errorText(error) }, 'embeddings were not stored'));
    pump();
  }

  function spawn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine = startWorker();
      worker = mine;
      ready = false;
      let lastError = 'the worker stopped';
      mine.on('message', (message: { ready?: true; id: number }) => {
        if (mine !== worker) return;
        if (message.ready) {
          ready = true;
          resolve();
          pump();
        } else onAnswer(message);
      });
      mine.on('error', (error) => {
        lastError = errorText(error);
      });
      mine.on('exit', (code) => {
        if (mine !== worker || closed) return;
        worker = null;
        if (!ready) {
          const failure = new AppError('embedder_failed', `The encoder does not start: ${lastError}`);
          for (const job of [...inHand, ...queue]) settle(job, failure);
          inHand = [];
          queue = [];
          reject(failure);
          return;
        }
        log.warn({ code, error: lastError }, 'the encoder stopped and is started again');
        retryInHand(lastError);
        start();
      });
    });
  }

  /** Starts the worker; whoever waits for a vector is told when it does not start. */
  function start(): void {
    spawn().catch((error: unknown) => log.error({ error: errorText(error) }, 'the encoder is down'));
  }

  async function embed(texts: string[], priority = 1): Promise<Float32Array[]> {
    if (closed) throw new AppError('embedder_closed', 'The embedder is closed.');
    const keyed = texts.map((text) => {
      const clean = embeddable(text);
      return { text: clean, hash: contentHash(clean) };
    });
    const missing = [
      ...new Set(keyed.filter(({ hash }) => !cache.has(hash) && !jobs.has(hash)).map((k) => k.hash)),
    ];
    const stored =
      vectors && missing.length && recurs(priority)
        ? await vectors.get(ID, missing).catch((error: unknown) => {
            log.warn({ error: errorText(error) }, 'stored embeddings were not read');
            return new Map<string, Float32Array>();
          })
        : new Map<string, Float32Array>();
    for (const [hash, vector] of stored) if (vector.length === DIMENSIONS) remember(hash, vector);
    if (!worker && !closed) await spawn();
    const promises = keyed.map(({ text, hash }) => {
      if (text === '') return Promise.resolve(new Float32Array(DIMENSIONS));
      const known = cache.get(hash);
      if (known) {
        remember(hash, known);
        return Promise.resolve(known);
      }
      return new Promise<Float32Array>((resolve, reject) => {
        const job = jobs.get(hash);
        if (job) {
          job.priority = Math.min(job.priority, priority);
          job.waiting.push({ resolve, reject });
          return;
        }
        order += 1;
        const added: Job = { text, hash, priority, order, tries: 0, waiting: [{ resolve, reject }] };
        jobs.set(hash, added);
        queue.push(added);
      });
    });
    pump();
    return Promise.all(promises);
  }

  start();
  return {
    id: ID,
    dimensions: DIMENSIONS,
    embed,
    async close() {
      closed = true;
      const gone = new AppError('embedder_closed', 'The embedder is closed.');
      for (const job of [...inHand, ...queue]) settle(job, gone);
      inHand = [];
      queue = [];
      const mine = worker;
      worker = null;
      await mine?.terminate();
    },
  };
}
