// The embedder: order of work, cache, windows, crash and retry; with a worker double, and once with the real one.
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { createLocalEmbedder, embeddable } from '../../src/engine/local/embedder.ts';
import { contentHash } from '../../src/engine/local/text.ts';
import type { VectorStore } from '../../src/ports.ts';
import { silent } from './samples.ts';

interface Request {
  id: number;
  texts: string[];
}

/** Stands in for the worker thread: answers when told to. */
function createWorkerDouble() {
  const events = new EventEmitter();
  const requests: Request[] = [];
  const double = Object.assign(events, {
    requests,
    postMessage: (request: Request) => void requests.push(request),
    terminate: async () => 0,
    answer() {
      const request = requests.at(-1);
      if (!request) throw new Error('nothing was asked');
      const vectors = request.texts.map((text) => new Float32Array(512).fill(text.length));
      events.emit('message', { id: request.id, vectors });
    },
    crash() {
      events.emit('error', new Error('out of memory'));
      events.emit('exit', 1);
    },
  });
  queueMicrotask(() => events.emit('message', { ready: true }));
  return double;
}

async function start(vectors?: VectorStore) {
  const workers: ReturnType<typeof createWorkerDouble>[] = [];
  const embedder = createLocalEmbedder({
    log: silent,
    vectors,
    startWorker: () => {
      const double = createWorkerDouble();
      workers.push(double);
      return double as unknown as Worker;
    },
  });
  const worker = () => {
    const last = workers.at(-1);
    if (!last) throw new Error('no worker');
    return last;
  };
  return { embedder, worker, workers };
}

const asked = (worker: ReturnType<typeof createWorkerDouble>, n: number) =>
  vi.waitFor(() => expect(worker.requests).toHaveLength(n));

describe('the embedder', () => {
  it('serves a waiting person before the background, in batches of at most eight', async () => {
    const { embedder, worker } = await start();
    const history = embedder.embed(
      Array.from({ length: 20 }, (_, i) => `old ticket ${i}`),
      5,
    );
    await asked(worker(), 1);
    const person = embedder.embed(['a person waits'], 0);
    await Promise.resolve();
    worker().answer();
    await asked(worker(), 2);
    expect(worker().requests[0]?.texts).toHaveLength(8);
    expect(worker().requests[1]?.texts).toEqual(['a person waits']);
    worker().answer();
    await expect(person).resolves.toHaveLength(1);
    for (const n of [3, 4]) {
      await asked(worker(), n);
      worker().answer();
    }
    await expect(history).resolves.toHaveLength(20);
    await embedder.close();
  });

  it('asks once for the same text, also at the same time', async () => {
    const { embedder, worker } = await start();
    const both = Promise.all([embedder.embed(['same']), embedder.embed(['same ', 'same'])]);
    await asked(worker(), 1);
    worker().answer();
    await both;
    await embedder.embed(['same']);
    expect(worker().requests).toHaveLength(1);
    await embedder.close();
  });

  it('gives the zero vector to a text without anything, and asks nobody', async () => {
    const { embedder, worker } = await start();
    const [vector] = await embedder.embed(['  \n\t ']);
    expect(vector?.every((value) => value === 0)).toBe(true);
    expect(worker().requests).toHaveLength(0);
    await embedder.close();
  });

  it('remembers vectors across starts', async () => {
    const kept = new Map<string, Float32Array>();
    const store: VectorStore = {
      async get(_, hashes) {
        return new Map(
          hashes.flatMap((hash) => (kept.has(hash) ? [[hash, kept.get(hash) ?? new Float32Array(0)]] : [])),
        );
      },
      async put(_, vectors) {
        for (const { hash, vector } of vectors) kept.set(hash, vector);
      },
    };
    const first = await start(store);
    const once = first.embedder.embed(['hello']);
    await asked(first.worker(), 1);
    first.worker().answer();
    await once;
    const second = await start(store);
    expect((await second.embedder.embed(['hello']))[0]?.[0]).toBe(5);
    expect(second.worker().requests).toHaveLength(0);
    expect([...kept.keys()]).toEqual([contentHash('hello')]);
  });

  it('works on when the store of vectors fails', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('database gone');
    };
    const { embedder, worker } = await start({ get: fails, put: fails });
    const once = embedder.embed(['hello']);
    await asked(worker(), 1);
    worker().answer();
    await expect(once).resolves.toHaveLength(1);
  });

  it('starts the worker again after a crash and tries once more', async () => {
    const { embedder, worker, workers } = await start();
    const once = embedder.embed(['hello']);
    await asked(worker(), 1);
    worker().crash();
    await vi.waitFor(() => expect(workers).toHaveLength(2));
    await asked(worker(), 1);
    worker().answer();
    await expect(once).resolves.toHaveLength(1);
    await embedder.close();
  });

  it('gives up on the text that crashes it twice, alone', async () => {
    const { embedder, worker, workers } = await start();
    const bad = embedder.embed(['bad']);
    const caught = expect(bad).rejects.toMatchObject({ code: 'embedder_failed' });
    for (const n of [1, 2]) {
      await vi.waitFor(() => expect(workers).toHaveLength(n));
      await asked(worker(), 1);
      worker().crash();
    }
    await caught;
    await vi.waitFor(() => expect(workers).toHaveLength(3));
    const good = embedder.embed(['good']);
    await asked(worker(), 1);
    worker().answer();
    await expect(good).resolves.toHaveLength(1);
    await embedder.close();
  });

  it('fails what waits when it is closed', async () => {
    const { embedder, worker } = await start();
    const once = embedder.embed(['hello']);
    await asked(worker(), 1);
    const caught = expect(once).rejects.toMatchObject({ code: 'embedder_closed' });
    await embedder.close();
    await caught;
  });

  it('bounds what is encoded', () => {
    expect(embeddable('x '.repeat(500_000)).length).toBeLessThanOrEqual(8000);
  });
});

describe('the real encoder', () => {
  it('makes unit vectors, close for the same meaning, and reads beyond its window', async () => {
    const embedder = createLocalEmbedder({ log: silent });
    const padding = 'we have been customers for a long time and like the calendar very much '.repeat(15);
    const [a, b, c, long, blank, emoji] = await embedder.embed([
      'How do I reset my password?',
      'I forgot my password, how can I change it?',
      'The invoice amount is wrong',
      `${padding} How do I reset my password? ${'reset the password '.repeat(60)}`,
      '',
      '🎉🎉',
    ]);
    await embedder.close();
    const dot = (x?: Float32Array, y?: Float32Array) =>
      (x ?? new Float32Array()).reduce((sum, v, i) => sum + v * (y?.[i] ?? 0), 0);
    expect(dot(a, a)).toBeCloseTo(1, 4);
    expect(dot(long, long)).toBeCloseTo(1, 4);
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.2);
    expect(dot(long, a)).toBeGreaterThan(dot(long, c));
    expect(dot(blank, blank)).toBe(0);
    expect(emoji).toHaveLength(512);
  });
});
