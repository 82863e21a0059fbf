// Scoring functions of the evaluation: pure, over predictions.

export interface Prediction {
  /** The right category; OUT_OF_SCOPE for texts that belong to none. */
  truth: string;
  predicted: string;
  /** Calibrated probability of `predicted`. */
  confidence: number;
  /** The gate's score: high = familiar. */
  familiarity: number;
}

/** Share of right predictions; 0 of nothing. */
export function accuracy(predictions: Prediction[]): number {
  return share(predictions.filter((p) => p.predicted === p.truth).length, predictions.length);
}

/** Mean F1 over the categories that occur in the truth. */
export function macroF1(predictions: Prediction[]): number {
  const categories = [...new Set(predictions.map((p) => p.truth))];
  const scores = categories.map((category) => {
    const hits = predictions.filter((p) => p.truth === category && p.predicted === category).length;
    const all = predictions.filter((p) => p.truth === category).length;
    const said = predictions.filter((p) => p.predicted === category).length;
    return share(2 * hits, all + said);
  });
  return share(
    scores.reduce((sum, score) => sum + score, 0),
    scores.length,
  );
}

/** Expected calibration error over 15 equal bins of the confidence (Guo et al. 2017). */
export function calibrationError(predictions: Prediction[], bins = 15): number {
  const gaps = new Float64Array(bins);
  for (const p of predictions) {
    const bin = Math.min(bins - 1, Math.floor(p.confidence * bins));
    gaps[bin] = (gaps[bin] ?? 0) + p.confidence - (p.predicted === p.truth ? 1 : 0);
  }
  return share(
    gaps.reduce((sum, gap) => sum + Math.abs(gap), 0),
    predictions.length,
  );
}

/** Share of predictions at or above a threshold, and how many of them are right; a null threshold lets none through. */
export function selected(
  predictions: Prediction[],
  threshold: number | null,
): { coverage: number; precision: number } {
  const through = threshold === null ? [] : predictions.filter((p) => p.confidence >= threshold);
  return { coverage: share(through.length, predictions.length), precision: accuracy(through) };
}

/** Probability that a positive scores above a negative, ties counting half (Mann and Whitney 1947). NaN without both. */
export function auroc(scores: { score: number; positive: boolean }[]): number {
  const sorted = [...scores].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]?.score === sorted[from]?.score) to += 1;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i += 1) if (sorted[i]?.positive) ranks += rank;
    from = to;
  }
  const positives = sorted.filter((s) => s.positive).length;
  const negatives = sorted.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
