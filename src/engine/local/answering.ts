// Answers one question from what was found for it: a macro, a solved ticket or an article; or from nothing.
import type { Analysis } from '../../model/analysis.ts';
import type { Source } from '../../model/draft.ts';
import { asShare, logistic } from '../../model/probability.ts';
import type { DraftInput, Exemplar, KnowledgeArticle } from '../../ports.ts';
import { plainMarkdown } from './articles.ts';
import { reusableReply } from './exemplars.ts';
import { type ArticleItem, fromArticle, inboundText, inPlan, planAnswer } from './fitting.ts';
import { lessHandOver, type MacroHit, macroLead, macroSupport } from './macro-index.ts';
import { answerOf, type MacroParts } from './macros.ts';
import { ENGLISH, type Phrases } from './phrases.ts';
import { contentWords, type Hit } from './retrieval.ts';

/** What was found for one of the things that are asked. */
export interface Found {
  question: string;
  articles: Hit<ArticleItem>[];
  exemplars: Hit<Exemplar>[];
  macros: MacroHit[];
}

/** Least support, 0..1, with which a macro answers. Lower, and what nothing answers gets one, too. */
const LEAST_MACRO = 0.3;
/** The same, for an article. */
const LEAST_SUPPORT = 0.33;
/** The same, for an article that macros rest on: what it answers they mostly would have. */
const LEAST_BESIDE_MACROS = 0.7;
/** From here on an answer is sure: it may deny a plan something and explain a fault. */
export const LEAST_DENIAL = 0.5;
/** The same, for an article that already answers another question of the message. */
const LEAST_SHARED = 0.28;
/** A question with fewer telling words leans on the others. */
export const SAYS_LITTLE = 3;
/** Closeness from which a solved ticket asked nearly the same. */
const SAME_QUESTION = 0.78;
const LEAST_QUALITY = 0.5;

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
  // Where several things are asked, the topic is that of one of them.
  const foreign = analysis.questions.length > 1 ? 0 : TOPIC.other;
  const topic = (sameTopic ? TOPIC.same : foreign) * analysis.categoryConfidence;
  return logistic(2.8 * hit.cosine + 2.6 * hit.coverage + topic + 1.7 * leadOf(hits) - 3.4);
}

/**
 * Log-odds of an article of the topic that is surely asked about, and of one of another: of 828 ways to ask for the sample's
 * macros, which name their article, 61 % of the articles that answer are right instead of 49 % where there are six articles,
 * 62 instead of 56 % where there are all 73.
 */
const TOPIC = { same: 0.8, other: -1.5 };

/** Distance in score from which an article is clearly ahead. */
const LEAD = 5;

/** 0..1: how far the best article is ahead of the next one. */
function leadOf(hits: Hit<ArticleItem>[]): number {
  const [best] = hits;
  const rival = hits.find((hit) => hit.item.data.parts.article.id !== best?.item.data.parts.article.id);
  return best ? asShare((best.score - (rival?.score ?? 0)) / LEAD) : 0;
}

const TROUBLE =
  /\b(?:not|cannot|can't|problems?|errors?|fix|fail\w*|trouble\w*|missing|locked|lost|repair|duplicates?|wrong|blocked|declined)\b/i;

export interface Answer {
  blocks: string[];
  sources: Source[];
  support: number;
  lead: number;
  category: string | null;
  /** All that the source says, more than the reply takes from it. */
  knows: string;
  /** The source is about something that does not work. */
  onTrouble: boolean;
  /** It says that a person takes over, and answers nothing itself. */
  handsOver?: boolean;
}

/** Whom answers are for, and what they are taken from besides what was found. */
export interface Answering {
  input: DraftInput;
  /** Of the language that the reply is in. */
  phrases: Phrases;
  /** Tokens that may be said to anybody. */
  known: { has(token: string): boolean };
  /** The article at an address. */
  articleAt(url: string): KnowledgeArticle | undefined;
  /** Whether a macro rests on the article at an address. */
  hasMacro(url: string | null): boolean;
}

/**
 * The answer to one question, or null when nothing supports one. `before`: the answers to the questions before it, of
 * which one is given again where it speaks of this question, too.
 */
export function answerOne(found: Found, before: Answer[], task: Answering): Answer | null {
  return fromMacro(found, before, task) ?? fromPast(found, task) ?? fromBestArticle(found, before, task);
}

/** The earlier answer that rests on a source. */
function saidBefore(before: Answer[], id: string): Answer | undefined {
  return before.find(({ sources }) => sources.some((source) => source.id === id));
}

/** Said as it is written; the article that it rests on is its source, and the macro itself. Each is said once. */
function fromMacro(
  { question, macros, articles: found }: Found,
  before: Answer[],
  task: Answering,
): Answer | null {
  const { language } = task.input.analysis;
  const url = found[0]?.item.data.parts.article.url;
  const supported = macros
    .map((hit, i) => ({
      hit,
      lead: macroLead(macros.slice(i)),
      support: macroSupport(hit, language, Boolean(url && restsOn(hit.macro, url))),
    }))
    .sort((a, b) => b.support - a.support);
  // What most surely answers may have been said, and then nothing else that is likely enough is left.
  let covered: Answer | null = null;
  for (const [i, { hit, lead, support }] of supported.entries()) {
    if (support < LEAST_MACRO) break;
    const said = saidBefore(before, hit.macro.article.id);
    if (!said) return sayMacro(hit.macro, { support, lead, question }, task);
    if (speaksOf(said, question)) return said;
    if (i === 0) covered = said;
  }
  return covered;
}

function restsOn({ article }: MacroParts, url: string): boolean {
  return article.macro?.sources.includes(url) ?? false;
}

/** The answer in a macro's words; null when none is left for this customer. */
export function sayMacro(
  macro: MacroParts,
  { support, lead, question }: { support: number; lead: number; question: string },
  { input: { customer }, articleAt, phrases }: Answering,
): Answer | null {
  const { article, asked } = macro;
  const text = answerOf(macro, customer);
  if (!text) return null;
  const articles = (article.macro?.sources ?? []).flatMap((url) => articleAt(url) ?? []);
  const [main] = articles;
  const included = phrases === ENGLISH ? planAnswer(question, text, main, customer) : null;
  return {
    blocks: [included ?? '', text, main?.url ? phrases.more(main.url) : ''].filter(Boolean),
    sources: [
      ...articles.map((one) => sourceOf(one, closestPassage(one, text), support)),
      { ...sourceOf(article, text, support), title: `Macro: ${article.title}` },
    ],
    support,
    lead,
    category: article.category ?? main?.category ?? null,
    knows: [article.title, text, ...asked, ...articles.map(({ title, body }) => `${title}\n${body}`)].join(
      '\n',
    ),
    onTrouble: TROUBLE.test(article.title) || oftenTrouble(asked),
    handsOver: article.macro?.handsOver ?? false,
  };
}

/** Whether at least every fourth line tells of something that does not work. */
function oftenTrouble(asked: string[]): boolean {
  const told = asked.filter((line) => TROUBLE.test(line)).length;
  return told > 0 && told * 4 >= asked.length;
}

/** The paragraph or list line of an article that shares most words with a text. */
function closestPassage({ body }: KnowledgeArticle, text: string): string {
  const told = new Set(contentWords(text));
  const shared = (line: string) => new Set(contentWords(line).filter((word) => told.has(word))).size;
  const lines = body.split('\n').filter((line) => line.trim() && !line.startsWith('#'));
  return plainMarkdown(
    lines.reduce((best, line) => (shared(line) > shared(best) ? line : best), lines[0] ?? ''),
  );
}

/** What was replied to one who asked nearly the same. */
function fromPast(
  { articles, exemplars }: Found,
  { input: { analysis, customer }, known, phrases }: Answering,
): Answer | null {
  const [best] = articles;
  const support = supportOf(articles, analysis);
  const plan = customer.account?.plan ?? null;
  const past = exemplars.find(
    (hit) =>
      hit.cosine >= SAME_QUESTION &&
      hit.coverage >= 0.4 &&
      hit.item.data.quality >= LEAST_QUALITY &&
      (hit.item.data.plan === null || plan === null || hit.item.data.plan === plan) &&
      hit.item.category === analysis.category,
  );
  const reply = past ? reusableReply(past.item.data.reply, known) : null;
  if (!past || !reply || past.cosine <= (best?.cosine ?? 0)) return null;
  const more = support >= LEAST_SUPPORT ? best?.item.data.parts : undefined;
  return {
    blocks: [reply, more?.article.url ? phrases.more(more.article.url) : ''].filter(Boolean),
    sources: [exemplarSource(past, reply), ...(more ? [sourceOf(more.article, more.lead, support)] : [])],
    support: Math.max(support, past.cosine),
    lead: 1,
    category: past.item.category,
    knows: `${past.item.data.text}\n${reply}`,
    onTrouble: past.item.data.kind === 'bug' || past.item.data.kind === 'friction',
  };
}

function fromBestArticle(
  { question, articles, macros }: Found,
  before: Answer[],
  { input, hasMacro, phrases }: Answering,
): Answer | null {
  const [best] = articles;
  if (!best) return null;
  const { parts } = best.item.data;
  const support = lessHandOver(supportOf(articles, input.analysis), macros[0]);
  const beside = hasMacro(parts.article.url);
  if (support < (beside ? LEAST_BESIDE_MACROS : LEAST_SUPPORT)) return null;
  // What a macro has said to the point is not said again at length.
  const said = beside && saidBefore(before, parts.article.id);
  if (said) return speaksOf(said, question) ? said : null;
  // To tell a customer that the plan lacks something takes more than a likely article.
  if (!inPlan(parts.article, input.customer) && support < LEAST_DENIAL) return null;
  const blocks = fromArticle(question, parts, articles, input, phrases);
  return {
    blocks: [...blocks, parts.article.url ? phrases.more(parts.article.url) : ''].filter(Boolean),
    sources: [sourceOf(parts.article, blocks[0] ?? parts.lead, support)],
    support,
    lead: leadOf(articles),
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

/** Share of a question's telling words from which an answer speaks of it. */
const SPEAKS_OF = 0.4;

/** Whether an answer speaks of a question, by the question's telling words. */
export function speaksOf({ blocks }: Answer, question: string): boolean {
  const said = new Set(contentWords(blocks.join('\n')));
  const asked = [...new Set(contentWords(question))];
  return asked.filter((word) => said.has(word)).length >= SPEAKS_OF * asked.length;
}

/** The article that answers one question may answer another, which alone would not have led to it. */
export function sameArticle(found: Found, first: Answer, task: Answering): Answer | null {
  const { question, articles, macros } = found;
  const { input, phrases } = task;
  // "When does it start and what do we lose?": half a sentence that says nothing by itself belongs to the other half.
  const halved = /\b(?:and|or)\b[^.!?]*\?*\s*$/i.test(sentenceWith(question, input));
  if (halved && new Set(contentWords(question)).size < SAYS_LITTLE) return first;
  const [{ id, url } = { id: null, url: null }] = first.sources;
  // A macro on the same article, which that article confirms as one that was found by itself would.
  const near = macros.find(({ macro }) => url !== null && restsOn(macro, url));
  const support = macroSupport(near, input.analysis.language, true);
  if (near && support >= LEAST_MACRO)
    return sayMacro(near.macro, { support, lead: first.lead, question }, task);
  if (task.hasMacro(url)) return speaksOf(first, question) ? first : null;
  const hits = articles.filter(({ item }) => item.data.parts.article.id === id);
  const [best] = hits;
  // Beside all that was found, so that another article that fits better counts against it.
  if (!best || supportOf([best, ...articles], input.analysis) < LEAST_SHARED) return null;
  const blocks = fromArticle(question, best.item.data.parts, hits, input, phrases);
  return { ...first, blocks: [...blocks, ...first.blocks.slice(-1)] };
}

function sourceOf({ id, title, url }: KnowledgeArticle, passage: string, score: number): Source {
  return { kind: 'article', id, title, url, passage: passage.slice(0, 400), score };
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
