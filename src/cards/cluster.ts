// The card of what several customers report, wish for, ask or cannot find, and the forms by which people correct it.
import type { Block, Card, CardButton, CardRef, Chip, Form } from '../model/card.ts';
import { type ClusterNews, type ClusterView, clusterKey } from '../model/cluster.ts';
import { STATE_NAMES } from '../model/issue.ts';
import { stepWords } from '../model/text.ts';
import { channelName, count, cut, line, monthly, plain, time } from './words.ts';

const QUOTED = 280;
const LISTED = 5;
const TITLE = 150;

const refOf = ({ id, rev }: Pick<ClusterView, 'id' | 'rev'>): CardRef => ({
  ticketId: clusterKey(id),
  draftVersion: rev,
});

const NAMES: Record<ClusterView['kind'], string> = {
  bug: 'Bug',
  feature_request: 'Feature request',
  friction: 'Hard to find or use',
  question: 'Question',
  other: 'Reports',
};

/** One body whatever became of it; what is decided stands as one line above the buttons. */
export function clusterCard(view: ClusterView): Card {
  const title = line(view.title, TITLE);
  const outcome = outcomeOf(view);
  return {
    tone: view.status === 'confirmed' && (!view.issue || view.issue.regression) ? 'warning' : 'neutral',
    fallback: `${NAMES[view.kind]} ${view.kind === 'bug' ? 'reported by' : 'from'} ${count(view.customers, 'customer')}: ${title} (${clusterKey(view.id)})`,
    ref: refOf(view),
    blocks: [
      { type: 'header', text: title, chips: chipsOf(view) },
      ...becauseOf(view),
      { type: 'fields', fields: factsOf(view) },
      ...stepsOf(view),
      ...view.quotes.map(
        (quote): Block => ({
          type: 'quote',
          of: 'customer',
          label: [quote.plan && `${line(quote.plan, 30)} plan`, time(quote.at, view)]
            .filter(Boolean)
            .join(' · '),
          ...cut(plain(quote.text), QUOTED, 5),
        }),
      ),
      ...issueOf(view),
      ...lookAlikesOf(view),
      ...troubleOf(view),
      ...(outcome ? [outcome] : []),
      ...actionsOf(view),
    ],
  };
}

/** A message of its own for what was thought to be over, or known; its cluster's card says the rest. */
export function newsCard(view: ClusterView, news: ClusterNews): Card {
  const back = news.kind === 'regression';
  const title = `${back ? 'It is back' : 'It grows again'}: ${line(view.title, TITLE)}`;
  return {
    tone: 'warning',
    fallback: `${title} (${clusterKey(view.id)})`,
    ref: null,
    blocks: [
      {
        type: 'header',
        text: title,
        chips: [
          { kind: 'state', text: back ? 'Regression' : 'Bug', tone: 'warning' },
          { kind: 'id', text: clusterKey(view.id) },
        ],
      },
      { type: 'text', style: 'body', text: newsOf(view, news) },
      { type: 'quote', of: 'customer', label: time(news.at, view), ...cut(plain(news.quote), QUOTED, 5) },
      ...issueOf(view),
    ],
  };
}

function newsOf(view: ClusterView, { kind, fixedAt, reports }: ClusterNews): string {
  if (kind === 'growth') return `${count(reports, 'report')} in a day, far more than this bug usually has.`;
  const when = fixedAt ? ` ${time(fixedAt, view)}` : '';
  const issue = view.issue ? line(view.issue.id, 60) : 'it';
  return `${count(reports, 'new report')} after ${issue} was fixed${when}. The issue is open again.`;
}

function chipsOf(view: ClusterView): Chip[] {
  const chips: Chip[] = [
    { kind: 'state', text: NAMES[view.kind], tone: view.kind === 'bug' ? 'warning' : 'neutral' },
    { kind: 'id', text: clusterKey(view.id) },
    { kind: 'customer', text: count(view.customers, 'customer') },
  ];
  if (view.mrr) chips.push({ kind: 'plan', text: `paying ${monthly(view.mrr)}` });
  return chips;
}

/** Why engineers are told; nothing before they are. */
function becauseOf({ because, customers, reports }: ClusterView): Block[] {
  if (!because) return [];
  const all = reports > customers ? ` · ${count(reports, 'report')} in all` : '';
  return [{ type: 'text', style: 'muted', label: 'Why now', text: `${because}${all}` }];
}

function factsOf(view: ClusterView): { label: string; value: string }[] {
  const listed = (items: { name: string; times: number }[]) =>
    items
      .slice(0, LISTED)
      .map(({ name, times }) => (times > 1 ? `${line(name, 60)} (${times})` : line(name, 60)))
      .join(', ');
  const plans = view.plans.map((plan) => line(plan, 30)).join(', ');
  return [
    { label: 'Since', value: time(view.firstSeen, view) },
    { label: 'Latest', value: `${time(view.lastSeen, view)} · ${count(view.today, 'customer')} in 24 h` },
    { label: 'Usual', value: view.usual ? `${view.usual.rate} about ${line(view.usual.of, 60)}` : '' },
    { label: 'Accounts', value: view.accounts > 0 ? `${view.accounts}${plans ? ` (${plans})` : ''}` : '' },
    { label: 'Error', value: listed(view.signatures) },
    { label: 'Environment', value: listed(view.environment) },
    {
      label: 'Channels',
      value: listed(view.channels.map((one) => ({ ...one, name: channelName(one.name) }))),
    },
  ].filter(({ value }) => value !== '');
}

function stepsOf({ steps }: ClusterView): Block[] {
  if (steps.length === 0) return [];
  const lines = steps.map((step) => line(stepWords(step), 160));
  const text = lines.length === 1 ? lines : lines.map((step, i) => `${i + 1}. ${step}`);
  return [{ type: 'text', style: 'body', label: 'Steps to reproduce', text: text.join('\n') }];
}

function issueOf({ issue }: ClusterView): Block[] {
  if (!issue?.url) return [];
  const title = `${line(issue.id, 60)} in ${line(issue.tracker, 30)}`;
  return [{ type: 'sources', items: [{ title, url: issue.url, passage: '' }] }];
}

function lookAlikesOf({ lookAlikes }: ClusterView): Block[] {
  const [first] = lookAlikes;
  if (!first) return [];
  const text = `${line(first.tracker, 30)} has issues that look the same: link one, or create a new one.`;
  const items = lookAlikes.map(({ title, url }) => ({ title: line(title, 150), url, passage: '' }));
  return [
    { type: 'text', style: 'warning', text },
    { type: 'sources', items },
  ];
}

function troubleOf({ trouble }: ClusterView): Block[] {
  return trouble ? [{ type: 'text', style: 'warning', text: line(trouble, 400) }] : [];
}

function outcomeOf(view: ClusterView): Block | null {
  const says = (text: string, tone: 'good' | 'warning' | 'neutral' = 'neutral'): Block => ({
    type: 'outcome',
    tone,
    text,
  });
  if (view.mergedInto !== null) return says(`The same as ${clusterKey(view.mergedInto)}, which goes on`);
  if (view.status === 'dismissed') {
    const by = line(view.dismissedBy ?? 'somebody', 60);
    return says(view.kind === 'bug' ? `Not a bug, says ${by}` : `Dismissed by ${by}: it is counted no more`);
  }
  if (view.issue) {
    const { tracker, id, state, regression } = view.issue;
    if (regression) return says(`Regression: reported again after ${line(id, 60)} was fixed`, 'warning');
    return says(
      `${line(id, 60)} in ${line(tracker, 30)} · ${STATE_NAMES[state]}`,
      view.status === 'fixed' ? 'good' : 'neutral',
    );
  }
  if (view.mutedUntil && view.mutedUntil > view.now)
    return says(`Muted until ${time(view.mutedUntil, view)}`);
  return null;
}

function actionsOf(view: ClusterView): Block[] {
  if (view.mergedInto !== null) return [];
  const dismissed = view.status === 'dismissed';
  const isBug = view.kind === 'bug';
  const buttons: CardButton[] = [];
  if (isBug && !dismissed && !view.issue)
    buttons.push(
      { id: 'create_issue', label: 'Create issue', style: 'primary' },
      { id: 'form:link_issue', label: 'Link existing', style: 'default', form: linkForm(view) },
    );
  buttons.push(
    dismissed
      ? { id: 'is_bug', label: isBug ? 'It is a bug after all' : 'Count it after all', style: 'default' }
      : { id: 'not_bug', label: isBug ? 'Not a bug' : 'Dismiss', style: 'default' },
  );
  // There is nothing to mute before engineers are told.
  if (view.confirmed && !dismissed) {
    const muted = view.mutedUntil !== null && view.mutedUntil > view.now;
    buttons.push(
      muted
        ? { id: 'unmute', label: 'Unmute', style: 'default' }
        : { id: 'mute', label: 'Mute', style: 'default' },
    );
  }
  const menu: CardButton[] = [
    { id: 'form:rename', label: 'Rename', style: 'default', form: renameForm(view) },
    { id: 'form:merge', label: 'The same as another…', style: 'default' },
    { id: 'form:split', label: 'Some are not the same…', style: 'default' },
  ];
  if (!dismissed && view.issue)
    menu.push({ id: 'form:link_issue', label: 'Link another issue', style: 'default', form: linkForm(view) });
  return [{ type: 'actions', buttons, menu }];
}

/** Asks for the address of an issue that is there already; offers the one that looks most the same. */
export function linkForm(
  view: Pick<ClusterView, 'id' | 'rev'> & Partial<Pick<ClusterView, 'lookAlikes'>>,
): Form {
  return {
    id: 'link_issue',
    ref: refOf(view),
    title: 'Link an issue',
    submit: 'Link',
    fields: [
      {
        id: 'url',
        label: 'Address or key of the issue',
        type: 'text',
        required: true,
        maxLength: 500,
        value: view.lookAlikes?.[0]?.url,
      },
    ],
  };
}

/** Asks for a name that says better what is broken. */
export function renameForm(view: Pick<ClusterView, 'id' | 'rev' | 'title'>): Form {
  return {
    id: 'rename',
    ref: refOf(view),
    title: `Rename ${clusterKey(view.id)}`,
    submit: 'Rename',
    fields: [
      {
        id: 'title',
        label: 'Name',
        type: 'text',
        required: true,
        maxLength: TITLE,
        value: line(view.title, TITLE),
      },
    ],
  };
}

/** Offers the clusters that are most like this one. */
export function mergeForm(
  view: Pick<ClusterView, 'id' | 'rev'>,
  others: { id: number; title: string; reports: number }[],
): Form {
  const options = others.map(({ id, title, reports }) => ({
    value: clusterKey(id),
    label: line(`${clusterKey(id)} ${title} (${reports})`, 75),
  }));
  return {
    id: 'merge',
    ref: refOf(view),
    title: 'The same as another',
    submit: 'Merge',
    fields: [
      {
        id: 'into',
        label: 'Which it is the same as',
        hint: 'Its reports move there; later ones follow by themselves.',
        type: 'select',
        required: true,
        options,
      },
    ],
  };
}

/** Offers the reports, of which some are about something else. */
export function splitForm(
  view: Pick<ClusterView, 'id' | 'rev'>,
  reports: { key: string; text: string }[],
): Form {
  const options = reports.map(({ key, text }) => ({ value: key, label: line(plain(text), 75) }));
  return {
    id: 'split',
    ref: refOf(view),
    title: 'Some are not the same',
    submit: 'Take out',
    fields: [
      {
        id: 'reports',
        label: 'Reports about something else',
        hint: 'They become a cluster of their own and do not come back by themselves.',
        type: 'choices',
        required: true,
        options,
      },
    ],
  };
}
