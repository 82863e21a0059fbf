// Tests a language model on labelled files: what `deskhand eval classify --engine llm` prints.
import { AppError } from '../../model/errors.ts';
import { ask } from '../llm/ask.ts';
import type { ModelClient } from '../llm/client.ts';
import { findAppError, isEndpointFault } from '../llm/failure.ts';
import type { Prompts } from '../llm/prompts.ts';
import { labelSchema } from '../llm/schemas.ts';
import { OUT_OF_SCOPE } from '../local/classifier.ts';
import { fewShots, type LabelledRow, type OnProgress } from './classify.ts';
import { accuracy, calibrationError, macroF1, type Prediction } from './scores.ts';

/** Examples of each label that the model is shown, and texts that are asked about at once. */
const SHOWN = 3;
const AT_ONCE = 4;
const NO_THRESHOLDS =
  'coverage and precision need thresholds that training rows prove, and the model is asked about test rows alone';

export interface ModelClassifyReport {
  /** Test rows. */
  n: number;
  accuracy: number;
  macroF1: number;
  /** Of the confidence that the model states; a row without an answer counts as wrong at 0. */
  ece: number;
  /** Null: see `notMeasured`. */
  coverageAt95: null;
  coverageAt98: null;
  precisionAt98: null;
  oosAuroc: null;
  oosCaughtAt5: null;
  /** It is shown examples, and learns nothing. */
  trainSeconds: 0;
  /** Why some figures are null. */
  notMeasured: string;
  /** Share of the out-of-scope rows that the model calls so; null without such rows. */
  oosCaught: number | null;
  /** Share of the in-scope rows that the model calls out of scope. */
  oosFalse: number;
  /** Rows without a usable answer; they count as wrong. */
  failed: number;
  tokens: number;
  cost: number;
  msPerText: number;
}

/** The model sees a few training rows of each label and each test text by itself. Throws AppError once the budget is spent, or when the endpoint never answers. */
export async function evaluateModelClassifier(
  train: LabelledRow[],
  test: LabelledRow[],
  deps: { client: ModelClient; prompts: Prompts; seed: number; onProgress: OnProgress },
): Promise<ModelClassifyReport> {
  const { client, prompts, onProgress } = deps;
  const known = fewShots(
    train.filter(({ label }) => label !== OUT_OF_SCOPE),
    SHOWN,
    deps.seed,
  );
  const names = [...new Set(known.map(({ label }) => label))];
  const labels = names.map((label) => ({
    label,
    examples: known.filter((row) => row.label === label).map(({ text }) => text),
  }));
  const schema = labelSchema(names);
  const predictions: Prediction[] = [];
  const strange: boolean[] = [];
  let failed = 0;
  let first: AppError | null = null;
  let tokens = 0;
  let cost = 0;
  const started = performance.now();

  async function judge(row: LabelledRow, i: number): Promise<void> {
    const run = client.open({ step: 'eval', ticketId: null });
    const question = { prompt: prompts.classify, slots: { labels, text: row.text }, schema };
    const answer = await ask(client, run, question).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'budget_spent') throw error;
      failed += 1;
      first ??= findAppError(error);
      return null;
    });
    const use = run.use();
    tokens += use?.tokens ?? 0;
    cost += use?.cost ?? 0;
    strange[i] = answer?.inScope === false;
    predictions[i] = {
      truth: row.label,
      predicted: answer?.label ?? '',
      confidence: answer?.confidence ?? 0,
      familiarity: 0,
    };
  }

  for (let from = 0; from < test.length; from += AT_ONCE) {
    await Promise.all(test.slice(from, from + AT_ONCE).map((row, i) => judge(row, from + i)));
    onProgress(Math.min(test.length, from + AT_ONCE), test.length);
  }
  // An endpoint that never answers is no measure of the model.
  if (failed === test.length && first && isEndpointFault(first)) throw first;
  const inScope = predictions.filter(({ truth }) => truth !== OUT_OF_SCOPE);
  const called = (outside: boolean) => {
    const rows = test.map(({ label }, i) => ({ outside: label === OUT_OF_SCOPE, said: strange[i] ?? false }));
    const asked = rows.filter((row) => row.outside === outside);
    return asked.length ? asked.filter(({ said }) => said).length / asked.length : null;
  };
  return {
    n: test.length,
    accuracy: accuracy(inScope),
    macroF1: macroF1(inScope),
    ece: calibrationError(inScope),
    coverageAt95: null,
    coverageAt98: null,
    precisionAt98: null,
    oosAuroc: null,
    oosCaughtAt5: null,
    trainSeconds: 0,
    notMeasured: NO_THRESHOLDS,
    oosCaught: called(true),
    oosFalse: called(false) ?? 0,
    failed,
    tokens,
    cost,
    msPerText: (performance.now() - started) / Math.max(1, test.length),
  };
}
