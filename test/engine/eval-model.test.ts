// The evaluation of a language model: its answers against the labels, and what it says of its own certainty.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateModelClassifier } from '../../src/engine/eval/classify-model.ts';
import { createMemoryLedger } from '../../src/engine/llm/budget.ts';
import { createModelClient } from '../../src/engine/llm/client.ts';
import { type ModelDouble, startModelDouble } from '../support/model-double.ts';
import { modelSettings, PROMPTS } from '../support/model-engine.ts';
import { silent } from './samples.ts';

let double: ModelDouble;
beforeAll(async () => {
  double = await startModelDouble();
});
afterAll(() => double.stop());

const train = [
  { text: 'where is my invoice', label: 'billing' },
  { text: 'I cannot log in', label: 'login' },
  { text: 'write me a poem', label: 'oos' },
];

function evaluate(test: { text: string; label: string }[]) {
  const client = createModelClient({
    settings: modelSettings(double, { steps: [] }),
    ledger: createMemoryLedger(),
    clock: { now: () => new Date('2026-03-02T08:00:00Z') },
    log: silent,
    fetch,
    random: () => 0,
    pause: async () => {},
  });
  return evaluateModelClassifier(train, test, { client, prompts: PROMPTS, seed: 1, onProgress: () => {} });
}

it('counts right answers and compares them with the stated confidence', async () => {
  double.on('classify', ({ messages }) => {
    const asked = JSON.stringify(messages.at(-1)).split('Text:')[1] ?? '';
    const strange = asked.includes('moon');
    return { json: { label: 'billing', inScope: !strange, confidence: asked.includes('invoice') ? 1 : 0.5 } };
  });
  const report = await evaluate([
    { text: 'the invoice of May', label: 'billing' },
    { text: 'an invoice, please', label: 'billing' },
    { text: 'my password is refused', label: 'login' },
    { text: 'a ticket to the moon', label: 'oos' },
  ]);
  // Two right at 1, one wrong at 0.5: half a row of three is too much.
  expect(report).toMatchObject({ n: 4, oosCaught: 1, oosFalse: 0, failed: 0 });
  expect(report.accuracy).toBeCloseTo(2 / 3);
  expect(report.ece).toBeCloseTo(0.5 / 3);
});

it('says why there is no coverage', async () => {
  const report = await evaluate([{ text: 'the invoice of May', label: 'billing' }]);
  expect(report).toMatchObject({ coverageAt95: null, coverageAt98: null, precisionAt98: null });
  // The keys of the local engine's report, whoever reads both.
  expect(report).toMatchObject({ oosAuroc: null, oosCaughtAt5: null, trainSeconds: 0 });
  expect(report.notMeasured).toMatch(/thresholds/);
});

it('counts an answer without a usable confidence as failed', async () => {
  double.on('classify', () => ({ json: { label: 'billing', inScope: true, confidence: 95 } }));
  const report = await evaluate([{ text: 'the invoice of May', label: 'billing' }]);
  expect(report).toMatchObject({ failed: 1, accuracy: 0, ece: 0 });
});

it('fails where the endpoint never answers, with the reason', async () => {
  double.on('classify', () => ({ status: 401 }));
  const rows = Array.from({ length: 9 }, (_, i) => ({ text: `invoice ${i}`, label: 'billing' }));
  await expect(evaluate(rows)).rejects.toThrow('refuses the key (HTTP 401). Check OPENAI_API_KEY.');
});
