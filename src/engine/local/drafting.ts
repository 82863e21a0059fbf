// Composes a reply from the best-supported article or past reply, for this customer, without a language model.
import type { Analysis } from '../../model/analysis.ts';
import type { DraftProposal, Source } from '../../model/draft.ts';
import type { DraftInput, Exemplar } from '../../ports.ts';
import { scoreConfidence } from '../confidence.ts';
import type { ArticleParts, Section } from './articles.ts';
import { plainMarkdown } from './articles.ts';
import { reusableReply } from './exemplars.ts';
import { holdingReply } from './holding.ts';
import { firstName, listed, PHRASES, type Phrases, paragraphs } from './phrases.ts';
import { contentWords, type Hit } from './retrieval.ts';
import { rewrite } from './rewriting.ts';
import { sentences } from './text.ts';

export interface ArticleItem {
  parts: ArticleParts;
  section: Section;
}

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
  now: Date;
}

/** Least support, 0..1, with which an article answers. */
export const LEAST_SUPPORT = 0.45;
const LEAST_DENIAL = 0.6;
/** Closeness from which a solved ticket asked nearly the same. */
const SAME_QUESTION = 0.78;
const LEAST_QUALITY = 0.5;

const ASKS_HOW =
  /\b(?:how (?:do|can|to|does|would|should|am|is)|where (?:do|can|is|are|did|has)|set ?up|change|add|remove|turn (?:on|off)|switch|connect|import|export|download|find|install|create|invite|upgrade|downgrade|cancel|reset|steps|can'?t|cannot|not work|doesn'?t)\b/i;
const WANTS_ACTION =
  /\b(?:refund (?:me|us|my|our)|why (?:was|were|did|am|are|have) (?:i|we|you)\b.{0,20}\b(?:charged?|bill(?:ed)?|paid|pay)|(?:can|could|would|will|please) (?:you )?(?:please )?(?:re-?send|send|re-?issue|check|look|delete|update|extend|unlock|restore|undo|move|cancel|reactivate|merge|correct|fix|refund|credit)\b|on (?:my|our) (?:account|bill|invoice|statement))/i;

/**
 * 0..1: how surely the best passage is about what is asked, from closeness in meaning, shared rare words, topic,
 * and the distance to the next article. A logistic model, fitted on whether the best article of each ticket of
 * the sample history is of the ticket's category.
 */
export function supportOf(hits: Hit<ArticleItem>[], analysis: Analysis): number {
  const [hit] = hits;
  if (!hit) return 0;
  const topic = hit.item.category === analysis.category ? analysis.categoryConfidence : 0;
  const logit = 2 * hit.cosine + 1.6 * hit.coverage + 2.8 * topic + 0.8 * leadOf(hits) - 2.5;
  return 1 / (1 + Math.exp(-logit));
}

/** 0..1: how far the best article is ahead of the next one. */
function leadOf(hits: Hit<ArticleItem>[]): number {
  const [best] = hits;
  const rival = hits.find((hit) => hit.item.data.parts.article.id !== best?.item.data.parts.article.id);
  return best ? Math.max(0, Math.min(1, (best.score - (rival?.score ?? 0)) / 3)) : 0;
}

interface Answer {
  blocks: string[];
  sources: Source[];
  support: number;
  lead: number;
  category: string | null;
}

/** Composes the reply and scores its confidence; with `instructions`, rewrites `previous` (or the new reply). */
export function composeDraft(input: DraftInput, material: DraftMaterial): DraftProposal {
  const { analysis, customer, signature, instructions } = input;
  const language = PHRASES[analysis.language] ? analysis.language : 'en';
  const phrases = PHRASES[language] ?? (PHRASES.en as Phrases);
  const answers = material.found.map((found) => answerOne(found, input, material, phrases));
  const answered = answers.filter((answer): answer is Answer => answer !== null);
  const main = answered[0];
  const unexplainedBug = analysis.kind === 'bug' && !explainsFault(analysis, answered);
  const answerable = main !== undefined && !unexplainedBug && !analysis.thanksOnly;

  const body = answerable
    ? [
        opening(analysis),
        ...joined(material.found, answers),
        ...(answers.includes(null) && analysis.language === 'en'
          ? [unanswered(material.found, answers)]
          : []),
      ]
    : holdingReply(analysis);
  const greeting = phrases.greeting(firstName(customer.name));
  const fresh = paragraphs([
    answerable ? greeting : (PHRASES.en as Phrases).greeting(firstName(customer.name)),
    ...body,
    signature,
  ]);
  const text = instructions.length ? rewrite(input.previous ?? fresh, instructions, signature) : fresh;

  const { confidence, reasons } = scoreConfidence({
    analysis,
    customer,
    history: input.history,
    answerable,
    retrieval: { support: main?.support ?? 0, lead: main?.lead ?? 0, category: main?.category ?? null },
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
    answerable,
    engine: 'local-1',
  };
}

/** A fault is explained only when the source speaks of its codes, or of what to do when it does not work. */
function explainsFault(analysis: Analysis, answers: Answer[]): boolean {
  const signs = [...analysis.bug.codes, ...analysis.bug.exceptions];
  const said = answers
    .flatMap((a) => a.blocks)
    .join(' ')
    .toLowerCase();
  if (signs.length) return signs.some((sign) => said.includes(sign.toLowerCase()));
  return (answers[0]?.support ?? 0) >= 0.75;
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
    if (seen.has(id)) continue;
    seen.add(id);
    const fresh = answer.blocks.filter((block) => !blocks.includes(block));
    if (given.length > 1 && blocks.length && fresh[0]) fresh[0] = `On your other question: ${fresh[0]}`;
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
    };
  }
  if (!best || support < LEAST_SUPPORT) return null;
  // To tell a customer that the plan lacks something takes more than a likely article.
  if (!inPlan(best.item.data.parts, plan) && support < LEAST_DENIAL) return null;
  const { parts } = best.item.data;
  const blocks = fromArticle(found.question, parts, best, input, phrases);
  return {
    blocks: [...blocks, parts.article.url ? phrases.more(parts.article.url) : ''].filter(Boolean),
    sources: [articleSource(best, blocks[0] ?? parts.lead, support)],
    support,
    lead,
    category: parts.article.category,
  };
}

/** Blocks of the reply from one article: answer, steps, one fact, and what to do when it fails. */
function fromArticle(
  question: string,
  parts: ArticleParts,
  best: Hit<ArticleItem>,
  { analysis, customer, messages }: DraftInput,
  phrases: Phrases,
): string[] {
  const plan = customer.account?.plan ?? null;
  const { plans } = parts.article;
  const has = inPlan(parts, plan);
  if (!has && phrases === PHRASES.en)
    return parts.planNote
      ? [`Your account is on the ${plan} plan. ${parts.planNote}`]
      : [`“${parts.article.title}” is part of the ${planWords(plans)}; your account is on ${plan}.`];
  const blocks: string[] = [];
  const fact = best.item.data.section === 'tip' ? bestTip(question, parts, 0.34) : null;
  const direct = !ASKS_HOW.test(question) && fact !== null;
  blocks.push(direct && fact ? fact : parts.lead);
  if (plans.length && !plan && phrases === PHRASES.en)
    blocks.push(`This is part of the ${planWords(plans)}.`);
  const said = messages
    .filter((m) => m.direction === 'inbound')
    .map((m) => m.text)
    .join('\n');
  const steps = untried(parts.steps, said);
  if (steps.length && !direct)
    blocks.push(`${phrases.steps}\n${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}`);
  const tip = direct ? null : bestTip(question, parts, 0.3);
  if (tip && !overlaps(tip, blocks.join(' '))) blocks.push(`${phrases.tip} ${lowerFirst(tip, phrases)}`);
  const failing = analysis.kind === 'bug' || analysis.kind === 'friction' || analysis.attempts > 0;
  if (parts.fallback && !direct && (failing || best.item.data.section === 'fallback'))
    blocks.push(parts.fallback.startsWith('If') ? parts.fallback : `${phrases.otherwise} ${parts.fallback}`);
  return blocks.map(plainMarkdown);
}

/** Whether the plan has what the article is about; true when either is not known. */
function inPlan({ article }: ArticleParts, plan: string | null): boolean {
  return !article.plans.length || !plan || article.plans.some((p) => p.toLowerCase() === plan.toLowerCase());
}

/** "Team and Business plans". */
function planWords(plans: string[]): string {
  return `${listed(plans)} ${plans.length > 1 ? 'plans' : 'plan'}`;
}

/** Keeps a tip's capital where it is a name or another language's rule. */
function lowerFirst(tip: string, phrases: Phrases): string {
  return phrases === PHRASES.en &&
    /^(?:A|An|The|If|It|You|Your|To|There|This|They|When|Only|Each|Every|All|One)\b/.test(tip)
    ? tip.charAt(0).toLowerCase() + tip.slice(1)
    : tip;
}

/** The fact that shares most with the question; null when none shares enough. */
function bestTip(question: string, parts: ArticleParts, least: number): string | null {
  const asked = new Set(contentWords(question));
  const common = new Set(contentWords(parts.article.title));
  let best: string | null = null;
  let top = 0;
  for (const tip of parts.tips) {
    const words = [...new Set(contentWords(tip))];
    const shared = words
      .filter((word) => asked.has(word))
      .reduce((sum, word) => sum + (common.has(word) ? 0.4 : 1), 0);
    const score = shared / Math.sqrt(Math.max(3, words.length)) / 1.5;
    if (score > top) {
      top = score;
      best = tip;
    }
  }
  return top >= least ? best : null;
}

/** Whether most of a fact's words were said already. */
function overlaps(tip: string, text: string): boolean {
  const said = new Set(contentWords(text));
  const words = contentWords(tip);
  return words.length > 0 && words.filter((word) => said.has(word)).length / words.length > 0.75;
}

const TRIED =
  /\b(?:tried|already|did|done|checked|restarted|reinstalled|cleared|logged out|i(?:'ve| have)|we(?:'ve| have)|went (?:to|through)|looked|clicked|followed|no luck)\b/i;

/** Steps without those that the customer says they have done; all of them when only one would be left. */
function untried(steps: string[], said: string): string[] {
  const done = sentences(said)
    .filter((sentence) => TRIED.test(sentence))
    .map((sentence) => new Set(contentWords(sentence)));
  if (!done.length) return steps;
  const left = steps.filter((step) => {
    const words = [...new Set(contentWords(step))];
    return !done.some(
      (d) => words.length >= 3 && words.filter((word) => d.has(word)).length / words.length > 0.6,
    );
  });
  return left.length >= 2 ? left : steps;
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
