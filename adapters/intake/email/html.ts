// HTML mail -> plain text that a person would have seen. One pass, no tree, bounded whatever comes in.
import { Parser } from 'htmlparser2';

/** Bounds of one HTML part; what lies beyond is cut, and said so. */
export const HTML_LIMITS = {
  /** Characters of HTML that are read. Newsletters have about 200,000. */
  input: 4_000_000,
  /** Elements inside each other; the tokenizer's cost grows with it. Mail clients stop far below. */
  depth: 1_000,
  /** Characters of text that are produced. */
  output: 1_200_000,
} as const;

/** Read in pieces, so that a bound stops the work soon after it is passed. */
const FEED = 8_192;
const LONGEST_LINK = 500;
const SKIPPED = new Set(
  'head style script title template noscript svg math object iframe select textarea'.split(' '),
);
const BLOCKS = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const SPACED = new Set('p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre'.split(' '));
/** Signatures as Gmail, Thunderbird and Outlook mark them; they get the usual "-- " line. */
const SIGNATURE = /(?:^|\s)(?:gmail_signature|moz-signature|signature)(?:\s|$)/i;

interface Open {
  name: string;
  hidden: boolean;
  color: Rgb | null;
  background: Rgb | null;
  quote: number;
  /** The link that it stands in, with the words shown so far. */
  link: { href: string; shown: string } | null;
}
type Rgb = [number, number, number];

const ROOT: Open = {
  name: '',
  hidden: false,
  color: [0, 0, 0],
  background: [255, 255, 255],
  quote: 0,
  link: null,
};

/**
 * Visible text of an HTML part. Quotes get a `> ` before each line, links their target in parentheses,
 * hidden elements (display:none, font-size:0, text in its background's colour …) are left out.
 * `cut` tells that the input went over {@link HTML_LIMITS}.
 */
export function htmlToText(html: string): { text: string; cut: boolean } {
  const out = createLines();
  const stack: Open[] = [];
  const top = () => stack.at(-1) ?? ROOT;
  let cut = html.length > HTML_LIMITS.input;

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const entry = open(name, attributes, top());
        stack.push(entry);
        if (entry.hidden) return;
        if (SIGNATURE.test(`${attributes.class ?? ''} ${attributes.id ?? ''}`))
          out.signatureMark(entry.quote);
        else if (name === 'br') out.breakLine(entry.quote);
        else if (BLOCKS.has(name)) out.block(SPACED.has(name), entry.quote);
        if (name === 'li') out.write('- ', entry.quote);
        else if (name === 'img' && attributes.alt?.trim())
          out.write(`[image: ${attributes.alt.trim()}]`, entry.quote);
      },
      ontext(text) {
        const { hidden, quote, name, link } = top();
        if (hidden) return;
        if (link && link.shown.length < LONGEST_LINK) link.shown += text;
        out.write(text, quote, name === 'pre');
      },
      onclosetag(name) {
        const entry = stack.pop();
        if (!entry || entry.hidden) return;
        if (name === 'a' && entry.link) out.write(target(entry.link), entry.quote);
        if (name === 'td' || name === 'th') out.write(' ', entry.quote);
        else if (BLOCKS.has(name)) out.block(SPACED.has(name), top().quote);
      },
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );

  const end = Math.min(html.length, HTML_LIMITS.input);
  for (let at = 0; at < end; at += FEED) {
    parser.write(html.slice(at, Math.min(at + FEED, end)));
    if (stack.length > HTML_LIMITS.depth || out.length() > HTML_LIMITS.output) {
      cut = true;
      return { text: out.text(), cut };
    }
  }
  parser.end();
  return { text: out.text(), cut };
}

function open(name: string, attributes: Record<string, string>, parent: Open): Open {
  const style = styleOf(attributes.style ?? '');
  const background = rgb(style.get('background-color') ?? style.get('background') ?? attributes.bgcolor);
  const entry: Open = {
    name: parent.name === 'pre' ? 'pre' : name,
    hidden: false,
    color: rgb(style.get('color') ?? (name === 'font' ? attributes.color : undefined)) ?? parent.color,
    background: background ?? parent.background,
    quote: name === 'blockquote' ? Math.min(parent.quote + 1, 5) : parent.quote,
    link: name === 'a' ? linkOf(attributes.href) : parent.link,
  };
  entry.hidden =
    parent.hidden ||
    SKIPPED.has(name) ||
    attributes.hidden !== undefined ||
    /^none/.test(style.get('display') ?? '') ||
    /^(?:hidden|collapse)/.test(style.get('visibility') ?? '') ||
    /^all/.test(style.get('mso-hide') ?? '') ||
    isZero(style.get('font-size')) ||
    isZero(style.get('opacity')) ||
    (/^hidden/.test(style.get('overflow') ?? '') &&
      (isZero(style.get('max-height')) || isZero(style.get('height')) || isZero(style.get('width')))) ||
    sameColour(entry.color, entry.background);
  return entry;
}

function linkOf(href = ''): Open['link'] {
  return /^(?:https?|mailto):/i.test(href) && href.length <= LONGEST_LINK ? { href, shown: '' } : null;
}

/** ` (target)`, unless the link's words say it already. */
function target({ href, shown }: { href: string; shown: string }): string {
  const place = href.replace(/^mailto:/i, '').replace(/\/$/, '');
  return shown.includes(place.replace(/^https?:\/\//i, '')) ? '' : ` (${place})`;
}

/** Declarations of a style attribute; comments and `!important` do not matter. */
function styleOf(style: string): Map<string, string> {
  const found = new Map<string, string>();
  const [first = '', ...commented] = style.slice(0, 4_000).toLowerCase().split('/*');
  const said = first + commented.map((part) => part.split('*/').slice(1).join('*/')).join('');
  for (const declaration of said.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon > 0) found.set(declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim());
  }
  return found;
}

function isZero(value: string | undefined): boolean {
  return value !== undefined && /^(?:0+(?:\.0+)?|\.0+)(?:px|pt|em|rem|%|ex|vw|vh)?(?:\s|!|$)/.test(value);
}

function rgb(value: string | undefined): Rgb | null {
  const text = value?.trim().toLowerCase() ?? '';
  if (text.startsWith('white')) return [255, 255, 255];
  if (text.startsWith('black')) return [0, 0, 0];
  const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])/.exec(text)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
    return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as Rgb;
  }
  const parts = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : null;
}

/** Too close to be read: #fefefe on white counts as hidden. */
function sameColour(a: Rgb | null, b: Rgb | null): boolean {
  if (!a || !b) return false;
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) <= 24;
}

/** Collects text line by line: folds white space, separates blocks, prefixes quotes. */
function createLines() {
  const lines: string[] = [];
  // The line in hand as pieces: entities arrive one by one, and joining each at once would be quadratic.
  let pieces: string[] = [];
  let spaced = true;
  let quote = 0;
  let size = 0;

  function endLine() {
    const text = pieces.join('').trimEnd();
    if (text.trim()) lines.push(`${'> '.repeat(quote)}${text}`);
    pieces = [];
    spaced = true;
  }
  function blank() {
    if (/[^> ]/.test(lines.at(-1) ?? '')) lines.push('> '.repeat(quote));
  }
  function at(depth: number) {
    if (depth === quote) return;
    endLine();
    quote = depth;
  }
  function verbatim(text: string) {
    const [first = '', ...rest] = text.split(/\r\n?|\n/);
    pieces.push(first);
    for (const line of rest) {
      endLine();
      pieces.push(line);
    }
  }
  return {
    length: () => size,
    write(text: string, depth: number, preformatted = false) {
      at(depth);
      size += text.length;
      if (preformatted) return verbatim(text);
      const folded = text.replace(/[\s\u200b]+/g, ' ');
      const piece = spaced ? folded.trimStart() : folded;
      if (piece === '') return;
      pieces.push(piece);
      spaced = piece.endsWith(' ');
    },
    breakLine(depth: number) {
      at(depth);
      if (pieces.length > 0) endLine();
      else blank();
    },
    /** Begins or ends a block; `apart`: with an empty line. */
    block(apart: boolean, depth: number) {
      endLine();
      if (apart && depth === quote) blank();
      quote = depth;
    },
    signatureMark(depth: number) {
      at(depth);
      endLine();
      lines.push(`${'> '.repeat(quote)}-- `);
    },
    text() {
      endLine();
      return lines.join('\n').trim();
    },
  };
}
