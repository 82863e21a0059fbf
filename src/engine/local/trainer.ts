// Full training of the classifier in a worker thread of its own, so that nothing waits for it.
import { Worker } from 'node:worker_threads';
import { AppError, errorText } from '../../model/errors.ts';
import type { ClassifierModel, TrainingText } from './classifier.ts';

/** What travels to the worker: texts, and their vectors in one block. */
export interface TrainingJob {
  texts: string[];
  vectors: Float32Array;
  dimensions: number;
  categories: string[];
  /** Position in `categories`, by text. */
  labels: Int32Array;
  importance: Float32Array;
  /** Categories that exist even without examples. */
  known: string[];
}

export interface Training {
  model: Promise<ClassifierModel>;
  /** Stops it; `model` fails with `training_stopped`. */
  stop(): Promise<void>;
}

/** Starts a training. The worker ends with it and gives its memory back. */
export function startTraining(texts: TrainingText[], known: string[]): Training {
  const dimensions = texts[0]?.vector.length ?? 0;
  const vectors = new Float32Array(texts.length * dimensions);
  const categories = [...new Set(texts.map((text) => text.category))];
  const position = new Map(categories.map((category, i) => [category, i]));
  for (const [i, text] of texts.entries()) vectors.set(text.vector, i * dimensions);
  const job: TrainingJob = {
    texts: texts.map((text) => text.text),
    vectors,
    dimensions,
    categories,
    labels: Int32Array.from(texts, (text) => position.get(text.category) ?? 0),
    importance: Float32Array.from(texts, (text) => text.importance),
    known,
  };
  const worker = new Worker(new URL('./trainer-worker.ts', import.meta.url), {
    name: 'trainer',
    workerData: job,
    transferList: [vectors.buffer],
  });
  // A training must not keep a process alive that has nothing else to do.
  worker.unref();
  const model = new Promise<ClassifierModel>((resolve, reject) => {
    worker.once('message', (trained: ClassifierModel) => {
      resolve(trained);
      void worker.terminate();
    });
    worker.once('error', (error) =>
      reject(new AppError('training_failed', errorText(error), { retryable: true })),
    );
    worker.once('exit', () => reject(new AppError('training_stopped', 'The training was stopped.')));
  });
  return {
    model,
    async stop() {
      await worker.terminate();
    },
  };
}
