// The digest card: a short first screen, and its details as posts in the thread. Every figure opens what is behind it.
import type { Block, Card } from '../model/card.ts';
import type { ClusterRow, Digest, DigestKind } from '../model/digest.ts';
import { briefly, rounded } from '../model/measure.ts';
import { ticketKey } from '../model/ticket.ts';
import { type ChartName, digestCharts } from './digest-charts.ts';
import {
  answeredText,
  leadText,
  minutesText,
  normalText,
  periodText,
  ratingText,
  spreadText,
} from './digest-words.ts';
import { amount, count, date, line, percent } from './words.ts';

/** Rows of a table in the thread; the dashboard has the rest. */
const ROWS = 12;

const TITLES: Record<DigestKind, string> = {
  daily: 'Daily digest',
  weekly: 'Weekly digest',
  monthly: 'Monthly digest',
};

export interface DigestLook {
  /** Charts that could be drawn, as PNG. */
  pictures: Partial<Record<ChartName, Uint8Array>>;
  /** Where the dashboard is, without a slash at the end. */
  publicUrl: string;
}

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
        ...chart('volume', digest, look),
        {
          type: 'context',
          text: `${normalText(digest)} Days as in ${period.timeZone}.${digest.prose ? ' The sentences are a language model’s; each number in them was checked.' : ''}`,
        },
      ],
    },
    thread: [
      ...post('changes', 'What changed', changes(digest)),
      ...post('answers', 'Answers', answers(digest, look)),
      ...post('themes', 'What it was about', themes(digest, look)),
      ...post('reports', 'What customers report', [...reports(digest, look), ...writtenFirst(digest)]),
      ...post('accounts', 'Customers', accounts(digest, look)),
    ],
  };
}

function link({ period }: Digest, { publicUrl }: DigestLook, more: Record<string, string>): string {
  const query = new URLSearchParams({ from: period.first, to: period.last, ...more });
  return `${publicUrl}/dashboard?${query}`;
}

function chart(name: ChartName, digest: Digest, { pictures }: DigestLook): Block[] {
  const spec = digestCharts(digest)[name];
  const png = pictures[name];
  return spec && png ? [{ type: 'chart', title: spec.title, alt: spec.alt, png }] : [];
}

/** Three to six figures, each with what is behind it. */
function figures(digest: Digest, look: DigestLook): { label: string; value: string; url: string }[] {
  const { volume, response, resolved, answered, backlog, saved, cost } = digest;
  const all: [string, string | null, Record<string, string>][] = [
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
      backlog && `${backlog.total}${backlog.overdue > 0 ? ` · ${backlog.overdue} overdue` : ''}`,
      { view: 'backlog' },
    ],
    [
      'Saved',
      saved && saved.minutes > 0
        ? `about ${minutesText(saved.minutes)} of work${cost ? ` · ${money(cost)} a resolution` : ''}`
        : null,
      { view: 'answered' },
    ],
  ];
  return all.flatMap(([label, value, more]) =>
    value ? [{ label, value, url: link(digest, look, more) }] : [],
  );
}

function money({ perResolution, model, currency }: NonNullable<Digest['cost']>): string {
  const part = model >= 0.005 ? ` (${model.toFixed(2)} of it for the language model)` : '';
  return `${perResolution.toFixed(2)} ${line(currency, 10)}${part}`;
}

function changes({ changes: found, promotions }: Digest): Block[] {
  return [
    ...found.map(
      ({ text, tone }): Block =>
        tone === 'neutral'
          ? { type: 'text', style: 'body', text: line(text, 400) }
          : { type: 'outcome', tone, text: line(text, 400) },
    ),
    ...promotions.map(
      ({ category, name, reviewed, threshold }): Block => ({
        type: 'text',
        style: 'body',
        label: 'Proposal',
        text: `${line(name, 80)} has earned mode auto: ${count(reviewed, 'reviewed ticket')} prove it from ${percent(threshold)} confidence on. A lead or admin allows it with "/deskhand mode ${category} auto".`,
      }),
    ),
  ];
}

function answers(digest: Digest, look: DigestLook): Block[] {
  const { answered, due, saved, cost, backlog } = digest;
  const who = [
    ['The bot alone', answered.auto],
    ['People with its draft', answered.assisted],
    ['People', answered.agent],
  ] as const;
  const facts = [
    due.known > 0
      ? {
          label: 'First answers in time',
          value: `${due.known - due.late} of ${due.known}`,
          url: link(digest, look, { view: 'tickets', status: 'late' }),
        }
      : null,
    backlog?.oldest
      ? {
          label: 'Waiting longest',
          value: `since ${date(backlog.oldest, { now: digest.now, timeZone: digest.period.timeZone })}`,
          url: link(digest, look, { view: 'backlog' }),
        }
      : null,
    saved ? { label: 'Time saved', value: `about ${minutesText(saved.minutes)}` } : null,
    cost ? { label: 'Cost of a resolution', value: money(cost) } : null,
  ].filter((fact) => fact !== null);
  if (answered.total === 0 && facts.length === 0) return [];
  return [
    ...chart('share', digest, look),
    ...(answered.total > 0
      ? [
          {
            type: 'table' as const,
            columns: ['Answered by', 'Tickets', 'Rated'],
            rows: who.map(([name, { n, rating }]) => [name, String(n), ratingText(rating)]),
          },
        ]
      : []),
    ...chart('response', digest, look),
    ...(facts.length > 0 ? [{ type: 'fields' as const, fields: facts }] : []),
  ];
}

function themes(digest: Digest, look: DigestLook): Block[] {
  const shown = digest.themes.slice(0, ROWS);
  if (shown.length === 0) return [];
  return [
    ...chart('themes', digest, look),
    {
      type: 'table',
      columns: ['Category', 'Tickets', 'First answer', 'Resolved in'],
      rows: shown.map(({ name, received, normal, response, resolution }) => [
        line(name, 60),
        normal ? `${received} / ${rounded(normal.mean)}` : String(received),
        response ? briefly(response.median) : '–',
        resolution ? briefly(resolution.median) : '–',
      ]),
      rowUrls: shown.map(({ category }) =>
        category === null ? null : link(digest, look, { view: 'tickets', category }),
      ),
    },
    {
      type: 'context',
      text: `Times are the middle ones: half were faster.${shown.some(({ normal }) => normal) ? ' After the stroke: the normal number.' : ''}`,
    },
  ];
}

function reports(digest: Digest, look: DigestLook): Block[] {
  const { clusters, requests, gaps } = digest;
  const fields = (rows: ClusterRow[]) =>
    rows.slice(0, ROWS).map((row) => ({
      label: line(row.title, 90),
      value: clusterText(row),
      url: row.issue?.url ?? link(digest, look, { view: 'clusters', cluster: `C-${row.id}` }),
    }));
  return [
    ...(clusters.length > 0
      ? [{ type: 'fields' as const, title: 'New and growing', fields: fields(clusters) }]
      : []),
    ...(requests.clusters.length > 0
      ? [{ type: 'fields' as const, title: 'Wished for', fields: fields(requests.clusters) }]
      : requests.tickets > 0
        ? [
            {
              type: 'fields' as const,
              fields: [
                {
                  label: 'Feature requests',
                  value: count(requests.tickets, 'ticket'),
                  url: link(digest, look, { view: 'requests' }),
                },
              ],
            },
          ]
        : []),
    ...(gaps.length > 0
      ? [
          {
            type: 'fields' as const,
            title: 'Nothing we know answered these',
            fields: gaps.map(({ category, name, n }) => ({
              label: line(name, 60),
              value: count(n, 'ticket'),
              url: link(digest, look, { view: 'gaps', ...(category && { category }) }),
            })),
          },
        ]
      : []),
  ];
}

/** What writing to customers first has brought. */
function writtenFirst({ outreach }: Digest): Block[] {
  if (!outreach || outreach.sent === 0) return [];
  const { sent, settled, replied, optedOut } = outreach;
  const came = [`${settled} settled`, `${replied} answered`, optedOut > 0 && `${optedOut} want no more`];
  const value = `${count(sent, 'message')}: ${came.filter(Boolean).join(', ')}`;
  return [{ type: 'fields', fields: [{ label: 'Written first', value }] }];
}

function clusterText({ isNew, reports: n, before, accounts: companies, mrr, issue }: ClusterRow): string {
  return [
    `${count(n, 'report')}${isNew ? ', new' : `, before ${before}`}`,
    companies > 0 ? count(companies, 'company', 'companies') : '',
    mrr ? `${amount(mrr)} MRR` : '',
    issue ? `${line(issue.id, 40)} ${line(issue.state, 30)}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function accounts(digest: Digest, look: DigestLook): Block[] {
  const { leaving, left, recovered, now, period } = digest;
  return [
    ...(leaving.length > 0
      ? [
          {
            type: 'fields' as const,
            title: 'Write as if they may leave',
            fields: leaving.map(({ account, plan, mrr, renewalAt, tickets }) => ({
              label: line(account, 80),
              value: [
                plan ? line(plan, 40) : '',
                mrr ? `${amount(mrr)} MRR` : '',
                renewalAt ? `renews ${date(renewalAt, { now, timeZone: period.timeZone })}` : '',
                tickets.slice(0, 3).map(ticketKey).join(', '),
              ]
                .filter(Boolean)
                .join(' · '),
              url: link(digest, look, { view: 'accounts' }),
            })),
          },
        ]
      : []),
    ...(recovered.length > 0
      ? [
          {
            type: 'fields' as const,
            title: 'Saved: at risk before, well again',
            fields: recovered.map(({ account, mrr, by }) => ({
              label: line(account, 80),
              value:
                [mrr ? `${amount(mrr)} MRR` : '', by ? `${line(by, 60)} looked after it` : '']
                  .filter(Boolean)
                  .join(' · ') || 'health is back',
              url: link(digest, look, { page: 'signals' }),
            })),
          },
        ]
      : []),
    ...(left.length > 0
      ? [{ type: 'text' as const, style: 'body' as const, label: 'Left', text: line(left.join(', '), 400) }]
      : []),
  ];
}
