// Plain text -> Discord Markdown that reads the same: no markup, no links, no mentions.
import { cleanText } from '../../../src/model/text.ts';

/** Parts what Discord would read as one; people see nothing. */
const JOINER = '\u2060';

/**
 * Escapes a text so that Discord shows it letter by letter. Mentions are parted as well as escaped, since the
 * server looks for them before anything is drawn.
 */
export function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/[\\`*_~|[\]()<>]/g, '\\$&')
    .replace(/@(?=everyone|here)/gi, `@${JOINER}`)
    .replace(/<(?=[@#:/a-z])/gi, `<${JOINER}`)
    .replace(/([a-z]):(?=\/\/)/gi, '$1\\:')
    .replace(/^([^\S\n]*)(#{1,3}|-#?|\+)(?=\s)/gm, '$1\\$2')
    .replace(/^([^\S\n]*\d+)\.(?=\s)/gm, '$1\\.');
}

/** The same on one line. */
export function escapeLine(text: string): string {
  return escapeMarkdown(text.replace(/\s+/g, ' ').trim());
}

/**
 * At most `max` characters, cut between words and ending in "…" when something is missing. For plain text, before
 * it is escaped.
 */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, Math.max(0, max - 2));
  const space = head.search(/\s\S*$/);
  const kept = space > head.length * 0.7 ? head.slice(0, space) : head;
  return `${kept.replace(/[\ud800-\udbff]$/, '').trimEnd()} …`.slice(0, Math.max(1, max));
}
