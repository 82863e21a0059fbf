// Whether a customer may be written to first, and why we would: the rules, without any text that a customer reads.
import type { Usage } from '../model/customer.ts';
import type { WrittenFirst } from '../model/digest.ts';
import { DAY_MS } from '../model/duration.ts';
import type { OutreachKind } from '../model/outreach.ts';

/** Frustration from which only a person should write, in their own words; as for news of a fix. */
const UPSET = 0.7;
/** What happened longer ago is no reason to write any more. */
const STALE_DAYS = 7;

export interface OutreachFacts {
  optedOut: boolean;
  churned: boolean;
  /** Where the message would go; null: no channel of ours reaches them. */
  channel: string | null;
  /** Frustration of their most upset open ticket, 0..1; and what people call that ticket. */
  frustration: number;
  upsetTicket: string | null;
  sending: boolean;
  lastOutreach: Date | null;
  /** What people call another message that is proposed to them. */
  openProposal: string | null;
  /** When what we would write about happened. */
  at: Date;
  now: Date;
  /** One such message in so many days. */
  perCustomerDays: number;
}

/** Why nothing is written to them now, in words; null when nothing stands against it. */
export function outreachObstacle(facts: OutreachFacts): string | null {
  const { now, at, lastOutreach, perCustomerDays } = facts;
  if (facts.optedOut) return 'wants no messages from us';
  if (facts.channel === null) return 'no channel reaches them';
  if (facts.churned) return 'their company has left us';
  if (facts.frustration >= UPSET)
    return `is upset (${facts.upsetTicket ?? 'an open ticket'}): better in your own words`;
  if (now.getTime() - at.getTime() > STALE_DAYS * DAY_MS)
    return `it happened more than ${STALE_DAYS} days ago`;
  if (lastOutreach && now.getTime() - lastOutreach.getTime() < perCustomerDays * DAY_MS)
    return `was written to within the last ${perCustomerDays} days`;
  if (facts.openProposal !== null) return `another message is proposed to them: ${facts.openProposal}`;
  if (facts.sending) return 'a reply to them is on its way';
  return null;
}

/** What settled the matter, as people say it. */
export function settledInWords(type: string): string {
  const words: Record<string, string> = {
    payment_succeeded: 'has paid meanwhile',
    onboarded: 'is set up meanwhile',
    incident_resolved: 'the incident is over',
    renewed: 'has renewed meanwhile',
    error_resolved: 'the error is gone',
    subscription_ended: 'their subscription has ended',
  };
  return words[type] ?? 'it is settled meanwhile';
}

/** Why somebody is not asked about an error: they have told us of it, or a report of theirs may be about it. */
export function reportedInWords({ ticket, named }: { ticket: string; named: boolean }): string {
  return named
    ? `has told us of this error already (${ticket})`
    : `has a bug report open that may be about it (${ticket})`;
}

const NAMES: Record<OutreachKind, string> = {
  payment_failed: 'their payment failed',
  onboarding_stuck: 'they are stuck in onboarding',
  repeated_error: 'they meet the same error again and again',
  incident: 'an incident affects them',
  renewal_near: 'they renew soon with a problem open',
};

/** `Write to Maria Silva (Acme): their payment failed`. */
export function outreachTitle(kind: OutreachKind, who: { name: string; account: string | null }): string {
  return `Write to ${who.name}${who.account ? ` (${who.account})` : ''}: ${NAMES[kind]}`;
}

/** For the agent: what was told, in a sentence; `sum` is the amount as people write it. */
export function outreachReason(kind: OutreachKind, data: Usage, sum: string): string {
  const told = (name: string) => (data[name] === null || data[name] === undefined ? '' : String(data[name]));
  switch (kind) {
    case 'payment_failed': {
      const invoice = told('number') ? `Invoice ${told('number')}` : 'A payment';
      const attempt = told('attempt') ? `, attempt ${told('attempt')}` : '';
      const next = told('nextAttempt') ? ` The next attempt is on ${told('nextAttempt').slice(0, 10)}.` : '';
      return `${invoice}${sum ? ` over ${sum}` : ''} could not be charged${attempt}.${next}`;
    }
    case 'onboarding_stuck':
      return `Signed up${told('since') ? ` on ${told('since').slice(0, 10)}` : ''} and did not get further${told('step') ? ` than ${told('step')}` : ''}.`;
    case 'repeated_error':
      return `${told('code') || 'The same error'} ${told('times') ? `${told('times')} times` : 'several times'} within a day; no report of theirs names it.`;
    case 'incident':
      return `${told('title') || told('incident') || 'An incident'} affects them.`;
    case 'renewal_near':
      return `Renews on ${told('renewalAt').slice(0, 10)}; ${told('ticket') || 'a ticket'} waits for us.`;
  }
}

/** Messages of all kinds together. */
export function writtenFirst(kinds: WrittenFirst[]): WrittenFirst {
  const total = { sent: 0, settled: 0, replied: 0, optedOut: 0 };
  for (const { sent, settled, replied, optedOut } of kinds) {
    total.sent += sent;
    total.settled += settled;
    total.replied += replied;
    total.optedOut += optedOut;
  }
  return total;
}
