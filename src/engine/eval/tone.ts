// Tests how well the signals rank texts by frustration, urgency and sentiment: `deskhand eval frustration | urgency | sentiment`.
import type { Signal } from '../../model/signal.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { Embedder } from '../../ports.ts';
import {
  type SignalModel,
  type SignalScores,
  scoreSignals,
  signalTexts,
  tellsSituation,
  trainSignals,
} from '../local/signals.ts';
import { embedAll, type OnProgress } from './classify.ts';
import { auroc } from './scores.ts';

/** A text with whether it carries the signal that is judged. */
export interface MarkedRow {
  text: string;
  positive: boolean;
}

interface ToneOptions {
  embedder: Embedder;
  onProgress?: OnProgress;
}

/** Trains one signal's head on texts with a yes or no, and tells how well it ranks others. */
export async function evaluateSignal(
  signal: Signal,
  train: MarkedRow[],
  test: MarkedRow[],
  { embedder, onProgress = () => {} }: ToneOptions,
): Promise<{ n: number; auroc: number | null }> {
  const total = train.length + test.length;
  const vectors = await embedAll(
    embedder,
    train.map((row) => row.text),
    (done) => onProgress(done, total),
  );
  const none = new Float32Array(embedder.dimensions);
  const model = trainSignals(
    train.map(({ text, positive }, i) => ({
      text,
      vector: vectors[i] ?? none,
      signals: positive ? [signal] : [],
    })),
  );
  const scores = await scoreAll(model, test, embedder, (done) => onProgress(train.length + done, total));
  return { n: test.length, auroc: rank(test, scores, (score) => score[signal]) };
}

/** The signals as they are on the first day, learned from the taxonomy's examples alone. */
async function trainShipped(taxonomy: Taxonomy, embedder: Embedder): Promise<SignalModel> {
  const examples = signalTexts(taxonomy).filter((example) => !tellsSituation(example));
  const vectors = await embedder.embed(examples.map((example) => example.text));
  const none = new Float32Array(embedder.dimensions);
  return trainSignals(examples.map((example, i) => ({ ...example, vector: vectors[i] ?? none })));
}

/** How well the first day's urgency ranks texts. */
export async function evaluateUrgency(
  taxonomy: Taxonomy,
  test: MarkedRow[],
  { embedder, onProgress = () => {} }: ToneOptions,
): Promise<{ n: number; auroc: number | null }> {
  const model = await trainShipped(taxonomy, embedder);
  const scores = await scoreAll(model, test, embedder, (done) => onProgress(done, test.length));
  return { n: test.length, auroc: rank(test, scores, (score) => score.urgent) };
}

/** How well the first day's sentiment tells the unhappy from the rest, and the happy from the rest. */
export async function evaluateSentiment(
  taxonomy: Taxonomy,
  test: { text: string; sentiment: 'negative' | 'neutral' | 'positive' }[],
  { embedder, onProgress = () => {} }: ToneOptions,
): Promise<{ n: number; aurocNegative: number | null; aurocPositive: number | null }> {
  const model = await trainShipped(taxonomy, embedder);
  const scores = await scoreAll(model, test, embedder, (done) => onProgress(done, test.length));
  const marked = (wanted: string) =>
    test.map(({ text, sentiment }): MarkedRow => ({ text, positive: sentiment === wanted }));
  return {
    n: test.length,
    aurocNegative: rank(marked('negative'), scores, (score) => score.frustrated),
    aurocPositive: rank(marked('positive'), scores, (score) => score.thanks + score.calm - score.frustrated),
  };
}

async function scoreAll(
  model: SignalModel,
  rows: { text: string }[],
  embedder: Embedder,
  onProgress: (done: number) => void,
): Promise<SignalScores[]> {
  const vectors = await embedAll(
    embedder,
    rows.map((row) => row.text),
    onProgress,
  );
  const none = new Float32Array(embedder.dimensions);
  return rows.map(({ text }, i) => scoreSignals(model, text, vectors[i] ?? none));
}

/** Area under the curve; null when all rows are positive, or none. */
function rank(
  rows: MarkedRow[],
  scores: SignalScores[],
  read: (scores: SignalScores) => number,
): number | null {
  const pairs = scores.map((score, i) => ({ score: read(score), positive: rows[i]?.positive ?? false }));
  const area = auroc(pairs);
  return Number.isNaN(area) ? null : area;
}
