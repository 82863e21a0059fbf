// Trains and tests the classifier on labelled files: what `deskhand eval classify` prints.
import type { Embedder } from '../../ports.ts';
import { classify, OUT_OF_SCOPE, type TrainingText } from '../local/classifier.ts';
import { trainClassifier } from '../local/classifier-training.ts';
import { seeded, shuffled } from '../local/linear.ts';
import { proveThreshold } from '../policy.ts';
import { accuracy, auroc, calibrationError, macroF1, type Prediction, selected } from './scores.ts';

export interface LabelledRow {
  text: string;
  label: string;
}

/** Called with the number of texts done and of all texts. */
export type OnProgress = (done: number, total: number) => void;

export interface ClassifyReport {
  /** Test rows. */
  n: number;
  accuracy: number;
  macroF1: number;
  ece: number;
  coverageAt95: number;
  coverageAt98: number;
  precisionAt98: number;
  /** Null without out-of-scope rows in the test file. */
  oosAuroc: number | null;
  /** Share of out-of-scope rows that the gate catches where it refuses 5 % of the known. */
  oosCaughtAt5: number | null;
  trainSeconds: number;
  msPerText: number;
}

const CHUNK = 64;

/** Vectors of all texts in order, a few at a time. */
export async function embedAll(
  embedder: Embedder,
  texts: string[],
  onProgress: OnProgress,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += CHUNK) {
    vectors.push(...(await embedder.embed(texts.slice(from, from + CHUNK))));
    onProgress(vectors.length, texts.length);
  }
  return vectors;
}

/** At most `shots` rows of each label, chosen by the seed. */
export function fewShots<Row extends { label: string }>(rows: Row[], shots: number, seed: number): Row[] {
  const taken = new Map<string, number>();
  return [...shuffled(rows.length, seeded(seed))].flatMap((i) => {
    const row = rows[i];
    const count = row ? (taken.get(row.label) ?? 0) : shots;
    if (!row || count >= shots) return [];
    taken.set(row.label, count + 1);
    return [row];
  });
}

/** The words of each label but "oos": "card_arrival" says what its rows are about. */
function labelNames(rows: LabelledRow[]): LabelledRow[] {
  return [...new Set(rows.map((row) => row.label))]
    .filter((label) => label !== OUT_OF_SCOPE)
    .map((label) => ({ label, text: label.replace(/[_/-]+/g, ' ').toLowerCase() }));
}

/**
 * Trains on `train` and the labels' own words, tests on `test`. Thresholds come from cross-validated training rows alone. Rows labelled
 * "oos" belong to no category: they train the gate and are judged by it; all other figures leave them out.
 */
export async function evaluateClassifier(
  train: LabelledRow[],
  test: LabelledRow[],
  {
    embedder,
    seed = 1,
    onProgress = () => {},
  }: { embedder: Embedder; seed?: number; onProgress?: OnProgress },
): Promise<ClassifyReport> {
  // As in the taxonomy, a category's name is an example of it.
  const taught = [...train, ...labelNames(train)];
  const total = taught.length + test.length;
  const vectors = await embedAll(
    embedder,
    taught.map((row) => row.text),
    (done) => onProgress(done, total),
  );
  const texts = taught.map(
    ({ text, label }, i): TrainingText => ({
      text,
      category: label,
      vector: vectors[i] ?? new Float32Array(embedder.dimensions),
      importance: 1,
      isName: i >= train.length,
    }),
  );
  const trainStarted = performance.now();
  const model = trainClassifier(texts, [], { seed });
  const trainSeconds = (performance.now() - trainStarted) / 1000;

  const testStarted = performance.now();
  const tested = await embedAll(
    embedder,
    test.map((row) => row.text),
    (done) => onProgress(taught.length + done, total),
  );
  const predictions = test.map(({ text, label }, i): Prediction => {
    const { ranked, score } = classify(model, text, tested[i] ?? new Float32Array(embedder.dimensions));
    const [first] = ranked;
    return {
      truth: label,
      predicted: first?.category ?? '',
      confidence: first?.probability ?? 0,
      familiarity: score,
    };
  });
  const msPerText = (performance.now() - testStarted) / Math.max(1, test.length);

  const known = predictions.filter((p) => p.truth !== OUT_OF_SCOPE);
  const strange = predictions.filter((p) => p.truth === OUT_OF_SCOPE);
  const heldOut = model.heldOut.map(({ confidence, correct }) => ({ confidence, error: !correct }));
  const at98 = selected(known, proveThreshold(heldOut, 0.02).threshold);
  return {
    n: test.length,
    accuracy: accuracy(known),
    macroF1: macroF1(known),
    ece: calibrationError(known),
    coverageAt95: selected(known, proveThreshold(heldOut, 0.05).threshold).coverage,
    coverageAt98: at98.coverage,
    precisionAt98: at98.precision,
    ...judgeGate(known, strange),
    trainSeconds,
    msPerText,
  };
}

function judgeGate(
  known: Prediction[],
  strange: Prediction[],
): Pick<ClassifyReport, 'oosAuroc' | 'oosCaughtAt5'> {
  if (!known.length || !strange.length) return { oosAuroc: null, oosCaughtAt5: null };
  const ascending = known.map((p) => p.familiarity).sort((a, b) => a - b);
  const border = ascending[Math.floor(0.05 * ascending.length)] ?? 0;
  return {
    oosAuroc: auroc(
      [...known, ...strange].map((p) => ({ score: -p.familiarity, positive: p.truth === OUT_OF_SCOPE })),
    ),
    oosCaughtAt5: strange.filter((p) => p.familiarity < border).length / strange.length,
  };
}
