// An engine that answers at once, and as it is told.
import { signaturesOf, weighTerms } from '../../src/engine/local/fingerprint.ts';
import { contentWords } from '../../src/engine/local/retrieval.ts';
import type { Analysis } from '../../src/model/analysis.ts';
import { REWRITES } from '../../src/model/card.ts';
import type { Fingerprint } from '../../src/model/cluster.ts';
import type { DraftProposal } from '../../src/model/draft.ts';
import type { DraftInput, Engine, EngineInput } from '../../src/ports.ts';
import { calmAnalysis } from './calm-analysis.ts';

/** A direction from hashed words: texts that share words are close. */
function wordVector(text: string): Float32Array {
  const vector = new Float32Array(64);
  for (const word of contentWords(text)) {
    let hash = 7;
    for (const char of word) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
    vector[hash % 64] = (vector[hash % 64] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Titles of its macros. */
export const MACROS = ['Copy of an invoice', 'Change the card', 'Refund of a double charge'];

/** A draft of these words that may be sent as it is. */
export const scriptedDraft = (text: string): DraftProposal => ({
  text,
  language: 'en',
  sources: [],
  confidence: 0.9,
  reasons: [],
  answerable: true,
  engine: 'scripted',
});

/** An engine that does as told: `analyse` and `draft` may be replaced in a test. */
export function scriptedEngine() {
  const lessons: { text: string; category: string }[] = [];
  const exemplars: string[] = [];
  const engine = {
    id: 'scripted',
    lessons,
    exemplars,
    analyse: async (input: EngineInput): Promise<Analysis> =>
      calmAnalysis({ summary: input.messages.at(-1)?.text.slice(0, 80) ?? '' }),
    draft: async (input: DraftInput): Promise<DraftProposal> =>
      scriptedDraft(
        `${input.instructions.map((order) => `[${order}] `).join('')}Answer to: ${input.messages.at(-1)?.text.slice(0, 200)}`,
      ),
    fingerprints: async (
      { subject, text }: { subject: string | null; text: string },
      analysis: Analysis | null,
    ): Promise<Fingerprint[]> => [
      {
        kind: analysis?.kind ?? 'question',
        fault: analysis?.kind === 'bug' ? 0.9 : 0.1,
        categories: analysis ? { [analysis.category]: analysis.categoryConfidence } : {},
        vector: wordVector(text),
        terms: weighTerms(subject, text),
        signatures: signaturesOf(text),
      },
    ],
    similarity: async (a: string, b: string) => {
      const words = (text: string) => new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
      const [one, other] = [words(a), words(b)];
      const common = [...one].filter((word) => other.has(word)).length;
      return common / Math.max(1, Math.min(one.size, other.size));
    },
    offers: () => ({ rewrites: REWRITES, macros: true }),
    macros: async () => [...MACROS],
    glance: (_text: string) => 0.5,
    similarTickets: async () => [],
    searchKnowledge: async () => [],
    learn: async (example: { text: string; category: string }) => {
      lessons.push(example);
    },
    addExemplars: async (added: { id: string }[]) => {
      exemplars.push(...added.map(({ id }) => id));
    },
    setArticles: async () => undefined,
    learned: Promise.resolve(),
    calibrated: Promise.resolve(),
    progress: () => ({ ready: true, indexed: 0, total: 0 }),
    close: async () => undefined,
  } satisfies Engine & Record<string, unknown>;
  return engine;
}
