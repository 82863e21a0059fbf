// How an account fares, 0 (about to leave) to 100, with its reasons. Pure: fixed weights that a reader can check.
import { asShare } from '../model/probability.ts';

/** What is known of an account at one moment. Everything is "the more, the worse" except days until it renews. */
export interface AccountSignals {
  /**
   * Mean frustration of its tickets in the last 30 days, 0..1, or three quarters of the last week's worst where that is
   * more; and the mean of the 90 days before. Null: none.
   */
  tone: number | null;
  toneBefore: number | null;
  /** Tickets in the last 30 days, and what 30 days usually bring. */
  contacts: number;
  usualContacts: number;
  /** Tickets that wait for us for two days or more, and days since the oldest of them came. */
  unresolved: number;
  oldestDays: number;
  /** Answers that did not hold: tickets opened again in the last 30 days. */
  reopened: number;
  /** Worry about money, 0..1: a payment that failed and is not made good, angry billing tickets. */
  billing: number;
  /** How much its messages read as if it may leave, 0..1. */
  leaving: number;
  /** Share by which it uses the product less than before, 0..1. */
  usageDrop: number;
  /** Days since anybody of it was seen in the product; null: not told. */
  unseenDays: number | null;
  /** Days until the contract renews; null: not known or past. */
  renewalDays: number | null;
}

/** Health from which on nobody need look at an account. */
export const WELL = 75;
/** Learned risk to leave from which an account is at risk, whatever its health. */
export const LIKELY = 0.5;

/** The one rule for alerts, digests and the dashboard; `below` is the health under which an account is at risk. */
export function isAtRisk({ health, risk }: { health: number; risk: number | null }, below: number): boolean {
  return health < below || (risk ?? 0) >= LIKELY;
}

export const HEALTH_REASONS = [
  'leaving',
  'tone',
  'usage',
  'unresolved',
  'trend',
  'billing',
  'contacts',
  'unseen',
  'reopened',
  'renewal',
] as const;
export type HealthReason = (typeof HEALTH_REASONS)[number];

/** Points that each reason takes from 100 at its worst. */
const MOST: Record<HealthReason, number> = {
  leaving: 35,
  tone: 30,
  usage: 25,
  unresolved: 25,
  trend: 15,
  billing: 20,
  contacts: 6,
  unseen: 10,
  reopened: 10,
  renewal: 10,
};

export interface Health {
  health: number;
  /** Weightiest first. `strength` 0..1 is how near the reason is to its worst. */
  reasons: { name: HealthReason; points: number; strength: number; text: string }[];
}

const RENEWAL_DAYS = 30;

/** How near each reason is to its worst, 0..1: what health is made of and churn is learned from. */
export function strengthsOf(signals: AccountSignals): Record<HealthReason, number> {
  const { tone, toneBefore, contacts, usualContacts, unseenDays, renewalDays } = signals;
  return {
    leaving: asShare((signals.leaving - 0.25) / 0.45),
    tone: tone === null ? 0 : asShare((tone - 0.3) / 0.5),
    usage: asShare(signals.usageDrop / 0.8),
    unresolved: asShare(signals.unresolved / 4 + (signals.unresolved > 0 ? signals.oldestDays / 28 : 0)),
    trend: tone === null || toneBefore === null ? 0 : asShare((tone - toneBefore) / 0.4),
    billing: asShare(signals.billing),
    contacts: asShare((contacts - 1.5 * usualContacts - 1) / 4),
    unseen: unseenDays === null ? 0 : asShare((unseenDays - 14) / 30),
    reopened: asShare(signals.reopened / 3),
    renewal:
      renewalDays !== null && renewalDays >= 0 ? asShare((RENEWAL_DAYS - renewalDays) / RENEWAL_DAYS) : 0,
  };
}

/** A renewal that is near worries nobody by itself: it counts for as much as the rest does. */
export function healthOf(signals: AccountSignals): Health {
  const strengths = strengthsOf(signals);
  const own = HEALTH_REASONS.filter((name) => name !== 'renewal').reduce(
    (sum, name) => sum + MOST[name] * strengths[name],
    0,
  );
  const pointsOf = (name: HealthReason) =>
    name === 'renewal' ? MOST.renewal * strengths.renewal * asShare(own / 30) : MOST[name] * strengths[name];
  const reasons = HEALTH_REASONS.map((name) => ({
    name,
    points: pointsOf(name),
    strength: strengths[name],
    text: inWords(name, signals),
  }))
    .filter(({ points }) => points >= 1)
    .sort((a, b) => b.points - a.points);
  const lost = HEALTH_REASONS.reduce((sum, name) => sum + pointsOf(name), 0);
  return { health: Math.max(0, 100 - lost), reasons };
}

const percent = (value: number) => `${Math.round(value * 100)} %`;
const days = (value: number) => `${Math.round(value)} ${Math.round(value) === 1 ? 'day' : 'days'}`;

function inWords(name: HealthReason, signals: AccountSignals): string {
  const { tone, toneBefore, unresolved, contacts, usualContacts, reopened } = signals;
  switch (name) {
    case 'leaving':
      return 'Their messages read as if they may leave.';
    case 'tone':
      return `Their tone is upset (frustration ${percent(tone ?? 0)}).`;
    case 'usage':
      return `They use the product ${percent(signals.usageDrop)} less than before.`;
    case 'unresolved':
      return `${unresolved} ${unresolved === 1 ? 'ticket waits' : 'tickets wait'} for us, the oldest for ${days(signals.oldestDays)}.`;
    case 'trend':
      return `Their tone got worse: frustration from ${percent(toneBefore ?? 0)} to ${percent(tone ?? 0)}.`;
    case 'billing':
      return 'Money worries them: a failed payment, or angry messages about bills.';
    case 'contacts':
      return `They wrote ${contacts} times in 30 days, where ${usualContacts.toFixed(1)} is usual.`;
    case 'unseen':
      return `Nobody of theirs was seen in the product for ${days(signals.unseenDays ?? 0)}.`;
    case 'reopened':
      return `${reopened} ${reopened === 1 ? 'answer' : 'answers'} did not hold: they came back.`;
    case 'renewal':
      return `They renew in ${days(signals.renewalDays ?? 0)}.`;
  }
}
