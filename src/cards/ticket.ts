// The ticket card: what came in, what we would answer, how sure we are, and what happened to it.
import type { Block, Card, CardButton, Chip, Tone } from '../model/card.ts';
import { clusterKey } from '../model/cluster.ts';
import type { Draft } from '../model/draft.ts';
import { languageName } from '../model/text.ts';
import { answeredOrTaken, type Ticket, ticketKey } from '../model/ticket.ts';
import type { TicketView } from '../model/view.ts';
import { buttonsOf } from './buttons.ts';
import { editForm } from './edit-form.ts';
import { filesOf } from './files.ts';
import { lookersOf } from './lookers.ts';
import { notesLine } from './notes.ts';
import { outcomeOf } from './outcome.ts';
import { remarksOf } from './remarks.ts';
import { sourcesOf } from './sources.ts';
import { type CardState, cardState, unanswered } from './state.ts';
import { count, cut, date, line, plain, time, writtenBy } from './words.ts';

/** How much of each part the card shows, in characters, lines or items. */
const SHOWN = {
  draft: 600,
  /** A draft that is only a little longer is shown whole: half a sign-off helps nobody. */
  wholeDraft: 850,
  sent: 320,
  customer: 900,
  customerLines: 14,
  draftLines: 18,
  wholeDraftLines: 24,
  sources: 3,
  passage: 160,
  facts: 6,
};

/** Draws the card of a ticket in whatever state it is. Pending and settled cards share the body. */
export function ticketCard(view: TicketView): Card {
  const state = cardState(view);
  const { buttons, menu } = buttonsOf(state, view);
  const text = view.draft ? replyText(view, view.draft) : '';
  const withForm = (button: CardButton): CardButton =>
    button.id === 'form:edit' ? { ...button, form: editForm(view, text) } : button;
  const outcome = outcomeOf(state, view);
  return {
    tone: toneOf(state, view.ticket),
    fallback: fallbackOf(view),
    ref: { ticketId: ticketKey(view.ticket.id), draftVersion: view.draft?.version ?? 0 },
    ...(answeredOrTaken(view.ticket) ? {} : { looking: view.ticket.looking }),
    blocks: [
      headerOf(view, state),
      ...(isSettled(state) ? [] : priorityReasons(view.ticket)),
      ...customerWords(view),
      ...(isSettled(state) ? [] : remarksOf(view.ticket.analysis, view.categoryName)),
      ...draftBlocks(view, state),
      ...(isSettled(state) ? [] : contextBlocks(view)),
      ...(outcome ? [outcome] : []),
      ...notesLine(view),
      ...lookersOf(view.ticket),
      { type: 'actions', buttons: buttons.map(withForm), menu },
    ],
  };
}

/** Decided: the card keeps to what was asked and what is answered. */
function isSettled(state: CardState): boolean {
  return state.kind === 'sending' || isOver(state);
}

function isOver(state: CardState): boolean {
  return state.kind === 'sent' || state.kind === 'resolved';
}

/** Customer and account as people say them: "Margaret Oyelaran, Northgate Lifts". */
export function customerName({ customer }: Pick<TicketView, 'customer'>): string {
  const who = line(customer.name ?? customer.email ?? 'Unknown customer', 60);
  return customer.account ? `${who}, ${line(customer.account.name, 60)}` : who;
}

/** What the ticket is about, in one line. */
export function summaryOf(view: TicketView): string {
  const { ticket } = view;
  const words = ticket.analysis?.summary || ticket.subject;
  return words ? line(words, 180) : `Message from ${customerName(view)}`;
}

/** Line 1 (priority, id, category, customer, plan, due) and line 2 (the summary). */
export function headerOf(view: TicketView, state?: CardState): Block {
  const { ticket, customer } = view;
  const chips: Chip[] = [];
  const level = ticket.priority?.level;
  if (level) chips.push({ kind: 'priority', text: level, tone: level });
  chips.push({ kind: 'id', text: ticketKey(ticket.id) });
  if (ticket.category) chips.push({ kind: 'category', text: line(view.categoryName(ticket.category), 50) });
  chips.push({ kind: 'customer', text: customerName(view) });
  if (customer.account?.plan) chips.push({ kind: 'plan', text: line(customer.account.plan, 30) });
  const answered = state !== undefined && isOver(state);
  if (view.due && !answered) {
    const before = view.due.target === 'resolution' ? 'solve by' : 'due';
    chips.push({
      kind: 'due',
      text: `${before} ${time(view.due.at, view)}`,
      at: { before, iso: view.due.at.toISOString() },
      tone: view.due.pressing ? 'warning' : 'neutral',
    });
  }
  if (ticket.assignee && !answered)
    chips.push({ kind: 'state', text: `${line(ticket.assignee, 40)} has it` });
  return { type: 'header', text: summaryOf(view), chips };
}

function fallbackOf(view: TicketView): string {
  const { ticket } = view;
  const head = [ticket.priority?.level, ticketKey(ticket.id), customerName(view)].filter(Boolean).join(' · ');
  return `${head}: ${summaryOf(view)}`;
}

function toneOf(state: CardState, ticket: Ticket): Tone {
  switch (state.kind) {
    case 'sent':
      return 'good';
    case 'resolved':
      return ticket.resolution === 'rejected' ? 'neutral' : 'good';
    case 'failed':
    case 'unknown':
      return 'warning';
    case 'snoozed':
      return 'neutral';
    default:
      return ticket.priority?.level ?? 'neutral';
  }
}

/** Why it has this level. How much time is left moves the score alone, and stands in the first line. */
function priorityReasons({ priority, priorityBy }: Ticket): Block[] {
  if (!priority) return [];
  const reasons = priority.factors
    .filter(({ name }) => name !== 'timeLeft')
    .slice(0, 3)
    .map(({ text }) => line(text, 80))
    .join(' · ');
  if (!reasons) return [];
  const { label, text } = priorityBy
    ? {
        label: `${priority.level} set by ${line(priorityBy, 40)}`,
        text: `we had scored it ${Math.round(priority.score)} of 100: ${reasons}`,
      }
    : { label: `${priority.level} because`, text: reasons };
  return [{ type: 'text', style: 'muted', label, text }];
}

/** All unanswered messages of the customer, quoted; the newest keep their words when room is short. */
function customerWords(view: TicketView): Block[] {
  const messages = unanswered(view.messages).slice(-4);
  const share = Math.max(250, Math.floor(SHOWN.customer / Math.max(1, messages.length)));
  return messages.flatMap((message): Block[] => {
    const shown = cut(plain(message.text) || '(no text)', share, SHOWN.customerLines);
    const label = writtenBy(message, view);
    return [{ type: 'quote', of: 'customer', label, ...shown }, ...filesOf(message, view)];
  });
}

function draftBlocks(view: TicketView, state: CardState): Block[] {
  const { draft } = view;
  if (!draft) {
    if (state.kind === 'received' && state.working)
      return [{ type: 'text', style: 'muted', text: 'Reading the message and writing a draft…' }];
    return state.kind === 'received' && !view.ticket.failure
      ? [{ type: 'text', style: 'muted', text: 'No draft yet.' }]
      : [];
  }
  const sent = isSettled(state);
  const text = plain(replyText(view, draft));
  const whole = text.length <= SHOWN.wholeDraft && text.split('\n').length <= SHOWN.wholeDraftLines;
  const shown =
    whole && !isOver(state)
      ? { text, cut: false }
      : cut(text, isOver(state) ? SHOWN.sent : SHOWN.draft, SHOWN.draftLines);
  const label = [draftLabel(view, draft, state), shown.cut && !sent && 'the rest under Edit'];
  const blocks: Block[] = [
    { type: 'quote', of: sent ? 'reply' : 'draft', label: label.filter(Boolean).join(' · '), ...shown },
  ];
  // A holding reply says below that nothing answers this: how sure one is of it says nothing.
  // Nor does it of words that an agent wrote.
  if (!sent && draft.answerable && !draft.author) blocks.push(confidenceOf(draft));
  if (!sent)
    blocks.push(...sourcesOf(draft.sources.slice(0, SHOWN.sources), { title: 90, passage: SHOWN.passage }));
  return blocks;
}

/** What leaves, or left: the agent's text where one was written instead of the draft. */
export function replyText(view: TicketView, draft: Draft): string {
  const edit = view.decisions.findLast((d) => d.undoneAt === null && d.draftVersion === draft.version);
  return edit?.decision.kind === 'edit' ? edit.decision.text : draft.text;
}

function draftLabel(view: TicketView, draft: Draft, state: CardState): string {
  const language = draft.language !== 'en' && draft.language !== 'und' ? languageName(draft.language) : null;
  const words = (name: string) =>
    [name, draft.version > 1 ? `version ${draft.version}` : null, language && `in ${language}`]
      .filter(Boolean)
      .join(' · ');
  const { outbox } = view;
  const left = outbox?.status === 'sent' && outbox.draftVersion === draft.version ? outbox : null;
  if (isOver(state) && !left) return words('Draft, not sent');
  // The outcome names who resolved it.
  if (state.kind === 'resolved' && left) return words(`Reply by ${line(left.by, 40)}`);
  if (isSettled(state)) return words('Reply');
  if (state.kind === 'stale') return words('Draft, out of date');
  if (!draft.answerable) return words('Holding reply, to be completed');
  return words(draft.author ? `Draft by ${line(draft.author, 40)}` : 'Draft');
}

/** Confidence with the strongest reasons, and how far the category is from sending alone. */
export function confidenceOf(draft: Draft, most = 4): Block {
  const { routing } = draft;
  const missing = routing.reviewsUntilAuto;
  return {
    type: 'confidence',
    value: draft.confidence,
    reasons: draft.reasons.slice(0, most).map(({ effect, text }) => ({ effect, text: line(text, 160) })),
    ...(missing
      ? { hint: `${missing} more reviewed ${missing === 1 ? 'ticket' : 'tickets'} until auto` }
      : {}),
  };
}

/** What other systems say, and which of them could not be asked. */
export function contextBlocks(view: TicketView, most = SHOWN.facts): Block[] {
  const { account } = view.customer;
  // The first line names account and plan already.
  const told = [account?.name, account?.plan];
  const facts = view.context
    .flatMap((source) => source.facts)
    .filter((fact) => !told.includes(fact.value))
    .map((fact) => ({ label: line(fact.label, 40), value: line(fact.value, 80) }));
  if (facts.length === 0 && account?.renewalAt)
    facts.push({ label: 'Renewal', value: date(account.renewalAt, view) });
  const failed = view.context.filter((source) => source.error);
  const blocks: Block[] = [];
  if (facts.length > 0) blocks.push({ type: 'fields', fields: facts.slice(0, most) });
  for (const { source, error } of failed)
    blocks.push({
      type: 'text',
      style: 'warning',
      text: `${line(source, 40)} could not be asked: ${line(error ?? '', 140)}`,
    });
  if (view.sameAs)
    blocks.push({
      type: 'context',
      text: `Same as ${count(view.sameAs.others, 'other customer')}: ${clusterKey(view.sameAs.id)} ${line(view.sameAs.title, 80)}`,
    });
  if (view.similarCount > 0)
    blocks.push({
      type: 'context',
      text: `${count(view.similarCount, 'similar solved ticket')} under “Show everything”`,
    });
  return blocks;
}
