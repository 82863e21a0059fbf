// The card of an issue of the built-in tracker: its text, its comments, and buttons to close it.
import type { Block, Card } from '../model/card.ts';
import { type IssuePart, type IssueState, STATE_NAMES } from '../model/issue.ts';
import { count, cut, line, plain } from './words.ts';

const LONGEST = 1_500;

/** `closedBy`: who closed it with a button; the text and comments are as the built-in tracker keeps them. */
export function issueCard(issue: {
  number: number;
  key: string;
  title: string;
  state: IssueState;
  closedBy: string | null;
  parts: IssuePart[];
  comments: { parts: IssuePart[] }[];
}): Card {
  const open = issue.state === 'open' || issue.state === 'merged';
  return {
    tone: open ? 'warning' : issue.state === 'fixed' ? 'good' : 'neutral',
    fallback: `${issue.key} ${line(issue.title, 120)} (${STATE_NAMES[issue.state]})`,
    ref: { ticketId: `I-${issue.number}`, draftVersion: issue.comments.length },
    blocks: [
      {
        type: 'header',
        text: line(issue.title, 150),
        chips: [
          { kind: 'id', text: issue.key },
          { kind: 'state', text: STATE_NAMES[issue.state], tone: open ? 'warning' : 'good' },
        ],
      },
      ...issue.parts.map(blockOf),
      ...(issue.comments.length > 0
        ? [
            { type: 'divider' as const },
            { type: 'context' as const, text: count(issue.comments.length, 'comment') },
            ...issue.comments.flatMap(({ parts }) => parts.map(blockOf)),
          ]
        : []),
      open
        ? {
            type: 'actions',
            buttons: [
              { id: 'close_fixed', label: 'Close as fixed', style: 'primary' },
              {
                id: 'close_not_planned',
                label: 'Close as not planned',
                style: 'default',
                confirm: {
                  title: 'Close as not planned?',
                  text: 'Nobody who reported it is told of a fix.',
                  yes: 'Close it',
                },
              },
            ],
            menu: [],
          }
        : {
            type: 'outcome',
            tone: issue.state === 'fixed' ? 'good' : 'neutral',
            text: `${STATE_NAMES[issue.state]}${issue.closedBy ? ` by ${line(issue.closedBy, 60)}` : ''}`,
          },
    ],
  };
}

function blockOf(part: IssuePart): Block {
  switch (part.type) {
    case 'heading':
      return { type: 'text', style: 'strong', text: line(part.text, 150) };
    case 'text':
      return { type: 'text', style: 'body', text: cut(plain(part.text), LONGEST).text };
    case 'code':
      return { type: 'text', style: 'muted', text: cut(plain(part.text), LONGEST).text };
    case 'quote':
      return { type: 'quote', of: 'customer', label: 'A customer', ...cut(plain(part.text), LONGEST) };
    case 'fields':
      return {
        type: 'fields',
        fields: part.fields.map(({ label, value }) => ({ label: line(label, 60), value: line(value, 200) })),
      };
    case 'steps':
      return {
        type: 'text',
        style: 'body',
        text: part.items.map((item, index) => `${index + 1}. ${line(item, 200)}`).join('\n'),
      };
  }
}
