// What a ticket's card is drawn from: the ticket with everything that people see of it.
import type { Rewrite } from './card.ts';
import type { ContextFacts, Customer } from './customer.ts';
import type { DecisionRecord } from './decision.ts';
import type { Draft } from './draft.ts';
import type { Message } from './message.ts';
import type { DueView } from './service-level.ts';
import type { Ticket } from './ticket.ts';

/** The newest reply that was committed for sending. */
export interface OutboxView {
  status: 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'cancelled';
  /** End of the undo window. */
  sendAfter: Date;
  /** Why it failed or was held back, in words. */
  lastError: string | null;
  /** Agent's name, or "Deskhand". */
  by: string;
  sentAt: Date | null;
  draftVersion: number;
}

export interface TicketView {
  ticket: Ticket;
  customer: Customer;
  /** The whole conversation of this ticket, oldest first. */
  messages: Message[];
  /** The newest version. */
  draft: Draft | null;
  /** What the engine can make of it on request. */
  offers: { rewrites: readonly Rewrite[]; macros: boolean };
  /** Oldest first. */
  decisions: DecisionRecord[];
  outbox: OutboxView | null;
  context: ContextFacts[];
  /** The promise that is due next, if any runs. */
  due?: DueView | null;
  /** The cluster that it shares with so many other customers, if any. */
  sameAs?: { id: number; title: string; others: number } | null;
  /** Solved tickets like this one. */
  similarCount: number;
  /** What the language model has cost for this ticket, in the currency of the prices; absent where nobody asked. */
  modelCost?: number;
  /** What people call a category id. */
  categoryName(id: string): string;
  /** Where people open a file that came with a message. */
  fileUrl(id: number): string;
  now: Date;
  /** IANA name of the zone that times are written in. */
  timeZone: string;
  /** True while the analysis or a draft is being made. */
  working: boolean;
}
