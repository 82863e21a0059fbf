// Worker thread that trains one classifier and hands its weights over.
import { parentPort, workerData } from 'node:worker_threads';
import { trainClassifier } from './classifier.ts';
import type { TrainingJob } from './trainer.ts';

const job: TrainingJob = workerData;
const texts = job.texts.map((text, i) => ({
  text,
  vector: job.vectors.subarray(i * job.dimensions, (i + 1) * job.dimensions),
  category: job.categories[job.labels[i] ?? 0] ?? '',
  importance: job.importance[i] ?? 1,
}));
const model = trainClassifier(texts, job.known);
const buffers = [model.dense.weights.buffer, model.sparse.weights.buffer, model.idf.buffer];
parentPort?.postMessage(
  model,
  buffers.flatMap((buffer) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
);
