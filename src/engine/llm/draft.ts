// Drafting with a language model: search, let the agent answer from sources, check every claim, score the result.
import type { DraftProposal } from '../../model/draft.ts';
import { logistic } from '../../model/probability.ts';
import type { Clock, DraftInput, Engine } from '../../ports.ts';
import { scoreConfidence } from '../confidence.ts';
import { inboundText } from '../local/fitting.ts';
import { PHRASES } from '../local/phrases.ts';
import { ask } from './ask.ts';
import { type Checked, checkClaims, type Verdict } from './checker.ts';
import type { ModelClient, ModelRun } from './client.ts';
import { conversationData, customerData } from './conversation.ts';
import { answerFromSources } from './draft-agent.ts';
import { createLibrary, type Library, type Passage } from './library.ts';
import type { Prompts } from './prompts.ts';
import { composeHolding, composeReply, sourcesOf } from './reply.ts';
import { type Claim, type ModelDraft, verdictsSchema } from './schemas.ts';

/** Questions that are searched before the model is asked. */
const SEARCHED = 4;

export interface ModelDrafting {
  client: ModelClient;
  run: ModelRun;
  prompts: Prompts;
  local: Pick<Engine, 'searchKnowledge' | 'similarTickets' | 'similarity'>;
  workspace: string;
  clock: Clock;
}

/** Writes a draft; `second` is the local engine's. Throws AppError when the model has no usable answer. */
export async function writeDraft(
  input: DraftInput,
  second: DraftProposal,
  deps: ModelDrafting,
): Promise<DraftProposal> {
  const { client, run, prompts, local } = deps;
  const { analysis, customer } = input;
  const language = analysis.language === 'und' ? 'en' : analysis.language;
  const questions = analysis.questions.length ? analysis.questions : [analysis.summary];
  const library = createLibrary(local, [...new Set(['en', language])]);
  await search(library, questions);

  const { usage, facts, ...person } = customerData(customer, input.context);
  const answer = await answerFromSources(client, run, {
    prompt: prompts.draft,
    slots: {
      workspace: deps.workspace,
      tone: input.tone ?? null,
      customer: person,
      questions,
      language,
      conversation: conversationData(input),
    },
    library,
    customer: { ...person, usage, facts },
  });
  const written = /^[a-z]{2}$/.test(answer.language) ? answer.language : language;
  const checked = await checkClaims(answer.answered ? answer.claims : [], {
    library,
    similarity: local.similarity,
    judge: (claims) => judge(claims, deps),
    given: JSON.stringify([person, usage, facts, conversationData(input)]),
    sameLanguage: written === 'en',
  });
  return propose(input, second, { answer, checked, questions, language: written, library }, deps);
}

async function search(library: Library, questions: string[]): Promise<void> {
  for (const question of questions.slice(0, SEARCHED)) {
    await library.searchArticles(question);
    await library.searchTickets(question);
  }
}

/** A second look by the model at what words alone cannot decide; null when it cannot be had. */
async function judge(
  claims: { claim: Claim; passages: Passage[] }[],
  { client, run, prompts }: ModelDrafting,
): Promise<Verdict[] | null> {
  const asked = claims.map(({ claim, passages }, i) => ({
    claim: i + 1,
    text: claim.text,
    passages: passages.map(({ title, text }) => ({ title, text })),
  }));
  try {
    const question = { prompt: prompts.verify, slots: { claims: asked }, schema: verdictsSchema };
    const { verdicts } = await ask(client, run, question);
    return claims.map((_, i) => verdicts.find(({ claim }) => claim === i + 1)?.verdict ?? 'partly');
  } catch {
    // The claims stay flagged, which the confidence and the card show.
    return null;
  }
}

interface Written {
  answer: ModelDraft;
  checked: Checked;
  questions: string[];
  language: string;
  library: Library;
}

async function propose(
  input: DraftInput,
  second: DraftProposal,
  { answer, checked, questions, language }: Written,
  { local, clock, run }: ModelDrafting,
): Promise<DraftProposal> {
  const { analysis, customer, signature } = input;
  const { kept, dropped } = checked;
  const answerable = kept.length > 0;
  const answeredBy = new Set(kept.map(({ claim }) => claim.question ?? 1));
  const lost = new Set(dropped.map(({ question }) => question ?? 1).filter((n) => !answeredBy.has(n)));
  const open = questions.filter((_, i) => answer.unanswered.includes(i + 1) || lost.has(i + 1));
  const parts = {
    customerName: customer.name,
    language,
    opening: answer.opening,
    claims: kept,
    closing: answer.closing,
    open: open.length < questions.length ? open : [],
    signature,
  };
  const text = answerable ? composeReply(parts) : composeHolding(parts, analysis, inboundText(input));
  const sources = sourcesOf(kept);
  const [main] = [...kept].sort((a, b) => b.support - a.support);
  const claims = kept.length + dropped.length;
  const { confidence, evidence, reasons } = scoreConfidence({
    analysis: { ...analysis, language },
    customer,
    history: input.history,
    answerable,
    words: inboundText(input).split(/\s+/).length,
    calibration: input.calibration,
    retrieval: {
      support: mean(kept.map(({ support, passage }) => support * fitOf(passage, analysis))),
      // Neither for nor against: the model has chosen among all that was found.
      lead: 0.3,
      category: main?.passage.category ?? null,
    },
    questions: {
      asked: questions.length,
      answered: answerable ? Math.max(1, questions.length - open.length) : 0,
    },
    needsAccountData: answer.needsAccount,
    model: {
      agreement: await agreement(
        text,
        sources.map(({ id }) => id),
        answerable,
      ),
      unsupported: claims ? (dropped.length + kept.filter(({ flagged }) => flagged).length) / claims : 0,
    },
    now: clock.now(),
  });
  const use = run.use();
  return {
    text,
    language: answerable || PHRASES[language] ? language : 'en',
    sources,
    confidence,
    reasons,
    evidence,
    answerable,
    engine: `model ${use?.name ?? ''}`.trim(),
    ...(use ? { model: use } : {}),
  };

  /** 1: the same source or the same words; 0: one answers and the other cannot. */
  async function agreement(words: string, ids: string[], answers: boolean): Promise<number> {
    if (answers !== second.answerable) return 0;
    if (!answers) return 1;
    if (second.sources.some(({ id }) => ids.includes(id))) return 1;
    return language === second.language ? local.similarity(words, second.text) : 0.5;
  }
}

/**
 * 0..1: how surely a passage is about what is asked. As `supportOf` in local/answering.ts, with closeness standing in
 * for shared words and a usual distance to the next article.
 */
function fitOf({ category, closeness }: Passage, analysis: DraftInput['analysis']): number {
  const topic = category === null ? 0.5 : category === analysis.category ? 1 : 0;
  return logistic(3.6 * closeness + 2.8 * topic * analysis.categoryConfidence - 2.26);
}

function mean(values: number[]): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
