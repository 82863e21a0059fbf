// The category classifier: two softmax regressions (embedding; hashed n-grams), blended, calibrated, with a gate.
import {
  countFeatures,
  type FeatureSpace,
  learnFeatures,
  type SparseRow,
  weighFeatures,
  withFeatures,
} from './features.ts';
import {
  denseRow,
  type LinearModel,
  logitsInto,
  seeded,
  shuffled,
  softmax,
  stepTowards,
  trainSoftmax,
  withClass,
  withRows,
} from './linear.ts';

/** The label of texts that belong to no category; they teach the gate. */
export const OUT_OF_SCOPE = 'oos';
const FOLDS = 5;
/** The fold of texts that are never held out. */
const ALWAYS_TAUGHT = -1;
const BLENDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
/** Steps of the held-out distribution of the largest logit that are kept. */
const QUANTILES = 200;

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
}

export interface Classification {
  /** All categories, most probable first. */
  ranked: { category: string; probability: number }[];
  /** Largest blended logit of a category, before calibration: the gate's score, high = familiar. */
  score: number;
  /** Share of known texts that were more familiar than this one: 0.95 is the border at 5 % false alarms. */
  outOfScope: number;
}

interface Fitted {
  mean: Float32Array;
  scale: Float32Array;
  features: FeatureSpace;
  dense: LinearModel;
  sparse: LinearModel;
}

interface Pace {
  epochs: number;
  /** Size of the steps, for the embedding and for n-grams. */
  rate: { dense: number; sparse: number };
}

/**
 * Fewer examples get more passes and, for their n-grams, smaller steps; found by holding out parts of the training
 * data. In a hurry a few large steps do: of 268 macros they find as many as three times the passes (69 % of 536), and
 * learned from the taxonomy alone they tell 58 % of the sample's history instead of 55 %, in a quarter of the time.
 */
function paceFor(examples: number, quick: boolean): Pace {
  if (quick) return { epochs: examples >= 1500 ? 5 : 8, rate: { dense: 4, sparse: 12 } };
  if (examples >= 5000) return { epochs: 10, rate: { dense: 2, sparse: 6 } };
  return examples >= 1500
    ? { epochs: 16, rate: { dense: 2, sparse: 6 } }
    : { epochs: 32, rate: { dense: 2, sparse: 3 } };
}

function standardise(vector: Float32Array, fitted: Pick<Fitted, 'mean' | 'scale'>): SparseRow {
  return denseRow(vector.map((value, d) => (value - (fitted.mean[d] ?? 0)) * (fitted.scale[d] ?? 0)));
}

function fitBoth(
  texts: TrainingText[],
  counts: Map<number, number>[],
  labels: Int32Array,
  classes: number,
  { seed, quick = false }: { seed: number; quick?: boolean },
): Fitted {
  const dimensions = texts[0]?.vector.length ?? 0;
  const mean = new Float32Array(dimensions);
  const scale = new Float32Array(dimensions);
  const n = Math.max(1, texts.length);
  for (const { vector } of texts)
    for (let d = 0; d < dimensions; d += 1) mean[d] = (mean[d] ?? 0) + (vector[d] ?? 0) / n;
  for (const { vector } of texts)
    for (let d = 0; d < dimensions; d += 1)
      scale[d] = (scale[d] ?? 0) + ((vector[d] ?? 0) - (mean[d] ?? 0)) ** 2 / n;
  // 1e-4 keeps the spread of a handful of examples from exploding (usual variance: 2e-3).
  for (let d = 0; d < dimensions; d += 1) scale[d] = 1 / Math.sqrt(((scale[d] ?? 0) + 1e-4) * dimensions);
  const features = learnFeatures(counts);
  const importance = Float32Array.from(texts, (text) => text.importance);
  const { epochs, rate } = paceFor(texts.length, quick);
  const dense = trainSoftmax(
    texts.map((text) => standardise(text.vector, { mean, scale })),
    labels,
    importance,
    dimensions,
    classes,
    { epochs, rate: rate.dense, decay: 1e-5, seed },
  );
  const sparse = trainSoftmax(
    counts.map((count) => weighFeatures(count, features)),
    labels,
    importance,
    features.idf.length,
    classes,
    { epochs, rate: rate.sparse, decay: 1e-6, seed: seed + 1 },
  );
  return { mean, scale, features, dense, sparse };
}

/** Logits of both models for one text. */
function bothLogits(fitted: Fitted, vector: Float32Array, counts: Map<number, number>) {
  const dense = new Float32Array(fitted.dense.classes);
  const sparse = new Float32Array(fitted.sparse.classes);
  logitsInto(fitted.dense, standardise(vector, fitted), dense);
  logitsInto(fitted.sparse, weighFeatures(counts, fitted.features), sparse);
  return { dense, sparse };
}

function blended(dense: Float32Array, sparse: Float32Array, share: number): Float32Array {
  return dense.map((logit, c) => share * logit + (1 - share) * (sparse[c] ?? 0));
}

/** Position of the largest value before `end`. */
function argmax(values: Float32Array, end = values.length): number {
  let best = 0;
  for (let c = 1; c < end; c += 1) if ((values[c] ?? 0) > (values[best] ?? 0)) best = c;
  return best;
}

/** Mean negative log-likelihood of the labels at a temperature. */
function loss(logits: Float32Array[], labels: number[], temperature: number): number {
  let sum = 0;
  for (const [i, row] of logits.entries()) {
    let top = Number.NEGATIVE_INFINITY;
    for (const logit of row) if (logit > top) top = logit;
    let total = 0;
    for (const logit of row) total += Math.exp((logit - top) / temperature);
    sum += Math.log(total) - ((row[labels[i] ?? 0] ?? 0) - top) / temperature;
  }
  return sum / Math.max(1, logits.length);
}

/** The temperature with the least loss between 0.2 and 5, by golden-section search on its logarithm. */
export function fitTemperature(logits: Float32Array[], labels: number[]): number {
  if (logits.length < 10) return 1;
  let [low, high] = [Math.log(0.2), Math.log(5)];
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 20; i += 1) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (loss(logits, labels, Math.exp(a)) < loss(logits, labels, Math.exp(b))) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** The gate's score: the largest logit of a category, less that of "belongs nowhere" where it was trained. */
function gateScore(logits: Float32Array, categories: number): number {
  const top = logits[argmax(logits, categories)] ?? 0;
  return categories < logits.length ? top - (logits[categories] ?? 0) : top;
}

/**
 * Trains on labelled texts. `categories` may name some without examples: they are known and never predicted.
 * Blend, temperature and gate come from cross-validated logits; `quick` does without, and `onFitted` is given the model
 * before, when a sixth of the time has passed. Deterministic. Time: about 20 s for 10,000 texts in 77 categories, so
 * it belongs in a worker when there are more than a few hundred.
 */
export function trainClassifier(
  texts: TrainingText[],
  categories: string[],
  options: { seed?: number; quick?: boolean; onFitted?: (model: ClassifierModel) => void } = {},
): ClassifierModel {
  const { seed = 1, quick = false, onFitted } = options;
  const known = [...new Set([...categories, ...texts.map((t) => t.category)])].filter(
    (c) => c !== OUT_OF_SCOPE,
  );
  const withOos = texts.some((t) => t.category === OUT_OF_SCOPE);
  const labels = withOos ? [...known, OUT_OF_SCOPE] : known;
  const number = new Map(labels.map((label, i) => [label, i]));
  const y = Int32Array.from(texts, (t) => number.get(t.category) ?? 0);
  const counts = texts.map((t) => countFeatures(t.text));
  const fitted = { labels, ...fitBoth(texts, counts, y, labels.length, { seed, quick }) };
  const uncalibrated = { ...fitted, blend: 0.5, temperature: 1, familiar: new Float32Array(0), heldOut: [] };
  if (quick) return uncalibrated;
  onFitted?.(uncalibrated);

  const order = shuffled(texts.length, seeded(seed));
  const seen = new Int32Array(labels.length);
  const fold = new Int32Array(texts.length);
  for (const i of order) {
    if (texts[i]?.isName) {
      fold[i] = ALWAYS_TAUGHT;
      continue;
    }
    const label = y[i] ?? 0;
    fold[i] = (seen[label] ?? 0) % FOLDS;
    seen[label] = (seen[label] ?? 0) + 1;
  }
  const held: { dense: Float32Array; sparse: Float32Array; label: number }[] = [];
  for (let k = 0; k < FOLDS && texts.length >= 2 * FOLDS; k += 1) {
    const inside = [...order].filter((i) => fold[i] !== k);
    const taught = new Set(inside.map((i) => y[i]));
    const part = fitBoth(
      inside.flatMap((i) => texts[i] ?? []),
      inside.flatMap((i) => counts[i] ?? []),
      Int32Array.from(inside, (i) => y[i] ?? 0),
      labels.length,
      { seed },
    );
    for (const i of order) {
      const text = texts[i];
      const count = counts[i];
      const label = y[i] ?? 0;
      if (fold[i] !== k || !text || !count || !taught.has(label)) continue;
      held.push({ ...bothLogits(part, text.vector, count), label });
    }
  }
  const inScope = held.filter((h) => h.label < known.length);
  let blend = 0.5;
  let fewest = Number.POSITIVE_INFINITY;
  for (const share of BLENDS) {
    const logits = inScope.map((h) => blended(h.dense, h.sparse, share));
    const wrong = logits.filter((row, i) => argmax(row, known.length) !== inScope[i]?.label).length;
    // An equal blend unless another is better by more than chance would have it.
    const penalised = wrong + (share === 0.5 ? 0 : Math.sqrt(Math.max(1, wrong)) * 0.25);
    if (penalised < fewest) {
      fewest = penalised;
      blend = share;
    }
  }
  const logits = inScope.map((h) => blended(h.dense, h.sparse, blend));
  const temperature = fitTemperature(
    logits,
    inScope.map((h) => h.label),
  );
  const scores = Float32Array.from(logits, (row) => gateScore(row, known.length)).sort();
  const heldOut = logits.map((row, i) => {
    const best = argmax(row, known.length);
    const p = softmax(row.map((logit) => logit / temperature));
    return { confidence: p[best] ?? 0, correct: best === inScope[i]?.label };
  });
  const familiar = Float32Array.from(
    { length: scores.length ? QUANTILES + 1 : 0 },
    (_, q) => scores[Math.round((q / QUANTILES) * (scores.length - 1))] ?? 0,
  );
  return { ...fitted, blend, temperature, familiar, heldOut };
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

/** Classifies one text with its embedding. */
export function classify(model: ClassifierModel, text: string, vector: Float32Array): Classification {
  const { dense, sparse } = bothLogits(model, vector, countFeatures(text));
  const logits = blended(dense, sparse, model.blend);
  const oos = model.labels.indexOf(OUT_OF_SCOPE);
  const categories = oos < 0 ? logits.length : oos;
  const score = logits.length ? gateScore(logits, categories) : 0;
  const p = softmax(logits.map((logit) => logit / model.temperature));
  const ranked = model.labels
    .slice(0, categories)
    .map((category, c) => ({ category, probability: p[c] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  return { ranked, score, outOfScope: strangeness(model.familiar, score) };
}

/**
 * Takes one correction into the weights at once: small steps until the category leads, eight at most.
 * An unknown category is added. Changes `model`.
 */
export function correct(model: ClassifierModel, text: string, vector: Float32Array, category: string): void {
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
    const first = classify(model, text, vector).ranked[0];
    if (first?.category === category && first.probability > 0.6) return;
    stepTowards(model.dense, dense, label, 2);
    stepTowards(model.sparse, sparse, label, 3);
  }
}
