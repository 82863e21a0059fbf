// Outcomes: how a draft fared once a person, or the customer, had seen it.

/** `unchanged` and `retouched` (a typo, a name) are fine; the others are errors of the draft. */
export type OutcomeKind =
  | 'unchanged'
  | 'retouched'
  | 'edited'
  | 'rejected'
  | 'flagged'
  | 'unhelpful'
  | 'unhappy';
