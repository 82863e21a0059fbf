// Proposals: a message to several customers at once, that a person approves.

export type ProposalKind = 'fixed' | 'outreach';
export type ProposalStatus = 'open' | 'sent' | 'dismissed';

/**
 * `ready`: gets the message when it is approved; `left_out`: an agent's choice; `held`: not by this message, but an
 * agent may choose them; `barred`: never; `committed`: on its way as a reply of their ticket.
 */
export type RecipientState = 'ready' | 'left_out' | 'held' | 'barred' | 'committed';

export interface Recipient {
  id: number;
  customerId: number;
  name: string;
  account: string | null;
  /** Null until the message leaves that opens one. */
  ticketId: number | null;
  channel: string;
  language: string;
  about: string;
  state: RecipientState;
  reason: string | null;
}

/** What a proposal's card is drawn from. */
export interface ProposalView {
  id: number;
  kind: ProposalKind;
  title: string;
  reason: string;
  missing: string[];
  link: { title: string; url: string } | null;
  status: ProposalStatus;
  version: number;
  texts: Record<string, string>;
  /** Each language's text as one of its customers gets it. */
  previews: Record<string, { name: string; text: string }>;
  recipients: Recipient[];
  decidedBy: string | null;
  decidedAt: Date | null;
  /** How long replies wait with an undo button. */
  undoSeconds: number;
  now: Date;
  timeZone: string;
}

/** `3` -> `P-3`. */
export function proposalKey(id: number): string {
  return `P-${id}`;
}
