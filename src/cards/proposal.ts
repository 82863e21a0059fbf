// The card that proposes a message to several customers, and its forms.
import type { Block, Card, CardButton, CardRef, Form, FormField } from '../model/card.ts';
import { type ProposalView, proposalKey, type Recipient } from '../model/proposal.ts';
import { choosable, joinTexts, textInputs } from '../model/proposal-forms.ts';
import { byFrequency, tally } from '../model/tally.ts';
import { languageName } from '../model/text.ts';
import { ticketKey } from '../model/ticket.ts';
import { channelName, count, cut, line, plain, time } from './words.ts';

const QUOTED = 900;
const LISTED = 12;
const LONGEST_TEXT = 4_000;
const LONGEST_NAMES = 2_000;
const FILLED_IN = '{greeting} and {about} are filled in for each customer; the signature is added';

const refOf = ({ id, version }: ProposalView): CardRef => ({
  ticketId: proposalKey(id),
  draftVersion: version,
});

const byState = (view: ProposalView, ...states: Recipient['state'][]) =>
  view.recipients.filter(({ state }) => states.includes(state));

/** Pending and settled proposals share one body; the buttons become one line of outcome. */
export function proposalCard(view: ProposalView): Card {
  const ready = byState(view, 'ready');
  const people = count(ready.length, 'customer');
  const asks = view.kind === 'fixed' && view.status === 'open';
  const title = asks ? `Tell ${people} that it is fixed: ${line(view.title, 100)}` : line(view.title, 150);
  return {
    tone: view.status === 'sent' ? 'good' : 'neutral',
    fallback: `${title} (${proposalKey(view.id)}, ${stateWords(view)})`,
    ref: refOf(view),
    blocks: [
      {
        type: 'header',
        text: title,
        chips: [
          { kind: 'id', text: proposalKey(view.id) },
          { kind: 'state', text: stateWords(view), tone: view.status === 'sent' ? 'good' : 'neutral' },
        ],
      },
      { type: 'text', style: 'body', text: line(view.reason, 300) },
      ...(view.link
        ? [
            {
              type: 'sources' as const,
              items: [{ title: line(view.link.title, 150), url: view.link.url, passage: '' }],
            },
          ]
        : []),
      ...messages(view),
      ...(view.status === 'open'
        ? view.missing.map((text): Block => ({ type: 'text', style: 'warning', text: line(text, 300) }))
        : []),
      ...recipients(view),
      ...end(view),
    ],
  };
}

function stateWords(view: ProposalView): string {
  switch (view.status) {
    case 'open':
      return 'waits for approval';
    case 'sent':
      return `sent to ${byState(view, 'committed').length}`;
    case 'dismissed':
      return 'dismissed';
  }
}

/** One quotation a language, the language of most customers first. */
function messages(view: ProposalView): Block[] {
  const shown = view.status === 'sent' ? byState(view, 'committed') : byState(view, 'ready');
  return byFrequency(tally(shown.map(({ language }) => language))).map(([language, people]) => ({
    type: 'quote' as const,
    of: 'draft' as const,
    label: [
      languageName(language),
      count(people, 'customer'),
      people > 1 && `as ${line(view.previews[language]?.name ?? 'one', 60)} gets it`,
    ]
      .filter(Boolean)
      .join(' · '),
    ...cut(plain(view.previews[language]?.text ?? view.texts[language] ?? ''), QUOTED),
  }));
}

const recipientLine = ({ name, account, channel, ticketId }: Recipient) =>
  [
    line(name, 60),
    account && line(account, 60),
    channelName(channel),
    ticketId !== null && ticketKey(ticketId),
  ]
    .filter(Boolean)
    .join(' · ');

function recipients(view: ProposalView): Block[] {
  const told = view.status === 'sent' ? byState(view, 'committed') : byState(view, 'ready');
  const others = byState(view, 'left_out', 'held', 'barred');
  const rest = (all: Recipient[]) => (all.length > LISTED ? [`and ${all.length - LISTED} more`] : []);
  return [
    ...(told.length > 0
      ? [
          {
            type: 'text' as const,
            style: 'muted' as const,
            label: view.status === 'sent' ? 'Told' : 'To',
            text: [...told.slice(0, LISTED).map(recipientLine), ...rest(told)].join('\n'),
          },
        ]
      : []),
    ...(others.length > 0
      ? [
          {
            type: 'fields' as const,
            title: `Not told: ${others.length}`,
            fields: others
              .slice(0, LISTED)
              .map((one) => ({ label: line(one.name, 60), value: line(one.reason ?? 'left out', 150) })),
          },
          ...rest(others).map((text) => ({ type: 'context' as const, text })),
        ]
      : []),
  ];
}

function end(view: ProposalView): Block[] {
  const by = view.decidedBy ? line(view.decidedBy, 60) : 'Deskhand';
  const at = view.decidedAt ? ` ${time(view.decidedAt, view)}` : '';
  switch (view.status) {
    case 'open': {
      const ready = byState(view, 'ready').length;
      const buttons: CardButton[] = [
        ...(ready > 0
          ? [
              {
                id: 'send_all' as const,
                label: ready === 1 ? 'Approve & send' : `Approve & send to ${ready}`,
                style: 'primary' as const,
                confirm: {
                  title: `Send it to ${count(ready, 'customer')}?`,
                  text:
                    view.undoSeconds > 0
                      ? `Each message can be stopped for ${view.undoSeconds} s, on its ticket’s card.`
                      : 'It leaves at once and cannot be called back.',
                  yes: 'Send',
                },
              },
              { id: 'form:edit_message' as const, label: 'Edit message', style: 'default' as const },
            ]
          : []),
        ...(view.recipients.length > 1
          ? [{ id: 'form:choose' as const, label: 'Choose customers', style: 'default' as const }]
          : []),
        {
          id: 'dismiss',
          label: 'Dismiss',
          style: 'default',
          confirm: {
            title: 'Tell nobody?',
            text: 'The message is put away for good; nothing is sent.',
            yes: 'Dismiss',
          },
        },
      ];
      return [{ type: 'actions', buttons, menu: [] }];
    }
    case 'sent': {
      const undo = view.undoSeconds > 0 ? ` Each ticket’s card has Undo for ${view.undoSeconds} s.` : '';
      return [{ type: 'outcome', tone: 'good', text: `Approved by ${by}${at}.${undo}` }];
    }
    case 'dismissed':
      return [{ type: 'outcome', tone: 'neutral', text: `Dismissed by ${by}${at}; nobody was told.` }];
  }
}

/**
 * Whom to leave out; those who are held stand there, too, and may be taken in. Of more customers than a window can list
 * the others stay as they are, but for those who are named.
 */
export function chooseForm(view: ProposalView): Form {
  const { listed, unlisted } = choosable(view.recipients);
  return {
    id: 'choose',
    ref: refOf(view),
    title: 'Choose customers',
    submit: 'Keep this choice',
    fields: [
      {
        type: 'choices',
        id: 'leave_out',
        label: 'Leave out',
        hint:
          unlisted.length > 0
            ? `Who is listed and not chosen gets the message; ${unlisted.length} more stay as they are`
            : 'Whoever is not chosen here gets the message',
        required: false,
        value: listed
          .filter(({ state }) => state !== 'ready')
          .map(({ id }) => String(id))
          .join(','),
        options: listed.map((one) => ({
          value: String(one.id),
          label: line(`${recipientLine(one)}${one.state === 'held' ? ` (${one.reason})` : ''}`, 75),
        })),
      },
      ...(unlisted.length > 0
        ? [
            {
              type: 'multiline' as const,
              id: 'named',
              label: 'Leave out of the others',
              hint: 'A name, a company or a ticket such as T-12 on each line; they are listed next time',
              required: false,
              maxLength: LONGEST_NAMES,
            },
          ]
        : []),
    ],
  };
}

/** One text a language; those that the fewest customers read share an input where there are many. */
export function messageForm(view: ProposalView): Form {
  const { own, shared } = textInputs(view.recipients);
  const text = (id: string, label: string, hint: string, value: string, texts = 1): FormField => ({
    ...{ type: 'multiline', id, label, hint, required: true, value },
    maxLength: LONGEST_TEXT * texts,
  });
  const named = shared.map((language) => ({
    language,
    name: languageName(language),
    text: view.texts[language] ?? '',
  }));
  return {
    id: 'edit_message',
    ref: refOf(view),
    title: 'Edit message',
    submit: 'Keep this text',
    fields: [
      ...own.map((language) => text(language, languageName(language), FILLED_IN, view.texts[language] ?? '')),
      ...(shared.length > 0
        ? [
            text(
              'others',
              'Other languages',
              'Each text stands below the line with its language, which stays',
              joinTexts(named),
              shared.length,
            ),
          ]
        : []),
    ],
  };
}
