// An engine that answers at once, and as it is told.
import type { Analysis } from '../../src/model/analysis.ts';
import type { DraftProposal } from '../../src/model/draft.ts';
import type { DraftInput, Engine, EngineInput } from '../../src/ports.ts';

const calm: Analysis = {
  category: 'billing/invoice-copy',
  categoryConfidence: 0.9,
  runnersUp: [],
  labels: [],
  questions: [],
  kind: 'question',
  sentiment: 0,
  frustration: 0,
  urgency: 0.2,
  blocked: false,
  attempts: 0,
  deadline: null,
  language: 'en',
  spam: 0,
  injection: 0,
  thanksOnly: false,
  outOfScope: 0,
  bug: { codes: [], endpoints: [], versions: [], exceptions: [], steps: [] },
  churnRisk: 0,
  expansion: 0,
  references: [],
  summary: 'Wants an invoice',
  notes: [],
};

/** An engine that does as told: `analyse` and `draft` may be replaced in a test. */
export function scriptedEngine() {
  const lessons: { text: string; category: string }[] = [];
  const exemplars: string[] = [];
  const engine = {
    id: 'scripted',
    lessons,
    exemplars,
    analyse: async (input: EngineInput): Promise<Analysis> => ({
      ...calm,
      summary: input.messages.at(-1)?.text.slice(0, 80) ?? '',
    }),
    draft: async (input: DraftInput): Promise<DraftProposal> => ({
      text: `${input.instructions.map((order) => `[${order}] `).join('')}Answer to: ${input.messages.at(-1)?.text.slice(0, 200)}`,
      language: 'en',
      sources: [],
      confidence: 0.9,
      reasons: [],
      answerable: true,
      engine: 'scripted',
    }),
    similarity: async (a: string, b: string) => {
      const words = (text: string) => new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
      const [one, other] = [words(a), words(b)];
      const common = [...one].filter((word) => other.has(word)).length;
      return common / Math.max(1, Math.min(one.size, other.size));
    },
    glance: () => 0.5,
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
    progress: () => ({ ready: true, indexed: 0, total: 0 }),
    close: async () => undefined,
  } satisfies Engine & Record<string, unknown>;
  return engine;
}
