// Trainings in worker threads of their own, so that nothing waits for them.
import { Worker } from 'node:worker_threads';
import { AppError, errorText } from '../../model/errors.ts';
import type { Calibration, ClassifierModel, TrainingText } from './classifier.ts';
import type { SignalExample, SignalModel } from './signals.ts';

/** What travels to the worker: texts, and their vectors in one block. */
export interface TrainingJob {
  task: 'categories';
  texts: string[];
  vectors: Float32Array;
  dimensions: number;
  categories: string[];
  /** Position in `categories`, by text. */
  labels: Int32Array;
  importance: Float32Array;
  /** 1 for the name of a category. */
  isName: Uint8Array;
  /** Categories that exist even without examples. */
  known: string[];
  /** Without cross-validation. */
  quick: boolean;
  /** Taken over instead of cross-validation. */
  calibration: Calibration | null;
}

export interface SignalJob {
  task: 'signals';
  examples: SignalExample[];
}

export interface Training<Model> {
  /** Answers already, and is not calibrated yet. Settles no later than `model`. */
  fitted: Promise<Model>;
  model: Promise<Model>;
  /** Stops it; both fail with `training_stopped`. */
  stop(): Promise<void>;
}

/** Starts a training. The worker ends with it and gives its memory back. */
export function startTraining(
  texts: TrainingText[],
  known: string[],
  { quick = false, calibration = null }: Partial<Pick<TrainingJob, 'quick' | 'calibration'>> = {},
): Training<ClassifierModel> {
  const dimensions = texts[0]?.vector.length ?? 0;
  const vectors = new Float32Array(texts.length * dimensions);
  const categories = [...new Set(texts.map((text) => text.category))];
  const position = new Map(categories.map((category, i) => [category, i]));
  for (const [i, text] of texts.entries()) vectors.set(text.vector, i * dimensions);
  const job: TrainingJob = {
    task: 'categories',
    texts: texts.map((text) => text.text),
    vectors,
    dimensions,
    categories,
    labels: Int32Array.from(texts, (text) => position.get(text.category) ?? 0),
    importance: Float32Array.from(texts, (text) => text.importance),
    isName: Uint8Array.from(texts, (text) => (text.isName ? 1 : 0)),
    known,
    quick,
    calibration,
  };
  return startWorker<ClassifierModel>(job, [vectors.buffer]);
}

/** Starts the training of the signals' heads; the first model does without those that take a closer look at the customer's situation. */
export function startSignalTraining(examples: SignalExample[]): Training<SignalModel> {
  const job: SignalJob = { task: 'signals', examples };
  return startWorker<SignalModel>(job, []);
}

function startWorker<Model>(job: TrainingJob | SignalJob, transferList: ArrayBuffer[]): Training<Model> {
  const worker = new Worker(new URL('./trainer-worker.ts', import.meta.url), {
    name: 'trainer',
    workerData: job,
    transferList,
  });
  // A training must not keep a process alive that has nothing else to do.
  worker.unref();
  const fitted = Promise.withResolvers<Model>();
  const model = Promise.withResolvers<Model>();
  const fail = (error: AppError) => {
    fitted.reject(error);
    model.reject(error);
  };
  worker.on('message', (done: { fitted: Model } | { trained: Model }) => {
    if ('fitted' in done) return fitted.resolve(done.fitted);
    fitted.resolve(done.trained);
    model.resolve(done.trained);
    void worker.terminate();
  });
  worker.once('error', (error) =>
    fail(new AppError('training_failed', errorText(error), { retryable: true })),
  );
  worker.once('exit', () => fail(new AppError('training_stopped', 'The training was stopped.')));
  // Whoever does not wait for the first model learns of a failure from the second.
  fitted.promise.catch(() => undefined);
  return {
    fitted: fitted.promise,
    model: model.promise,
    async stop() {
      await worker.terminate();
    },
  };
}
