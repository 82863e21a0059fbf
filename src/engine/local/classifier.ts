// The category classifier: two softmax regressions (embedding; hashed n-grams), blended, calibrated, with a gate.
import { countFeatures, type FeatureSpace, type SparseRow, weighFeatures, withFeatures } from './features.ts';
import {
  denseRow,
  type LinearModel,
  logitsInto,
  softmax,
  stepTowards,
  withClass,
  withRows,
} from './linear.ts';

/** The label of texts that belong to no category; they teach the gate. */
export const OUT_OF_SCOPE = 'oos';

export interface TrainingText {
  text: string;
  /** Unit vector of the embedder. */
  vector: Float32Array;
  category: string;
  /** How often it counts: 1 for history, more for corrections. */
  importance: number;
  /** A category's name: it teaches, but is nothing that a customer writes, so nothing is judged by it. */
  isName?: boolean;
}

/** Everything needed to classify; plain data, so that a worker can hand it over. */
export interface ClassifierModel {
  /** How many texts it was taught with. */
  texts: number;
  /** Categories in the order of the logits; OUT_OF_SCOPE last when it was trained. */
  labels: string[];
  mean: Float32Array;
  /** One over the standard deviation, over the root of the dimensions. */
  scale: Float32Array;
  features: FeatureSpace;
  dense: LinearModel;
  sparse: LinearModel;
  /** Share of the dense logits. */
  blend: number;
  temperature: number;
  /** Ascending quantiles of the gate's score over held-out texts that belong to a category. */
  familiar: Float32Array;
  /** Held-out results for choosing thresholds: never from a text that the judging model had seen. */
  heldOut: { confidence: number; correct: boolean }[];
  /** Labels that are no topic any more: nothing belongs to them. */
  retired?: ReadonlySet<string>;
}

/** What is measured on texts that were held out. */
export type Calibration = Pick<ClassifierModel, 'blend' | 'temperature' | 'familiar' | 'heldOut'>;

export interface Classification {
  /** All categories, most probable first. */
  ranked: { category: string; probability: number }[];
  /** Largest blended logit of a category, before calibration: the gate's score, high = familiar. */
  score: number;
  /** Share of known texts that were more familiar than this one: 0.95 is the border at 5 % false alarms. */
  outOfScope: number;
}

/** What is learned before blend, temperature and gate. */
export type Fitted = Pick<ClassifierModel, 'texts' | 'mean' | 'scale' | 'features' | 'dense' | 'sparse'>;

/** The vector as a row of numbers of one size. */
export function standardise(vector: Float32Array, fitted: Pick<Fitted, 'mean' | 'scale'>): SparseRow {
  return denseRow(vector.map((value, d) => (value - (fitted.mean[d] ?? 0)) * (fitted.scale[d] ?? 0)));
}

/** Logits of both models for one text. */
export function bothLogits(fitted: Fitted, vector: Float32Array, counts: Map<number, number>) {
  const dense = new Float32Array(fitted.dense.classes);
  const sparse = new Float32Array(fitted.sparse.classes);
  logitsInto(fitted.dense, standardise(vector, fitted), dense);
  logitsInto(fitted.sparse, weighFeatures(counts, fitted.features), sparse);
  return { dense, sparse };
}

/** Logits of both models, those of the embedding with this share. */
export function blended(dense: Float32Array, sparse: Float32Array, share: number): Float32Array {
  return dense.map((logit, c) => share * logit + (1 - share) * (sparse[c] ?? 0));
}

/** Position of the largest value before `end`. */
export function argmax(values: Float32Array, end = values.length): number {
  let best = 0;
  for (let c = 1; c < end; c += 1) if ((values[c] ?? 0) > (values[best] ?? 0)) best = c;
  return best;
}

/** The gate's score: the largest logit of a category, less that of "belongs nowhere" where it was trained. */
export function gateScore(logits: Float32Array, categories: number): number {
  const top = logits[argmax(logits, categories)] ?? 0;
  return categories < logits.length ? top - (logits[categories] ?? 0) : top;
}

/** Whether its probabilities and its gate were measured on texts that it had not seen. */
export function isCalibrated({ familiar }: ClassifierModel): boolean {
  return familiar.length > 0;
}

/** The share of familiar texts with a higher score. 0.5 when nothing is known about them. */
export function strangeness(familiar: Float32Array, score: number): number {
  if (familiar.length === 0) return 0.5;
  let low = 0;
  let high = familiar.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((familiar[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return 1 - low / familiar.length;
}

/** The logit of a label that is no topic. */
const NEVER = -1e6;

/** The model for a taxonomy that has these topics: what else it has learned of is ranked no more. */
export function withTopics(model: ClassifierModel, topics: ReadonlySet<string>): ClassifierModel {
  const retired = model.labels.filter((label) => label !== OUT_OF_SCOPE && !topics.has(label));
  return retired.length > 0 ? { ...model, retired: new Set(retired) } : model;
}

/** Classifies one text with its embedding. */
export function classify(model: ClassifierModel, text: string, vector: Float32Array): Classification {
  const { dense, sparse } = bothLogits(model, vector, countFeatures(text));
  const isRetired = (label: number) => model.retired?.has(model.labels[label] ?? '') ?? false;
  const logits = blended(dense, sparse, model.blend).map((logit, c) => (isRetired(c) ? NEVER : logit));
  const oos = model.labels.indexOf(OUT_OF_SCOPE);
  const categories = oos < 0 ? logits.length : oos;
  const score = logits.length ? gateScore(logits, categories) : 0;
  const p = softmax(logits.map((logit) => logit / model.temperature));
  const ranked = model.labels
    .slice(0, categories)
    .flatMap((category, c) => (isRetired(c) ? [] : [{ category, probability: p[c] ?? 0 }]))
    .sort((a, b) => b.probability - a.probability);
  return { ranked, score, outOfScope: strangeness(model.familiar, score) };
}

/**
 * Takes one correction into the weights at once: small steps until the category leads, eight at most.
 * An unknown category is added. `judge` ranks as whoever uses the model does. Changes `model`.
 */
export function correct(
  model: ClassifierModel,
  { text, vector, category }: Pick<TrainingText, 'text' | 'vector' | 'category'>,
  judge: () => Classification = () => classify(model, text, vector),
): void {
  let label = model.labels.indexOf(category);
  if (label < 0) {
    label = model.labels.length;
    model.labels.push(category);
    model.dense = withClass(model.dense);
    model.sparse = withClass(model.sparse);
  }
  const counts = countFeatures(text);
  model.features = withFeatures(model.features, counts);
  model.sparse = withRows(model.sparse, model.features.idf.length);
  const dense = standardise(vector, model);
  const sparse = weighFeatures(counts, model.features);
  for (let step = 0; step < 8; step += 1) {
    const first = judge().ranked[0];
    if (first?.category === category && first.probability > 0.6) return;
    stepTowards(model.dense, dense, label, 2);
    stepTowards(model.sparse, sparse, label, 3);
  }
}
