// Small pieces of rich text: words in them stay words, whatever they look like.
import type { types } from '@slack/bolt';
import { LIMITS } from './limits.ts';
import { cut, cutLine } from './text.ts';

export type SlackBlock = types.KnownBlock;
export type RichElement = types.RichTextElement;
type RichPart = types.RichTextBlockElement;

/** A word or more; null where nothing is left of it. */
export function words(
  text: string,
  max: number,
  style?: { bold?: boolean; italic?: boolean; code?: boolean },
): RichElement | null {
  const shown = cut(text, Math.min(max, LIMITS.section));
  return shown ? { type: 'text', text: shown, ...(style && { style }) } : null;
}

/** What stands between two words: kept as it is, spaces and all. */
export function mark(text: string): RichElement {
  return { type: 'text', text };
}

/** A time in the reader's own zone; the words are for clients that cannot. */
export function moment(at: string, format: string, fallback: string): RichElement | null {
  const time = Date.parse(at);
  if (Number.isNaN(time) || time < 0) return words(fallback, 100);
  return { type: 'date', timestamp: Math.floor(time / 1_000), format, fallback: cutLine(fallback, 100) };
}

/** The words as a link where the address is one that may be followed, else the words alone. */
export function link(text: string, url: string | null, max: number): RichElement {
  const shown = cutLine(text, max, 'link');
  return url !== null && isWeb(url)
    ? { type: 'link', url, text: shown }
    : { type: 'text', text: shown, style: { bold: true } };
}

function isWeb(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && !parsed.username && url.length <= LIMITS.url;
}

/** The parts with a separator between each two; empty ones are left out. */
export function joined(parts: (RichElement | RichElement[] | null)[], separator: string): RichElement[] {
  const kept = parts
    .map((part) => (Array.isArray(part) ? part : part ? [part] : []))
    .filter(({ length }) => length > 0);
  return kept.flatMap((part, n) => (n === 0 ? part : [mark(separator), ...part]));
}

export function line(elements: (RichElement | null)[]): RichPart | null {
  const kept = elements.filter((element) => element !== null);
  return kept.length > 0 ? { type: 'rich_text_section', elements: kept } : null;
}

export function quoted(text: string, max: number): RichPart | null {
  const element = words(text, max);
  return element ? { type: 'rich_text_quote', elements: [element] } : null;
}

export function list(lines: RichElement[][]): RichPart | null {
  const elements = lines.filter(({ length }) => length > 0);
  return elements.length > 0
    ? {
        type: 'rich_text_list',
        style: 'bullet',
        elements: elements.map((inner) => ({ type: 'rich_text_section', elements: inner })),
      }
    : null;
}

/** One block of these parts, or none. */
export function rich(...parts: (RichPart | null)[]): SlackBlock[] {
  const elements = parts.filter((part) => part !== null);
  return elements.length > 0 ? [{ type: 'rich_text', elements }] : [];
}

/** Small grey words. */
export function small(text: string, max: number): SlackBlock[] {
  const shown = cut(text, Math.min(max, LIMITS.section));
  return shown ? [{ type: 'context', elements: [{ type: 'plain_text', text: shown, emoji: false }] }] : [];
}
