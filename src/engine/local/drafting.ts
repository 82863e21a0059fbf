// Composes a reply from the best-supported article or past reply, for this customer, without a language model.
import type { Analysis } from '../../model/analysis.ts';
import type { DraftProposal, Source } from '../../model/draft.ts';
import type { DraftInput, Exemplar } from '../../ports.ts';
import { scoreConfidence } from '../confidence.ts';
import { reusableReply } from './exemplars.ts';
import { asksForPerson } from './extract.ts';
import { type ArticleItem, fromArticle, inboundText, inPlan } from './fitting.ts';
import { holdingReply } from './holding.ts';
import { firstName, listed, PHRASES, type Phrases, paragraphs } from './phrases.ts';
import { contentWords, type Hit } from './retrieval.ts';
import { rewrite } from './rewriting.ts';
import { wordCount } from './text.ts';

/** What was found for one of the things that are asked. */
export interface Found {
  question: string;
  articles: Hit<ArticleItem>[];
  exemplars: Hit<Exemplar>[];
}

export interface DraftMaterial {
  /** One entry for each question, at least one. */
  found: Found[];
  /** Tokens that may be said to anybody. */
  known: { has(token: string): boolean };
  /** 0..1: how much of the rare words of a text stand in another, by the articles' or the tickets' measure. */
  coverage(text: string, by: string): number;
  now: Date;
}

/** Least support, 0..1, with which an article answers. */
export const LEAST_SUPPORT = 0.33;
const LEAST_DENIAL = 0.5;
/** The same, for an article that already answers another question of the message. */
const LEAST_SHARED = 0.28;
/** A question with fewer telling words leans on the others. */
const SAYS_LITTLE = 3;
/** Closeness from which a solved ticket asked nearly the same. */
const SAME_QUESTION = 0.78;
const LEAST_QUALITY = 0.5;

const WANTS_ACTION =
  /\b(?:refund (?:me|us|my|our)|why (?:was|were|did|am|are|have) (?:i|we|you)\b.{0,20}\b(?:charged?|bill(?:ed)?|paid|pay)|(?:can|could|would|will|please) (?:you )?(?:please )?(?:re-?send|send|re-?issue|check|look|delete|update|extend|unlock|restore|undo|move|cancel|reactivate|merge|correct|fix|refund|credit)\b|on (?:my|our) (?:account|bill|invoice|statement))/i;

/**
 * 0..1: how surely the best article answers what is asked, from closeness in meaning, shared rare words, topic, and
 * the distance to the next article. A logistic model, fitted on whether the first article of each ticket of the
 * sample's history is the one that the reply which was sent agrees with (AUROC 0.79 on unseen tickets); shifted so
 * that the least with which an article answers is where two of five answers are right.
 */
export function supportOf(hits: Hit<ArticleItem>[], analysis: Analysis): number {
  const [hit] = hits;
  if (!hit) return 0;
  const sameTopic = hit.item.category === analysis.category;
  // The encoder reads English: elsewhere only shared words and the topic speak for an article.
  if (analysis.language !== 'en' && (!sameTopic || hit.coverage < 0.2)) return 0;
  const topic = sameTopic ? analysis.categoryConfidence : 0;
  const logit = 2.8 * hit.cosine + 2.6 * hit.coverage + 0.8 * topic + 1.7 * leadOf(hits) - 3.4;
  return 1 / (1 + Math.exp(-logit));
}

/** Distance in score from which an article is clearly ahead. */
const LEAD = 5;

/** 0..1: how far the best article is ahead of the next one. */
function leadOf(hits: Hit<ArticleItem>[]): number {
  const [best] = hits;
  const rival = hits.find((hit) => hit.item.data.parts.article.id !== best?.item.data.parts.article.id);
  return best ? Math.max(0, Math.min(1, (best.score - (rival?.score ?? 0)) / LEAD)) : 0;
}

const TROUBLE =
  /\b(?:not|cannot|can't|problems?|errors?|fix|fail\w*|trouble\w*|missing|locked|lost|repair|duplicates?|wrong|blocked|declined)\b/i;

interface Answer {
  blocks: string[];
  sources: Source[];
  support: number;
  lead: number;
  category: string | null;
  /** All that the source says, more than the reply takes from it. */
  knows: string;
  /** The source is about something that does not work. */
  onTrouble: boolean;
}

/** Composes the reply and scores its confidence; with `instructions`, rewrites `previous` (or the new reply). */
export function composeDraft(input: DraftInput, material: DraftMaterial): DraftProposal {
  const { analysis, customer, signature, instructions } = input;
  const language = PHRASES[analysis.language] ? analysis.language : 'en';
  const phrases = PHRASES[language] ?? (PHRASES.en as Phrases);
  const alone = material.found.map((found) => answerOne(found, input, material, phrases));
  const first = alone.find((answer) => answer !== null);
  const answers = alone.map((answer, i) => {
    // What another article hardly supports, the article of the first answer may say better.
    const sure = !first || answer === first || (answer?.support ?? 0) >= LEAST_DENIAL;
    return sure ? answer : (sameArticle(material.found[i], first, input, phrases) ?? answer);
  });
  const answered = answers.filter((answer): answer is Answer => answer !== null);
  const main = answered[0];
  const unexplainedBug = analysis.kind === 'bug' && !explainsFault(analysis, answered);
  const said = inboundText(input);
  const answerable = main !== undefined && !unexplainedBug && !analysis.thanksOnly && !asksForPerson(said);

  const body = answerable
    ? [
        opening(analysis),
        ...joined(material.found, answers),
        ...(answers.includes(null) && analysis.language === 'en'
          ? [unanswered(material.found, answers)]
          : []),
      ]
    : holdingReply(analysis, said);
  const greeting = phrases.greeting(firstName(customer.name));
  const fresh = paragraphs([
    answerable ? greeting : (PHRASES.en as Phrases).greeting(firstName(customer.name)),
    ...body,
    signature,
  ]);
  const text = instructions.length ? rewrite(input.previous ?? fresh, instructions, signature) : fresh;

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
  const sources = answerable ? distinct(answered.flatMap((answer) => answer.sources)) : [];
  return {
    text,
    language: answerable ? language : 'en',
    sources,
    confidence,
    reasons,
    evidence,
    answerable,
    engine: 'local-1',
  };
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
  if (analysis.frustration > 0.75) return 'I am sorry for the trouble, and I understand the annoyance.';
  if (analysis.blocked) return 'I understand that this is holding up your work, so here is what to do.';
  if (analysis.kind === 'bug') return 'I am sorry for the trouble.';
  return null;
}

/** Several answers stand apart, each under what it answers; one article is told once. */
function joined(found: Found[], answers: (Answer | null)[]): string[] {
  const given = answers.flatMap((answer, i) =>
    answer ? [{ answer, question: found[i]?.question ?? '' }] : [],
  );
  const seen = new Set<string>();
  const blocks: string[] = [];
  for (const { answer, question } of given) {
    const id = answer.sources[0]?.id ?? question;
    const fresh = answer.blocks.filter((block) => !blocks.includes(block));
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

/** The answer to one question, or null when nothing supports one. */
function answerOne(
  found: Found,
  input: DraftInput,
  material: DraftMaterial,
  phrases: Phrases,
): Answer | null {
  const { analysis, customer } = input;
  const [best] = found.articles;
  const support = supportOf(found.articles, analysis);
  const lead = leadOf(found.articles);
  const plan = customer.account?.plan ?? null;

  const past = found.exemplars.find(
    (hit) =>
      hit.cosine >= SAME_QUESTION &&
      hit.coverage >= 0.4 &&
      hit.item.data.quality >= LEAST_QUALITY &&
      (hit.item.data.plan === null || plan === null || hit.item.data.plan === plan) &&
      hit.item.category === analysis.category,
  );
  const reply = past ? reusableReply(past.item.data.reply, material.known) : null;
  if (past && reply && past.cosine > (best?.cosine ?? 0)) {
    const more = support >= LEAST_SUPPORT ? best?.item.data.parts : undefined;
    return {
      blocks: [reply, more?.article.url ? phrases.more(more.article.url) : ''].filter(Boolean),
      sources: [
        exemplarSource(past, reply),
        ...(best && more ? [articleSource(best, more.lead, support)] : []),
      ],
      support: Math.max(support, past.cosine),
      lead: 1,
      category: past.item.category,
      knows: `${past.item.data.text}\n${reply}`,
      onTrouble: past.item.data.kind === 'bug' || past.item.data.kind === 'friction',
    };
  }
  if (!best || support < LEAST_SUPPORT) return null;
  // To tell a customer that the plan lacks something takes more than a likely article.
  if (!inPlan(best.item.data.parts, plan) && support < LEAST_DENIAL) return null;
  const { parts } = best.item.data;
  const blocks = fromArticle(found.question, parts, found.articles, input, phrases);
  return {
    blocks: [...blocks, parts.article.url ? phrases.more(parts.article.url) : ''].filter(Boolean),
    sources: [articleSource(best, blocks[0] ?? parts.lead, support)],
    support,
    lead,
    category: parts.article.category,
    knows: `${parts.article.title}\n${parts.article.body}`,
    onTrouble: best.item.data.section === 'fallback' || TROUBLE.test(parts.article.title),
  };
}

/** The rest of the customer's sentence from a question on; empty when it stands at the end of one. */
function sentenceWith(question: string, input: DraftInput): string {
  const said = inboundText(input);
  const at = said.indexOf(question);
  return at < 0 || !question ? '' : (/^[^.!?\n]*/.exec(said.slice(at + question.length))?.[0] ?? '');
}

/** The article that answers one question may answer another, which alone would not have led to it. */
function sameArticle(
  found: Found | undefined,
  first: Answer,
  input: DraftInput,
  phrases: Phrases,
): Answer | null {
  // "When does it start and what do we lose?": half a sentence that says nothing by itself belongs to the other half.
  const halved = /\b(?:and|or)\b[^.!?]*\?*\s*$/i.test(sentenceWith(found?.question ?? '', input));
  if (found && halved && new Set(contentWords(found.question)).size < SAYS_LITTLE) return first;
  const id = first.sources[0]?.id;
  const hits = found?.articles.filter(({ item }) => item.data.parts.article.id === id) ?? [];
  const [best] = hits;
  // Beside all that was found, so that another article that fits better counts against it.
  if (!found || !best || supportOf([best, ...found.articles], input.analysis) < LEAST_SHARED) return null;
  const blocks = fromArticle(found.question, best.item.data.parts, hits, input, phrases);
  return { ...first, blocks: [...blocks, ...first.blocks.slice(-1)] };
}

function articleSource(hit: Hit<ArticleItem>, passage: string, score: number): Source {
  const { article } = hit.item.data.parts;
  return {
    kind: 'article',
    id: article.id,
    title: article.title,
    url: article.url,
    passage: passage.slice(0, 400),
    score,
  };
}

function exemplarSource(hit: Hit<Exemplar>, passage: string): Source {
  return {
    kind: 'exemplar',
    id: hit.item.data.id,
    title: `Solved ticket ${hit.item.data.id}`,
    url: null,
    passage: passage.slice(0, 400),
    score: hit.cosine,
  };
}

function distinct(sources: Source[]): Source[] {
  const seen = new Map(sources.map((source) => [`${source.kind} ${source.id}`, source]));
  return [...seen.values()].slice(0, 5);
}
