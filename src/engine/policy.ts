// Chooses what happens with a draft: sent alone, suggested to an agent, or given to a person at once.
import { type Analysis, GIVES_ORDERS } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import type { DraftProposal, Mode, RouteDecision } from '../model/draft.ts';
import { NEWEST_OUTCOMES } from '../model/outcome.ts';
import { exactly } from '../model/probability.ts';

/** Outcomes are proven at this level: the bound on the error rate holds in 95 of 100 cases. */
const LEVEL = 0.05;
/** Below this a draft is not worth suggesting: the ticket goes to a person as one to write. */
const LOW_CONFIDENCE = 0.25;
/** Spam, from where on it is treated as such. */
const SUSPICION = 0.6;
/** The gate: only one in twenty known messages is stranger. */
const STRANGE = 0.95;

export interface ReviewedOutcome {
  /** Confidence that the draft had. */
  confidence: number;
  /** Rejected, flagged, edited in substance, or an unhappy customer. */
  error: boolean;
}

export interface RouteInput {
  analysis: Analysis;
  proposal: DraftProposal;
  mode: Mode;
  /** The taxonomy says that a person always sends. */
  neverAuto: boolean;
  /** The agent who took the ticket, if any. */
  assignee: string | null;
  /** Largest error rate that `auto` may have. */
  risk: number;
  customer: Customer;
  /** Of this category. */
  outcomes: ReviewedOutcome[];
}

/** P(at most `errors` errors in `n` tries) at an error rate of `p`. */
function binomialTail(errors: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return errors >= n ? 1 : 0;
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= errors; k += 1) {
    logTerm += Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/**
 * Whether at most `errors` in `n` are so rare at an error rate of `risk` that the rate must lie below: the exact upper
 * bound of Clopper and Pearson (1934) is at most `risk`.
 */
export function proves(errors: number, n: number, risk: number): boolean {
  return n > 0 && binomialTail(errors, n, risk) <= LEVEL;
}

/** Outcomes needed to prove `risk` with this many errors among them. */
export function neededOutcomes(errors: number, risk: number): number {
  let low = errors + 1;
  let high = Math.ceil((errors + 4) * (4 / risk));
  while (low < high) {
    const middle = (low + high) >> 1;
    if (proves(errors, middle, risk)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Proof {
  /** Least confidence that is proven, or null. */
  threshold: number | null;
  /** About how many more reviewed tickets it takes until the first proof, if none is an error; null when proven. */
  missing: number | null;
}

/**
 * The lowest confidence above which the error rate is proven to be at most `risk`. Thresholds are tested in an
 * order fixed by the confidences alone, from the top, each at the full level, and the first that fails ends
 * the scan: fixed-sequence testing, so that scanning does not weaken the guarantee.
 */
export function proveThreshold(outcomes: ReviewedOutcome[], risk: number): Proof {
  const sorted = [...outcomes].sort((a, b) => b.confidence - a.confidence);
  const n = sorted.length;
  const start = firstTested(n, risk);
  const block = Math.max(1, Math.ceil(start / 10));
  let threshold: number | null = null;
  let errors = 0;
  let seen = 0;
  for (let wanted = start; seen < n && wanted < n + block; wanted += block) {
    const end = Math.min(wanted, n);
    if (end < start) break;
    // Equal confidences cannot be told apart by a threshold: they are tested together.
    while (seen < n && (seen < end || sorted[seen]?.confidence === sorted[seen - 1]?.confidence)) {
      if (sorted[seen]?.error) errors += 1;
      seen += 1;
    }
    if (!proves(errors, seen, risk)) break;
    threshold = sorted[seen - 1]?.confidence ?? null;
  }
  return threshold !== null
    ? { threshold, missing: null }
    : { threshold, missing: missingOutcomes(sorted, risk) };
}

/** How many are tested first of so many: enough to prove anything, and the surest third. */
function firstTested(n: number, risk: number): number {
  return Math.max(neededOutcomes(0, risk), Math.ceil(n / 3));
}

/**
 * Outcomes without an error after which something is proven, to within 2 %, if the next are as sure as those that are
 * there, `sorted` surest first. After `NEWEST_OUTCOMES` nothing else counts any more.
 */
function missingOutcomes(sorted: ReviewedOutcome[], risk: number): number {
  const n = sorted.length;
  /** Where each confidence ends, and the errors until there. */
  const ends: { at: number; errors: number }[] = [];
  let errors = 0;
  for (const [i, { confidence, error }] of sorted.entries()) {
    if (error) errors += 1;
    if (confidence !== sorted[i + 1]?.confidence) ends.push({ at: i + 1, errors });
  }
  const isProven = (total: number): boolean => {
    const start = firstTested(total, risk);
    if (n === 0) return total >= start;
    const tested = ends.find(({ at }) => (at * total) / n >= start);
    return tested !== undefined && proves(tested.errors, Math.floor((tested.at * total) / n), risk);
  };
  let more = 1;
  while (!isProven(n + more) && more < NEWEST_OUTCOMES) more += Math.ceil(more / 50);
  return Math.min(more, NEWEST_OUTCOMES);
}

/** Why this draft must not leave without a person, in words, the weightiest first; empty when nothing stands against it. */
function vetoes({ analysis, proposal, neverAuto, assignee, customer }: RouteInput): string[] {
  const { bug } = analysis;
  const found: [boolean, string][] = [
    [analysis.injection >= GIVES_ORDERS, 'the text tries to give orders to the assistant'],
    [!proposal.answerable, 'nothing we know answers it'],
    [neverAuto, 'a person always sends in this category'],
    [assignee !== null, `${assignee} took this ticket`],
    [analysis.spam >= SUSPICION, 'it looks like spam'],
    [analysis.language === 'und', 'it has no words to read'],
    [analysis.language !== 'en' && analysis.language !== 'und', 'it is not in English'],
    [analysis.kind === 'bug' || bug.codes.length + bug.exceptions.length > 0, 'it reports a fault'],
    [analysis.outOfScope >= STRANGE, 'it is unlike anything we know'],
    ...(proposal.held ?? []).map((why): [boolean, string] => [true, why]),
    [customer.optedOut, 'the customer does not want automatic mail'],
  ];
  return found.flatMap(([holds, words]) => (holds ? [words] : []));
}

/** The route of a draft, with the reasons in words. `auto` needs mode auto, a proof, and no veto. */
export function chooseRoute(input: RouteInput): RouteDecision {
  const { analysis, proposal, mode, risk, outcomes } = input;
  const against = vetoes(input);
  const proof = mode === 'auto' ? proveThreshold(outcomes, risk) : { threshold: null, missing: null };
  const decision = {
    category: analysis.category,
    mode,
    threshold: proof.threshold,
    reviewsUntilAuto: mode === 'auto' && !input.neverAuto ? proof.missing : null,
  };
  const isLow = proposal.answerable && proposal.confidence < LOW_CONFIDENCE;
  if (analysis.injection >= GIVES_ORDERS || !proposal.answerable || isLow) {
    const low = `its confidence of ${exactly(proposal.confidence)} is too low to suggest it`;
    return { ...decision, route: 'escalate', reasons: isLow ? [low, ...against] : against };
  }
  if (mode !== 'auto')
    return { ...decision, route: 'suggest', reasons: [`this category is in mode ${mode}`, ...against] };
  if (against.length) return { ...decision, route: 'suggest', reasons: against };
  if (proof.threshold === null)
    return {
      ...decision,
      route: 'suggest',
      reasons: [`${proof.missing ?? 1} more reviewed tickets until auto is proven`],
    };
  if (proposal.confidence < proof.threshold)
    return {
      ...decision,
      route: 'suggest',
      reasons: [
        `its confidence of ${exactly(proposal.confidence)} is below the proven threshold of ${exactly(proof.threshold)}`,
      ],
    };
  return {
    ...decision,
    route: 'auto',
    reasons: [
      `outcomes prove an error rate of at most ${(risk * 100).toFixed(risk < 0.01 ? 1 : 0)} % from a confidence of ${exactly(proof.threshold)} on, and it has ${exactly(proposal.confidence)}`,
    ],
  };
}
