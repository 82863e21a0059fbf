// One block of a card -> the pieces it is drawn with: Markdown, sections, separators, pictures and rows of buttons.
import {
  type APIActionRowComponent,
  type APIComponentInMessageActionRow,
  ButtonStyle,
  ComponentType,
} from 'discord.js';
import type { Block, Card, CardButton, Chip } from '../../../src/model/card.ts';
import { sureness } from '../../../src/model/probability.ts';
import { cleanLine } from '../../../src/model/text.ts';
import { encodeId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { escapeLine, escapeMarkdown, shorten } from './markdown.ts';

export type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

export type Part =
  | { kind: 'text'; text: string }
  /** Text with a link button beside it. */
  | { kind: 'link'; text: string; url: string }
  | { kind: 'picture'; png: Uint8Array; alt: string }
  | { kind: 'separator' }
  | { kind: 'row'; row: Row };

/** How much is kept: characters of each prose text, items of each list, and whether there is room for ornament. */
export interface Room {
  prose: number;
  items: number;
  rich: boolean;
}

/** Labels and titles; they are one line however much room there is. */
const SHORT = 200;
/** Buttons in front; the rest goes into the menu. */
const FRONT = 10;

/** Draws one block. */
export function drawBlock(block: Block, card: Card, room: Room): Part[] {
  const short = (text: string, max = SHORT) => escapeLine(shorten(oneLine(text), Math.min(max, room.prose)));
  const prose = (text: string) => escapeMarkdown(shorten(text, room.prose)).trim();
  switch (block.type) {
    case 'header':
      return texts(
        block.chips?.map((chip) => drawChip(chip, short)).join(' · '),
        marked('### ', short(block.text)),
      );
    case 'text':
      return texts(drawText(block.style, block.label ? bold(short(block.label)) : '', prose(block.text)));
    case 'fields':
      return texts(...drawFields(block, room, short));
    case 'quote':
      return texts(
        marked('-# ', short(block.label)),
        lines('> ', prose(block.of === 'draft' ? block.text : dense(block.text)) || '(empty)') +
          (block.cut && !block.text.endsWith('…') ? ' …' : ''),
      );
    case 'confidence':
      return texts(
        [bold(`${sureness(block.value)} confident`), block.hint ? short(block.hint) : '']
          .filter(Boolean)
          .join(' · '),
        ...few(block.reasons, room, ({ effect, text }) => `-# ${effect === 'up' ? '▲' : '▼'} ${short(text)}`),
      );
    case 'sources':
      return drawSources(block.items, room, short);
    case 'files':
      return drawFiles(block.items, room, short);
    case 'chart':
      return [
        ...texts(bold(short(block.title))),
        { kind: 'picture', png: block.png, alt: cleanLine(block.alt, LIMITS.galleryDescription) },
      ];
    case 'table':
      return texts(
        marked('-# ', few(block.columns, room, (name) => short(name, 60)).join(' · ')),
        ...few(block.rows, room, (row, n) =>
          row
            .slice(0, 12)
            .map((cell, column) => {
              const text = column === 0 ? bold(short(cell)) : short(cell);
              // A dozen rows with each cell's address are more than a message holds.
              const url = column === 0 || room.rich ? block.urls?.[n]?.[column] : null;
              return masked(text, url ?? null) || '–';
            })
            .join(' · '),
        ),
      );
    case 'outcome':
      return texts(`${OUTCOME[block.tone]}${boldLines(prose(block.text))}`);
    case 'actions':
      return drawActions(block, card);
    case 'divider':
      return [{ kind: 'separator' }];
    case 'context':
      return texts(lines('-# ', prose(block.text)));
  }
}

const OUTCOME = { good: '✅ ', warning: '⚠️ ', neutral: '' };

/** Without empty lines, which cost as much room as words; a draft is shown as it will be sent. */
function dense(text: string): string {
  return text.replace(/\n\s*\n/g, '\n');
}

function oneLine(text: string): string {
  return text.slice(0, 2_000).replace(/\s+/g, ' ').trim();
}

/** The lines that have something on them, as one text; nothing when there are none. */
function texts(...parts: (string | undefined)[]): Part[] {
  const text = parts.filter((part) => part?.trim()).join('\n');
  return text ? [{ kind: 'text', text }] : [];
}

function marked(mark: string, text: string): string {
  return text ? `${mark}${text}` : '';
}

/** Every line with a mark in front, empty ones only within quotes. */
function lines(mark: string, text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() || mark === '> ')
    .map((line) => `${mark}${line}`)
    .join('\n');
}

function bold(text: string): string {
  return text ? `**${text}**` : '';
}

function boldLines(text: string): string {
  return text
    .split('\n')
    .map((line) => bold(line.trim()))
    .join('\n');
}

function drawText(style: 'body' | 'strong' | 'muted' | 'warning', label: string, text: string): string {
  if (!text) return label;
  const led = (words: string) => [label, words].filter(Boolean).join(text.includes('\n') ? '\n' : ' ');
  switch (style) {
    case 'body':
      return led(text);
    case 'strong':
      return led(boldLines(text));
    case 'muted':
      return lines('-# ', led(text));
    case 'warning':
      return led(`⚠️ ${text}`);
  }
}

/** Ids are never cut. */
function drawChip(chip: Chip, short: (text: string) => string): string {
  if (chip.kind === 'id') return bold(escapeLine(chip.text));
  if (chip.kind === 'priority') return bold(short(chip.text));
  return chip.tone === 'warning' ? `⚠️ ${short(chip.text)}` : short(chip.text);
}

/** A few short facts stand on one line, others below each other. */
function drawFields(
  block: Extract<Block, { type: 'fields' }>,
  room: Room,
  short: (text: string, max?: number) => string,
): string[] {
  const shown = few(block.fields, room, ({ label, value, url }) =>
    [bold(short(label)), masked(short(value, 1_000), url ?? null)].filter(Boolean).join(' '),
  );
  const brief = !block.title && block.fields.every(({ label, value }) => label.length + value.length < 40);
  return [block.title ? bold(short(block.title)) : '', ...(brief ? [shown.join(' · ')] : shown)];
}

function drawSources(
  items: { title: string; url: string | null; passage: string }[],
  room: Room,
  short: (text: string, max?: number) => string,
): Part[] {
  const shown = items.slice(0, room.items).flatMap((item): Part[] => {
    const text = [bold(short(item.title)), marked('-# ', short(item.passage, 600))]
      .filter(Boolean)
      .join('\n');
    if (room.rich && isWeb(item.url)) return [{ kind: 'link', text: text || 'Source', url: item.url }];
    return texts(text);
  });
  const missing = items.length - Math.min(items.length, room.items);
  return [
    ...(shown.length > 0 ? texts('-# Sources') : []),
    ...shown,
    ...(missing > 0 ? texts(`-# … ${missing} more sources`) : []),
  ];
}

/** A link button for each file that can be opened; where there is no room for buttons, names. */
function drawFiles(
  items: { name: string; url: string | null; note: string }[],
  room: Room,
  short: (text: string) => string,
): Part[] {
  const open = room.rich ? items.slice(0, LIMITS.buttonsPerRow).filter(({ url }) => isWeb(url)) : [];
  const named = few(items, room, ({ name, note }) =>
    marked('-# 📎 ', [short(name), short(note)].filter(Boolean).join(' ')),
  );
  const row: Row = {
    type: ComponentType.ActionRow,
    components: open.map(({ name, url }) => ({
      type: ComponentType.Button,
      style: ButtonStyle.Link,
      label: label(name, LIMITS.buttonLabel, 'File'),
      url: url ?? '',
    })),
  };
  return [...texts(...named), ...(open.length > 0 ? [{ kind: 'row' as const, row }] : [])];
}

/** A link under escaped words; addresses that Discord's Markdown could misread are left out. */
function masked(text: string, url: string | null): string {
  return text && isWeb(url) && !/[()<>\s]/.test(url) ? `[${text}](<${url}>)` : text;
}

function isWeb(url: string | null): url is string {
  return url !== null && url.length <= LIMITS.buttonUrl && /^https?:\/\//i.test(url) && URL.canParse(url);
}

function few<T>(items: T[], room: Room, draw: (item: T, index: number) => string): string[] {
  const shown = items.slice(0, room.items).map((item, index) => draw(item, index));
  const missing = items.length - shown.length;
  return missing > 0 ? [...shown, `-# … ${missing} more`] : shown;
}

const STYLES = {
  primary: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
  default: ButtonStyle.Secondary,
} as const;

/** Buttons in rows of five, then the menu; every action once. */
function drawActions(block: Extract<Block, { type: 'actions' }>, card: Card): Part[] {
  const unique = (buttons: CardButton[]) => [...new Map(buttons.map((one) => [one.id, one])).values()];
  const front = unique(block.buttons);
  const menu = unique([...front.slice(FRONT), ...block.menu]);
  const rows: Row[] = chunks(front.slice(0, FRONT), LIMITS.buttonsPerRow).map((buttons) => ({
    type: ComponentType.ActionRow,
    components: buttons.map((button) => ({
      type: ComponentType.Button,
      style: STYLES[button.style],
      label: label(button.label, LIMITS.buttonLabel, button.id),
      custom_id: encodeId(button.id, card.ref),
    })),
  }));
  const menus: Row[] = chunks(menu, LIMITS.options).map((buttons, n) => ({
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: encodeId('menu', card.ref, String(n)),
        placeholder: n === 0 ? 'More…' : 'Even more…',
        options: buttons.map((button) => ({
          value: button.id,
          label: label(button.label, LIMITS.optionText, button.id),
        })),
      },
    ],
  }));
  return [...rows, ...menus].map((row) => ({ kind: 'row', row }));
}

/** Labels know no Markdown; an empty one would be refused. */
export function label(text: string, max: number, instead: string): string {
  return shorten(cleanLine(text.slice(0, 2_000), 2_000), max) || instead;
}

export function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
