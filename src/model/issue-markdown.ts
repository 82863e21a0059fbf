// Parts of an issue as Markdown that shows every text exactly as it is: no mentions, references, links or HTML.
import type { IssuePart } from './issue.ts';
import { cleanText } from './text.ts';

/** Keeps `@name`, `#12`, `GH-12` and addresses from becoming mentions, references and links. */
const ZERO_WIDTH = '\u200b';

/** One line of plain words. CommonMark 2.4: any ASCII punctuation may be escaped. */
function escapeLine(text: string): string {
  return (
    text
      .replace(/[\\`*_{}[\]()<>#+!|~$^=]/g, '\\$&')
      .replace(/&/g, '&amp;')
      // A list begins only at the start of a line.
      .replace(/^-/, '\\-')
      .replace(/^(\d+)\./, '$1\\.')
      .replace(/[@#](?=\w)|\bGH-(?=\d)/gi, `$&${ZERO_WIDTH}`)
      .replace(/\b(https?|ftp|mailto)(?=:)|\bwww(?=\.)/gi, `$&${ZERO_WIDTH}`)
  );
}

function escapeText(text: string): string {
  return cleanText(text)
    .split('\n')
    .map((line) => escapeLine(line.trim()))
    .join('\n');
}

/** Words on one line, for titles, labels and table-like lists. */
function oneLine(text: string): string {
  return escapeLine(cleanText(text).replace(/\s+/g, ' ').trim());
}

function markdownOf(part: IssuePart): string {
  switch (part.type) {
    case 'heading':
      return `### ${oneLine(part.text)}`;
    case 'text':
      // Two spaces end a line without ending the paragraph.
      return escapeText(part.text).replaceAll('\n', '  \n');
    case 'quote':
      return escapeText(part.text)
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n');
    case 'code': {
      // A fence longer than any run of backticks inside cannot be closed from inside.
      const runs = cleanText(part.text).match(/`+/g) ?? [];
      const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
      return `${fence}\n${cleanText(part.text)}\n${fence}`;
    }
    case 'fields':
      return part.fields.map(({ label, value }) => `- **${oneLine(label)}**: ${oneLine(value)}`).join('\n');
    case 'steps':
      return part.items.map((item, index) => `${index + 1}. ${oneLine(item)}`).join('\n');
  }
}

/** How the reference by which an issue or comment is found again stands in it. */
const referenceLine = (marker: string) => `Deskhand reference: ${marker}`;

/** At most `max` characters, the reference last and never cut; what is missing is said. */
export function issueMarkdown(parts: IssuePart[], marker: string, max: number): string {
  const end = referenceLine(marker);
  const blocks = parts.map(markdownOf);
  const whole = [...blocks, end].join('\n\n');
  if (whole.length <= max) return whole;
  const notice = '(The rest is longer than the tracker takes.)';
  let room = max - notice.length - end.length - 4;
  const fits = blocks.findIndex((block) => {
    room -= block.length + 2;
    return room < 0;
  });
  return [...blocks.slice(0, fits), notice, end].join('\n\n');
}
