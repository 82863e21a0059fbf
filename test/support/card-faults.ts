// Everything that is wrong with a card as a platform draws it: limits, lost ids and buttons, words that the platform would act on.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { decodeId } from '../../adapters/chat/discord/ids.ts';
import * as discord from '../../adapters/chat/discord/render.ts';
import { parseEntry } from '../../adapters/chat/slack/ids.ts';
import * as slack from '../../adapters/chat/slack/render.ts';
import * as teamsLimits from '../../adapters/chat/teams/limits.ts';
import * as teams from '../../adapters/chat/teams/render.ts';
import { LIMITS, toAdaptive } from '../../src/cards/adaptive.ts';
import type { Card } from '../../src/model/card.ts';
import { actionsOf } from '../contracts/chat-cards.ts';
import { actionsOn, readCard, wordsOn } from './adaptive-schema.ts';
import { messageFaults as slackMessageFaults } from './block-kit.ts';
import { activeParts, flatten, messageFaults, readMarkdown } from './discord-limits.ts';
import { nameOf } from './teams-people.ts';

export function slackFaults(card: Card, classic: boolean): string[] {
  const { text, blocks } = slack.renderCard(card, { classic });
  const json = JSON.stringify(blocks);
  const faults = slackMessageFaults(blocks);
  if (json.length > 12_000) faults.push(`${json.length} characters`);
  if (classic && /"type":"(alert|table)"/.test(json)) faults.push('newer blocks among the classic ones');
  if (/"type":"(mrkdwn|markdown|user|usergroup|broadcast|channel|team)"/.test(json))
    faults.push('formatted or mentioning');
  if (text === '' || /<[^>]*>/.test(text)) faults.push('markup in the notification');
  if (card.ref && !json.includes(`"text":"${card.ref.ticketId}"`)) faults.push('the id is lost');
  const values = [...json.matchAll(/"value":"([^"]+)"/g)].map(([, value]) => value ?? '');
  if (values.some((value) => !value.startsWith(`${card.ref?.ticketId}|${card.ref?.draftVersion}`)))
    faults.push('a reference is cut');
  const shown = new Set([...json.matchAll(/"action_id":"deskhand:([^"]+)"/g)].map(([, id]) => id ?? ''));
  for (const value of values) {
    const entry = parseEntry(value);
    if (entry && 'action' in entry) shown.add(entry.action);
    if (entry && 'more' in entry) for (const id of entry.more) shown.add(id);
  }
  const missing = actionsOf(card).filter((id) => !shown.has(id));
  if (missing.length > 0) faults.push(`lost: ${missing}`);
  return faults;
}

const V2 = 1 << 15;

/** What Discord would refuse of a drawn message. */
export const discordRefusals = ({ components, files }: discord.Rendered) =>
  messageFaults(
    { flags: V2, components },
    files.map(({ name }) => name),
  );

/** The texts of a drawn message as they are sent. */
export const discordTexts = ({ components }: discord.Rendered) =>
  flatten(components).flatMap(({ content }) => (content === undefined ? [] : [content]));

/** What people read on a drawn message. */
export const readDiscord = (rendered: discord.Rendered) =>
  discordTexts(rendered).map(readMarkdown).join('\n');

const optionsSchema = z.array(z.object({ value: z.string() })).default([]);

/** Everything that may be pressed or chosen, and which ticket it speaks of. */
const offersOf = ({ components }: discord.Rendered) =>
  flatten(components).flatMap(({ custom_id, options }) => {
    if (typeof custom_id !== 'string') return [];
    const { what, ref } = decodeId(custom_id) ?? {};
    if (what?.kind === 'action') return [{ action: what.action, ref }];
    return optionsSchema.parse(options).map(({ value }) => ({ action: value, ref }));
  });

export function discordFaults(card: Card): string[] {
  const drawn = discord.renderCard(card);
  const notification = discord.renderNotification(card);
  const offered = offersOf(drawn);
  const [expected, found] = [actionsOf(card), offered.map(({ action }) => action)].map((ids) => new Set(ids));
  return [
    ...[drawn, ...(drawn.inWords?.() ?? [])].flatMap(discordRefusals),
    ...messageFaults({ content: notification }, []),
    ...[...discordTexts(drawn), notification].flatMap(activeParts),
    ...(readDiscord(drawn).includes(card.ref?.ticketId ?? '') ? [] : ['the id is lost']),
    ...(isDeepStrictEqual(found, expected) ? [] : ['buttons are lost or changed']),
    ...offered.flatMap(({ ref }) => (isDeepStrictEqual(ref, card.ref) ? [] : ['speaks of another ticket'])),
  ];
}

export function teamsFaults(card: Card): string[] {
  const { card: json, summary } = teams.renderCard(card);
  const read = readCard(JSON.parse(JSON.stringify(json)));
  if (!read.ok) return [read.fault];
  const faults: string[] = [];
  if (teamsLimits.bytesOf(json) > teamsLimits.LIMITS.cardBytes)
    faults.push(`${teamsLimits.bytesOf(json)} bytes`);
  if (summary.length > teamsLimits.LIMITS.summary) faults.push(`a summary of ${summary.length}`);
  if (!wordsOn(read.card).includes(card.ref?.ticketId ?? '')) faults.push('the id is lost');
  // What stands in an input is a person's to change, and names nobody without an entity.
  if (/<\/?at\b/i.test(JSON.stringify(json, (key, value) => (key === 'value' ? '' : value))))
    faults.push('a mention');
  if (json.msteams?.entities) faults.push('entities');
  if (!isDeepStrictEqual(actionsOn(read.card).map(nameOf).toSorted(), actionsOf(card).toSorted()))
    faults.push('buttons are lost or changed');
  return faults;
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

/** Every value under a key, however deep. */
export function valuesOf(node: unknown, key: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((child) => valuesOf(child, key));
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

/** Where words are read as Markdown, or may be changed. */
const READING = ['TextBlock', 'FactSet', 'Fact', 'Input.Text'];

export function consoleFaults(card: Card): string[] {
  const json = toAdaptive(card);
  const faults: string[] = [];
  if (bytes(json) > LIMITS.bytes) faults.push(`${bytes(json)} bytes`);
  const read = readCard(json);
  if (!read.ok) faults.push(read.fault);
  if (!valuesOf(json, 'text').includes(card.ref?.ticketId)) faults.push('the id is lost');
  const actions = actionsOf(card).map((action) => ({ action, ref: card.ref }));
  if (!isDeepStrictEqual(valuesOf(json, 'data'), actions)) faults.push('buttons are lost or changed');
  const types = new Set(valuesOf(json, 'type'));
  faults.push(...READING.filter((type) => types.has(type)));
  const words = JSON.stringify([...valuesOf(json, 'text'), ...valuesOf(json, 'title'), json.speak]);
  faults.push(...(words.match(/\{\{|<\/?at\b/gi) ?? []));
  faults.push(
    ...valuesOf(json, 'url').flatMap((url) => (/^https?:\/\//i.test(String(url)) ? [] : [`opens ${url}`])),
  );
  return faults;
}
