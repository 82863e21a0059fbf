// How likely a draft is to be right: a logistic model with named weights, and its reasons in words.
import type { Analysis } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import type { Reason } from '../model/draft.ts';
import type { CategoryHistory } from '../ports.ts';

/** Log-odds of each feature at full strength; set by hand until outcomes calibrate them. */
export const CONFIDENCE_WEIGHTS = {
  bias: -1.9,
  /** How well the best source fits the question, 0..1. */
  support: 3.2,
  /** How far the best source is ahead of the next on another topic, 0..1. */
  lead: 0.7,
  /** The classifier's probability of the category, 0..1. */
  category: 1.3,
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
} as const;

/** What nothing answers stays below the least that is suggested. */
const UNANSWERABLE_CAP = 0.2;
/** Monthly revenue from which a mistake is expensive. */
const VALUABLE_REVENUE = 1000;
/** Prior of a category without history: as if 6 of 8 drafts had been fine (a Beta prior). */
const PRIOR = { good: 6, all: 8 };

export interface ConfidenceInput {
  analysis: Analysis;
  customer: Customer;
  history: CategoryHistory;
  answerable: boolean;
  retrieval: {
    /** 0..1: closeness of the best source to what is asked. */
    support: number;
    lead: number;
    /** Category of the best source. */
    category: string | null;
  };
  questions: { asked: number; answered: number };
  needsAccountData: boolean;
  /** Of a draft that a language model wrote. */
  model?: {
    /** 0..1: how alike the local engine's draft is. */
    agreement: number;
    /** 0..1: share of its claims that the check dropped or flagged. */
    unsupported: number;
  };
  now: Date;
}

/** Confidence in [0, 1] with its reasons, strongest first. Pure. */
export function scoreConfidence(input: ConfidenceInput): { confidence: number; reasons: Reason[] } {
  const { analysis: a, customer, history, retrieval, questions } = input;
  const w = CONFIDENCE_WEIGHTS;
  const terms: { logit: number; text: string }[] = [];
  const add = (logit: number, text: string) => terms.push({ logit, text });
  const above = (share: number) => Math.max(0, (share - 0.5) * 2);

  add(
    w.support * (retrieval.support - 0.5),
    retrieval.support >= 0.5 ? 'a source fits the question well' : 'no source fits the question well',
  );
  add(
    w.lead * (retrieval.lead - 0.3),
    retrieval.lead >= 0.3 ? 'the best source is clearly ahead' : 'several sources fit equally',
  );
  add(
    w.category * (a.categoryConfidence - 0.5),
    a.categoryConfidence >= 0.5 ? 'the topic is clear' : 'the topic is not clear',
  );
  if (retrieval.category)
    add(
      retrieval.category === a.category ? w.agreement : -w.agreement,
      retrieval.category === a.category ? 'source and topic agree' : 'the source is about another topic',
    );
  const good = history.unchanged + PRIOR.good;
  const all = history.reviewed + PRIOR.all;
  const odds = Math.log(good / Math.max(0.5, all - good)) - Math.log(PRIOR.good / (PRIOR.all - PRIOR.good));
  if (history.reviewed > 0)
    add(
      w.history * odds,
      `${history.unchanged} of ${history.reviewed} reviewed drafts of this topic went out unchanged`,
    );
  if (a.outOfScope > 0.8) add(w.outOfScope * ((a.outOfScope - 0.8) / 0.2), 'unlike what we know');
  if (a.frustration > 0.5) add(w.frustration * above(a.frustration), 'the customer is unhappy');
  if (a.attempts >= 2) add(w.repeated, 'earlier answers or tries did not help');
  if (questions.asked > 1) add(w.severalQuestions, `${questions.asked} questions at once`);
  if (questions.answered < questions.asked)
    add(
      w.uncovered * ((questions.asked - questions.answered) / questions.asked),
      'not every question is answered by a source',
    );
  if (a.kind === 'bug') add(w.bug, 'it reports a fault');
  const { account } = customer;
  const renewsSoon =
    account?.renewalAt && Math.abs(account.renewalAt.getTime() - input.now.getTime()) < 30 * 86_400_000;
  if ((account?.mrr ?? 0) >= VALUABLE_REVENUE || (renewsSoon && (account?.mrr ?? 0) >= VALUABLE_REVENUE / 4))
    add(w.valuable, renewsSoon ? 'a valuable account close to renewal' : 'a valuable account');
  if (a.language !== 'en') add(w.notEnglish, 'not in English');
  if (a.injection > 0.5)
    add(w.injection * above(a.injection), 'the text tries to give orders to the assistant');
  if (a.spam > 0.5) add(w.spam * above(a.spam), 'it may be spam');
  if (input.model) {
    const { agreement, unsupported } = input.model;
    add(
      w.engines * (2 * agreement - 1),
      agreement >= 0.5 ? 'both engines answer alike' : 'the two engines answer differently',
    );
    if (unsupported > 0) add(w.unsupported * unsupported, 'no source says everything that was written');
  }
  if (input.needsAccountData) add(w.needsAccountData, 'it needs a look into the account');

  const logit = terms.reduce((sum, term) => sum + term.logit, w.bias + 2.2);
  const p = 1 / (1 + Math.exp(-logit));
  const confidence = input.answerable ? p : Math.min(p, UNANSWERABLE_CAP);
  const reasons = terms
    .filter((term) => Math.abs(term.logit) >= 0.15)
    .sort((x, y) => Math.abs(y.logit) - Math.abs(x.logit))
    .slice(0, 5)
    .map((term): Reason => ({ effect: term.logit > 0 ? 'up' : 'down', text: term.text }));
  if (!input.answerable) reasons.unshift({ effect: 'down', text: 'nothing we know answers this' });
  return { confidence, reasons: reasons.slice(0, 5) };
}
