// Reads a macro's Markdown: its answer, variants of it for some plans, and how customers ask for it.
import type { Customer } from '../../model/customer.ts';
import type { KnowledgeArticle } from '../../ports.ts';
import { ASKED_HEADING, items, plainMarkdown } from './articles.ts';
import { inPlan } from './fitting.ts';
import { firstName } from './phrases.ts';
import { sentences } from './text.ts';

/** What `{{…}}` in a macro may name. */
export const PLACEHOLDERS = ['first_name', 'plan', 'company'] as const;
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const CODE = /`[^`\n]*`/g;
/** "## On Starter, Team" and its like in other languages. */
const VARIANT_HEADING = /^(?:on|im tarif|avec|con)\s+(.+)$/i;

export interface MacroParts {
  article: KnowledgeArticle;
  /** Markdown; the variants first, and the one for everybody else (no plans) last. */
  answers: { plans: string[]; text: string }[];
  /** How people put it. Searched, never said. */
  asked: string[];
}

const CHOSEN = /^(?:use\s+)?macro\b[\s:]*(?<title>\S.*)$/is;

/** The macro that an agent wants said ("macro Where is my invoice?"), and what else is asked for; null: none. */
export function chosenMacro(instructions: string[]): { title: string; others: string[] } | null {
  const titles = instructions.flatMap((one) => CHOSEN.exec(one.trim())?.groups?.title ?? []);
  const title = titles.at(-1)?.trim();
  return title ? { title, others: instructions.filter((one) => !CHOSEN.test(one.trim())) } : null;
}

/** Takes a macro apart. A heading that is neither a plan nor "Customers ask" belongs to the answer above it. */
export function takeMacroApart(article: KnowledgeArticle): MacroParts {
  const [opening = '', ...sections] = article.body.replace(/\r\n?/g, '\n').split(/^##\s+/m);
  const everybody = { plans: [] as string[], text: opening };
  const variants: MacroParts['answers'] = [];
  let asked: string[] = [];
  for (const section of sections) {
    const [heading = '', ...lines] = section.split('\n');
    const plans = VARIANT_HEADING.exec(heading.trim())?.[1];
    const text = lines.join('\n');
    if (ASKED_HEADING.test(heading)) asked = items(text);
    else if (plans) variants.push({ plans: plans.split(',').map((plan) => plan.trim()), text });
    else (variants.at(-1) ?? everybody).text += `\n\n${heading}\n${text}`;
  }
  const answers = [...variants, everybody]
    .map(({ plans, text }) => ({ plans, text: unwrapped(text) }))
    .filter(({ text }) => text);
  return { article, answers, asked };
}

/** Lines of one paragraph joined; items of lists stay on lines of their own. */
function unwrapped(markdown: string): string {
  return markdown.trim().replace(/([^\n])\n(?!\n|[ \t]*(?:\d+[.)]|[-*+])\s)/g, '$1 ');
}

/** Names of the placeholders outside of code marks. */
export function placeholdersOf(text: string): string[] {
  return [...text.replace(CODE, '').matchAll(PLACEHOLDER)].map(([, name = '']) => name.trim());
}

/**
 * The answer for this customer, in plain text: that of the plan, else that for everybody. A sentence with a
 * placeholder that nothing is known for is left out; null when no answer fits or nothing is left.
 */
export function answerOf({ article, answers }: MacroParts, customer: Customer): string | null {
  const plan = customer.account?.plan?.toLowerCase() ?? null;
  const fitting =
    answers.find(({ plans }) => plans.some((one) => one.toLowerCase() === plan)) ??
    (inPlan(article, customer) ? answers.find(({ plans }) => !plans.length) : undefined);
  if (!fitting) return null;
  const values: Record<string, string | null> = {
    first_name: firstName(customer.name),
    plan: customer.account?.plan ?? null,
    company: customer.account?.name.replace(/[^\p{L}\p{N} .,&'’+-]/gu, '').slice(0, 80) || null,
  };
  const text = fitting.text
    .split('\n')
    .map((line) => (placeholdersOf(line).length ? filled(line, values) : line))
    .filter((line) => line !== null)
    .join('\n');
  return plainMarkdown(text) || null;
}

/** Null: every sentence of the line needs something unknown. */
function filled(line: string, values: Record<string, string | null>): string | null {
  const known = sentences(line).filter((sentence) => placeholdersOf(sentence).every((name) => values[name]));
  if (!known.length) return null;
  // Code marks and placeholders are told apart as they come.
  return known
    .join(' ')
    .replace(/`[^`\n]*`|\{\{([^{}]*)\}\}/g, (whole, name?: string) =>
      name === undefined ? whole : (values[name.trim()] ?? ''),
    );
}
