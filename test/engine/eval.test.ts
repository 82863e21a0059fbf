// The evaluation: scores are what their definitions say, and a report comes out of a small labelled set.
import { describe, expect, it } from 'vitest';
import { evaluateClassifier, fewShots } from '../../src/engine/eval/classify.ts';
import { accuracy, auroc, calibrationError, macroF1, selected } from '../../src/engine/eval/scores.ts';
import { evaluateSentiment, evaluateSignal, evaluateUrgency } from '../../src/engine/eval/tone.ts';
import { taxonomy, wordEmbedder } from './samples.ts';

const noSignals = { ...taxonomy, signals: {} };

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

  it('reads the words of a label, as those of a category in the taxonomy', async () => {
    const train = [
      { text: 'gone', label: 'lost_card' },
      { text: 'slow', label: 'late/transfer' },
    ];
    const test = [
      { text: 'my transfer', label: 'late/transfer' },
      { text: 'my card', label: 'lost_card' },
    ];
    const report = await evaluateClassifier(train, test, { embedder: wordEmbedder() });
    expect(report.accuracy).toBe(1);
  });

  it('takes few shots of each label, the same for a seed', () => {
    const few = fewShots(rows(20, ['a', 'b']), 3, 7);
    expect(few).toHaveLength(6);
    expect(fewShots(rows(20, ['a', 'b']), 3, 7)).toEqual(few);
  });

  it('judges frustration', async () => {
    const say = (text: string, positive: boolean) =>
      Array.from({ length: 12 }, (_, i) => ({ text: `${text} ${i}`, positive }));
    const data = [...say('this is ridiculous and terrible', true), ...say('nice quick question', false)];
    const embedder = wordEmbedder();
    expect((await evaluateSignal('frustrated', data, data, { embedder })).auroc).toBe(1);
    // Without anybody who is not frustrated there is nothing to rank.
    expect((await evaluateSignal('frustrated', data, say('terrible', true), { embedder })).auroc).toBeNull();
  });

  it('judges urgency and sentiment by the shipped words alone', async () => {
    const embedder = wordEmbedder();
    const urgent = await evaluateUrgency(
      noSignals,
      [
        { text: 'URGENT: the whole office is down', positive: true },
        { text: 'no rush, whenever you have a minute', positive: false },
      ],
      { embedder },
    );
    expect(urgent).toEqual({ n: 2, auroc: 1 });
    const sentiment = await evaluateSentiment(
      noSignals,
      [
        { text: 'this is ridiculous', sentiment: 'negative' },
        { text: 'thank you, lovely product', sentiment: 'positive' },
      ],
      { embedder },
    );
    expect(sentiment).toEqual({ n: 2, aurocNegative: 1, aurocPositive: 1 });
  });

  it.each([
    ['one example of a category', [...rows(9, ['a']), { text: 'password', label: 'b' }]],
    ['a single category', rows(9, ['a'])],
    ['nothing but out of scope', rows(9, ['oos'])],
    ['no examples at all', []],
    ['empty texts', rows(9, ['a', 'b']).map((row, i) => (i % 2 ? row : { ...row, text: '' }))],
    [
      'the same texts under two labels',
      ['a', 'b'].flatMap((label) => rows(9, ['a']).map((r) => ({ ...r, label }))),
    ],
  ])('comes out of a training file with %s', async (_, train) => {
    const report = await evaluateClassifier(train, rows(3, ['a', 'b', 'oos']), { embedder: wordEmbedder() });
    for (const value of Object.values(report)) expect(value === null || Number.isFinite(value)).toBe(true);
  });
});
