// How important a ticket is: a score of 0-100 from readable weights, with its reasons in words.
import type { Analysis } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import { DEFAULT_RULES, type PriorityRules, type PriorityWeights } from '../model/priority.ts';
import { asShare } from '../model/probability.ts';
import type { Priority, PriorityLevel } from '../model/ticket.ts';

export interface PriorityInput {
  analysis: Analysis;
  customer: Customer;
  contacts: { openTickets: number; last30Days: number };
  /** Other customers who report the same fault. */
  others?: number;
  /** An incident of their account is open. */
  incident?: boolean;
  /** Share of the promised time that is used up, 0 to 1 and beyond; null without a promise. */
  timeUsed?: number | null;
  now: Date;
}

/** One thing that counts, as it stands with one ticket. */
export interface Signal {
  /** A key of the weights, or `plan:enterprise`. */
  name: string;
  /** 0 = not there .. 1 = full. */
  strength: number;
  text: string;
  /** What is said where it is not there and little else is known. */
  absent?: string;
}

const DAY_MS = 86_400_000;
/** A renewal this near counts; fully within a week. */
const RENEWAL_DAYS = 45;
const FULL_RENEWAL_DAYS = 7;
/** Monthly revenue from which it counts at all, and fully. */
const SOME_REVENUE = 100;
const FULL_REVENUE = 2_000;
/** Other customers with the same fault from which it counts fully. */
const MANY_OTHERS = 31;
/** Share of the promised time that may be used up without a word. */
const EARLY = 0.5;
/** Fewest points that are a reason. */
const REASON = 1;
/** Why a message is no more urgent that has no words. */
const WORDLESS = 'there are no words to judge by';
/** Reasons that every ticket with words has. */
const REASONS = 3;

/** A signal of one half says "unknown": only what lies above it counts, fully from 0.9 on. */
const above = (share: number) => asShare((share - 0.45) / 0.45);

/** Words as strong as what is known. */
function inWords(share: number, surely: string, likely: string, perhaps: string): string {
  if (share > 0.8) return surely;
  return share > 0.62 ? likely : perhaps;
}

/** Everything that can count, in a fixed order, also where it is not there. */
export function signalsOf(input: PriorityInput): Signal[] {
  const { analysis: a, customer, contacts, others = 0, incident = false, timeUsed = null, now } = input;
  const { account } = customer;
  const days = account?.renewalAt
    ? Math.ceil((account.renewalAt.getTime() - now.getTime()) / DAY_MS)
    : Number.NaN;
  const mrr = account?.mrr ?? 0;
  const left = timeUsed === null ? null : Math.round(100 * asShare(1 - timeUsed));
  // Of other languages less is understood, so what was not found may be there.
  const found = (english: string, others: string) => (a.language === 'en' ? english : others);
  const signal = (
    name: keyof PriorityWeights,
    strength: number | boolean,
    text: string,
    absent?: string,
  ) => ({
    name,
    strength: Number(strength),
    text,
    ...(absent && { absent }),
  });
  return [
    signal(
      'urgency',
      above(a.urgency),
      inWords(a.urgency, 'very urgent by their words', 'sounds urgent', 'may be urgent'),
      found('not urgent by their words', 'no urgency found in their words'),
    ),
    signal(
      'blocked',
      a.blocked,
      'their work stands still',
      found('their work goes on', 'no standstill found'),
    ),
    signal(
      'deadline',
      a.deadline !== null,
      `they name a time limit: ${a.deadline}`,
      found('no time limit named', 'no time limit found'),
    ),
    signal(
      'frustration',
      above(a.frustration),
      inWords(a.frustration, 'very unhappy', 'unhappy', 'may be unhappy'),
      found('calm in tone', 'no anger found'),
    ),
    signal('bug', a.kind === 'bug', 'reports a fault'),
    signal('security', /security|breach|privacy/.test(a.category) && a.urgency > 0.6, 'a security matter'),
    signal(
      'repeated',
      a.attempts >= 2 ? asShare(a.attempts / 3) : 0,
      `tried or wrote ${a.attempts} times already`,
    ),
    signal('churn', above(a.churnRisk), 'speaks of leaving'),
    ...(account?.plan
      ? [{ name: `plan:${account.plan.toLowerCase()}`, strength: 1, text: `${account.plan} plan` }]
      : []),
    signal(
      'revenue',
      mrr >= SOME_REVENUE ? asShare(Math.sqrt(mrr / FULL_REVENUE)) : 0,
      `pays ${Math.round(mrr).toLocaleString('en-GB')} a month`,
    ),
    signal(
      'renewal',
      days >= 0 ? asShare((RENEWAL_DAYS - days) / (RENEWAL_DAYS - FULL_RENEWAL_DAYS)) : 0,
      days === 0 ? 'renews today' : `renews in ${days} ${days === 1 ? 'day' : 'days'}`,
    ),
    signal(
      'contacts',
      contacts.last30Days >= 3 ? asShare(contacts.last30Days / 8) : 0,
      `${contacts.last30Days} contacts in 30 days`,
    ),
    signal('openTickets', contacts.openTickets >= 2, `${contacts.openTickets} other open tickets`),
    signal('incident', incident, 'an incident of theirs is open'),
    signal(
      'cluster',
      asShare(Math.log2(1 + others) / Math.log2(1 + MANY_OTHERS)),
      others === 1 ? 'another customer reports the same' : `${others} other customers report the same`,
    ),
    signal(
      'timeLeft',
      timeUsed === null ? 0 : asShare((timeUsed - EARLY) / (1 - EARLY)),
      left === 0 ? 'the promised time is over' : `${left} % of the promised time is left`,
    ),
    signal('featureRequest', a.kind === 'feature_request', 'reads like a wish'),
    signal('spam', above(a.spam), 'looks like spam'),
    signal('thanks', a.thanksOnly, 'only says thanks'),
    signal('churned', Boolean(account?.churnedAt && account.churnedAt <= now), 'the account has left'),
  ];
}

/** Points of a signal at full strength. */
export function weightOf(weights: PriorityWeights, name: string): number {
  if (name.startsWith('plan:')) return weights.plans[name.slice('plan:'.length)] ?? 0;
  const { plans: _, ...points } = weights;
  const known: Record<string, number> = points;
  return known[name] ?? 0;
}

/**
 * Score, level and reasons, strongest first, of a message with words three of the level at least. Pure. The level
 * leaves out how much of the promised time is left: else a promise would shorten itself as it runs out.
 */
export function prioritise(
  input: PriorityInput,
  { weights, thresholds }: PriorityRules = DEFAULT_RULES,
): Priority {
  const felt = signalsOf(input).map((signal) => ({
    ...signal,
    points: signal.strength * weightOf(weights, signal.name),
  }));
  const sum = (signals: typeof felt) =>
    Math.round(
      Math.min(
        100,
        Math.max(
          0,
          signals.reduce((total, { points }) => total + points, weights.base),
        ),
      ),
    );
  const rounded = (points: number) => Math.round(points * 10) / 10;
  const factors = felt
    .filter(({ points }) => Math.abs(points) >= REASON)
    .sort((x, y) => Math.abs(y.points) - Math.abs(x.points))
    .map(({ name, points, text }) => ({ name, points: rounded(points), text }));
  // Where little counts, what does not is the reason; of a message without words nothing of the kind is known.
  if (input.analysis.language === 'und') factors.push({ name: 'words', points: 0, text: WORDLESS });
  const calm = felt.filter(
    ({ points, absent }) =>
      input.analysis.language !== 'und' && absent !== undefined && Math.abs(points) < REASON,
  );
  const given = factors.filter(({ name }) => name !== 'timeLeft').length;
  for (const { name, points, strength, text, absent = text } of calm.slice(0, Math.max(0, REASONS - given)))
    factors.push({ name, points: rounded(points), text: strength < 0.2 ? absent : text });
  return {
    level: levelOf(sum(felt.filter(({ name }) => name !== 'timeLeft')), thresholds),
    score: sum(felt),
    factors,
  };
}

function levelOf(score: number, { P1, P2, P3 }: PriorityRules['thresholds']): PriorityLevel {
  if (score >= P1) return 'P1';
  if (score >= P2) return 'P2';
  return score >= P3 ? 'P3' : 'P4';
}
