// Fits an article to a question and a customer: plan, steps not yet taken, the one fact that matters.
import type { Customer } from '../../model/customer.ts';
import type { DraftInput, KnowledgeArticle } from '../../ports.ts';
import { type ArticleParts, plainMarkdown, type Section } from './articles.ts';
import { ENGLISH, listed, type Phrases } from './phrases.ts';
import { contentWords, type Hit } from './retrieval.ts';
import { sentences } from './text.ts';

export interface ArticleItem {
  parts: ArticleParts;
  section: Section;
}

const ASKS_HOW =
  /\b(?:how (?:do|can|to|does|would|should|am|is)|where (?:do|can|is|are|did|has)|set ?up|change|add|remove|turn (?:on|off)|switch|connect|import|export|download|find|install|create|invite|upgrade|downgrade|cancel|reset|steps|can'?t|cannot|not work|doesn'?t)\b/i;

/** Blocks of the reply from one article: answer, steps, one fact, and what to do when it fails. */
export function fromArticle(
  question: string,
  parts: ArticleParts,
  hits: Hit<ArticleItem>[],
  { analysis, customer, messages }: DraftInput,
  phrases: Phrases,
): string[] {
  const plan = customer.account?.plan ?? null;
  const { plans } = parts.article;
  const has = inPlan(parts.article, customer);
  if (!has && phrases === ENGLISH)
    return parts.planNote
      ? [`Your account is on the ${plan} plan. ${parts.planNote}`]
      : [notInPlan(parts.article, plan)];
  const blocks: string[] = [];
  const [best] = hits;
  const fact = best?.item.data.section === 'tip' ? bestTip(question, parts, 0.34) : null;
  const direct = !ASKS_HOW.test(question) && fact !== null;
  const answer = direct && fact ? fact : parts.lead;
  const included = phrases === ENGLISH && planAnswer(question, answer, parts.article, customer);
  if (included) blocks.push(included);
  blocks.push(answer);
  if (plans.length && !plan && phrases === ENGLISH) blocks.push(`This is part of the ${planWords(plans)}.`);
  const said = inboundText({ messages });
  const steps = untried(parts.steps, said);
  if (steps.length && !direct)
    blocks.push(`${phrases.steps}\n${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}`);
  const tip = bestTip(question, parts, 0.3) ?? nearTip(hits, parts);
  if (tip && !overlaps(tip, blocks.join(' '))) blocks.push(`${phrases.tip} ${lowerFirst(tip, phrases)}`);
  const failing =
    analysis.kind === 'bug' ||
    analysis.kind === 'friction' ||
    analysis.attempts > 0 ||
    steps.length < parts.steps.length;
  if (parts.fallback && !direct && (failing || best?.item.data.section === 'fallback'))
    blocks.push(parts.fallback.startsWith('If') ? parts.fallback : `${phrases.otherwise} ${parts.fallback}`);
  return blocks.map(plainMarkdown);
}

/** Whether the customer's plan has what the article is about; true when either is not known. */
export function inPlan({ plans }: Pick<KnowledgeArticle, 'plans'>, customer: Customer): boolean {
  const plan = customer.account?.plan?.toLowerCase();
  return !plans.length || !plan || plans.some((one) => one.toLowerCase() === plan);
}

/**
 * Whether the article is about a product that the customer uses: `products` of their usage, names with commas
 * between; true when either is not known.
 */
export function inProducts({ product }: Pick<KnowledgeArticle, 'product'>, { usage }: Customer): boolean {
  const used =
    typeof usage.products === 'string'
      ? usage.products
          .toLowerCase()
          .split(',')
          .map((one) => one.trim())
      : [];
  return !product || !used.length || used.includes(product.toLowerCase());
}

/** Asks whether a plan has something. */
const ASKS_PLAN =
  /\bincluded\b|\b(?:our|my|this|which|what) (?:\w+ )?(?:plan|tier|subscription)\b|\bcomes? with\b|\b(?:need|have) to upgrade\b|\bdo (?:we|i) have(?: this| that| it| access)?\s*\?/i;

/**
 * Whether the customer's plan has what an article is about, in a sentence, when that is asked and `answer` does not
 * name the plan; null otherwise.
 */
export function planAnswer(
  question: string,
  answer: string,
  article: KnowledgeArticle | undefined,
  customer: Customer,
): string | null {
  const plan = customer.account?.plan;
  if (!article?.plans.length || !plan || !ASKS_PLAN.test(question)) return null;
  if (answer.toLowerCase().includes(plan.toLowerCase())) return null;
  return inPlan(article, customer)
    ? `“${article.title}” is part of your ${plan} plan.`
    : notInPlan(article, plan);
}

function notInPlan({ title, plans }: KnowledgeArticle, plan: string | null): string {
  return `“${title}” is part of the ${planWords(plans)}; your account is on ${plan}.`;
}

/** "Team and Business plans". */
function planWords(plans: string[]): string {
  return `${listed(plans)} ${plans.length > 1 ? 'plans' : 'plan'}`;
}

/** Keeps a tip's capital where it is a name or another language's rule. */
function lowerFirst(tip: string, phrases: Phrases): string {
  return phrases === ENGLISH &&
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

/** Closeness in meaning under which a fact is about something else: of few articles, the nearest may be far. */
const NEAR = 0.5;

/** The fact that means most nearly what is asked, when it is among the two passages that were found first. */
function nearTip(hits: Hit<ArticleItem>[], parts: ArticleParts): string | null {
  const near = hits
    .slice(0, 2)
    .filter(({ cosine }) => cosine >= NEAR)
    .find(({ item }) => item.data.parts.article.id === parts.article.id && item.data.section === 'tip');
  return parts.tips.find((tip) => near?.item.text.endsWith(tip)) ?? null;
}

/** Whether most of a fact's words were said already. */
function overlaps(tip: string, text: string): boolean {
  const said = new Set(contentWords(text));
  const words = contentWords(tip);
  return words.length > 0 && words.filter((word) => said.has(word)).length / words.length > 0.75;
}

/** Says what was done: "I tried", and "we opened the mail, tapped Change and confirmed". */
const TRIED =
  /\b(?:tried|already|did|done|checked|restarted|reinstalled|cleared|logged out|i(?:'ve| have)|we(?:'ve| have)|(?:i|we) (?:\w+ )?(?:\w{2,}ed|went|put|set|took|got|ran|chose|sent|made)|went (?:to|through)|looked|clicked|followed|no luck)\b/i;

/** Steps without those that the customer says they have done. */
function untried(steps: string[], said: string): string[] {
  const done = sentences(said)
    .filter((sentence) => TRIED.test(sentence))
    .map((sentence) => new Set(contentWords(sentence)));
  return steps.filter((step) => {
    const words = [...new Set(contentWords(step))];
    return !done.some(
      (d) => words.length >= 3 && words.filter((word) => d.has(word)).length / words.length > 0.6,
    );
  });
}

/** What the customer has written in this ticket. */
export function inboundText({ messages }: Pick<DraftInput, 'messages'>): string {
  return messages
    .filter((message) => message.direction === 'inbound')
    .map((message) => message.text)
    .join('\n');
}
