// Worker thread that trains one model and hands its weights over.
import { parentPort, workerData } from 'node:worker_threads';
import type { ClassifierModel } from './classifier.ts';
import { trainClassifier } from './classifier-training.ts';
import { SITUATION_SIGNALS, tellsSituation, trainSignals } from './signals.ts';
import type { SignalJob, TrainingJob } from './trainer.ts';

const job: TrainingJob | SignalJob = workerData;

function train(job: TrainingJob) {
  const texts = job.texts.map((text, i) => ({
    text,
    vector: job.vectors.subarray(i * job.dimensions, (i + 1) * job.dimensions),
    category: job.categories[job.labels[i] ?? 0] ?? '',
    importance: job.importance[i] ?? 1,
    isName: job.isName[i] === 1,
  }));
  const onFitted = (fitted: ClassifierModel) => parentPort?.postMessage({ fitted });
  return trainClassifier(texts, job.known, { quick: job.quick, calibration: job.calibration, onFitted });
}

if (job.task === 'signals') {
  const fitted = trainSignals(job.examples.filter((example) => !tellsSituation(example)));
  parentPort?.postMessage({ fitted });
  const situations = trainSignals(job.examples, { only: SITUATION_SIGNALS });
  parentPort?.postMessage({ trained: { ...fitted, situations } });
} else {
  const model = train(job);
  const buffers = [model.dense.weights.buffer, model.sparse.weights.buffer, model.features.rowOf.buffer];
  parentPort?.postMessage(
    { trained: model },
    buffers.flatMap((buffer) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  );
}
