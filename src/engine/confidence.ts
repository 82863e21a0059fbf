// How likely a draft is to be right: a logistic model over named evidence, and its reasons in words.
import type { Analysis } from '../model/analysis.ts';
import { type Calibration, EVIDENCE, type Evidence, type EvidenceName } from '../model/calibration.ts';
import type { Customer } from '../model/customer.ts';
import type { Reason } from '../model/draft.ts';
import { logistic } from '../model/probability.ts';
import type { CategoryHistory } from '../ports.ts';

/**
 * Log-odds of each piece of evidence at full strength, set by hand: where a workspace without outcomes begins.
 * A calibration moves them, never across zero.
 */
export const PRIOR_WEIGHTS: Readonly<Record<EvidenceName, number>> = {
  /** How well the best source fits the question, 0..1, from the middle. */
  support: 2,
  /** How far the best source is ahead of the next on another topic, 0..1. */
  lead: 0.7,
  /** Share of the question's telling words that the source knows, 0..1. */
  covered: 3,
  /** How far the reply says what was said to those who asked alike, 0..1. */
  precedent: 1.5,
  /** The classifier's probability of the category, 0..1. */
  category: 0.9,
  /** How far that is above the next category, 0..1. */
  margin: 0.5,
  /** Source and classifier name the same category: 1, another: -1, unknown: 0. */
  agreement: 0.6,
  /** Log-odds that the category's reviewed drafts were sent unchanged, by how much there is of them. */
  history: 0.5,
  outOfScope: -1.2,
  frustration: -0.9,
  repeated: -0.7,
  severalQuestions: -0.5,
  /** Questions that no source answers, as a share. */
  uncovered: -2,
  bug: -0.9,
  /** A question, not a difficulty, a wish or anything else. */
  question: 0.4,
  /** Words beyond a short message, 0..1: more of the case than one article knows. */
  long: -0.6,
  /** Amounts, dates and numbers of their own. */
  particular: -0.4,
  valuable: -0.4,
  notEnglish: -1.5,
  injection: -3,
  spam: -1.5,
  /** Account data would be needed that no source has (an amount, a person's settings). */
  needsAccountData: -1,
  /** Both engines answer alike: 1, differently: -1. */
  engines: 0.8,
  /** Share of a language model's claims that no source fully says. */
  unsupported: -2.5,
};
/** Log-odds of an ordinary draft. */
export const PRIOR_BIAS = -0.2;

/** What nothing answers stays below the least that is suggested. */
const UNANSWERABLE_CAP = 0.2;
/** Monthly revenue from which a mistake is expensive. */
const VALUABLE_REVENUE = 1000;
/** Prior of a category without history: as if 6 of 8 drafts had been fine (a Beta prior). */
const PRIOR = { good: 6, all: 8 };
/** Words of a message from which its length counts, and over how many more it counts fully. */
const LONG = { from: 10, over: 60 };

export interface ConfidenceInput {
  analysis: Analysis;
  customer: Customer;
  history: CategoryHistory;
  answerable: boolean;
  /** Of the customer's message. */
  words: number;
  retrieval: {
    /** 0..1: closeness of the best source to what is asked. */
    support: number;
    lead: number;
    /** 0..1: how much of the question's telling words the source knows; absent: not looked at. */
    covered?: number;
    /** 0..1: how far the replies to those who asked alike say the same; null or absent: nobody did. */
    precedent?: number | null;
    /** Category of the best source. */
    category: string | null;
  };
  questions: { asked: number; answered: number };
  needsAccountData: boolean;
  /** What was learned from outcomes; absent: nothing yet. */
  calibration?: Calibration | null;
  /** Of a draft that a language model wrote. */
  model?: {
    /** 0..1: how alike the local engine's draft is. */
    agreement: number;
    /** 0..1: share of its claims that the check dropped or flagged. */
    unsupported: number;
  };
  now: Date;
}

/** Log-odds that a draft is right, by its evidence; `null`: by hand-set weights. */
export function logitOf(evidence: Evidence, calibration: Calibration | null): number {
  const { bias, weights } = calibration ?? { bias: PRIOR_BIAS, weights: PRIOR_WEIGHTS };
  return EVIDENCE.reduce((sum, name) => sum + (weights[name] ?? 0) * (evidence[name] ?? 0), bias);
}

/** A draft of a category that people or its customer have judged. */
export interface JudgedDraft {
  /** What it was given when it was written. */
  confidence: number;
  evidence: Evidence | null;
  error: boolean;
}

/** The record of a category that its judged drafts make. */
export function historyOf(judged: readonly JudgedDraft[]): CategoryHistory {
  return { reviewed: judged.length, unchanged: judged.filter(({ error }) => !error).length };
}

/**
 * What each judged draft would be given now. Weights are fitted anew and the category's record grows, so that only
 * confidences of one moment can be compared; a draft without evidence keeps its own.
 */
export function scoreAgain(
  judged: readonly JudgedDraft[],
  calibration: Calibration | null,
): { confidence: number; error: boolean }[] {
  const history = weightOfHistory(historyOf(judged));
  return judged.map(({ confidence, evidence, error }) => ({
    confidence: evidence ? logistic(logitOf({ ...evidence, history }, calibration)) : confidence,
    error,
  }));
}

/** Log-odds of an unchanged draft in this category, against those of one without a record. */
function weightOfHistory({ reviewed, unchanged }: CategoryHistory): number {
  const good = unchanged + PRIOR.good;
  const bad = reviewed + PRIOR.all - good;
  return rounded(Math.log(good / bad) - Math.log(PRIOR.good / (PRIOR.all - PRIOR.good)));
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** Confidence in [0, 1] with its evidence, and its reasons, strongest first. Pure. */
export function scoreConfidence(input: ConfidenceInput): {
  confidence: number;
  evidence: Evidence;
  reasons: Reason[];
} {
  const calibration = input.calibration ?? null;
  const found = findEvidence(input);
  const evidence: Evidence = {};
  for (const { name, value } of found) evidence[name] = rounded(value);
  const p = logistic(logitOf(evidence, calibration));
  const weights = calibration?.weights ?? PRIOR_WEIGHTS;
  const reasons = found
    .map(({ name, value, text }) => ({ logit: (weights[name] ?? 0) * value, text }))
    .filter(({ logit }) => Math.abs(logit) >= 0.15)
    .sort((x, y) => Math.abs(y.logit) - Math.abs(x.logit))
    .map(({ logit, text }): Reason => ({ effect: logit > 0 ? 'up' : 'down', text }));
  if (!input.answerable) reasons.unshift({ effect: 'down', text: 'nothing we know answers this' });
  return {
    confidence: input.answerable ? p : Math.min(p, UNANSWERABLE_CAP),
    evidence,
    reasons: reasons.slice(0, 5),
  };
}

/** The evidence that is there, with what it means in words. */
function findEvidence(input: ConfidenceInput): { name: EvidenceName; value: number; text: string }[] {
  const { analysis: a, customer, history, retrieval, questions } = input;
  const found: { name: EvidenceName; value: number; text: string }[] = [];
  const add = (name: EvidenceName, value: number, text: string) => found.push({ name, value, text });
  const above = (share: number) => Math.max(0, (share - 0.5) * 2);

  add(
    'support',
    retrieval.support - 0.5,
    retrieval.support >= 0.5 ? 'a source fits the question well' : 'no source fits the question well',
  );
  add(
    'lead',
    retrieval.lead - 0.3,
    retrieval.lead >= 0.3 ? 'the best source is clearly ahead' : 'several sources fit equally',
  );
  if (retrieval.covered !== undefined)
    add(
      'covered',
      retrieval.covered - 0.45,
      retrieval.covered >= 0.45
        ? 'the source speaks of all that is asked'
        : 'the source does not know words of the question',
    );
  if (retrieval.precedent !== undefined && retrieval.precedent !== null)
    add(
      'precedent',
      retrieval.precedent - 0.4,
      retrieval.precedent >= 0.4
        ? 'similar tickets were answered so'
        : 'similar tickets were answered otherwise',
    );
  add(
    'category',
    a.categoryConfidence - 0.5,
    a.categoryConfidence >= 0.5 ? 'the topic is clear' : 'the topic is not clear',
  );
  const margin = a.categoryConfidence - (a.runnersUp[0]?.probability ?? 0);
  add('margin', margin - 0.4, margin >= 0.4 ? 'no other topic comes close' : 'another topic comes close');
  if (retrieval.category)
    add(
      'agreement',
      retrieval.category === a.category ? 1 : -1,
      retrieval.category === a.category ? 'source and topic agree' : 'the source is about another topic',
    );
  if (history.reviewed > 0)
    add(
      'history',
      weightOfHistory(history),
      `${history.unchanged} of ${history.reviewed} reviewed drafts of this topic went out unchanged`,
    );
  if (a.outOfScope > 0.8) add('outOfScope', (a.outOfScope - 0.8) / 0.2, 'unlike what we know');
  if (a.frustration > 0.5)
    add(
      'frustration',
      above(a.frustration),
      a.frustration > 0.62 ? 'the customer is unhappy' : 'the customer may be unhappy',
    );
  if (a.attempts >= 2) add('repeated', 1, 'earlier answers or tries did not help');
  if (questions.asked > 1) add('severalQuestions', 1, `${questions.asked} questions at once`);
  if (questions.answered < questions.asked)
    add(
      'uncovered',
      (questions.asked - questions.answered) / questions.asked,
      'not every question is answered by a source',
    );
  if (a.kind === 'bug') add('bug', 1, 'it reports a fault');
  if (a.kind === 'question') add('question', 1, 'it is a plain question');
  if (input.words > LONG.from)
    add('long', Math.min(1, (input.words - LONG.from) / LONG.over), 'the message tells much more');
  if (a.references.length || a.deadline) add('particular', 1, 'it is about a case of their own');
  const { account } = customer;
  const renewsSoon =
    account?.renewalAt && Math.abs(account.renewalAt.getTime() - input.now.getTime()) < 30 * 86_400_000;
  if ((account?.mrr ?? 0) >= VALUABLE_REVENUE || (renewsSoon && (account?.mrr ?? 0) >= VALUABLE_REVENUE / 4))
    add('valuable', 1, renewsSoon ? 'a valuable account close to renewal' : 'a valuable account');
  if (a.language !== 'en')
    add('notEnglish', 1, a.language === 'und' ? 'there are no words to read' : 'not in English');
  if (a.injection > 0.5)
    add('injection', above(a.injection), 'the text tries to give orders to the assistant');
  if (a.spam > 0.5) add('spam', above(a.spam), 'it may be spam');
  if (input.model) {
    const { agreement, unsupported } = input.model;
    add(
      'engines',
      2 * agreement - 1,
      agreement >= 0.5 ? 'both engines answer alike' : 'the two engines answer differently',
    );
    if (unsupported > 0) add('unsupported', unsupported, 'no source says everything that was written');
  }
  if (input.needsAccountData) add('needsAccountData', 1, 'it needs a look into the account');
  return found;
}
