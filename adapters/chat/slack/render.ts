// Card -> Block Kit: pure, within Slack's limits whatever the card holds, ids and buttons always kept.
import type { Block, Card, Chip, Tone } from '../../../src/model/card.ts';
import { sureness } from '../../../src/model/probability.ts';
import { actionBlocks } from './buttons.ts';
import { LIMITS } from './limits.ts';
import type { FileIds } from './pictures.ts';
import {
  joined,
  line,
  link,
  list,
  moment,
  quoted,
  type RichElement,
  rich,
  type SlackBlock,
  small,
  words,
} from './rich.ts';
import { cut, cutLine, escaped } from './text.ts';

/** A message as `chat.postMessage` and `chat.update` take it. */
export interface SlackMessage {
  /** For notifications and readers that show no blocks. */
  text: string;
  blocks: SlackBlock[];
}

export interface RenderOptions {
  /** Only blocks that every workspace has: for when Slack answers `invalid_blocks` to the newer ones. */
  classic?: boolean;
  /** Files of the charts; a chart without one is told in words. */
  pictures?: FileIds;
  /** Most characters of the blocks as JSON. */
  total?: number;
}

/** How much one card may hold at most: characters of one text, items of one list, blocks. */
interface Room {
  prose: number;
  items: number;
  blocks: number;
}

/** Tried in turn until the card fits. The last one has room for the first line and the buttons only. */
const ROOMS: Room[] = [
  { prose: 3_000, items: 100, blocks: 48 },
  { prose: 1_500, items: 40, blocks: 48 },
  { prose: 700, items: 15, blocks: 40 },
  { prose: 300, items: 10, blocks: 30 },
  { prose: 140, items: 6, blocks: 20 },
  { prose: 60, items: 4, blocks: 10 },
  { prose: 40, items: 2, blocks: 2 },
];

const DOTS: Record<Tone, string> = {
  P1: '🔴',
  P2: '🟠',
  P3: '🔵',
  P4: '⚪',
  neutral: '▫️',
  good: '✅',
  warning: '⚠️',
};

/** Draws a card. What does not fit is cut visibly; AppError `id_too_long` when an id would have to be cut. */
export function renderCard(card: Card, options: RenderOptions = {}): SlackMessage {
  // Escaped, a character may become five.
  const text = escaped(cutLine(card.fallback, LIMITS.message.text / 5, card.ref?.ticketId ?? 'Deskhand'));
  const total = options.total ?? LIMITS.message.total;
  let blocks: SlackBlock[] = [];
  for (const room of ROOMS) {
    blocks = fill(card, room, options);
    if (JSON.stringify(blocks).length <= total) break;
  }
  return { text, blocks };
}

function fill(card: Card, room: Room, { classic = false, pictures }: RenderOptions): SlackBlock[] {
  let tables = 0;
  const drawn = card.blocks.map((block) => {
    // Slack takes one table a message.
    const plain = classic || (block.type === 'table' && ++tables > 1);
    return {
      fixed: block.type === 'header' || block.type === 'actions',
      blocks: draw(block, card, room, plain, pictures),
    };
  });
  const fixed = drawn.reduce((sum, part) => sum + (part.fixed ? part.blocks.length : 0), 0);
  let free = room.blocks - fixed;
  let left = 0;
  const blocks: SlackBlock[] = [];
  for (const part of drawn) {
    if (part.fixed) blocks.push(...part.blocks);
    else if (part.blocks.length <= free) {
      blocks.push(...part.blocks);
      free -= part.blocks.length;
    } else left++;
  }
  if (left > 0) blocks.push(...small(`… ${left} more, see “Show everything”`, 100));
  return blocks.length > 0 ? blocks : small('…', 10);
}

function draw(block: Block, card: Card, room: Room, classic: boolean, pictures?: FileIds): SlackBlock[] {
  const { prose, items } = room;
  switch (block.type) {
    case 'header':
      return [...rich(line(chipLine(block.chips ?? [], prose))), ...title(block.text)];
    case 'text':
      return textBlocks(block, prose, classic);
    case 'fields':
      return fields(block, room);
    case 'quote':
      return rich(
        line([words(`${QUOTES[block.of]} ${cutLine(block.label, prose)}`, prose, { bold: true })]),
        quoted(block.of === 'draft' ? block.text : dense(block.text), prose),
      );
    case 'confidence':
      return small(
        [
          [
            `${bar(block.value)} ${sureness(block.value)} confident`,
            block.hint && cutLine(block.hint, prose),
          ],
          block.reasons
            .slice(0, items)
            .map(({ effect, text }) => `${effect === 'up' ? '▲' : '▼'} ${cutLine(text, prose)}`),
        ]
          .map((line) => line.filter(Boolean).join(' · '))
          .filter(Boolean)
          .join('\n'),
        prose,
      );
    case 'files':
      return rich(
        list(
          block.items
            .slice(0, items)
            .map(({ name, url, note }) =>
              joined([link(`📎 ${name}`, url, prose), words(note, prose)], ' · '),
            ),
        ),
      );
    case 'sources':
      return rich(
        line([words('Sources', prose, { bold: true })]),
        list(
          block.items
            .slice(0, items)
            .map(({ title: name, url, passage }) =>
              joined([link(name, url, Math.min(prose, 150)), words(passage, prose)], ': '),
            ),
        ),
      );
    case 'chart': {
      const file = pictures?.get(block.png);
      if (file) return picture(block, file, prose);
      return small(`📈 ${cutLine(block.title, prose)}: ${cutLine(block.alt, prose)}`, prose);
    }
    case 'table':
      return classic ? listed(block, room) : table(block, room);
    case 'outcome':
      return notice(block.text, OUTCOMES[block.tone], prose, classic);
    case 'actions':
      return card.ref ? actionBlocks(block, card.ref, classic) : [];
    case 'divider':
      return [{ type: 'divider' }];
    case 'context':
      return small(block.text, prose);
  }
}

function picture(
  { title: name, alt }: Extract<Block, { type: 'chart' }>,
  id: string,
  prose: number,
): SlackBlock[] {
  return [
    {
      type: 'image',
      slack_file: { id },
      title: { type: 'plain_text', text: cutLine(name, Math.min(prose, 200), 'Chart'), emoji: false },
      alt_text: cutLine(alt, Math.min(prose, 1_000), 'chart'),
    },
  ];
}

/** A few short facts stand on one line, others below each other. */
function fields(block: Extract<Block, { type: 'fields' }>, { prose, items }: Room): SlackBlock[] {
  const shown = block.fields
    .slice(0, items)
    .map(({ label, value, url }) =>
      joined(
        [
          words(label, prose, { bold: true }),
          url ? link(value || '–', url, prose) : words(value || '–', prose),
        ],
        '  ',
      ),
    );
  const brief = !block.title && block.fields.every(({ label, value }) => label.length + value.length < 40);
  if (brief && block.fields.length <= 6) return rich(line(joined(shown, '   ·   ')));
  return rich(line([block.title ? words(block.title, prose, { bold: true }) : null]), list(shown));
}

const QUOTES = { customer: '💬', draft: '✏️', reply: '↩️', note: '🔒' };

/** Without empty lines, which cost as much room as words; a draft is shown as it will be sent. */
function dense(text: string): string {
  return text.replace(/\n\s*\n/g, '\n');
}

function chipLine(chips: Chip[], prose: number): RichElement[] {
  return joined(
    chips.map((chip) => chipWords(chip, prose)),
    ' · ',
  );
}

function chipWords(chip: Chip, prose: number): RichElement | RichElement[] | null {
  switch (chip.kind) {
    case 'priority':
      return joined([words(DOTS[chip.tone ?? 'neutral'], 10), words(chip.text, 20, { bold: true })], ' ');
    case 'id':
      // Never cut: ids are short, and one that is not is refused where buttons are made.
      return words(chip.text, LIMITS.section, { code: true });
    case 'due':
      if (!chip.at) return words(chip.text, prose);
      return joined(
        [
          words(`${chip.tone === 'warning' ? '⏰ ' : ''}${chip.at.before}`, 20),
          moment(chip.at.iso, '{date_short_pretty} {time}', chip.text.slice(chip.at.before.length).trim()),
        ],
        ' ',
      );
    case 'category':
    case 'customer':
    case 'plan':
    case 'state':
      return words(chip.text, Math.min(prose, 150), chip.tone === 'warning' ? { bold: true } : undefined);
  }
}

/** Large where it is short enough. */
function title(text: string): SlackBlock[] {
  const shown = cut(text.replace(/\s+/g, ' '), LIMITS.section);
  if (!shown) return [];
  if (shown.length > LIMITS.header) return rich(line([words(shown, 300, { bold: true })]));
  return [{ type: 'header', text: { type: 'plain_text', text: shown, emoji: false } }];
}

function textBlocks(block: Extract<Block, { type: 'text' }>, prose: number, classic: boolean): SlackBlock[] {
  const label = block.label ? `${cutLine(block.label, prose)}: ` : '';
  switch (block.style) {
    case 'muted':
      return small(label + block.text, prose);
    case 'warning':
      return notice(label + block.text, 'warning', prose, classic);
    case 'strong':
      return rich(line([words(label + block.text, prose, { bold: true })]));
    case 'body':
      return rich(
        line(
          joined(
            [words(label, prose, { bold: true }), words(block.text, prose)],
            block.text.includes('\n') ? '\n' : ' ',
          ),
        ),
      );
  }
}

const OUTCOMES = { good: 'success', warning: 'warning', neutral: 'info' } as const;
const OUTCOME_MARKS = { success: '✅', warning: '⚠️', info: '▫️' };

/** An `alert` where it is short enough for one and the workspace has them. */
function notice(
  text: string,
  level: keyof typeof OUTCOME_MARKS,
  prose: number,
  classic: boolean,
): SlackBlock[] {
  const shown = cut(text, prose);
  if (!shown) return [];
  if (classic || shown.length > LIMITS.alert)
    return rich(line([words(`${OUTCOME_MARKS[level]} ${shown}`, prose + 3, { bold: true })]));
  return [{ type: 'alert', level, text: { type: 'plain_text', text: shown, emoji: false } }];
}

type TableBlock = Extract<Block, { type: 'table' }>;

function table({ columns, rows, urls = [] }: TableBlock, room: Room): SlackBlock[] {
  const width = Math.min(LIMITS.table.columns, Math.max(columns.length, ...rows.map((row) => row.length)));
  if (width === 0) return [];
  const height = Math.min(LIMITS.table.rows, room.items + 1, rows.length + 1);
  const each = Math.max(1, Math.min(room.prose, 200, Math.floor(LIMITS.table.characters / (width * height))));
  const cells = (row: string[], y: number) =>
    Array.from({ length: width }, (_, n) => {
      const url = urls[y - 1]?.[n];
      const text = cutLine(row[n] ?? '', each);
      return url ? linkCell(text, url) : { type: 'raw_text' as const, text };
    });
  return [
    {
      type: 'table',
      rows: [columns, ...rows].slice(0, height).map(cells),
      column_settings: Array.from({ length: width }, () => ({ is_wrapped: true })),
    },
    ...(rows.length + 1 > height ? small(`and ${rows.length + 1 - height} more rows`, 60) : []),
  ];
}

function linkCell(text: string, url: string) {
  const elements = [link(text, url, text.length)];
  return { type: 'rich_text' as const, elements: [{ type: 'rich_text_section' as const, elements }] };
}

function listed({ columns, rows }: TableBlock, room: Room): SlackBlock[] {
  const shown = rows.slice(0, room.items);
  return [
    ...rich(
      line(
        joined(
          columns.slice(0, LIMITS.table.columns).map((column) => words(column, room.prose, { bold: true })),
          ' · ',
        ),
      ),
      list(
        shown.map((row) =>
          joined(
            row.slice(0, LIMITS.table.columns).map((cell) => words(cell, Math.min(room.prose, 200))),
            ' · ',
          ),
        ),
      ),
    ),
    ...(rows.length > shown.length ? small(`and ${rows.length - shown.length} more rows`, 60) : []),
  ];
}

/** Full only at 100 %. */
function bar(share: number): string {
  const full = Math.floor(Math.min(1, Math.max(0, share)) * 10);
  return '▰'.repeat(full) + '▱'.repeat(10 - full);
}
