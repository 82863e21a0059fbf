// Outreach: what happened at a customer that is a reason to write to them first, and what settles it.

export const OUTREACH_KINDS = [
  'payment_failed',
  'onboarding_stuck',
  'repeated_error',
  'incident',
  'renewal_near',
] as const;
export type OutreachKind = (typeof OUTREACH_KINDS)[number];

/** Types of events that settle the matter: no message is wanted any more, or the one that was sent has worked. */
export const SETTLED_BY: Record<OutreachKind, readonly string[]> = {
  payment_failed: ['payment_succeeded', 'subscription_ended'],
  onboarding_stuck: ['onboarded', 'subscription_ended'],
  repeated_error: ['error_resolved'],
  incident: ['incident_resolved'],
  renewal_near: ['renewed', 'subscription_ended'],
};

/**
 * What became of an event: `proposed` on a card (or sent by itself), `observed` only noted because the mode says
 * so, `skipped` for the reason that stands beside it.
 */
export type OutreachStatus = 'proposed' | 'observed' | 'skipped';

/** What an event's type means to outreach; null: nothing. */
export function outreachKindOf(type: string): OutreachKind | null {
  return OUTREACH_KINDS.find((kind) => kind === type) ?? null;
}
