// Card -> Discord message (Components V2): pure, within every limit, mentions nobody.
import { createHash } from 'node:crypto';
import {
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  ComponentType,
  type RawFile,
  SeparatorSpacingSize,
} from 'discord.js';
import type { Block, Card, Tone } from '../../../src/model/card.ts';
import { cleanText } from '../../../src/model/text.ts';
import { LIMITS } from './limits.ts';
import { escapeLine, escapeMarkdown, shorten } from './markdown.ts';
import { drawBlock, type Part, type Room, type Row } from './parts.ts';

/** What a message is made of; the caller adds flags and `allowed_mentions`. */
export interface Rendered {
  components: APIMessageTopLevelComponent[];
  files: RawFile[];
  /** The same for where no files may be attached; more than one message where one has no room. */
  inWords?: () => Rendered[];
}

const COLOURS: Record<Tone, number> = {
  P1: 0xd92d20,
  P2: 0xf79009,
  P3: 0x2e90fa,
  P4: 0x98a2b3,
  neutral: 0x667085,
  good: 0x12b76a,
  warning: 0xfdb022,
};

/** Most of a message's room is for its own words; a thread's page keeps some for its neighbours. */
const WHOLE: Room = { prose: 3_000, items: 40, rich: true };
const ENDLESS: Room = { prose: 60_000, items: 1_000, rich: true };

/** The first line of a push notification, which shows no components: escaped, one line. */
export function renderNotification(card: Card): string {
  return escapeLine(shorten(card.fallback.slice(0, 2_000).replace(/\s+/g, ' ').trim(), 300)) || 'Deskhand';
}

/** A message of plain words, for direct messages. */
export function renderPlain(text: string): string {
  for (let max = 1_900; ; max -= 200) {
    const plain = escapeMarkdown(shorten(text, max)).trim();
    if (plain.length <= LIMITS.content) return plain || 'Deskhand';
  }
}

/** One message. Whatever is too long is cut visibly; ids and buttons never are. */
export function renderCard(card: Card): Rendered {
  let room = WHOLE;
  let blocks = 40;
  let parts = drawParts(card, room, blocks);
  while (!fits(parts) && room.prose > 12) {
    room = {
      prose: Math.max(12, Math.floor(room.prose * 0.75)),
      items: Math.max(2, Math.floor(room.items * 0.8)),
      rich: room.rich && room.prose > 1_500,
    };
    blocks = Math.max(6, Math.floor(blocks * 0.9));
    parts = drawParts(card, room, blocks);
  }
  const drawn = assemble(parts, card.tone);
  return drawn.files.length > 0 ? { ...drawn, inWords: () => [renderCard(chartsInWords(card))] } : drawn;
}

/** What a chart shows is said in words. */
function chartsInWords(card: Card): Card {
  const blocks = card.blocks.map((block): Block => {
    if (block.type !== 'chart') return block;
    return { type: 'text', style: 'muted', text: `📈 ${block.title}: ${block.alt}` };
  });
  return { ...card, blocks };
}

/** For threads: nothing is cut, what does not fit goes on in the next message. */
export function renderPages(card: Card): Rendered[] {
  return paginate(drawParts(card, ENDLESS, card.blocks.length).flatMap(splitPart), card.tone);
}

function paginate(parts: Part[], tone: Tone): Rendered[] {
  const pages: Part[][] = [[]];
  for (const part of parts) {
    const page = pages.at(-1) ?? [];
    if (page.length > 0 && !fits([...page, part])) pages.push([part]);
    else page.push(part);
  }
  return pages.map((page) => {
    const drawn = assemble(page, tone);
    const inWords = () => paginate(page.map(pictureInWords), tone);
    return drawn.files.length > 0 ? { ...drawn, inWords } : drawn;
  });
}

const pictureInWords = (part: Part): Part =>
  part.kind === 'picture' ? { kind: 'text', text: `📈 ${escapeLine(part.alt)}` } : part;

/** A private or plain word of ours: one message, whatever its length. */
export function renderText(text: string, tone: Tone): Rendered {
  return renderCard({ tone, fallback: text, ref: null, blocks: [{ type: 'text', style: 'body', text }] });
}

/** A refused form's answer: why, and the agent's own words as they were, to copy. */
export function renderRefused(text: string, words: string | null): Rendered {
  const said = renderText(text, 'warning');
  if (!words) return said;
  if (words.length <= KEPT_WORDS && !words.includes('```'))
    return {
      ...said,
      components: [
        ...said.components,
        { type: ComponentType.TextDisplay, content: `What you wrote:\n\`\`\`\n${cleanText(words)}\n\`\`\`` },
      ],
    };
  const name = 'what-you-wrote.txt';
  return {
    components: [...said.components, { type: ComponentType.File, file: { url: `attachment://${name}` } }],
    files: [{ name, data: Buffer.from(words), contentType: 'text/plain; charset=utf-8' }],
    inWords: () =>
      renderPages({
        tone: 'warning',
        fallback: text,
        ref: null,
        blocks: [
          { type: 'text', style: 'body', text },
          { type: 'text', style: 'body', label: 'What you wrote:', text: words },
        ],
      }),
  };
}

/** Longer words come as a file, since a message has no room for them beside the reason. */
const KEPT_WORDS = 2_000;

function drawParts(card: Card, room: Room, most: number): Part[] {
  const kept = card.blocks.filter(
    (block, index) => index < most || block.type === 'actions' || block.type === 'outcome',
  );
  const missing = card.blocks.length - kept.length;
  const parts = kept.flatMap((block): Part[] => {
    const drawn = drawBlock(block, card, room);
    const apart = room.rich && drawn.length > 0 && block.type === 'actions';
    return apart ? [{ kind: 'separator' }, ...drawn] : drawn;
  });
  if (missing > 0) parts.push({ kind: 'text', text: `-# … ${missing} more parts are not shown` });
  if (!parts.some((part) => part.kind !== 'separator'))
    return [{ kind: 'text', text: renderNotification(card) }];
  return room.rich ? parts : joined(parts);
}

/** Neighbouring texts as one component, for cards with very many parts. */
function joined(parts: Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.kind === 'separator') continue;
    if (part.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = { kind: 'text', text: `${last.text}\n${part.text}` };
    else result.push(part);
  }
  return result;
}

function fits(parts: Part[]): boolean {
  const components = parts.reduce((sum, part) => sum + weight(part), 1);
  const text = parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 0), 0);
  return components <= LIMITS.components && text <= LIMITS.text;
}

/** Components that a part takes, nested ones included. */
function weight(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'separator':
    case 'picture':
      return 1;
    case 'link':
      return 3;
    case 'row':
      return 1 + part.row.components.length;
  }
}

function assemble(parts: Part[], tone: Tone): Rendered {
  const files: RawFile[] = [];
  const salt = digest(parts);
  const components = parts.map((part) => assemblePart(part, files, salt));
  return {
    components: [{ type: ComponentType.Container, accent_color: COLOURS[tone], components }],
    files,
  };
}

/** One part as a component; a picture leaves its file in `files`. */
function assemblePart(part: Part, files: RawFile[], salt: string): APIComponentInContainer {
  switch (part.kind) {
    case 'text':
      return { type: ComponentType.TextDisplay, content: part.text };
    case 'link':
      return {
        type: ComponentType.Section,
        components: [{ type: ComponentType.TextDisplay, content: part.text }],
        accessory: { type: ComponentType.Button, style: 5, label: 'Open', url: part.url },
      };
    case 'separator':
      return { type: ComponentType.Separator, divider: true, spacing: SeparatorSpacingSize.Small };
    case 'picture': {
      const name = `chart-${files.length}.png`;
      files.push({ name, data: Buffer.from(part.png), contentType: 'image/png' });
      return {
        type: ComponentType.MediaGallery,
        items: [{ media: { url: `attachment://${name}` }, ...(part.alt && { description: part.alt }) }],
      };
    }
    case 'row':
      return withSalt(part.row, salt);
  }
}

/** A text longer than a page in pieces that end between lines or words; quotes and small print go on as such. */
function splitPart(part: Part): Part[] {
  if (part.kind !== 'text' || part.text.length <= LIMITS.text) return [part];
  const pieces: string[] = [];
  let piece = '';
  for (const line of part.text.split('\n').flatMap(splitLine)) {
    if (piece && piece.length + line.length + 1 > LIMITS.text) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece ? `${piece}\n${line}` : line;
  }
  return [...pieces, piece].filter((text) => text.trim()).map((text) => ({ kind: 'text', text }));
}

/** Room for a line's mark within half a page, so that pages fill well. */
const LINE = 1_900;

function splitLine(line: string): string[] {
  const mark = /^(> |-# )/.exec(line)?.[0] ?? '';
  const result: string[] = [];
  let rest = line.slice(mark.length);
  while (rest.length > LINE) {
    const space = rest.lastIndexOf(' ', LINE);
    let at = space > LINE / 2 ? space + 1 : LINE;
    // Neither between the halves of a character nor between a backslash and what it protects.
    while (at > 1 && (/[\ud800-\udbff]/.test(rest[at - 1] ?? '') || oddBackslashes(rest.slice(0, at)))) at--;
    result.push(mark + rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...result, mark + rest];
}

function oddBackslashes(text: string): boolean {
  return (/(?<!\\)\\+$/.exec(text)?.[0].length ?? 0) % 2 === 1;
}

/** Another id for the menus of a card that shows something else: Discord then forgets what was chosen in them. */
function withSalt(row: Row, salt: string): Row {
  return {
    ...row,
    components: row.components.map((one) =>
      one.type === ComponentType.StringSelect ? { ...one, custom_id: `${one.custom_id}${salt}` } : one,
    ),
  };
}

function digest(parts: Part[]): string {
  const words = JSON.stringify(parts, (key, value: unknown) => (key === 'png' ? null : value));
  return createHash('sha256').update(words).digest('base64url').slice(0, 6);
}
