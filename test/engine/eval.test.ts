// The evaluation: scores are what their definitions say, and a report comes out of a small labelled set.
import { describe, expect, it } from 'vitest';
import { evaluateClassifier, evaluateFrustration, fewShots } from '../../src/engine/eval/classify.ts';
import { accuracy, auroc, calibrationError, macroF1, selected } from '../../src/engine/eval/scores.ts';
import { wordEmbedder } from './samples.ts';

const prediction = (truth: string, predicted: string, confidence: number) => ({
  truth,
  predicted,
  confidence,
  familiarity: confidence,
});

describe('scores', () => {
  const four = [
    prediction('a', 'a', 0.9),
    prediction('a', 'b', 0.6),
    prediction('b', 'b', 0.8),
    prediction('b', 'b', 0.7),
  ];

  it('count what is right', () => {
    expect(accuracy(four)).toBe(0.75);
    expect(macroF1(four)).toBeCloseTo((2 / 3 + 4 / 5) / 2);
    expect(accuracy([])).toBe(0);
  });

  it('measure calibration by bins', () => {
    const sure = Array.from({ length: 10 }, (_, i) => prediction('a', i < 8 ? 'a' : 'b', 0.95));
    expect(calibrationError(sure)).toBeCloseTo(0.15);
  });

  it('tell coverage and precision above a threshold', () => {
    expect(selected(four, 0.7)).toEqual({ coverage: 0.75, precision: 1 });
    expect(selected(four, null)).toEqual({ coverage: 0, precision: 0 });
  });

  it('rank positives against negatives, ties half', () => {
    const scores = (list: [number, boolean][]) => list.map(([score, positive]) => ({ score, positive }));
    expect(
      auroc(
        scores([
          [0.9, true],
          [0.1, false],
        ]),
      ),
    ).toBe(1);
    expect(
      auroc(
        scores([
          [0.5, true],
          [0.5, false],
        ]),
      ),
    ).toBe(0.5);
    expect(
      auroc(
        scores([
          [0.9, false],
          [0.8, true],
          [0.7, true],
          [0.1, false],
        ]),
      ),
    ).toBe(0.5);
  });
});

describe('a report', () => {
  const words: Record<string, string> = { a: 'invoice receipt', b: 'password login', oos: 'penguin moon' };
  const rows = (n: number, labels: string[]) =>
    labels.flatMap((label) =>
      Array.from({ length: n }, (_, i) => ({ text: `${words[label]} item${i}`, label })),
    );

  it('judges categories and gate', async () => {
    const report = await evaluateClassifier(rows(20, ['a', 'b', 'oos']), rows(7, ['a', 'b', 'oos']), {
      embedder: wordEmbedder(),
    });
    expect(report).toMatchObject({ n: 21, accuracy: 1, macroF1: 1, oosAuroc: 1, oosCaughtAt5: 1 });
  });

  it('has no figures of a gate without strange texts', async () => {
    const report = await evaluateClassifier(rows(10, ['a', 'b']), rows(3, ['a', 'b']), {
      embedder: wordEmbedder(),
    });
    expect(report).toMatchObject({ oosAuroc: null, oosCaughtAt5: null });
  });

  it('takes few shots of each label, the same for a seed', () => {
    const few = fewShots(rows(20, ['a', 'b']), 3, 7);
    expect(few).toHaveLength(6);
    expect(fewShots(rows(20, ['a', 'b']), 3, 7)).toEqual(few);
  });

  it('judges frustration', async () => {
    const say = (text: string, frustrated: boolean) =>
      Array.from({ length: 12 }, (_, i) => ({ text: `${text} ${i}`, frustrated }));
    const data = [...say('this is ridiculous and terrible', true), ...say('nice quick question', false)];
    expect((await evaluateFrustration(data, data, { embedder: wordEmbedder() })).auroc).toBe(1);
  });
});
