// Reads a help article's Markdown into the parts a reply is made of, and into passages to search.
import type { KnowledgeArticle } from '../../ports.ts';
import { sentences } from './text.ts';

/** An article taken apart; all texts are plain, in the article's words. */
export interface ArticleParts {
  article: KnowledgeArticle;
  /** The first paragraph: the direct answer. */
  lead: string;
  steps: string[];
  /** "Good to know": one fact each. */
  tips: string[];
  /** "If your plan does not include it". */
  planNote: string;
  /** "If it does not work". */
  fallback: string;
  /** "Customers ask": how people put it. Searched, never said. */
  asked: string[];
}

export type Section = 'lead' | 'steps' | 'tip' | 'plan' | 'fallback' | 'asked';

export interface ArticlePassage {
  section: Section;
  text: string;
}

const PLAN_HEADING = /plan|tarif|forfait|abonnement/i;
const FALLBACK_HEADING =
  /not work|fails|trouble|problem|funktioniert nicht|nicht funktioniert|fonctionne pas|no funciona|non funziona/i;
export const ASKED_HEADING = /customers? ask|kunden fragen|clients demandent|clientes preguntan/i;
const TIPS_HEADING =
  /good to know|notes?$|tips|gut zu wissen|bon à savoir|conviene saber|buono a sapersi|limits/i;

/**
 * Markdown without its marks: emphasis, code ticks, links as "text (address)". A mark that is never closed ends where
 * the next one begins, so that no text takes long.
 */
export function plainMarkdown(markdown: string): string {
  return markdown
    .replace(/!\[(?:(?!!\[)[^\]])*\]\((?:(?!!\[)[^)])*\)/g, '')
    .replace(/\[([^[\]]+)\]\(((?:(?!\]\()[^)\s])+)(?:\s(?:(?!\]\()[^)])*)?\)/g, '$1 ($2)')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '$1')
    .replace(/(?<!`)`([^`\n]+)`(?!`)/g, '$1')
    .replace(/<[^>\n]{1,80}>/g, '')
    .trim();
}

/** The Markdown without how customers put it: what may be said. */
export function spokenOf(body: string): string {
  return body
    .split(/^(?=##\s)/m)
    .filter((section) => !ASKED_HEADING.test(section.split('\n')[0] ?? ''))
    .join('');
}

/** List items of a section, each with its continuation lines. */
export function items(body: string): string[] {
  const found: string[] = [];
  for (const line of body.split('\n')) {
    const item = /^\s*(?:\d+[.)]|[-*+])\s+(.*)$/.exec(line);
    if (item) found.push(item[1] ?? '');
    else if (line.trim() && found.length) found[found.length - 1] += ` ${line.trim()}`;
  }
  return found.map(plainMarkdown).filter(Boolean);
}

/** The text of a section in one paragraph. */
function paragraph(body: string): string {
  return plainMarkdown(
    body
      .replace(/^[ \t]*(?:\d+[.)]|[-*+])\s+/gm, '')
      .replace(/\s+/g, (gap) => (gap.includes('\n') ? ' ' : gap)),
  );
}

/** Takes an article apart. Unknown sections become facts ("tips"); a body without headings is all lead. */
export function takeApart(article: KnowledgeArticle): ArticleParts {
  const body = article.body
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/^#\s+.*\n/, '');
  const [opening = '', ...sections] = body.split(/^##\s+/m);
  const parts: ArticleParts = {
    article,
    lead: '',
    steps: [],
    tips: [],
    planNote: '',
    fallback: '',
    asked: [],
  };
  const paragraphs = opening.split(/\n{2,}/).filter((part) => part.trim());
  parts.lead = paragraph(paragraphs[0] ?? '');
  for (const rest of paragraphs.slice(1)) {
    if (/^\s*\d+[.)]\s/.test(rest)) parts.steps.push(...items(rest));
    else parts.tips.push(...(/^\s*[-*+]\s/.test(rest) ? items(rest) : [paragraph(rest)]));
  }
  for (const section of sections) {
    const end = section.indexOf('\n');
    const heading = (end < 0 ? section : section.slice(0, end)).trim();
    const text = end < 0 ? '' : section.slice(end + 1).trim();
    if (!text) continue;
    if (ASKED_HEADING.test(heading)) parts.asked = items(text);
    else if (FALLBACK_HEADING.test(heading)) parts.fallback = paragraph(text);
    else if (PLAN_HEADING.test(heading) && !/^\s*\d+[.)]\s/.test(text)) parts.planNote = paragraph(text);
    else if (/^[ \t]*1[.)]\s/m.test(text) && parts.steps.length === 0 && !TIPS_HEADING.test(heading))
      parts.steps = items(text);
    else
      parts.tips.push(
        ...(/^[ \t]*(?:\d+[.)]|[-*+])\s/m.test(text) ? items(text) : sentences(plainMarkdown(text))),
      );
  }
  if (!parts.lead) parts.lead = parts.tips.shift() ?? article.title;
  return parts;
}

/** What is searched of an article: the title helps every part. */
export function passagesOf(parts: ArticleParts): ArticlePassage[] {
  const { title } = parts.article;
  const passages: ArticlePassage[] = [{ section: 'lead', text: `${title}. ${parts.lead}` }];
  if (parts.steps.length) passages.push({ section: 'steps', text: `${title}. ${parts.steps.join(' ')}` });
  for (const tip of parts.tips) passages.push({ section: 'tip', text: `${title}. ${tip}` });
  if (parts.planNote) passages.push({ section: 'plan', text: `${title}. ${parts.planNote}` });
  if (parts.fallback) passages.push({ section: 'fallback', text: `${title}. ${parts.fallback}` });
  for (const text of parts.asked) passages.push({ section: 'asked', text });
  return passages;
}
