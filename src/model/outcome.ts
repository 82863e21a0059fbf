// Outcomes: how a draft fared once a person, or the customer, had seen it.

/** How many of a category are looked at, the newest: articles and agents change. */
export const NEWEST_OUTCOMES = 1_000;

/** `unchanged` and `retouched` (a typo, a name) are fine; the others are errors of the draft. */
export type OutcomeKind =
  | 'unchanged'
  | 'retouched'
  | 'edited'
  | 'rejected'
  | 'flagged'
  | 'unhelpful'
  | 'unhappy';
