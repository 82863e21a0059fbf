// The digest card: a short first screen, and its details as posts in the thread. Every figure opens what is behind it.
import type { Block, Card } from '../model/card.ts';
import type { Digest, DigestKind } from '../model/digest.ts';
import { rounded } from '../model/measure.ts';
import { type Behind, type DigestLook, linkTo, pictureOf } from './digest-look.ts';
import { accounts, answers, changes, reports, themes, writtenFirst } from './digest-thread.ts';
import {
  answeredText,
  costText,
  leadText,
  minutesText,
  normalText,
  overdueText,
  periodText,
  spreadText,
} from './digest-words.ts';
import { line } from './words.ts';

const TITLES: Record<DigestKind, string> = {
  daily: 'Daily digest',
  weekly: 'Weekly digest',
  monthly: 'Monthly digest',
};

export interface DigestCards {
  card: Card;
  /** Posts of the thread, in order. */
  thread: { key: string; card: Card }[];
}

/** Draws a digest. What it does not know it does not mention. */
export function digestCards(digest: Digest, look: DigestLook): DigestCards {
  const { period } = digest;
  const title = `${TITLES[period.kind]} · ${periodText(period)}`;
  const post = (key: string, heading: string, blocks: Block[]) =>
    blocks.length === 0
      ? []
      : [
          {
            key,
            card: {
              tone: 'neutral' as const,
              fallback: `${heading} · ${periodText(period)}`,
              ref: null,
              blocks: [{ type: 'header' as const, text: heading }, ...blocks],
            },
          },
        ];
  return {
    card: {
      tone: digest.changes.some(({ tone }) => tone === 'warning') ? 'warning' : 'neutral',
      fallback: line(`${title}: ${leadText(digest)}`, 300),
      ref: null,
      blocks: [
        {
          type: 'header',
          text: periodText(period),
          chips: [{ kind: 'state', text: TITLES[period.kind] }],
        },
        { type: 'text', style: 'body', text: line(leadText(digest), 700) },
        { type: 'fields', fields: figures(digest, look) },
        ...pictureOf('volume', digest, look),
        {
          type: 'context',
          text: `${normalText(digest)} Days as in ${period.timeZone}.${digest.prose ? ' The sentences are a language model’s; each number in them was checked.' : ''}`,
        },
      ],
    },
    thread: [
      ...post('changes', 'What changed', changes(digest, look)),
      ...post('answers', 'Answers', answers(digest, look)),
      ...post('themes', 'What it was about', themes(digest, look)),
      ...post('reports', 'What customers report', [...reports(digest, look), ...writtenFirst(digest, look)]),
      ...post('accounts', 'Customers', accounts(digest, look)),
    ],
  };
}

/** Three to six figures, each with what is behind it. */
function figures(digest: Digest, look: DigestLook): { label: string; value: string; url: string }[] {
  const { volume, response, resolved, answered, backlog, saved, cost } = digest;
  const all: [string, string | null, Behind][] = [
    [
      'Tickets',
      `${volume.received}${volume.normal ? ` · normal ${rounded(volume.normal.mean)}` : ''}`,
      { view: 'tickets' },
    ],
    ['First answer', response && spreadText(response), { view: 'response' }],
    ['Answered', answered.total > 0 ? answeredText(digest) : null, { view: 'answered' }],
    [
      'Resolved',
      resolved.n > 0 ? `${resolved.n}${resolved.spread ? ` · ${spreadText(resolved.spread)}` : ''}` : null,
      { view: 'resolved' },
    ],
    [
      'Waiting now',
      backlog && [backlog.total, overdueText(backlog)].filter((part) => part !== '').join(' · '),
      { view: 'backlog' },
    ],
    [
      'Saved',
      saved && saved.minutes > 0
        ? `about ${minutesText(saved.minutes)} of work${cost ? ` · ${costText(cost)} a resolution` : ''}`
        : null,
      { view: 'answered', by: 'bot' },
    ],
  ];
  return all.flatMap(([label, value, behind]) =>
    value ? [{ label, value, url: linkTo(behind, digest, look) }] : [],
  );
}
