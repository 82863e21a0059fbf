// Parts of an issue as an Atlassian document: nodes of plain text, in which nothing can become markup.
import type { IssuePart } from '../../../src/model/issue.ts';
import { cleanText } from '../../../src/model/text.ts';

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
type AdfNode = {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: { type: string }[];
  content?: AdfNode[];
};
type AdfDocument = { type: 'doc'; version: 1; content: AdfNode[] };

/** A text node may not be empty. */
const words = (text: string, marks?: AdfNode['marks']): AdfNode[] =>
  text ? [{ type: 'text', text, ...(marks && { marks }) }] : [];

const paragraph = (content: AdfNode[]): AdfNode => ({ type: 'paragraph', content });

function lines(text: string): AdfNode[] {
  return cleanText(text)
    .split('\n')
    .flatMap((line, index) => [...(index > 0 ? [{ type: 'hardBreak' }] : []), ...words(line)]);
}

function nodeOf(part: IssuePart): AdfNode {
  switch (part.type) {
    case 'heading':
      return { type: 'heading', attrs: { level: 3 }, content: words(cleanText(part.text)) };
    case 'text':
      return paragraph(lines(part.text));
    case 'quote':
      return { type: 'blockquote', content: [paragraph(lines(part.text))] };
    case 'code':
      return { type: 'codeBlock', content: words(cleanText(part.text)) };
    case 'fields':
      return list(
        'bulletList',
        part.fields.map(({ label, value }) => [
          ...words(`${cleanText(label)}: `, [{ type: 'strong' }]),
          ...lines(value),
        ]),
      );
    case 'steps':
      return list(
        'orderedList',
        part.items.map((item) => lines(item)),
      );
  }
}

function list(type: string, items: AdfNode[][]): AdfNode {
  return { type, content: items.map((item) => ({ type: 'listItem', content: [paragraph(item)] })) };
}

/** Parts that would make it longer than `max` characters of JSON are left out, and that is said. */
export function issueDocument(parts: IssuePart[], marker: string, max: number): AdfDocument {
  const end = paragraph(words(`Deskhand reference: ${marker}`));
  const notice = paragraph(words('(The rest is longer than the tracker takes.)'));
  let room = max - JSON.stringify([end, notice]).length - 100;
  const nodes: AdfNode[] = [];
  for (const node of parts.map(nodeOf)) {
    room -= JSON.stringify(node).length + 1;
    if (room < 0) return { type: 'doc', version: 1, content: [...nodes, notice, end] };
    nodes.push(node);
  }
  return { type: 'doc', version: 1, content: [...nodes, end] };
}
