// What became of a ticket, in the one line under its reply: who did what and when, or what is in the way.
import type { Block } from '../model/card.ts';
import { sureness } from '../model/probability.ts';
import type { TicketView } from '../model/view.ts';
import { type CardState, DESKHAND } from './state.ts';
import { line, time, timeToTheSecond } from './words.ts';

type Outcome = Extract<Block, { type: 'outcome' }>;

const says = (tone: Outcome['tone'], text: string): Outcome => ({ type: 'outcome', tone, text });
const by = (name: string | undefined) => (name ? ` by ${line(name, 60)}` : '');

/** Null where there is nothing to say yet. */
export function outcomeOf(state: CardState, view: TicketView): Outcome | null {
  const at = (when: Date) => time(when, view);
  switch (state.kind) {
    case 'received':
      return view.ticket.failure ? says('warning', line(view.ticket.failure, 300)) : null;
    case 'spam':
      return says('neutral', 'Looks like spam, so no reply was drafted');
    case 'suggest':
      return undoneLine(view);
    case 'doubtful':
      return says('warning', `For a person to write, since ${line(state.why, 240)}`);
    case 'observe':
      return says(
        'neutral',
        'Observing this category: what you send is compared with the draft, nothing leaves by itself',
      );
    case 'unanswerable':
      return says(
        'warning',
        'Nothing we know answers this, so a person must. Everything gathered so far is above',
      );
    case 'escalated': {
      const reason = state.decision?.decision.kind === 'escalate' ? state.decision.decision.reason : null;
      return says(
        'warning',
        `Escalated to ${line(state.to, 60)}${by(state.decision?.by)}${state.decision ? ` ${at(state.decision.at)}` : ''}${reason ? `: ${line(reason, 200)}` : ''}`,
      );
    }
    case 'stale':
      return says(
        'warning',
        `The customer wrote again${state.working ? '; a new draft is being written' : ', so this draft can no longer be sent'}`,
      );
    case 'sending': {
      const when = timeToTheSecond(state.outbox.sendAfter, view);
      return says(
        'neutral',
        state.automatic
          ? `${DESKHAND} answers by itself · sending at ${when}`
          : `${line(state.outbox.by, 60)} approved · sending at ${when}`,
      );
    }
    case 'failed':
      return says('warning', `Not sent: ${line(state.outbox.lastError ?? 'the reason is not known', 300)}`);
    case 'unknown':
      return says(
        'warning',
        `It is not known whether the reply left (${line(state.outbox.lastError ?? 'the connection broke', 200)}). Look in the sent mail, then send again or mark it as sent`,
      );
    case 'sent':
      return says('good', sentLine(state, view));
    case 'snoozed':
      return says('neutral', `Snoozed until ${at(state.until)}${by(state.decision?.by)}`);
    case 'resolved':
      return says(view.ticket.resolution === 'rejected' ? 'neutral' : 'good', resolvedLine(state, view));
  }
}

function undoneLine(view: TicketView): Outcome | null {
  if (view.outbox?.status !== 'cancelled') return null;
  const why = view.outbox.lastError ? `: ${line(view.outbox.lastError, 160)}` : '';
  return says('neutral', `Sending was stopped${why}`);
}

/** "Sent by Ana 10:02 · edited" or "Sent by Deskhand 10:02 (auto, 97 %)". */
function sentLine(state: Extract<CardState, { kind: 'sent' }>, view: TicketView): string {
  const when = time(state.outbox.sentAt ?? state.outbox.sendAfter, view);
  if (state.automatic)
    return `Sent by ${DESKHAND} ${when} (auto${view.draft ? `, ${sureness(view.draft.confidence)}` : ''})`;
  return `Sent by ${line(state.outbox.by, 60)} ${when}${state.edited ? ' · edited' : ''}`;
}

function resolvedLine(state: Extract<CardState, { kind: 'resolved' }>, view: TicketView): string {
  const { ticket } = view;
  const when = ticket.resolvedAt ? ` ${time(ticket.resolvedAt, view)}` : '';
  const who = by(state.decision?.by);
  if (ticket.resolution === 'rejected') {
    const reason = state.decision?.decision.kind === 'reject' ? state.decision.decision.reason : null;
    return `Closed without a reply${who}${when}${reason === 'spam' ? ' · spam' : ''}`;
  }
  if (ticket.resolution === 'confirmed') return `Resolved${when} · the customer confirmed it`;
  if (ticket.resolution === 'assumed') return `Resolved${when} · no further word from the customer`;
  return `Resolved${who}${when}`;
}
