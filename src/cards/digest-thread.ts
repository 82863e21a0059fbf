// The details of a digest: what changed, answers, themes, reports and customers, each a post in its thread.
import type { Block } from '../model/card.ts';
import { type Drill, NONE } from '../model/dashboard.ts';
import type { AtRiskRow, ClusterRow, Digest } from '../model/digest.ts';
import { rounded, spreadCell, timesNote } from '../model/measure.ts';
import { exactly } from '../model/probability.ts';
import { PROMISES, SERVICE_TARGETS } from '../model/service-level.ts';
import { ticketKey } from '../model/ticket.ts';
import { type Behind, type DigestLook, linkTo, pictureOf } from './digest-look.ts';
import { costText, minutesText, ratingText } from './digest-words.ts';
import { count, date, line, monthly } from './words.ts';

/** Rows of a table in the thread; the dashboard has the rest. */
const ROWS = 12;
/** Reasons for which an account is at risk, and tickets of it, that are named. */
const NAMED = { reasons: 2, tickets: 3 };

/** A heading and its figures; nothing without any. */
function list(
  title: string,
  rows: { label: string; parts: (string | number | false | null)[]; behind: Behind }[],
  digest: Digest,
  look: DigestLook,
): Block[] {
  if (rows.length === 0) return [];
  const fields = rows.map(({ label, parts, behind }) => ({
    label: line(label, 90),
    value: parts.filter(Boolean).join(' · '),
    url: linkTo(behind, digest, look),
  }));
  return [{ type: 'fields', ...(title && { title }), fields }];
}

const paid = (mrr: number | null) => (mrr ? monthly(mrr) : '');

/** What stands out, and categories that have earned more. */
export function changes(digest: Digest, look: DigestLook): Block[] {
  const rows = digest.changes.map(({ about, text, tone, drill }) => ({
    label: tone === 'warning' ? `⚠ ${about}` : about,
    parts: [line(text, 400)],
    behind: drill,
  }));
  const proposals = digest.promotions.map(
    ({ category, name, reviewed, threshold }): Block => ({
      type: 'text',
      style: 'body',
      label: 'Proposal',
      text: `${line(name, 80)} has earned mode auto: ${count(reviewed, 'reviewed ticket')} prove it from ${exactly(threshold)} confidence on. A lead or admin allows it with "/deskhand mode ${category} auto".`,
    }),
  );
  return [...list('', rows, digest, look), ...proposals];
}

/** Who answered, in time or not, what waits, and what that saved and cost. */
export function answers(digest: Digest, look: DigestLook): Block[] {
  const { answered, due, saved, cost, backlog, now, period } = digest;
  const who = [
    ['The bot alone', 'auto'],
    ['People with its draft', 'assisted'],
    ['People', 'agent'],
  ] as const;
  const kept = SERVICE_TARGETS.flatMap((target) => {
    const { many, late: status, due: all } = PROMISES[target];
    const { known, late } = due[target];
    if (known === 0) return [];
    const behind: Behind = { view: 'tickets', status: late > 0 ? status : all };
    return [
      { label: `${many} late`, parts: [late > 0 ? `${late} of ${known}` : `none of ${known}`], behind },
    ];
  });
  const waiting = SERVICE_TARGETS.flatMap((target) => {
    const { many, overdue: status } = PROMISES[target];
    const n = backlog?.overdue[target] ?? 0;
    const behind: Behind = { view: 'backlog', status };
    return n > 0 ? [{ label: `${many} overdue now`, parts: [n], behind }] : [];
  });
  const oldest = backlog?.oldest && date(backlog.oldest, { now, timeZone: period.timeZone });
  const facts: Parameters<typeof list>[1] = [
    ...kept,
    ...waiting,
    ...(oldest
      ? [{ label: 'Waiting longest', parts: [`since ${oldest}`], behind: { view: 'backlog' as const } }]
      : []),
    ...(saved && saved.minutes > 0
      ? [
          {
            label: 'Time saved',
            parts: [`about ${minutesText(saved.minutes)}`],
            behind: { view: 'answered' as const, by: 'bot' as const },
          },
        ]
      : []),
    ...(cost
      ? [{ label: 'Cost of a resolution', parts: [costText(cost)], behind: { view: 'resolved' as const } }]
      : []),
  ];
  if (answered.total === 0 && facts.length === 0) return [];
  return [
    ...pictureOf('share', digest, look),
    ...(answered.total > 0
      ? [
          {
            type: 'table' as const,
            columns: ['Answered by', 'Tickets', 'Rated'],
            rows: who.map(([name, by]) => [name, String(answered[by].n), ratingText(answered[by].rating)]),
            urls: who.map(([, by]) => {
              const all = linkTo({ view: 'answered', by }, digest, look);
              const rated = linkTo({ view: 'answered', by, status: 'rated' }, digest, look);
              return [all, null, answered[by].rating && rated];
            }),
          },
        ]
      : []),
    ...pictureOf('response', digest, look),
    ...list('', facts, digest, look),
  ];
}

/** Categories with their times. */
export function themes(digest: Digest, look: DigestLook): Block[] {
  const shown = digest.themes.slice(0, ROWS);
  if (shown.length === 0) return [];
  const notes = [
    timesNote(shown.flatMap(({ response, resolution }) => [response, resolution])),
    shown.some(({ normal }) => normal) ? 'Tickets: after the stroke the normal number.' : '',
  ].filter(Boolean);
  return [
    ...pictureOf('themes', digest, look),
    {
      type: 'table',
      columns: ['Category', 'Tickets', 'First answer', 'Resolved in'],
      rows: shown.map(({ name, received, normal, response, resolution }) => [
        line(name, 60),
        normal ? `${received} / ${rounded(normal.mean)}` : String(received),
        spreadCell(response),
        spreadCell(resolution),
      ]),
      urls: shown.map(({ category, response, resolution }) => {
        const to = (view: Drill['view']) => linkTo({ view, topic: category ?? NONE }, digest, look);
        return [to('tickets'), null, response && to('response'), resolution && to('resolved')];
      }),
    },
    ...(notes.length > 0 ? [{ type: 'context' as const, text: notes.join(' ') }] : []),
  ];
}

/** What several customers report, wish for, or were not answered from anything we know. */
export function reports(digest: Digest, look: DigestLook): Block[] {
  const { clusters, requests, gaps } = digest;
  const rows = (some: ClusterRow[]) =>
    some.slice(0, ROWS).map((row) => ({
      label: row.title,
      parts: clusterParts(row),
      behind: { view: 'clusters' as const, cluster: `C-${row.id}` },
    }));
  const wishes = list('Wished for', rows(requests.clusters), digest, look);
  const asked = { label: 'Feature requests', parts: [count(requests.tickets, 'ticket')] };
  return [
    ...list('New and growing', rows(clusters), digest, look),
    ...(wishes.length > 0 || requests.tickets === 0
      ? wishes
      : list('', [{ ...asked, behind: { view: 'requests' } }], digest, look)),
    ...list(
      'Nothing we know answered these',
      gaps.map(({ category, name, n }) => ({
        label: name,
        parts: [count(n, 'ticket')],
        behind: { view: 'gaps', topic: category ?? NONE },
      })),
      digest,
      look,
    ),
  ];
}

function clusterParts({ kind, isNew, reports: n, before, accounts: companies, mrr, issue }: ClusterRow) {
  const told = `${count(n, 'report')}${isNew ? ', new' : `, before ${before}`}`;
  const who = [companies > 0 && count(companies, 'company', 'companies'), paid(mrr)];
  const state = issue && `${line(issue.id, 40)} ${line(issue.state, 30)}`;
  // Wishes are ranked by who asks.
  return kind === 'feature_request' ? [...who, told, state] : [told, ...who, state];
}

/** What writing to customers first has brought. */
export function writtenFirst(digest: Digest, look: DigestLook): Block[] {
  const { outreach } = digest;
  if (!outreach || outreach.sent === 0) return [];
  const { sent, settled, replied, optedOut } = outreach;
  const came = [`${settled} settled`, `${replied} answered`, optedOut > 0 && `${optedOut} want no more`];
  const parts = [`${count(sent, 'message')}: ${came.filter(Boolean).join(', ')}`];
  return list('', [{ label: 'Written first', parts, behind: { view: 'outreach' } }], digest, look);
}

/** Companies at risk with their reasons, those that were saved, and those that left. */
export function accounts(digest: Digest, look: DigestLook): Block[] {
  const { atRisk, left, recovered, now, period } = digest;
  const day = (at: Date) => date(at, { now, timeZone: period.timeZone });
  return [
    ...list(
      'At risk',
      atRisk.slice(0, ROWS).map((row) => ({
        label: row.account,
        parts: [
          row.health !== null && `health ${Math.round(row.health)}`,
          row.risk !== null && `${Math.round(row.risk * 100)} % likely to leave within 30 days`,
          row.plan && line(row.plan, 40),
          paid(row.mrr),
          row.renewalAt && `renews ${day(row.renewalAt)}`,
          line(reasonsOf(row), 300),
        ],
        behind:
          row.health === null
            ? { view: 'accounts' as const, account: row.account }
            : { page: 'signals' as const, account: row.account },
      })),
      digest,
      look,
    ),
    ...list(
      'Saved: at risk before, well again',
      recovered.map(({ account, mrr, by }) => ({
        label: account,
        parts: mrr || by ? [paid(mrr), by && `${line(by, 60)} looked after it`] : ['health is back'],
        behind: { page: 'signals', account },
      })),
      digest,
      look,
    ),
    ...list(
      'Left',
      left.map(({ account, mrr, at, tickets }) => ({
        label: account,
        parts: [day(at), paid(mrr), `${count(tickets, 'ticket')} in the 30 days before`],
        behind: { view: 'left', account },
      })),
      digest,
      look,
    ),
  ];
}

/** Why an account is at risk: what its health says, else which messages read like it; empty where neither does. */
function reasonsOf({ reasons, tickets }: AtRiskRow): string {
  if (reasons.length > 0) return reasons.slice(0, NAMED.reasons).join(' ');
  if (tickets.length === 0) return '';
  const named = tickets.slice(0, NAMED.tickets).map(ticketKey).join(', ');
  const more = tickets.length > NAMED.tickets ? ', …' : '';
  return `${count(tickets.length, 'ticket')} ${tickets.length === 1 ? 'reads' : 'read'} as if they may leave: ${named}${more}`;
}
