// What a message is about, where classifier and macros both have a say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMacro } from '../../src/engine/article.ts';
import { type ClassifierModel, classify } from '../../src/engine/local/classifier.ts';
import { trainClassifier } from '../../src/engine/local/classifier-training.ts';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { createStanding } from '../../src/engine/local/standing.ts';
import { createTopicJudge } from '../../src/engine/local/topics.ts';
import { silent, taxonomy, ticket, wordEmbedder } from './samples.ts';

const embedder = wordEmbedder();
const piece = async (text: string) => ({
  text,
  vector: (await embedder.embed([text], 0))[0] ?? new Float32Array(),
});
const TAUGHT: [string, string][] = [
  ['where is the invoice of may', 'billing'],
  ['send us the bill again', 'billing'],
  ['the invoice has a wrong address', 'billing'],
  ['cannot sign in since monday', 'login'],
  ['forgot the password again', 'login'],
  ['the code for signing in never comes', 'login'],
];
const model: ClassifierModel = trainClassifier(
  await Promise.all(
    TAUGHT.map(async ([text, category]) => ({ ...(await piece(text)), category, importance: 1 })),
  ),
  [],
);
const judge = (topics: Record<string, number>, examples: number) =>
  createTopicJudge(
    { about: () => ({ topics: new Map(Object.entries(topics)), examples }) },
    createStanding(),
  );
const unclear = await piece('hello there');
const clear = await piece('forgot the password again');

describe('the topic of a message', () => {
  it('is the classifier’s where there are no macros', () => {
    const alone = createTopicJudge({ about: () => null }, createStanding())(model, clear, true);
    const classified = classify(model, clear.text, clear.vector);
    expect(alone.outOfScope).toBe(classified.outOfScope);
    for (const [i, { category, probability }] of alone.ranked.entries()) {
      expect(category).toBe(classified.ranked[i]?.category);
      expect(probability).toBeCloseTo(classified.ranked[i]?.probability ?? 0);
    }
  });

  it('is that of the macros where the classifier doubts', () => {
    for (const topic of ['billing', 'login'])
      expect(judge({ [topic]: 0.9 }, 60)(model, unclear, true).ranked[0]?.category).toBe(topic);
  });

  it('counts macros by their share in all examples', () => {
    const of = (examples: number) =>
      judge({ billing: 1 }, examples)(model, clear, true).ranked.find(
        ({ category }) => category === 'billing',
      )?.probability ?? 0;
    expect(of(0)).toBeCloseTo(
      classify(model, clear.text, clear.vector).ranked.find(({ category }) => category === 'billing')
        ?.probability ?? 0,
    );
    expect(of(2)).toBeLessThan(of(6));
    expect(of(6)).toBeLessThan(of(6000));
  });

  it('is surer where both agree', () => {
    const [first] = judge({ login: 0.9, billing: 0.1 }, 6)(model, clear, true).ranked;
    expect(first?.category).toBe('login');
    expect(first?.probability).toBeGreaterThan(
      classify(model, clear.text, clear.vector).ranked[0]?.probability ?? 1,
    );
  });

  it('keeps probabilities that add up to one, whatever macros say', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ billing: share, login: share, gone: share }),
        fc.nat(100_000),
        (topics, examples) => {
          const { ranked } = judge(topics, examples)(model, unclear, true);
          expect(ranked.map(({ category }) => category).sort()).toEqual(['billing', 'login']);
          expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1);
        },
      ),
    );
  });
});

describe('the engine with macros', () => {
  const macro = (name: string, category: string, lines: string[]) => {
    const file = [
      '---',
      `title: ${name}`,
      `category: ${category}`,
      '---',
      '',
      'Like this.',
      '',
      '## Customers ask',
    ];
    const parsed = parseMacro(`macros/${name}.md`, [...file, ...lines.map((line) => `- ${line}`)].join('\n'));
    if ('reason' in parsed) throw new Error(parsed.reason);
    return parsed.article;
  };
  const category = async (engine: Awaited<ReturnType<typeof createLocalEngine>>, text: string) =>
    (await engine.analyse(ticket(text))).category;

  it('learns from what they are asked for what a topic is about, and is corrected all the same', async () => {
    const engine = await createLocalEngine({
      taxonomy,
      embedder,
      examples: [],
      log: silent,
      clock: { now: () => new Date('2026-03-02T09:00:00Z') },
    });
    const [first, second] = taxonomy.categories;
    if (!first || !second) throw new Error('two categories are needed');
    const lines = (word: string) =>
      Array.from(
        { length: 8 },
        (_, i) => `${word} ${['please', 'now', 'today', 'soon', 'help', 'again', 'thanks', 'hi'][i]}`,
      );
    await engine.setArticles([
      macro('one', first.id, lines('gadgetry zumwalt')),
      macro('two', second.id, lines('kerfuffle brixham')),
    ]);
    expect(await category(engine, 'gadgetry zumwalt')).toBe(first.id);
    expect(await category(engine, 'kerfuffle brixham')).toBe(second.id);
    await engine.learn({ text: 'gadgetry zumwalt', category: second.id, corrected: true });
    expect(await category(engine, 'gadgetry zumwalt')).toBe(second.id);
    await engine.close();
  });
});
