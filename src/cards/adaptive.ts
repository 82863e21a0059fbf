// Card -> Adaptive Card JSON 1.5, shared by Teams and the console: plain text only, never over the size limit.
import type { Block, Card, CardButton, CardRef, Chip } from '../model/card.ts';
import { sureness } from '../model/probability.ts';
import {
  type AdaptiveCardJson,
  type AdaptiveElement,
  type Colour,
  type ExecuteAction,
  inert,
  linked,
  rich,
  run,
  type Spacing,
  strong,
  subtle,
  type TextRun,
} from './adaptive-json.ts';
import { cut } from './words.ts';

/**
 * `bytes`: Teams takes about 28 KB a card and needs some of it for the envelope
 * (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format).
 * The rest is where cutting starts.
 */
export const LIMITS = { bytes: 26_000, prose: 12_000, items: 40, label: 200, title: 80 };

export type { AdaptiveCardJson } from './adaptive-json.ts';

interface Options {
  /** Where a chart's picture can be fetched; without it, or null, its alternative text is shown. */
  imageUrl?: (png: Uint8Array) => string | null;
  /** The priority's colour is a dot beside it, for hosts whose colours are too pale for words. */
  dots?: boolean;
}

/** How much is kept: characters of each prose text, items of each list, blocks of the card. */
interface Room {
  prose: number;
  items: number;
  blocks: number;
}

/**
 * Draws a card. All texts go into text runs, which know no Markdown, so nothing that a customer writes acts.
 * Whatever is too long is cut visibly; ids and buttons never are.
 */
export function toAdaptive(card: Card, options: Options = {}): AdaptiveCardJson {
  let room: Room = { prose: LIMITS.prose, items: LIMITS.items, blocks: 100 };
  let json = draw(card, room, options);
  while (new TextEncoder().encode(JSON.stringify(json)).length > LIMITS.bytes && room.prose > 10) {
    room = {
      prose: Math.floor(room.prose * 0.7),
      items: Math.max(2, Math.floor(room.items * 0.8)),
      blocks: Math.max(6, Math.floor(room.blocks * 0.8)),
    };
    json = draw(card, room, options);
  }
  return json;
}

function draw(card: Card, room: Room, options: Options): AdaptiveCardJson {
  const fallback = inert(cut(card.fallback, Math.min(LIMITS.label, room.prose)).text);
  const kept = card.blocks.filter(
    (block, index) => index < room.blocks || block.type === 'actions' || block.type === 'outcome',
  );
  const missing = card.blocks.length - kept.length;
  const body = kept.flatMap((block, index) => drawBlock(block, index, card, room, options));
  if (missing > 0) body.push(rich([subtle(`… ${missing} more parts are not shown`)]));
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    fallbackText: fallback,
    speak: fallback,
    body,
  };
}

function drawBlock(block: Block, index: number, card: Card, room: Room, options: Options): AdaptiveElement[] {
  /** Element ids name the part after a number that makes them unique; the console styles parts by them. */
  const part = (name: string) => `p${index}-${name}`;
  const short = (text: string, max = LIMITS.label) => inert(cut(text, Math.min(max, room.prose)).text);
  switch (block.type) {
    case 'header':
      return [
        ...(block.chips?.length
          ? [rich(chipRuns(block.chips, part, short, options), { id: part('chips') })]
          : []),
        rich([{ type: 'TextRun', text: short(block.text), weight: 'bolder', size: 'medium' }], {
          id: part('title'),
          spacing: 'small',
        }),
      ];
    case 'text':
      return [
        {
          type: 'Container',
          id: part(`text-${block.style}`),
          spacing: 'small',
          items: prose(block.text, room, textLook(block.style), block.label ? short(block.label) : undefined),
        },
      ];
    case 'fields':
      return [
        {
          type: 'Container',
          id: part(block.fields.every(({ url }) => url) ? 'figures' : 'fields'),
          items: [
            ...(block.title ? [rich([strong(short(block.title))])] : []),
            ...few(block.fields, room, ({ label, value, url }) =>
              rich([subtle(`${short(label)}  `), linked(short(value, 1000), url ?? null)], {
                spacing: 'none',
              }),
            ),
          ],
        },
      ];
    case 'quote':
      return [
        {
          type: 'Container',
          id: part(`quote-${block.of}`),
          style: block.of === 'customer' || block.of === 'note' ? 'default' : 'emphasis',
          items: [
            rich([{ ...subtle(short(block.label)), size: 'small' }], { id: part('label') }),
            ...prose(block.text, room, {}, undefined, 'small'),
          ],
        },
      ];
    case 'confidence':
      return [
        {
          type: 'Container',
          id: part(`confidence-${Math.round(block.value * 100)}`),
          items: [
            rich([
              strong(`${sureness(block.value)} confident`),
              ...(block.hint ? [subtle(`  ·  ${short(block.hint)}`)] : []),
            ]),
            ...few(block.reasons, room, ({ effect, text }) =>
              rich(
                [
                  { ...run(effect === 'up' ? '+ ' : '− '), color: effect === 'up' ? 'good' : 'warning' },
                  subtle(short(text)),
                ],
                { spacing: 'none', id: part(`reason-${effect}`) },
              ),
            ).map((element, n) => ({ ...element, id: element.id && `${element.id}-${n}` })),
          ],
        },
      ];
    case 'sources':
      return [
        {
          type: 'Container',
          id: part('sources'),
          items: [
            rich([subtle('Sources')], { id: part('label') }),
            ...few(block.items, room, ({ title, url, passage }) =>
              rich([linked(short(title), url), ...(passage ? [subtle(`  ${short(passage, 400)}`)] : [])], {
                spacing: 'none',
              }),
            ),
          ],
        },
      ];
    case 'files':
      return [
        rich(
          [
            subtle('Attached  '),
            ...block.items.flatMap(({ name, url, note }, i): TextRun[] => [
              ...(i > 0 ? [subtle('  ·  ')] : []),
              linked(short(name), url),
              ...(note ? [subtle(` ${short(note)}`)] : []),
            ]),
          ],
          { id: part('files'), spacing: 'small' },
        ),
      ];
    case 'chart': {
      const url = options.imageUrl?.(block.png) ?? null;
      const title = rich([strong(short(block.title))], { id: part('chart-title') });
      return url
        ? [title, { type: 'Image', url, altText: short(block.alt, 400), size: 'stretch', id: part('chart') }]
        : [title, ...prose(block.alt, room, { isSubtle: true })];
    }
    case 'table':
      return drawTable(block, part, room, short);
    case 'outcome':
      return [
        {
          type: 'Container',
          id: part(`outcome-${block.tone}`),
          style: block.tone === 'neutral' ? 'default' : block.tone,
          items: prose(block.text, room, { weight: 'bolder' }),
        },
      ];
    case 'actions': {
      const actions = [
        ...block.buttons.map((button) => execute(button, card.ref, 'primary')),
        ...block.menu.map((button) => execute(button, card.ref, 'secondary')),
      ];
      return actions.length > 0 ? [{ type: 'ActionSet', id: part('actions'), actions }] : [];
    }
    case 'divider':
      return [rich([run(' ')], { separator: true, spacing: 'medium', id: part('divider') })];
    case 'context':
      return [
        {
          type: 'Container',
          id: part('context'),
          spacing: 'small',
          items: prose(block.text, room, { isSubtle: true, size: 'small' }),
        },
      ];
  }
}

type Look = Pick<TextRun, 'size' | 'weight' | 'color' | 'isSubtle'>;

function textLook(style: 'body' | 'strong' | 'muted' | 'warning'): Look {
  switch (style) {
    case 'body':
      return {};
    case 'strong':
      return { weight: 'bolder' };
    case 'muted':
      return { isSubtle: true };
    case 'warning':
      return { color: 'warning' };
  }
}

/** One rich text block a line, since hosts differ on line breaks within a run; blank lines become space. */
function prose(
  text: string,
  room: Room,
  look: Look,
  label?: string,
  first: Spacing = 'none',
): AdaptiveElement[] {
  const lines = inert(cut(text, room.prose, Math.max(4, room.items * 6)).text).split('\n');
  const blocks: AdaptiveElement[] = [];
  const head: TextRun[] = label ? [{ ...run(`${label}  `), ...look, weight: 'bolder' }] : [];
  // A label shares a line with a single one only.
  if (label && lines.length > 1) blocks.push(rich(head.splice(0), { spacing: first }));
  let gap = false;
  for (const words of lines) {
    if (!words.trim()) {
      gap = true;
      continue;
    }
    const spacing = gap ? 'small' : blocks.length === 0 ? first : 'none';
    blocks.push(rich([...head, { ...run(words), ...look }], { spacing }));
    gap = false;
  }
  return blocks.length > 0 ? blocks : [rich([subtle('(empty)')])];
}

function chipRuns(
  chips: Chip[],
  part: (name: string) => string,
  short: (text: string) => string,
  { dots = false }: Options,
): TextRun[] {
  return chips.flatMap((chip, n): TextRun[] => [
    ...(n > 0 ? [subtle('  ·  ')] : []),
    ...(dots && chip.kind === 'priority' ? [{ ...run('● '), color: chipColour(chip) }] : []),
    {
      type: 'TextRun',
      text: chip.kind === 'id' ? inert(chip.text) : short(chip.text),
      id: part(`chip${n}-${chip.kind}${chip.tone ? `-${chip.tone}` : ''}`),
      size: 'small',
      ...(chip.kind === 'priority' ? { weight: 'bolder', color: dots ? 'default' : chipColour(chip) } : {}),
      ...(chip.kind !== 'priority' && chip.tone === 'warning' ? { color: 'attention' } : {}),
    },
  ]);
}

function chipColour({ tone }: Chip): Colour {
  if (tone === 'P1') return 'attention';
  if (tone === 'P2' || tone === 'warning') return 'warning';
  if (tone === 'P3') return 'accent';
  return tone === 'good' ? 'good' : 'default';
}

function drawTable(
  block: Extract<Block, { type: 'table' }>,
  part: (name: string) => string,
  room: Room,
  short: (text: string) => string,
): AdaptiveElement[] {
  const columns = block.columns.slice(0, 12);
  const cell = (text: string, head: boolean, url: string | null) => ({
    type: 'TableCell' as const,
    items: [rich([head ? strong(short(text)) : linked(short(text), url)])],
  });
  const rows = [columns, ...block.rows.slice(0, room.items)].map((row, n) => ({
    type: 'TableRow' as const,
    cells: columns.map((_, column) =>
      cell(row[column] ?? '', n === 0, block.urls?.[n - 1]?.[column] ?? null),
    ),
  }));
  const missing = block.rows.length - (rows.length - 1);
  return [
    {
      type: 'Table',
      id: part('table'),
      firstRowAsHeaders: true,
      showGridLines: false,
      columns: columns.map((_, column) => ({ width: weightOf(column, [columns, ...block.rows]) })),
      rows,
    },
    ...(missing > 0 ? [rich([subtle(`… ${missing} more rows`)])] : []),
  ];
}

/** Wide words need a wide column: the longest cell counts, one part for every ten characters. */
function weightOf(column: number, rows: string[][]): number {
  const longest = Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return Math.min(6, Math.max(1, Math.ceil(longest / 10)));
}

function few<T>(items: T[], room: Room, each: (item: T) => AdaptiveElement): AdaptiveElement[] {
  const shown = items.slice(0, room.items).map(each);
  const missing = items.length - shown.length;
  return missing > 0 ? [...shown, rich([subtle(`… ${missing} more`)], { spacing: 'none' })] : shown;
}

function execute(button: CardButton, ref: CardRef | null, mode: 'primary' | 'secondary'): ExecuteAction {
  const styles = { primary: 'positive', danger: 'destructive', default: 'default' } as const;
  return {
    type: 'Action.Execute',
    title: inert(cut(button.label, LIMITS.title).text),
    verb: button.id,
    style: styles[button.style],
    mode,
    data: { action: button.id, ref },
  };
}
