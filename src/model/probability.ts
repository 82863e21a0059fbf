// Numbers from 0 to 1: probabilities and shares.

/** The probability of these log-odds. */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** The nearest number from 0 to 1. */
export const asShare = (value: number): number => Math.min(1, Math.max(0, value));
