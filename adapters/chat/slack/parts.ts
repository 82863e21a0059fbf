// A long text in parts that fit an input, and back again without losing a character.

/** Empty room left in each part for what an agent adds, in characters. */
const SLACKNESS = 300;
/** A text longer than this share of an input gets an empty part behind it. */
const NEARLY_FULL = 0.6;

/**
 * Cuts a text where paragraphs, else lines, else words end, into parts of at most `max` characters with some
 * room to grow. `gaps[n]` is what stood between parts n and n + 1, since inputs lose white space at their ends.
 */
export function splitText(text: string, max: number): { parts: string[]; gaps: string[] } {
  const size = max - SLACKNESS;
  const parts: string[] = [];
  const gaps: string[] = [];
  let rest = text;
  while (rest.length > size) {
    const { head, gap } = cutOff(rest, size);
    parts.push(head);
    gaps.push(gap);
    rest = rest.slice(head.length + gap.length);
  }
  parts.push(rest);
  if (text.length > max * NEARLY_FULL) {
    parts.push('');
    gaps.push('\n\n');
  }
  return { parts, gaps };
}

function cutOff(text: string, size: number): { head: string; gap: string } {
  for (const border of [/\n{2,}/g, /\n/g, / +/g]) {
    const ends = [...text.slice(0, size).matchAll(border)];
    const last = ends.findLast(({ index }) => index > size / 2);
    if (last) {
      const head = text.slice(0, last.index);
      const gap = /^\s+/.exec(text.slice(last.index, last.index + 50))?.[0] ?? '';
      return { head, gap };
    }
  }
  const half = /[\ud800-\udbff]$/.test(text.slice(0, size)) ? 1 : 0;
  return { head: text.slice(0, size - half), gap: '' };
}

/** Puts the parts of one field together; they are keyed '' for the first, '.1', '.2' … for the others. Empty parts take their gap along. */
export function joinParts(parts: ReadonlyMap<string, string>, gaps: string[]): string {
  let text = '';
  for (let n = 0; n <= gaps.length; n++) {
    const part = parts.get(n === 0 ? '' : `.${n}`) ?? '';
    if (part) text += (text ? (gaps[n - 1] ?? '') : '') + part;
  }
  return text;
}
