// `deskhand eval`: measures the local engine on any labelled file.
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { loadConfig, SHIPPED_PROMPTS } from '../config.ts';
import { evaluateClassifier, fewShots, type LabelledRow, type OnProgress } from '../engine/eval/classify.ts';
import { evaluateModelClassifier } from '../engine/eval/classify-model.ts';
import { evaluateClusters } from '../engine/eval/cluster.ts';
import { evaluateRetrieval } from '../engine/eval/retrieve.ts';
import { evaluateSentiment, evaluateSignal, evaluateUrgency } from '../engine/eval/tone.ts';
import { createMemoryLedger } from '../engine/llm/budget.ts';
import { loadPrompts } from '../engine/llm/prompts.ts';
import { allModules } from '../main/adapters.ts';
import { modelClient } from '../main/engine.ts';
import { AppError } from '../model/errors.ts';
import { draftsCommand } from './calibrate.ts';
import { measured, readRows, reported, stderrLog } from './measure.ts';

/** Names and numbers alike. */
const nameSchema = z.union([z.string().min(1), z.number()]).transform(String);
const labelledRow = z.object({ text: z.string(), label: nameSchema });
const frustrationRow = z
  .object({ text: z.string(), frustrated: z.union([z.boolean(), z.literal([0, 1])]) })
  .transform(({ text, frustrated }) => ({ text, positive: Boolean(frustrated) }));
const urgencyRow = z
  .object({ text: z.string(), urgency: z.enum(['low', 'medium', 'high']) })
  .transform(({ text, urgency }) => ({ text, positive: urgency === 'high' }));
const sentimentRow = z.object({ text: z.string(), sentiment: z.enum(['negative', 'neutral', 'positive']) });
const reportRow = z.object({ id: nameSchema, title: z.string(), body: z.string() });
const pairRow = z.object({ id: nameSchema, duplicate_of: nameSchema });

/** The language model of the configuration on the same rows; it must be set up. */
async function withModel(
  train: LabelledRow[],
  test: LabelledRow[],
  { seed, onProgress }: { seed: number; onProgress: OnProgress },
): Promise<object> {
  const ledger = createMemoryLedger();
  const client = modelClient(loadConfig(allModules), {
    ledger,
    log: stderrLog,
    clock: { now: () => new Date() },
  });
  if (!client)
    throw new AppError('wrong_use', 'No language model is set up: set OPENAI_MODEL and a key or an address.');
  return evaluateModelClassifier(train, test, {
    client,
    prompts: loadPrompts(SHIPPED_PROMPTS),
    seed,
    onProgress,
  });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}

interface ClassifyOptions {
  train: string;
  test: string;
  shots?: number;
  seed: number;
  engine: 'local' | 'llm';
  json: boolean;
}

/** What only the local engine is measured in; programs name the engine all the same. */
const localOnly = () => new Option('--engine <name>', 'who judges').choices(['local']).default('local');

export function evalCommand(): Command {
  const command = new Command('eval');
  command
    .command('classify')
    .description('categories: rows of {"text", "label"}; the label "oos" means out of scope')
    .requiredOption('--train <file>', 'JSONL to learn from')
    .requiredOption('--test <file>', 'JSONL to be judged on')
    .option('--shots <n>', 'learn from at most so many examples of each label', wholeNumber)
    .option('--seed <n>', 'choice of the examples', wholeNumber, 1)
    .addOption(new Option('--engine <name>', 'who sorts').choices(['local', 'llm']).default('local'))
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: ClassifyOptions) => {
      const all = await readRows(options.train, labelledRow);
      const test = await readRows(options.test, labelledRow);
      const train = options.shots ? fewShots(all, options.shots, options.seed) : all;
      if (options.engine === 'llm')
        return reported(options.json, (onProgress) =>
          withModel(train, test, { seed: options.seed, onProgress }),
        );
      await measured(options.json, (embedder, onProgress) =>
        evaluateClassifier(train, test, { embedder, seed: options.seed, onProgress }),
      );
    });
  command
    .command('frustration')
    .description('frustration: rows of {"text", "frustrated"}')
    .requiredOption('--train <file>', 'JSONL to learn from')
    .requiredOption('--test <file>', 'JSONL to be judged on')
    .addOption(localOnly())
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: { train: string; test: string; json: boolean }) => {
      const train = await readRows(options.train, frustrationRow);
      const test = await readRows(options.test, frustrationRow);
      await measured(options.json, (embedder, onProgress) =>
        evaluateSignal('frustrated', train, test, { embedder, onProgress }),
      );
    });
  command
    .command('urgency')
    .description('urgency: rows of {"text", "urgency"}, low, medium or high; high against the others')
    .option('--train <file>', 'JSONL to learn from; without one the words and examples of the taxonomy judge')
    .requiredOption('--test <file>', 'JSONL to be judged on')
    .addOption(localOnly())
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: { train?: string; test: string; json: boolean }) => {
      const train = options.train ? await readRows(options.train, urgencyRow) : null;
      const test = await readRows(options.test, urgencyRow);
      await measured(options.json, (embedder, onProgress) =>
        train
          ? evaluateSignal('urgent', train, test, { embedder, onProgress })
          : evaluateUrgency(loadConfig(allModules).taxonomy, test, { embedder, onProgress }),
      );
    });
  command
    .command('sentiment')
    .description('sentiment: rows of {"text", "sentiment"}, negative, neutral or positive')
    .requiredOption('--test <file>', 'JSONL to be judged on')
    .addOption(localOnly())
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: { test: string; json: boolean }) => {
      const test = await readRows(options.test, sentimentRow);
      await measured(options.json, (embedder, onProgress) =>
        evaluateSentiment(loadConfig(allModules).taxonomy, test, { embedder, onProgress }),
      );
    });
  command
    .command('cluster')
    .description('clusters: rows of {"text", "label"} arrive one by one; labels only judge')
    .requiredOption('--test <file>', 'JSONL to be clustered')
    .addOption(localOnly())
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: { test: string; json: boolean }) => {
      const rows = await readRows(options.test, labelledRow);
      await measured(options.json, (embedder, onProgress) =>
        evaluateClusters(rows, { embedder, onProgress }),
      );
    });
  command
    .command('retrieve')
    .description('duplicates: reports of {"id", "title", "body"} and pairs of {"id", "duplicate_of"}')
    .requiredOption('--corpus <file>', 'JSONL of all reports')
    .requiredOption('--pairs <file>', 'JSONL of the known duplicates')
    .addOption(localOnly())
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: { corpus: string; pairs: string; json: boolean }) => {
      const corpus = await readRows(options.corpus, reportRow);
      const pairs = await readRows(options.pairs, pairRow);
      const ids = new Set(corpus.map(({ id }) => id));
      if (
        !pairs.some((pair) => pair.id !== pair.duplicate_of && ids.has(pair.id) && ids.has(pair.duplicate_of))
      )
        throw new AppError(
          'wrong_use',
          `No pair of ${options.pairs} names two reports of ${options.corpus}.`,
        );
      await measured(options.json, (embedder, onProgress) =>
        evaluateRetrieval(corpus, pairs, { embedder, onProgress }),
      );
    });
  command.addCommand(draftsCommand());
  return command;
}
