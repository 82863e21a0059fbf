// What the priority of a ticket is made of: signals, what each weighs, and what history has taught about that.

/** Points of each signal at full strength. */
export interface PriorityWeights {
  /** What every ticket starts with. */
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
  openTickets: number;
  incident: number;
  cluster: number;
  timeLeft: number;
  featureRequest: number;
  spam: number;
  thanks: number;
  churned: number;
  /** By plan in lower case; a plan that is not named adds nothing. */
  plans: Readonly<Record<string, number>>;
}

/** How a score is made, and a level of it. */
export interface PriorityRules {
  weights: PriorityWeights;
  /** Least scores of P1, P2 and P3. */
  thresholds: { P1: number; P2: number; P3: number };
}

/** Readable starting values, set by hand; `priority` in the configuration overrides any of them. */
export const DEFAULT_RULES: PriorityRules = {
  weights: {
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
    openTickets: 3,
    incident: 8,
    cluster: 8,
    timeLeft: 8,
    featureRequest: -8,
    spam: -60,
    thanks: -12,
    churned: -6,
    plans: { enterprise: 12, business: 6, team: 2, pro: 6, premium: 8 },
  },
  thresholds: { P1: 68, P2: 46, P3: 24 },
};

/** What tickets of the past have taught about the weights. */
export interface PriorityFit {
  /** Tickets that were looked at, and those of them that ended badly. */
  n: number;
  bad: number;
  /**
   * How well scores tell tickets that ended badly from others (area under the ROC curve, 0.5 is chance): with the
   * configured weights, and with learned ones on tickets that they were not learned from. Null: not measured.
   */
  configuredAuc: number | null;
  learnedAuc: number | null;
  /** Points added to weights, by signal (`base` and `plan:enterprise` are some, too); empty: the configured ones stay. */
  shifts: Readonly<Record<string, number>>;
  /** What came of it, in words. */
  verdict: string;
}
