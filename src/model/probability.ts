// Numbers from 0 to 1: probabilities and shares.

/** The probability of these log-odds. */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** `97 %`, as a card tells a confidence: never 0 nor 100, for nobody is that sure. */
export const sureness = (confidence: number): string =>
  `${Math.min(99, Math.max(1, Math.round(confidence * 100)))} %`;

/** `97.4 %`, for a confidence and what it is measured against, which may lie close together. */
export const exactly = (confidence: number): string => `${(confidence * 100).toFixed(1)} %`;

/** The nearest number from 0 to 1. */
export const asShare = (value: number): number => Math.min(1, Math.max(0, value));
