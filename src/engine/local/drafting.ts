// Composes a reply from macros, articles and past replies, for this customer, without a language model.
import type { Analysis } from '../../model/analysis.ts';
import { CHOSEN_MACRO, type DraftProposal, type Reason, type Source } from '../../model/draft.ts';
import type { DraftInput } from '../../ports.ts';
import { scoreConfidence } from '../confidence.ts';
import {
  type Answer,
  type Answering,
  answerOne,
  type Found,
  LEAST_DENIAL,
  sameArticle,
  sayMacro,
  speaksOf,
} from './answering.ts';
import { asksForPerson } from './extract.ts';
import { inboundText } from './fitting.ts';
import { holdingReply } from './holding.ts';
import type { MacroParts } from './macros.ts';
import { ENGLISH, firstName, listed, PHRASES, paragraphs, phrasesIn } from './phrases.ts';
import { saysTooLittle } from './questions.ts';
import { rewrite } from './rewriting.ts';
import { wordCount } from './text.ts';

export interface DraftMaterial extends Omit<Answering, 'input' | 'phrases'> {
  /** One entry for each question, at least one. */
  found: Found[];
  /** The message as one question, where it asks several. */
  whole: Found | null;
  /** The macro that an agent wants said. */
  chosen: MacroParts | null;
  /** 0..1: how much of the rare words of a text stand in another, by the articles' or the tickets' measure. */
  coverage(text: string, by: string): number;
  now: Date;
}

/** Asks us to do something, or about what only the account can tell. */
const WANTS_ACTION =
  /\b(?:refund (?:me|us|my|our)|why (?:was|were|did|am|are|have) (?:i|we|you)\b.{0,20}\b(?:charged?|bill(?:ed)?|paid|pay)|(?:can|could|would|will|please) (?:you )?(?:please )?(?:re-?send|send|re-?issue|check|look|delete|update|extend|unlock|restore|undo|move|cancel|reactivate|merge|correct|fix|refund|credit)\b|on (?:my|our) (?:account|bill|invoice|statement))/i;

const CHOSEN: Reason = { effect: 'up', text: 'an agent chose this macro' };

/** Composes the reply and scores its confidence; with `instructions`, rewrites `previous` (or the new reply). */
export function composeDraft(input: DraftInput, material: DraftMaterial): DraftProposal {
  const { analysis, customer, signature, instructions } = input;
  const { chosen } = material;
  const wanted = chosen?.article.language ?? analysis.language;
  const language = PHRASES[wanted] ? wanted : 'en';
  const phrases = phrasesIn(language);
  const task = { ...material, input, phrases };
  // Whoever chose a macro has decided what answers.
  const sure = { support: 1, lead: 1, question: inboundText(input) };
  const answers = chosen ? [sayMacro(chosen, sure, task)] : answerAll(task);
  const given = answers.filter((answer): answer is Answer => answer !== null);
  const answered = given.filter(({ handsOver }) => !handsOver || chosen);
  const main = answered[0];
  const unexplainedBug = analysis.kind === 'bug' && !explainsFault(analysis, answered);
  const said = inboundText(input);
  // Some say all in the subject.
  const isVague = saysTooLittle([input.subject, said].filter(Boolean).join('\n'));
  const fits = !unexplainedBug && !analysis.thanksOnly && !asksForPerson(said) && !isVague;
  const answerable = main !== undefined && (fits || chosen !== null);

  const body = answerable
    ? [
        opening(analysis),
        ...joined(material.found, answers),
        ...(answers.includes(null) && analysis.language === 'en'
          ? [unanswered(material.found, answers)]
          : []),
      ]
    : holdingReply(analysis, said, given.find(({ handsOver }) => handsOver)?.blocks);
  const fresh = paragraphs([
    (answerable ? phrases : ENGLISH).greeting(firstName(customer.name)),
    ...body,
    signature,
  ]);
  const previous = chosen ? null : input.previous;
  const written = (previous && input.previousDraft?.language) || (answerable ? language : 'en');
  const text = instructions.length ? rewrite(previous ?? fresh, instructions, signature, written) : fresh;

  const told = body.join('\n');
  const { confidence, evidence, reasons } = scoreConfidence({
    analysis,
    customer,
    history: input.history,
    answerable,
    words: wordCount(said),
    retrieval: {
      support: main?.support ?? 0,
      lead: main?.lead ?? 0,
      covered:
        main && answerable
          ? material.coverage(material.found.map((f) => f.question).join('\n'), main.knows)
          : 0,
      precedent: answerable ? precedentOf(material, told) : null,
      category: main?.category ?? null,
    },
    calibration: input.calibration,
    questions: { asked: material.found.length, answered: answered.length },
    needsAccountData: WANTS_ACTION.test(material.found.map((f) => f.question).join(' ')),
    now: material.now,
  });
  const sources = answerable ? sourcesOf(answered) : [];
  return {
    text,
    language: instructions.length ? written : answerable ? language : 'en',
    sources,
    confidence,
    reasons: chosen ? [CHOSEN, ...reasons] : reasons,
    evidence,
    answerable,
    engine: chosen ? `${CHOSEN_MACRO}${chosen.article.id}` : 'local-1',
  };
}

type Task = DraftMaterial & Answering;

/** An answer or null for each question. */
function answerAll(task: Task): (Answer | null)[] {
  const alone: { found: Found; answer: Answer | null }[] = [];
  for (const found of task.found) {
    const before = alone.flatMap(({ answer }) => answer ?? []);
    alone.push({ found, answer: answerOne(found, before, task) });
  }
  const first = alone.find(({ answer }) => answer && !answer.handsOver)?.answer;
  if (!first)
    return alone.some(({ answer }) => answer) ? alone.map(({ answer }) => answer) : answerAsOne(task);
  // What nothing else answers, the article of the first answer may.
  return alone.map(({ found, answer }) => answer ?? sameArticle(found, first, task));
}

/** Questions of which none is answered by itself may be answered together. */
function answerAsOne(task: Task): (Answer | null)[] {
  const { found, whole } = task;
  const answer = whole && answerOne(whole, [], task);
  const spoken = found.map(({ question }) => (answer && speaksOf(answer, question) ? answer : null));
  return spoken.some((one) => one !== null) ? spoken : [answer, ...spoken.slice(1)];
}

/** Similarity from which a solved ticket says something about how to answer. */
const PRECEDENT = 0.5;

/** 0..1: how much of what was replied to the most similar tickets the reply says too; null: there are none. */
function precedentOf({ found, coverage }: DraftMaterial, told: string): number | null {
  const near = found.flatMap(({ exemplars }) =>
    exemplars.filter((hit) => hit.cosine >= PRECEDENT).slice(0, 3),
  );
  const weight = near.reduce((sum, hit) => sum + hit.cosine ** 2, 0);
  const shared = near.reduce((sum, hit) => sum + hit.cosine ** 2 * coverage(hit.item.data.reply, told), 0);
  return weight > 0 ? shared / weight : null;
}

/**
 * A fault is explained only by a source that speaks of its codes or, when there are none, by a passage or an
 * article on what to do when it does not work.
 */
function explainsFault(analysis: Analysis, answers: Answer[]): boolean {
  const signs = [...analysis.bug.codes, ...analysis.bug.exceptions];
  const said = answers
    .flatMap((a) => a.blocks)
    .join(' ')
    .toLowerCase();
  if (signs.length) return signs.some((sign) => said.includes(sign.toLowerCase()));
  const [main] = answers;
  return main !== undefined && main.support >= LEAST_DENIAL && main.onTrouble;
}

/** A sentence that meets the customer where they are; none for a plain question. */
function opening(analysis: Analysis): string | null {
  if (analysis.language !== 'en') return null;
  if (analysis.attempts >= 2 && analysis.frustration > 0.5)
    return 'I am sorry that you had to come back about this.';
  if (analysis.frustration > (analysis.kind === 'question' ? 0.9 : 0.75))
    return 'I am sorry for the trouble, and I understand the annoyance.';
  if (analysis.blocked) return 'I understand that this is holding up your work, so here is what to do.';
  if (analysis.kind === 'bug') return 'I am sorry for the trouble.';
  return null;
}

/** Several answers stand apart, each under what it answers; one article is told once. */
function joined(found: Found[], answers: (Answer | null)[]): string[] {
  const said = answers.flatMap((answer, i) =>
    answer ? [{ answer, question: found[i]?.question ?? '' }] : [],
  );
  const seen = new Set<string>();
  const told = new Set<string>();
  const blocks: string[] = [];
  // What a person settles comes last.
  for (const { answer, question } of said.sort(
    (a, b) => Number(a.answer.handsOver ?? false) - Number(b.answer.handsOver ?? false),
  )) {
    const id = answer.sources[0]?.id ?? question;
    const fresh = answer.blocks.filter((block) => !told.has(block));
    for (const block of fresh) told.add(block);
    if (blocks.length && fresh[0] && !seen.has(id)) fresh[0] = `On your other question: ${fresh[0]}`;
    seen.add(id);
    blocks.push(...fresh);
  }
  return blocks;
}

function unanswered(found: Found[], answers: (Answer | null)[]): string {
  const open = found.filter((_, i) => answers[i] === null).map((f) => `“${f.question.slice(0, 120)}”`);
  return `As to ${listed(open)}, a colleague will look at it.`;
}

/** Sources that a draft names. */
const MOST_SOURCES = 8;

/** What the answers rest on, each source once: the first of every answer before the second of any. */
function sourcesOf(answers: Answer[]): Source[] {
  const seen = new Map<string, Source>();
  const most = Math.max(0, ...answers.map(({ sources }) => sources.length));
  for (let i = 0; i < most; i += 1)
    for (const { sources } of answers) {
      const source = sources[i];
      if (source) seen.set(`${source.kind} ${source.id}`, source);
    }
  return [...seen.values()].slice(0, MOST_SOURCES);
}
