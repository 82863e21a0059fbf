// Which face a ticket's card shows: derived from its records, one answer at a time.
import { SPAM } from '../model/analysis.ts';
import type { DecisionRecord } from '../model/decision.ts';
import type { Message } from '../model/message.ts';
import type { OutboxView, TicketView } from '../model/view.ts';

export type CardState =
  /** Nothing drafted yet; `working` when that is being done. */
  | { kind: 'received'; working: boolean }
  /** Looks like spam: nothing was drafted. */
  | { kind: 'spam' }
  /** `ownText`: an agent's own words stand for approval (`@deskhand send: …`). */
  | { kind: 'suggest'; ownText: boolean }
  /** There is a draft, but nobody should rely on it. */
  | { kind: 'doubtful'; why: string }
  | { kind: 'observe' }
  /** Nothing we know answers it: a person must. */
  | { kind: 'unanswerable' }
  /** `answerable`: a draft stands there that answers, so it can be approved as it is; the same below. */
  | { kind: 'escalated'; to: string; answerable: boolean; decision: DecisionRecord | null }
  | { kind: 'stale'; working: boolean }
  | { kind: 'sending'; outbox: OutboxView; automatic: boolean }
  | { kind: 'failed'; outbox: OutboxView }
  | { kind: 'unknown'; outbox: OutboxView }
  | { kind: 'sent'; outbox: OutboxView; edited: boolean; automatic: boolean }
  | { kind: 'snoozed'; until: Date; answerable: boolean; decision: DecisionRecord | null }
  | { kind: 'resolved'; outbox: OutboxView | null; decision: DecisionRecord | null };

/** The name that stands for the policy in decisions and outbox rows. */
export const DESKHAND = 'Deskhand';

/** The newest decision of these kinds that still stands. */
export function lastDecision(view: TicketView, ...kinds: DecisionRecord['kind'][]): DecisionRecord | null {
  return view.decisions.findLast((d) => d.undoneAt === null && kinds.includes(d.kind)) ?? null;
}

/** The customer's messages since the last reply, oldest first; all of them when nothing was answered. */
export function unanswered(messages: Message[]): Message[] {
  const last = messages.findLastIndex((m) => m.direction === 'outbound');
  const open = messages.slice(last + 1).filter((m) => m.direction === 'inbound');
  return open.length > 0 ? open : messages.filter((m) => m.direction === 'inbound').slice(-1);
}

/** True when the customer wrote after the draft was made. */
export function isStale(view: TicketView): boolean {
  const { draft } = view;
  if (!draft) return false;
  if (draft.status === 'stale') return true;
  const newest = view.messages.findLast((m) => m.direction === 'inbound');
  return draft.status === 'pending' && newest !== undefined && newest.seq > draft.basedOnSeq;
}

/** The one state that the card shows. Later columns of a ticket's life win over earlier ones. */
export function cardState(view: TicketView): CardState {
  const { ticket, draft, outbox } = view;
  const answerable = draft?.answerable ?? false;
  const sentBy = { edited: lastDecision(view, 'approve', 'edit')?.kind === 'edit' };
  if (ticket.status === 'resolved')
    return { kind: 'resolved', outbox, decision: lastDecision(view, 'resolve', 'reject', 'approve', 'edit') };
  if (outbox?.status === 'unknown') return { kind: 'unknown', outbox };
  if (outbox && outbox.draftVersion === (draft?.version ?? outbox.draftVersion)) {
    if (outbox.status === 'failed') return { kind: 'failed', outbox };
    if (outbox.status === 'queued' || outbox.status === 'sending')
      return { kind: 'sending', outbox, automatic: outbox.by === DESKHAND };
  }
  if (ticket.status === 'snoozed' && ticket.snoozedUntil)
    return {
      kind: 'snoozed',
      until: ticket.snoozedUntil,
      answerable,
      decision: lastDecision(view, 'snooze'),
    };
  if (outbox?.status === 'sent' && ticket.status === 'awaiting_customer')
    return { kind: 'sent', outbox, ...sentBy, automatic: outbox.by === DESKHAND };
  if (!draft && !view.working && ticket.status === 'awaiting_agent' && (ticket.analysis?.spam ?? 0) >= SPAM)
    return { kind: 'spam' };
  if (!draft) return { kind: 'received', working: view.working };
  if (isStale(view)) return { kind: 'stale', working: view.working };
  if (ticket.escalatedTo && !draft.author)
    return {
      kind: 'escalated',
      to: ticket.escalatedTo,
      answerable,
      decision: lastDecision(view, 'escalate'),
    };
  if (!answerable) return { kind: 'unanswerable' };
  if (draft.routing.mode === 'observe') return { kind: 'observe' };
  const { route, reasons } = draft.routing;
  if (route === 'escalate' && !draft.author)
    return { kind: 'doubtful', why: reasons[0] ?? 'we are not sure of it' };
  return { kind: 'suggest', ownText: draft.author !== null };
}
