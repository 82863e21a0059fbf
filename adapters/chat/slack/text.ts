// Texts to and from Slack: visible cuts, nothing that mentions or links, and people's messages as plain text.
import { cleanText } from '../../../src/model/text.ts';

/** Text without control characters, at most `max` characters; ends in "…" when something is missing. */
export function cut(text: string, max: number): string {
  return shorten(text, max, (some) => cleanText(some).trim());
}

/** `cut` on one line; `none` where nothing is left, since Slack refuses empty texts. */
export function cutLine(text: string, max: number, none = '–'): string {
  return shorten(text, max, (some) => cleanText(some).replace(/\s+/g, ' ').trim()) || none;
}

/** Cleans only about as much as is shown: texts may be very long. */
function shorten(text: string, max: number, clean: (some: string) => string): string {
  const some = text.slice(0, max * 2 + 1_000);
  const whole = clean(some);
  if (whole.length <= max && some.length === text.length) return whole;
  const head = whole.slice(0, Math.max(0, max - 2)).replace(/[\ud800-\udbff]$/, '');
  const space = head.search(/\s\S*$/);
  const kept = space > head.length * 0.7 ? head.slice(0, space) : head;
  return `${kept.trimEnd()} …`.trimStart();
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
