// The card that warns of an account or of a missing article, and the article's form.
import { type AlertView, alertKey } from '../model/alert.ts';
import type { Block, Card, CardButton, CardRef, Form } from '../model/card.ts';
import { cut, line, plain, time } from './words.ts';

const QUOTED = 280;
const REASONS = 5;
const ARTICLE = 900;
const LONGEST_ARTICLE = 4_000;

const refOf = ({ id, version }: Pick<AlertView, 'id' | 'version'>): CardRef => ({
  ticketId: alertKey(id),
  draftVersion: version,
});

const NAMES: Record<AlertView['kind'], string> = {
  risk: 'At risk',
  expansion: 'May want more',
  gap: 'Article missing',
};

/** One body whatever became of it; the buttons become one line of outcome. */
export function alertCard(view: AlertView): Card {
  const title = line(view.title, 150);
  const open = view.status === 'open';
  return {
    tone: open ? (view.kind === 'expansion' ? 'good' : 'warning') : 'neutral',
    fallback: `${NAMES[view.kind]}: ${title} (${alertKey(view.id)})`,
    ref: refOf(view),
    blocks: [
      {
        type: 'header',
        text: title,
        chips: [
          { kind: 'state', text: NAMES[view.kind], tone: open ? 'warning' : 'neutral' },
          { kind: 'id', text: alertKey(view.id) },
          ...(view.owner ? [{ kind: 'customer' as const, text: `Owner: ${line(view.owner, 60)}` }] : []),
        ],
      },
      {
        type: 'text',
        style: 'body',
        text: view.reasons
          .slice(0, REASONS)
          .map((reason) => line(reason, 200))
          .join('\n'),
      },
      ...(view.facts.length > 0
        ? [
            {
              type: 'fields' as const,
              fields: view.facts.map(({ label, value }) => ({
                label: line(label, 40),
                value: line(value, 150),
              })),
            },
          ]
        : []),
      ...view.quotes.map(
        ({ text, label }): Block => ({
          type: 'quote',
          of: 'customer',
          label: line(label, 100),
          ...cut(plain(text), QUOTED, 4),
        }),
      ),
      ...(view.article
        ? [
            {
              type: 'quote' as const,
              of: 'draft' as const,
              label: `Proposed article · ${line(view.article.title, 100)}`,
              ...cut(plain(view.article.body), ARTICLE),
            },
          ]
        : []),
      end(view),
    ],
  };
}

function end(view: AlertView): Block {
  const by = line(view.decidedBy ?? 'Somebody', 60);
  const at = view.decidedAt ? ` ${time(view.decidedAt, view)}` : '';
  const says = (text: string, tone: 'good' | 'neutral' = 'neutral'): Block => ({
    type: 'outcome',
    tone,
    text,
  });
  switch (view.status) {
    case 'open':
      return { type: 'actions', buttons: buttonsOf(view), menu: [] };
    case 'on_it':
      return says(`${by} is on it${at ? `, since${at}` : ''}`, 'good');
    case 'false_alarm':
      return says(
        view.kind === 'gap'
          ? `No article is missing, says ${by}${at}`
          : `False alarm, says ${by}${at}: the bar for this reason is higher now`,
      );
    case 'published':
      return says(`Published by ${by}${at}; drafts use it from now on`, 'good');
  }
}

function buttonsOf(view: AlertView): CardButton[] {
  if (view.kind !== 'gap')
    return [
      { id: 'on_it', label: 'I’m on it', style: 'primary' },
      { id: 'false_alarm', label: 'False alarm', style: 'default' },
    ];
  return [
    ...(view.article
      ? [
          {
            id: 'publish' as const,
            label: 'Publish',
            style: 'primary' as const,
            confirm: {
              title: 'Publish the article?',
              text: 'From then on it is a source of drafts and may be quoted to customers.',
              yes: 'Publish',
            },
          },
          {
            id: 'form:edit_article' as const,
            label: 'Edit article',
            style: 'default' as const,
            form: articleForm(view),
          },
        ]
      : []),
    { id: 'on_it', label: 'I’m on it', style: 'default' },
    { id: 'false_alarm', label: 'No article needed', style: 'default' },
  ];
}

/** Title and text of the proposed article. */
export function articleForm(view: Pick<AlertView, 'id' | 'version' | 'article'>): Form {
  return {
    id: 'edit_article',
    ref: refOf(view),
    title: 'Edit article',
    submit: 'Keep this text',
    fields: [
      {
        type: 'text',
        id: 'title',
        label: 'Title',
        required: true,
        maxLength: 150,
        value: view.article?.title ?? '',
      },
      {
        type: 'multiline',
        id: 'body',
        label: 'Text (Markdown)',
        hint: 'Begin with the answer in one to three sentences',
        required: true,
        maxLength: LONGEST_ARTICLE,
        value: (view.article?.body ?? '').slice(0, LONGEST_ARTICLE),
      },
    ],
  };
}
