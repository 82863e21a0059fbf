// Reads a web page or an article's HTML: its title, language, links, and its main text as Markdown.
import { Parser } from 'htmlparser2';
import { NodeHtmlMarkdown } from 'node-html-markdown';
import { AppError } from '../model/errors.ts';
import { cleanLine, cleanText } from '../model/text.ts';
import type { KnowledgeArticle } from '../ports.ts';

/** Elements inside each other; the Markdown writer's cost grows with the square of it. */
const DEEPEST = 150;
/** Characters of text below which a page says nothing, and the share of them in links above which it only leads on. */
const LEAST_TEXT = 60;
const MOST_LINKED = 0.6;

const DROPPED = new Set(
  'head script style template noscript svg math object iframe select textarea button form nav footer aside img'.split(
    ' ',
  ),
);
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
const markdown = new NodeHtmlMarkdown({
  bulletMarker: '-',
  maxConsecutiveNewlines: 2,
  // Passages are said to customers as they stand, who would see the backslashes.
  globalEscape: [/(?!)/g, ''],
  lineStartEscape: [/(?!)/g, ''],
});

export interface HtmlPage {
  title: string;
  /** ISO 639-1, where the page says it. */
  language: string | null;
  /** Markdown without the title. */
  body: string;
  /** Addresses that it links to, absolute, without fragments; each once. */
  links: string[];
  /** Where it says that it stands, absolute. */
  canonical: string | null;
  /** It asks not to be indexed. */
  hidden: boolean;
  /** Why it is no article, though it may lead to some. */
  empty: string | null;
}

/** Never throws on broken markup; markup nested too deep throws `bad_page`. `base` makes links absolute. */
export function parseHtml(html: string, base: string | null): HtmlPage {
  const seen = { title: '', h1: '', language: '', canonical: '', hidden: false };
  const links = new Set<string>();
  const out: string[] = [];
  const open: string[] = [];
  let droppedAt = 0;
  let main: { from: number; to: number; depth: number } | null = null;
  let inLink = 0;
  const count = { text: 0, linked: 0 };

  const parser = new Parser(
    {
      onopentag(name, given) {
        if (!VOID.has(name)) open.push(name);
        if (open.length > DEEPEST)
          throw new AppError('bad_page', `its elements stand more than ${DEEPEST} deep inside each other`);
        if (name === 'html') seen.language = given.lang ?? '';
        if (name === 'link' && given.rel === 'canonical') seen.canonical = given.href ?? '';
        if (name === 'meta' && given.name === 'robots')
          seen.hidden ||= /noindex|none/i.test(given.content ?? '');
        const href = name === 'a' ? absolute(given.href, base) : null;
        if (href) links.add(href);
        if (droppedAt > 0) return;
        if (VOID.has(name)) {
          if (name === 'br' || name === 'hr') out.push(`<${name}>`);
          return;
        }
        if (DROPPED.has(name) || isHidden(given)) {
          droppedAt = open.length;
          return;
        }
        if (!main && (name === 'main' || name === 'article' || given.role === 'main'))
          main = { from: out.length, to: -1, depth: open.length };
        if (name === 'a') inLink++;
        out.push(name === 'a' && href ? `<a href="${quoted(href)}">` : `<${name}>`);
      },
      ontext(text) {
        const inside = open.at(-1);
        if (inside === 'title' && open.includes('head')) seen.title += text;
        if (droppedAt > 0) return;
        if (open.includes('h1')) seen.h1 += text;
        const { length } = text.trim();
        count.text += length;
        if (inLink > 0) count.linked += length;
        out.push(quoted(text));
      },
      onclosetag(name) {
        if (VOID.has(name)) return;
        const depth = open.length;
        open.pop();
        if (droppedAt > 0) {
          if (depth === droppedAt) droppedAt = 0;
          return;
        }
        if (name === 'a') inLink--;
        out.push(`</${name}>`);
        if (main?.depth === depth && main.to < 0) main.to = out.length;
      },
    },
    { decodeEntities: true },
  );
  // In pieces, so that markup that is nested too deep stops the work early.
  for (let at = 0; at < html.length; at += 8_192) parser.write(html.slice(at, at + 8_192));
  parser.end();

  const region: { from: number; to: number } = main ?? { from: 0, to: out.length };
  const kept = out
    .slice(region.from, region.to)
    .join('')
    .replace(/<h1>[\s\S]*?<\/h1>/g, '');
  const body = cleanText(markdown.translate(kept)).trim();
  const linked = count.text > 0 && count.linked / count.text > MOST_LINKED;
  return {
    title: cleanLine(seen.h1, 200) || cleanLine(seen.title.split(/\s[|–—·-]\s/)[0] ?? '', 200),
    language: languageOf(seen.language),
    body,
    links: [...links],
    canonical: absolute(seen.canonical, base),
    hidden: seen.hidden,
    empty: body.length < LEAST_TEXT ? 'it has hardly any text' : linked ? 'it is a list of links' : null,
  };
}

/** `en-us` -> `en`; null when it is no language. */
export function languageOf(locale: string): string | null {
  return /^([a-z]{2})(?:[-_]|$)/i.exec(locale.trim())?.[1]?.toLowerCase() ?? null;
}

/** An article out of HTML, which names neither topic nor plan. Without a language it is taken for English. */
export function webArticle(
  given: Pick<KnowledgeArticle, 'id' | 'title' | 'url' | 'body'> & { language: string | null },
): KnowledgeArticle {
  return { ...given, language: given.language ?? 'en', category: null, plans: [], product: null };
}

function absolute(href: string | undefined, base: string | null): string | null {
  if (!href || !URL.canParse(href, base ?? undefined)) return null;
  const url = new URL(href, base ?? undefined);
  url.hash = '';
  return /^https?:$/.test(url.protocol) ? url.href : null;
}

const isHidden = (given: Record<string, string>) =>
  'hidden' in given || given['aria-hidden'] === 'true' || /display\s*:\s*none/i.test(given.style ?? '');

const quoted = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
