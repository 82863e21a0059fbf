// Linear models on sparse or dense rows: softmax and logistic regression, and an online step, in plain typed arrays.
import { logistic } from '../../model/probability.ts';
import type { SparseRow } from './features.ts';

/** Weights of a linear model, feature by feature: `weights[feature * classes + c]`. */
export interface LinearModel {
  classes: number;
  weights: Float32Array;
  bias: Float32Array;
}

export interface TrainOptions {
  epochs: number;
  /** Step size at the start; falls linearly to a twentieth. */
  rate: number;
  /** L2 penalty of one weight, per step. */
  decay: number;
  seed: number;
}

/** A small deterministic generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers 0..n-1 in random order. */
export function shuffled(n: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = kept;
  }
  return order;
}

/** Feature numbers 0..n-1, so that a dense vector can be used as a row. */
const denseIndexes = new Map<number, Int32Array>();
export function denseRow(vector: Float32Array): SparseRow {
  let index = denseIndexes.get(vector.length);
  if (!index) {
    index = Int32Array.from({ length: vector.length }, (_, i) => i);
    denseIndexes.set(vector.length, index);
  }
  return { index, value: vector };
}

export function emptyModel(features: number, classes: number): LinearModel {
  return { classes, weights: new Float32Array(features * classes), bias: new Float32Array(classes) };
}

/** Writes the logits of a row into `out` (one per class), weights multiplied by `scale`. */
export function logitsInto(model: LinearModel, row: SparseRow, out: Float32Array, scale = 1): void {
  const { classes, weights, bias } = model;
  const { index, value } = row;
  const sums = sumsFor(classes).fill(0);
  // Four features at a time, summed in doubles: twice as fast as one by one in floats.
  const whole = index.length - (index.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const [v, v1, v2, v3] = [value[i] ?? 0, value[i + 1] ?? 0, value[i + 2] ?? 0, value[i + 3] ?? 0];
    const at = (index[i] ?? 0) * classes;
    const at1 = (index[i + 1] ?? 0) * classes;
    const at2 = (index[i + 2] ?? 0) * classes;
    const at3 = (index[i + 3] ?? 0) * classes;
    for (let c = 0; c < classes; c += 1)
      sums[c] =
        (sums[c] ?? 0) +
        v * (weights[at + c] ?? 0) +
        v1 * (weights[at1 + c] ?? 0) +
        v2 * (weights[at2 + c] ?? 0) +
        v3 * (weights[at3 + c] ?? 0);
  }
  for (let i = whole; i < index.length; i += 1) {
    const v = value[i] ?? 0;
    const at = (index[i] ?? 0) * classes;
    for (let c = 0; c < classes; c += 1) sums[c] = (sums[c] ?? 0) + v * (weights[at + c] ?? 0);
  }
  for (let c = 0; c < classes; c += 1) out[c] = (sums[c] ?? 0) * scale + (bias[c] ?? 0);
}

let doubles = new Float64Array(0);
/** Doubles to sum in, one for each class; their content is anybody's. */
function sumsFor(classes: number): Float64Array {
  if (doubles.length < classes) doubles = new Float64Array(classes);
  return doubles;
}

/** Turns logits into probabilities, in place. */
export function softmax(logits: Float32Array): Float32Array {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  let sum = 0;
  for (let c = 0; c < logits.length; c += 1) {
    const e = Math.exp((logits[c] ?? 0) - top);
    logits[c] = e;
    sum += e;
  }
  for (let c = 0; c < logits.length; c += 1) logits[c] = (logits[c] ?? 0) / sum;
  return logits;
}

/** A class whose probability is off by less is left alone: most of them, most of the time. */
const SURE = 1e-3;

/** Moves the model against `gradients`, those of the loss by each logit of the row. */
function descend(
  model: LinearModel,
  row: SparseRow,
  gradients: Float32Array,
  rate: number,
  scale: number,
): void {
  const { classes, weights, bias } = model;
  const { index, value } = row;
  const active = new Int32Array(classes);
  let count = 0;
  for (let c = 0; c < classes; c += 1) {
    const gradient = gradients[c] ?? 0;
    if (gradient > SURE || gradient < -SURE) active[count++] = c;
  }
  const step = rate / scale;
  for (let i = 0; i < index.length; i += 1) {
    const v = (value[i] ?? 0) * step;
    const at = (index[i] ?? 0) * classes;
    for (let k = 0; k < count; k += 1) {
      const c = active[k] ?? 0;
      weights[at + c] = (weights[at + c] ?? 0) - v * (gradients[c] ?? 0);
    }
  }
  for (let k = 0; k < count; k += 1) {
    const c = active[k] ?? 0;
    bias[c] = (bias[c] ?? 0) - 0.1 * rate * (gradients[c] ?? 0);
  }
}

/** Stochastic gradient descent with L2 penalty; `learn` turns the logits of a row into their gradients, in place. */
function train(
  rows: SparseRow[],
  features: number,
  classes: number,
  options: TrainOptions,
  learn: (logits: Float32Array, i: number) => void,
): LinearModel {
  const model = emptyModel(features, classes);
  const random = seeded(options.seed);
  const out = new Float32Array(classes);
  const steps = Math.max(1, options.epochs * rows.length);
  let scale = 1;
  let step = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    for (const i of shuffled(rows.length, random)) {
      const row = rows[i];
      if (!row) continue;
      const rate = options.rate * (0.05 + 0.95 * (1 - step / steps));
      step += 1;
      logitsInto(model, row, out, scale);
      scale *= 1 - rate * options.decay;
      learn(out, i);
      descend(model, row, out, rate, scale);
    }
  }
  for (let i = 0; i < model.weights.length; i += 1) model.weights[i] = (model.weights[i] ?? 0) * scale;
  return model;
}

/**
 * Softmax regression. `labels[i]` is the class of `rows[i]`, `importance[i]` how often it counts. Deterministic for a seed.
 */
export function trainSoftmax(
  rows: SparseRow[],
  labels: Int32Array,
  importance: Float32Array,
  features: number,
  classes: number,
  options: TrainOptions,
): LinearModel {
  return train(rows, features, classes, options, (logits, i) => {
    softmaxGradients(logits, labels[i] ?? 0);
    const times = importance[i] ?? 1;
    if (times !== 1) for (let c = 0; c < classes; c += 1) logits[c] = (logits[c] ?? 0) * times;
  });
}

/**
 * Logistic regression. `targets[i]` is above 0 where `rows[i]` is an example, below 0 where it is a counter-example; how
 * far, how often it counts. Deterministic for a seed.
 */
export function trainLogistic(
  rows: SparseRow[],
  targets: Float32Array,
  features: number,
  options: TrainOptions,
): LinearModel {
  return train(rows, features, 1, options, (logits, i) => {
    const target = targets[i] ?? 0;
    logits[0] = Math.abs(target) * (logistic(logits[0] ?? 0) - (target > 0 ? 1 : 0));
  });
}

/** Models of one class on the same features, as one whose classes they are. */
export function sideBySide(models: LinearModel[], features: number): LinearModel {
  const all = emptyModel(features, models.length);
  for (const [c, { weights, bias }] of models.entries()) {
    for (let f = 0; f < features; f += 1) all.weights[f * models.length + c] = weights[f] ?? 0;
    all.bias[c] = bias[0] ?? 0;
  }
  return all;
}

function softmaxGradients(logits: Float32Array, label: number): Float32Array {
  softmax(logits);
  logits[label] = (logits[label] ?? 0) - 1;
  return logits;
}

/** One step towards `label`, for a correction that must show at once. */
export function stepTowards(model: LinearModel, row: SparseRow, label: number, rate: number): void {
  const out = new Float32Array(model.classes);
  logitsInto(model, row, out);
  descend(model, row, softmaxGradients(out, label), rate, 1);
}

/** The model with one more class at the end, all its weights zero and its bias below the others. */
export function withClass(model: LinearModel): LinearModel {
  const classes = model.classes + 1;
  const features = model.weights.length / Math.max(1, model.classes);
  const grown = emptyModel(features, classes);
  for (let f = 0; f < features; f += 1)
    grown.weights.set(model.weights.subarray(f * model.classes, (f + 1) * model.classes), f * classes);
  grown.bias.set(model.bias);
  grown.bias[classes - 1] = Math.min(0, ...model.bias) - 0.5;
  return grown;
}

/** The model with rows of zero weights at the end, for features that it has not met. */
export function withRows(model: LinearModel, rows: number): LinearModel {
  if (rows * model.classes === model.weights.length) return model;
  const weights = new Float32Array(rows * model.classes);
  weights.set(model.weights);
  return { ...model, weights };
}
