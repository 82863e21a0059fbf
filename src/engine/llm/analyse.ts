// Understanding with a language model: the local engine's first pass, refined, and never made less careful.
import { type Analysis, KINDS } from '../../model/analysis.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { EngineInput } from '../../ports.ts';
import { ask } from './ask.ts';
import type { ModelClient, ModelRun } from './client.ts';
import { conversationData } from './conversation.ts';
import type { Prompts } from './prompts.ts';
import { type Refinement, refinementSchema } from './schemas.ts';

/** How often a model names the right category; assumed, and only the weight of its word against the first pass. */
const MODEL_RELIABILITY = 0.85;
/** Where the engines see different topics nobody may be sure. */
const DISPUTED = 0.6;
/** The gate's value for what the model calls foreign; policy.ts refuses to act alone from 0.95 on. */
const FOREIGN = 0.97;
const MOST = { questions: 8, question: 300, summary: 160, deadline: 100 };

/** Asks the model about a ticket that the local engine has read. Throws AppError when there is no usable answer. */
export async function refine(
  input: EngineInput,
  local: Analysis,
  {
    client,
    run,
    prompts,
    taxonomy,
  }: { client: ModelClient; run: ModelRun; prompts: Prompts; taxonomy: Taxonomy },
): Promise<Analysis> {
  const ids = taxonomy.categories.map(({ id }) => id);
  const refinement = await ask(client, run, {
    prompt: prompts.analyse,
    slots: {
      categories: taxonomy.categories.map(({ id, name, description, examples }) => ({
        id,
        name,
        description: description || undefined,
        examples: examples.slice(0, 2),
      })),
      kinds: KINDS,
      firstPass: { category: local.category, kind: local.kind, language: local.language },
      conversation: conversationData(input),
    },
    schema: refinementSchema(ids),
  });
  return merge(local, refinement, ids.length);
}

/** The analysis after both engines have spoken. What guards against misuse is the more careful of the two. */
export function merge(local: Analysis, model: Refinement, categories: number): Analysis {
  const english = local.language === 'en' && model.language === 'en';
  // The first pass reads English: in other languages its shares are noise.
  const both = (a: number, b: number) => (english ? (a + b) / 2 : b);
  const language = /^[a-z]{2}$/.test(model.language) ? model.language : local.language;
  const questions = model.questions
    .map(({ text, category }) => ({ text: inOneLine(text, MOST.question), category }))
    .filter(({ text }) => text)
    .slice(0, MOST.questions);
  const topic = weighCategory(local, model.category, categories, english);
  const labels = questions.length ? questions.map(({ category }) => category) : english ? local.labels : [];
  return {
    ...local,
    ...topic,
    labels: [...new Set(labels)].filter((label) => label !== topic.category).slice(0, 5),
    questions: questions.length ? questions.map(({ text }) => text) : local.questions,
    kind: model.kind,
    summary: inOneLine(model.summary, MOST.summary) || local.summary,
    sentiment: both(local.sentiment, model.sentiment),
    frustration: both(local.frustration, model.frustration),
    urgency: both(local.urgency, model.urgency),
    blocked: model.blocked || local.blocked,
    attempts: Math.max(model.attempts, local.attempts),
    deadline: model.deadline ? inOneLine(model.deadline, MOST.deadline) : local.deadline,
    language,
    thanksOnly: model.thanksOnly && (local.thanksOnly || !english),
    spam: Math.max(local.spam, model.spam),
    injection: Math.max(local.injection, model.injection),
    outOfScope: model.inScope ? (english ? local.outOfScope : 0.5) : Math.max(local.outOfScope, FOREIGN),
    churnRisk: both(local.churnRisk, model.churnRisk),
    expansion: both(local.expansion, model.expansion),
  };
}

/** Bayes' rule: the first pass's probabilities, and a word that is right with a known probability. */
function weighCategory(
  local: Analysis,
  word: string,
  categories: number,
  english: boolean,
): Pick<Analysis, 'category' | 'categoryConfidence' | 'runnersUp'> {
  const named = [{ category: local.category, probability: local.categoryConfidence }, ...local.runnersUp];
  const rest = Math.max(0, 1 - named.reduce((sum, { probability }) => sum + probability, 0));
  const unnamed = Math.max(1, categories - named.length);
  const even = 1 / Math.max(1, categories);
  const candidates = [...new Set([word, ...named.map(({ category }) => category)])];
  const wrong = (1 - MODEL_RELIABILITY) / Math.max(1, categories - 1);
  const weighed = candidates.map((category) => {
    const known = named.find((one) => one.category === category)?.probability ?? rest / unnamed;
    return { category, weight: (english ? known : even) * (category === word ? MODEL_RELIABILITY : wrong) };
  });
  const others = Math.max(0, categories - candidates.length);
  const sum =
    weighed.reduce((total, { weight }) => total + weight, 0) +
    others * (english ? rest / unnamed : even) * wrong;
  const ranked = weighed
    .map(({ category, weight }) => ({ category, probability: sum > 0 ? weight / sum : 0 }))
    .sort((a, b) => b.probability - a.probability);
  const [first = { category: word, probability: 0 }, ...runnersUp] = ranked;
  const disputed = english && local.category !== word;
  return {
    category: first.category,
    categoryConfidence: disputed ? Math.min(DISPUTED, first.probability) : first.probability,
    runnersUp: runnersUp.slice(0, 3),
  };
}

function inOneLine(text: string, most: number): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, most);
}
