// Texts to and from Slack: visible cuts, nothing that mentions or links, and people's messages as plain text.
import { cleanText } from '../../../src/model/text.ts';

/** Text without control characters, at most `max` characters; ends in "…" when something is missing. */
export function cut(text: string, max: number): string {
  const clean = cleanText(text).trim();
  if (clean.length <= max) return clean;
  const head = clean.slice(0, Math.max(0, max - 2)).replace(/[\ud800-\udbff]$/, '');
  const space = head.search(/\s\S*$/);
  const kept = space > head.length * 0.7 ? head.slice(0, space) : head;
  return `${kept.trimEnd()} …`;
}

/** `cut` on one line; `none` where nothing is left, since Slack refuses empty texts. */
export function cutLine(text: string, max: number, none = '–'): string {
  return cut(text.replace(/\s+/g, ' '), max) || none;
}

/** For the places that Slack reads as its markup (`text` of a message): nothing in it can mention or link. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What a person wrote, as they saw it: `<@U1>` of the bot itself becomes `@deskhand`, links their address,
 * entities their characters. https://docs.slack.dev/messaging/formatting-message-text#parsing-text
 */
export function fromSlack(text: string, botUserId: string | null): string {
  return text
    .replace(/<([^<>]+)>/g, (_, inside: string) => reference(inside, botUserId))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function reference(inside: string, botUserId: string | null): string {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : inside.slice(bar + 1);
  if (target.startsWith('@'))
    return target.slice(1) === botUserId ? '@deskhand' : `@${label || target.slice(1)}`;
  if (target.startsWith('#')) return `#${label || target.slice(1)}`;
  if (target.startsWith('!')) return label || `@${target.slice(1).split('^')[0]}`;
  const address = target.replace(/^(mailto|tel):/, '');
  return !label || label === target || label === address || target.endsWith(`//${label}`)
    ? address
    : `${label} (${address})`;
}
