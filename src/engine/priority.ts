// How important a ticket is: a score of 0-100 from readable weights, with its factors in words.
import type { Analysis } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import type { Priority, PriorityLevel } from '../model/ticket.ts';

/** Points of each factor at full strength; `base` is what every ticket starts with. */
export interface PriorityWeights {
  base: number;
  urgency: number;
  blocked: number;
  deadline: number;
  frustration: number;
  bug: number;
  security: number;
  repeated: number;
  churn: number;
  revenue: number;
  renewal: number;
  contacts: number;
  /** By plan in lower case; a plan that is not named adds nothing. */
  plans: Record<string, number>;
  featureRequest: number;
  spam: number;
  /** Least scores of P1, P2 and P3. */
  levels: [number, number, number];
}

/** Readable starting weights, set by hand; `priority` in the configuration overrides any of them. */
export const DEFAULT_PRIORITY_WEIGHTS: PriorityWeights = {
  base: 12,
  urgency: 30,
  blocked: 14,
  deadline: 6,
  frustration: 16,
  bug: 6,
  security: 12,
  repeated: 8,
  churn: 10,
  revenue: 10,
  renewal: 8,
  contacts: 6,
  plans: { enterprise: 12, business: 6, team: 2, pro: 6, premium: 8 },
  featureRequest: -8,
  spam: -60,
  levels: [68, 46, 24],
};

export interface PriorityInput {
  analysis: Analysis;
  customer: Customer;
  contacts: { openTickets: number; last30Days: number };
  now: Date;
}

const DAY_MS = 86_400_000;
/** A renewal this near counts; fully within a week. */
const RENEWAL_DAYS = 45;
/** Monthly revenue from which the account counts fully. */
const FULL_REVENUE = 2000;

function levelOf(score: number, [p1, p2, p3]: PriorityWeights['levels']): PriorityLevel {
  if (score >= p1) return 'P1';
  if (score >= p2) return 'P2';
  return score >= p3 ? 'P3' : 'P4';
}

/** Score, level and factors, strongest first. Pure; `weights` may name only what differs from the defaults. */
export function prioritise(input: PriorityInput, weights: Partial<PriorityWeights> = {}): Priority {
  const w = { ...DEFAULT_PRIORITY_WEIGHTS, ...weights };
  const { analysis: a, customer, contacts, now } = input;
  const { account } = customer;
  const factors: Priority['factors'] = [];
  const add = (name: string, points: number, text: string) => {
    const rounded = Math.round(points * 10) / 10;
    if (Math.abs(rounded) >= 1) factors.push({ name, points: rounded, text });
  };
  // A signal of one half says "unknown": only what lies above it counts, fully from 0.9 on.
  const above = (share: number) => Math.min(1, Math.max(0, (share - 0.45) / 0.45));

  add(
    'urgency',
    w.urgency * above(a.urgency),
    a.urgency > 0.8 ? 'very urgent by their words' : 'sounds urgent',
  );
  if (a.blocked) add('blocked', w.blocked, 'their work stands still');
  if (a.deadline) add('deadline', w.deadline, `they name a time limit: ${a.deadline}`);
  add('frustration', w.frustration * above(a.frustration), a.frustration > 0.8 ? 'very unhappy' : 'unhappy');
  if (a.kind === 'bug') add('bug', w.bug, 'reports a fault');
  if (/security|breach|privacy/.test(a.category) && a.urgency > 0.6)
    add('security', w.security, 'a security matter');
  if (a.attempts >= 2)
    add('repeated', w.repeated * Math.min(1, a.attempts / 3), `tried ${a.attempts} times already`);
  add('churn', w.churn * above(a.churnRisk), 'speaks of leaving');
  if (account?.plan) add('plan', w.plans[account.plan.toLowerCase()] ?? 0, `${account.plan} plan`);
  if (account?.mrr)
    add(
      'revenue',
      w.revenue * Math.min(1, Math.sqrt(account.mrr / FULL_REVENUE)) * (account.mrr >= 100 ? 1 : 0),
      `pays ${Math.round(account.mrr)} a month`,
    );
  if (account?.renewalAt) {
    const days = Math.ceil((account.renewalAt.getTime() - now.getTime()) / DAY_MS);
    if (days >= 0 && days <= RENEWAL_DAYS)
      add(
        'renewal',
        w.renewal * Math.min(1, (RENEWAL_DAYS - days) / (RENEWAL_DAYS - 7)),
        days === 0 ? 'renews today' : `renews in ${days} ${days === 1 ? 'day' : 'days'}`,
      );
  }
  if (account?.churnedAt && account.churnedAt <= now) add('churned', -w.base / 2, 'the account has left');
  if (contacts.last30Days >= 3)
    add(
      'contacts',
      w.contacts * Math.min(1, contacts.last30Days / 8),
      `${contacts.last30Days} contacts in 30 days`,
    );
  if (contacts.openTickets >= 2) add('open', w.contacts / 2, `${contacts.openTickets} other open tickets`);
  if (a.kind === 'feature_request') add('feature_request', w.featureRequest, 'a wish, nothing is broken');
  add('spam', w.spam * above(a.spam), 'looks like spam');
  if (a.thanksOnly) add('thanks', -w.base, 'only says thanks');

  const sum = factors.reduce((total, factor) => total + factor.points, w.base);
  const score = Math.round(Math.min(100, Math.max(0, sum)));
  factors.sort((x, y) => Math.abs(y.points) - Math.abs(x.points));
  return { level: levelOf(score, w.levels), score, factors };
}
