// Chooses what happens with a draft: sent alone, suggested to an agent, or given to a person at once.
import { type Analysis, GIVES_ORDERS } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import type { DraftProposal, Mode, RouteDecision } from '../model/draft.ts';

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
 * Exact upper confidence bound of an error rate (Clopper and Pearson 1934): the largest rate at which seeing
 * at most `errors` in `n` is not rarer than `level`. 1 when nothing was seen.
 */
export function upperBound(errors: number, n: number, level = LEVEL): number {
  if (n <= 0 || errors >= n) return 1;
  let low = errors / n;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (binomialTail(errors, n, middle) > level) low = middle;
    else high = middle;
  }
  return high;
}

/** Outcomes needed to prove `risk` with this many errors among them. */
export function neededOutcomes(errors: number, risk: number): number {
  let low = errors + 1;
  let high = Math.ceil((errors + 4) * (4 / risk));
  while (low < high) {
    const middle = (low + high) >> 1;
    if (binomialTail(errors, middle, risk) <= LEVEL) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Proof {
  /** Least confidence that is proven, or null. */
  threshold: number | null;
  /** Reviewed tickets without an error still missing until the first proof; null when proven. */
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
  const start = Math.max(neededOutcomes(0, risk), Math.ceil(n / 3));
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
    if (upperBound(errors, seen) > risk) break;
    threshold = sorted[seen - 1]?.confidence ?? null;
  }
  if (threshold !== null) return { threshold, missing: null };
  const top = sorted.slice(0, start);
  const wrong = top.filter((outcome) => outcome.error).length;
  return { threshold: null, missing: Math.max(1, neededOutcomes(wrong, risk) - top.length) };
}

/** Why this draft must not leave without a person, in words; empty when nothing stands against it. */
function vetoes({ analysis, proposal, neverAuto, assignee, customer }: RouteInput): string[] {
  const { bug } = analysis;
  const found: [boolean, string][] = [
    [neverAuto, 'a person always sends in this category'],
    [assignee !== null, `${assignee} took this ticket`],
    [analysis.spam >= SUSPICION, 'it looks like spam'],
    [analysis.injection >= GIVES_ORDERS, 'the text tries to give orders to the assistant'],
    [analysis.language === 'und', 'it has no words to read'],
    [analysis.language !== 'en' && analysis.language !== 'und', 'it is not in English'],
    [analysis.kind === 'bug' || bug.codes.length + bug.exceptions.length > 0, 'it reports a fault'],
    [analysis.outOfScope >= STRANGE, 'it is unlike anything we know'],
    [!proposal.answerable, 'nothing we know answers it'],
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
    mode,
    threshold: proof.threshold,
    reviewsUntilAuto: mode === 'auto' && !input.neverAuto ? proof.missing : null,
  };
  if (analysis.injection >= GIVES_ORDERS || !proposal.answerable || proposal.confidence < LOW_CONFIDENCE) {
    const why = against.length ? against : ['the confidence is low'];
    return { ...decision, route: 'escalate', reasons: why };
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
      reasons: [`the confidence is below ${Math.round(proof.threshold * 100)} %, the proven threshold`],
    };
  return {
    ...decision,
    route: 'auto',
    reasons: [
      `outcomes prove an error rate of at most ${(risk * 100).toFixed(risk < 0.01 ? 1 : 0)} % from ${Math.round(proof.threshold * 100)} % on`,
    ],
  };
}
