// "Show everything": the whole ticket as a few cards for its thread.
import type { Block, Card } from '../model/card.ts';
import type { SimilarTicket } from '../model/engine.ts';
import { exactly } from '../model/probability.ts';
import { languageName } from '../model/text.ts';
import { ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { filesOf } from './files.ts';
import { circumstancesOf, moodOf } from './remarks.ts';
import { sourcesOf } from './sources.ts';
import { confidenceOf, customerName, replyText } from './ticket.ts';
import {
  amount,
  channelName,
  count,
  cut,
  date,
  inWords,
  line,
  monthly,
  percent,
  plain,
  time,
  valueWords,
} from './words.ts';

type Alike = Pick<SimilarTicket, 'id' | 'text' | 'reply' | 'score'>;

/** About how much prose one card takes before the next begins; and the most of one message. */
const PAGE = { characters: 9_000, message: 6_000, cards: 8 };

/** Conversation, draft with all sources, people and facts, analysis, decisions, and the record of why. */
export function detailsCards(view: TicketView, similar: Alike[]): Card[] {
  return [
    ...conversationCards(view),
    ...draftCard(view),
    card(view, 'Customer and account', peopleBlocks(view)),
    ...analysisCard(view),
    ...similarCard(view, similar),
    ...historyCard(view),
  ];
}

function card(view: TicketView, title: string, blocks: Block[]): Card {
  const key = ticketKey(view.ticket.id);
  return {
    tone: 'neutral',
    fallback: `${key}: ${title}`,
    ref: null,
    blocks: [{ type: 'header', text: title, chips: [{ kind: 'id', text: key }] }, ...blocks],
  };
}

function conversationCards(view: TicketView): Card[] {
  const pages: Block[][] = [[]];
  let used = 0;
  for (const message of view.messages) {
    const shown = cut(plain(message.fullText ?? message.text), PAGE.message);
    if (used + shown.text.length > PAGE.characters && used > 0) {
      pages.push([]);
      used = 0;
    }
    used += shown.text.length;
    pages.at(-1)?.push(
      {
        type: 'quote',
        of: message.direction === 'inbound' ? 'customer' : message.direction === 'note' ? 'note' : 'reply',
        label: `${line(message.author, 60)} · ${message.direction === 'note' ? 'internal note' : channelName(message.channel)} · ${time(message.at, view)}`,
        text: shown.text || '(no text)',
        cut: shown.cut,
      },
      ...filesOf(message, view),
    );
  }
  const shown = pages.slice(-PAGE.cards);
  const skipped = pages.length - shown.length;
  return shown.map((blocks, n) =>
    card(
      view,
      shown.length > 1
        ? `Conversation, part ${n + 1 + skipped} of ${pages.length}`
        : `Conversation, ${count(view.messages.length, 'message')}`,
      blocks,
    ),
  );
}

function draftCard(view: TicketView): Card[] {
  const { draft } = view;
  if (!draft) return [];
  const text = cut(plain(replyText(view, draft)), PAGE.characters);
  const blocks: Block[] = [
    {
      type: 'quote',
      of: 'draft',
      label: `Version ${draft.version} · ${draft.author ?? draft.engine}`,
      ...text,
    },
    ...(draft.author ? [] : [confidenceOf(draft, 20)]),
    ...sourcesOf(draft.sources, { title: 150, passage: 600 }),
  ];
  const { routing } = draft;
  blocks.push({
    type: 'fields',
    title: 'Why it was handled this way',
    fields: [
      { label: 'Route', value: routing.route },
      { label: 'Mode of the category', value: routing.mode },
      ...(routing.threshold === null
        ? []
        : [{ label: 'Sends alone from', value: exactly(routing.threshold) }]),
      ...(routing.reviewsUntilAuto === null
        ? []
        : [{ label: 'Reviewed tickets until auto', value: amount(routing.reviewsUntilAuto) }]),
      ...routing.reasons.map((reason) => ({ label: 'Because', value: line(reason, 300) })),
      { label: 'Written by', value: line(draft.engine, 200) },
      ...(draft.model
        ? [
            { label: 'Prompts', value: line(draft.model.prompts.join(', '), 200) },
            { label: 'Tokens and cost', value: `${amount(draft.model.tokens)} · ${cost(draft.model.cost)}` },
          ]
        : []),
      ...(view.modelCost ? [{ label: 'Cost of this ticket so far', value: cost(view.modelCost) }] : []),
    ],
  });
  return [card(view, 'Draft with all sources', blocks)];
}

/** In the currency of the configured prices, which only the operator knows. */
function cost(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 2 });
}

/** Everything known of the customer and the account, context sources included. */
export function peopleBlocks(view: TicketView): Block[] {
  const { customer } = view;
  const { account } = customer;
  const fields = [
    { label: 'Name', value: customerName(view) },
    { label: 'E-mail', value: customer.email },
    { label: 'Position', value: customer.title },
    { label: 'Language', value: customer.language && languageName(customer.language) },
    { label: 'Plan', value: account?.plan },
    { label: 'Revenue', value: account?.mrr == null ? null : monthly(account.mrr) },
    { label: 'Renews', value: account?.renewalAt ? date(account.renewalAt, view) : null },
    { label: 'Seats', value: account?.seats == null ? null : amount(account.seats) },
    { label: 'Account owner', value: account?.owner },
    { label: 'Left us', value: account?.churnedAt ? date(account.churnedAt, view) : null },
    ...Object.entries(customer.usage).map(([label, value]) => ({
      label: inWords(label),
      value: valueWords(value),
    })),
  ].flatMap(({ label, value }) => (value ? [{ label: line(label, 60), value: line(value, 300) }] : []));
  // Our own records are one of the sources: they are not told twice.
  const told = new Set(['Account', ...fields.map(({ label }) => label)]);
  const context = view.context.flatMap(({ source, error, facts }): Block[] => {
    if (error)
      return [
        {
          type: 'text',
          style: 'warning',
          text: `${line(source, 40)} could not be asked: ${line(error, 300)}`,
        },
      ];
    const more = facts.filter((fact) => source !== 'deskhand' || !told.has(fact.label));
    if (more.length === 0) return [];
    const title = source === 'deskhand' ? 'Events' : line(source, 60);
    return [
      {
        type: 'fields',
        title,
        fields: more.map((f) => ({ label: line(f.label, 60), value: line(f.value, 300) })),
      },
    ];
  });
  return [{ type: 'fields', fields }, ...context];
}

function analysisCard(view: TicketView): Card[] {
  const { analysis, priority } = view.ticket;
  if (!analysis) return [];
  const { bug } = analysis;
  const list = (label: string, values: string[]) =>
    values.length > 0 ? [{ label, value: values.map((v) => line(v, 200)).join(', ') }] : [];
  return [
    card(view, 'What Deskhand understood', [
      {
        type: 'fields',
        fields: [
          {
            label: 'Category',
            value: `${line(view.categoryName(analysis.category), 80)} (${percent(analysis.categoryConfidence)})`,
          },
          ...list(
            'Or perhaps',
            analysis.runnersUp.map((r) => `${view.categoryName(r.category)} (${percent(r.probability)})`),
          ),
          ...list('Also about', analysis.labels.map(view.categoryName)),
          { label: 'Kind', value: analysis.kind.replace('_', ' ') },
          ...list('Asks', analysis.questions),
          { label: 'Urgency', value: percent(analysis.urgency) },
          { label: 'Frustration', value: percent(analysis.frustration) },
          { label: 'Mood', value: moodOf(analysis.sentiment) },
          ...(analysis.language === 'und'
            ? []
            : [{ label: 'Language', value: languageName(analysis.language) }]),
          ...list('Also', circumstancesOf(analysis)),
          ...(analysis.deadline ? [{ label: 'Deadline', value: line(analysis.deadline, 100) }] : []),
          ...list('Error codes', [...bug.codes, ...bug.exceptions]),
          ...list('Endpoints', bug.endpoints),
          ...list('Versions', bug.versions),
          ...list('Steps', bug.steps),
          ...list(
            'Numbers',
            analysis.references.map((r) => `${r.type} ${r.value}`),
          ),
          ...list('Note', analysis.notes),
        ],
      },
      ...(priority
        ? [
            {
              type: 'table' as const,
              columns: [`${priority.level}, score ${Math.round(priority.score)}`, 'Points'],
              rows: priority.factors.map((f) => [
                line(f.text, 150),
                `${f.points > 0 ? '+' : ''}${Math.round(f.points)}`,
              ]),
            },
          ]
        : []),
    ]),
  ];
}

function similarCard(view: TicketView, similar: Alike[]): Card[] {
  if (similar.length === 0) return [];
  return [
    card(
      view,
      'Solved tickets like this one',
      similar.slice(0, 5).flatMap((s): Block[] => [
        {
          type: 'quote',
          of: 'customer',
          label: `${line(s.id, 60)} · ${percent(s.score)} alike`,
          ...cut(plain(s.text), 500),
        },
        { type: 'quote', of: 'reply', label: 'What was answered', ...cut(plain(s.reply), 700) },
      ]),
    ),
  ];
}

function historyCard(view: TicketView): Card[] {
  if (view.decisions.length === 0) return [];
  const rows = view.decisions.map((d) => [
    time(d.at, view),
    line(d.by, 60),
    `${decisionWords(d.decision, view)}${d.undoneAt ? ` (undone ${time(d.undoneAt, view)})` : ''}`,
  ]);
  return [card(view, 'What was done', [{ type: 'table', columns: ['When', 'Who', 'What'], rows }])];
}

/** A decision in a few words. */
export function decisionWords(
  decision: TicketView['decisions'][number]['decision'],
  view: Pick<TicketView, 'now' | 'timeZone' | 'categoryName'>,
): string {
  switch (decision.kind) {
    case 'approve':
      return 'approved the draft';
    case 'edit':
      return 'edited and sent';
    case 'escalate':
      return `escalated to ${line(decision.to, 60)}: ${line(decision.reason, 200)}`;
    case 'take':
      return 'took it';
    case 'assign':
      return `assigned it to ${line(decision.to, 60)}`;
    case 'release':
      return 'gave it back';
    case 'snooze':
      return `snoozed it until ${time(new Date(decision.until), view)}`;
    case 'reclassify':
      return `changed the category to ${line(view.categoryName(decision.category), 60)}`;
    case 'prioritise':
      return `changed the priority to ${decision.priority}`;
    case 'link':
      return `linked ${line(decision.issue, 200)}`;
    case 'flag':
      return `flagged a mistake: ${line(decision.reason, 200)}`;
    case 'note':
      return `noted: ${line(decision.text, 200)}`;
    case 'resolve':
      return 'resolved it';
    case 'reject':
      return decision.reason === 'spam' ? 'closed it as spam' : 'closed it, no reply needed';
    case 'retry':
      return 'sent it again';
    case 'undo':
      return 'stopped the sending';
  }
}
