// Makes any text fit to be understood: control characters, encoded blobs and endless logs go, and a note says so.

/** Longest text, in characters, that the analysis reads; the rest stays for people. */
export const READ_LIMIT = 20_000;
/** Longest log or trace, in lines that repeat one shape, that is kept. */
const LOG_LINES = 30;

/** Whether a line stands in a log: a time or a level at its beginning, or a frame of a trace. */
export function isLogLine(line: string): boolean {
  return LOG_LINE.test(line);
}

export interface CleanText {
  text: string;
  /** What was left out, in words for the card. */
  notes: string[];
}

/** Control characters except tab and line feed, zero-width marks and half surrogate pairs. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
/** A run that no word has: encoded data. Links are left alone unless absurdly long. */
const BLOB = /\S{81,}/g;
const LOG_LINE =
  /^\s*(?:\[?\d{4}-\d\d-\d\d[T ]|[A-Z][a-z]{2} [ \d]\d \d\d?:\d\d:|\[?\d\d:\d\d:\d\d|(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL)\b|at \S+[.(]|\d+\.\d+\.\d+\.\d+ )/;

/** Bounded, readable text for the analysis. Linear in the length of `raw`. */
export function cleanText(raw: string): CleanText {
  const notes: string[] = [];
  // Read generously before blobs and logs are dropped, so that words behind them still count.
  const head = raw.slice(0, READ_LIMIT * 50);
  let text = head.replace(/\r\n?/g, '\n').replace(INVISIBLE, '').normalize('NFC');
  let blobs = 0;
  text = text.replace(BLOB, (run) => {
    if (/^<?https?:\/\//i.test(run)) return run.slice(0, 80);
    blobs += 1;
    return ' ';
  });
  const lines = withoutEncoded(text.split('\n'));
  blobs += lines.blocks;
  if (blobs)
    notes.push(blobs === 1 ? 'An encoded block was not read.' : `${blobs} encoded blocks were not read.`);
  const kept: string[] = [];
  const common = commonShapes(lines.kept);
  let logs = 0;
  for (const line of lines.kept) {
    if (LOG_LINE.test(line) || common.has(shapeOf(line))) {
      logs += 1;
      if (logs > LOG_LINES) continue;
    }
    kept.push(line);
  }
  if (logs > LOG_LINES)
    notes.push(`Only the first ${LOG_LINES} of ${logs.toLocaleString('en')} log lines were read.`);
  text = kept
    .join('\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (text.length > READ_LIMIT || raw.length > head.length) {
    text = text.slice(0, READ_LIMIT);
    notes.push(`The text was cut after ${READ_LIMIT.toLocaleString('en')} characters for the analysis.`);
  }
  return { text, notes };
}

/** A whole line of encoded data, as files are wrapped in mails. */
const ENCODED_LINE = /^[A-Za-z0-9+/=_-]{40,80}$/;
/** So many of them in a row are no words. */
const ENCODED_LINES = 3;

/** The lines without blocks of encoded data, and how many blocks there were. */
function withoutEncoded(lines: string[]): { kept: string[]; blocks: number } {
  const kept: string[] = [];
  let blocks = 0;
  let run: string[] = [];
  const end = () => {
    if (run.length >= ENCODED_LINES) blocks += 1;
    else kept.push(...run);
    run = [];
  };
  for (const line of lines) {
    if (ENCODED_LINE.test(line.trim())) run.push(line);
    // The last line of a block is what was left over.
    else if (run.length >= ENCODED_LINES && /^[A-Za-z0-9+/=_-]{4,}$/.test(line.trim())) run.push(line);
    else {
      end();
      kept.push(line);
    }
  }
  end();
  return { kept, blocks };
}

/** How a line of a log begins, whatever its numbers are; '' for lines that are too short to tell. */
function shapeOf(line: string): string {
  return line.length < 20
    ? ''
    : line
        .slice(0, 60)
        .replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#')
        .slice(0, 16);
}

/** Shapes that more lines have than a log may keep. */
function commonShapes(lines: string[]): Set<string> {
  const counts = new Map<string, number>();
  if (lines.length > LOG_LINES)
    for (const line of lines) counts.set(shapeOf(line), (counts.get(shapeOf(line)) ?? 0) + 1);
  return new Set(
    [...counts].filter(([shape, count]) => shape !== '' && count > LOG_LINES).map(([shape]) => shape),
  );
}

/** With straight apostrophes, as patterns have them. */
export const plain = (text: string): string => text.replace(/[’`´]/g, "'");

/** The text without quoted lines, forwarding rules and tags: what its sender says in own words. */
export function ownWords(text: string): string {
  return text
    .replace(/<[a-z/!][^<>]{0,500}>/gi, ' ')
    .split('\n')
    .filter((line) => !/^\s*(?:>|-{3,}|_{5,}|On .{5,80} wrote:\s*$)/.test(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Whether there is anything to read: at least one letter of any script. */
export function hasWords(text: string): boolean {
  return /\p{L}/u.test(text);
}

/** Number of words, for weighing how much a text says. */
export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

/** The text in sentences and list lines, in order, trimmed, never empty. */
export function sentences(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?…]["”’)]?)\s+(?=[\p{Lu}\p{N}"“¿¡(]|[a-z]+\b)/u)
    .map((part) => part.trim())
    .filter((part) => part.length > 0);
}

/** A number or letter that counts the parts of a list: "2)", "(b)", "3." */
const COUNTER = /(?<![\p{L}\p{N}.,:/-])\(?(\d{1,2}|[a-h])[.)]\s+(?=[\p{L}"'“])/giu;

/** Lists that were written in one line, "1. open it 2. click", with a line for each of their parts. */
export function unrolled(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const starts: number[] = [];
      let next = '';
      for (const { 1: counter = '', index } of line.matchAll(COUNTER)) {
        const name = counter.toLowerCase();
        if (starts.length === 0 ? name !== '1' && name !== 'a' : name !== next) continue;
        starts.push(index);
        next = /\d/.test(name) ? String(Number(name) + 1) : String.fromCharCode(name.charCodeAt(0) + 1);
      }
      if (starts.length < 2) return line;
      return [0, ...starts].map((from, i) => line.slice(from, starts[i]).trim()).join('\n');
    })
    .join('\n');
}

/** FNV-1a over two 32-bit lanes, as 16 hex digits: a content key, not a security hash. */
export function contentHash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
