// Learns from tickets of the past which signals went with a bad end: logistic regression drawn towards the configured weights.
import { setImmediate } from 'node:timers/promises';
import type { PriorityFit, PriorityWeights } from '../model/priority.ts';
import { intercept, regress } from '../model/regression.ts';
import { auroc } from './eval/scores.ts';
import { type Signal, weightOf } from './priority.ts';

/** A ticket of the past: what was felt then, and whether it was escalated, raised by an agent, reopened, or the account left. */
export interface PastTicket {
  signals: Pick<Signal, 'name' | 'strength'>[];
  bad: boolean;
}

/** Fewest tickets, and fewest that ended badly and well, from which anything is learned. */
const LEAST = { tickets: 200, each: 30 };
/** Log-odds that a point is worth at least, so that a history which the score does not fit can still be learned from. */
const LEAST_SCALE = 0.02;
/** Strength of the pull towards the configured weights: a shift of one point costs as much as this times its square. */
const PULL = 0.15;
const FOLDS = 5;
/** Gain in AUROC on unseen tickets; histories made up by chance alone reach 0.003, and every second one gains something. */
const LEAST_GAIN = 0.005;
/** What no ticket can have at its beginning, so history says nothing about it. */
const NOT_LEARNED = new Set(['timeLeft', 'churned', 'spam', 'thanks', 'cluster', 'incident']);

interface Bounds {
  low: number;
  high: number;
}

/**
 * Shifts of the weights that explain the past better, none further than `maxShift` points and none beyond zero; empty
 * when there is too little history or they do not tell bad ends apart better on tickets they were not learned from.
 */
export async function fitPriority(
  past: PastTicket[],
  weights: PriorityWeights,
  maxShift: number,
): Promise<PriorityFit> {
  const n = past.length;
  const bad = past.filter((ticket) => ticket.bad).length;
  const none = { n, bad, configuredAuc: null, learnedAuc: null, shifts: {} };
  if (n < LEAST.tickets || bad < LEAST.each || n - bad < LEAST.each)
    return {
      ...none,
      verdict: `too little history: ${n} tickets, ${bad} of them escalated, raised, reopened or of an account that left; ${LEAST.tickets} with ${LEAST.each} of each kind are needed`,
    };
  const told = (score: (ticket: PastTicket) => number) =>
    auroc(past.map((ticket) => ({ score: score(ticket), positive: ticket.bad })));
  const configuredAuc = told((ticket) => scoreOf(ticket, weights, {}));
  const fold = (index: number) => index % FOLDS;
  const learned = new Map<PastTicket, number>();
  for (let k = 0; k < FOLDS; k++) {
    // Customers' messages are taken in between.
    await setImmediate();
    const shifts = learnShifts(
      past.filter((_, index) => fold(index) !== k),
      weights,
      maxShift,
    );
    for (const [index, ticket] of past.entries())
      if (fold(index) === k) learned.set(ticket, scoreOf(ticket, weights, shifts));
  }
  const learnedAuc = told((ticket) => learned.get(ticket) ?? 0);
  const measured = { ...none, configuredAuc, learnedAuc };
  if (learnedAuc < configuredAuc + LEAST_GAIN)
    return { ...measured, verdict: 'the configured weights do as well, so they stay' };
  return { ...measured, shifts: learnShifts(past, weights, maxShift), verdict: 'learned weights are in use' };
}

/** The configured weights with what was learned, within `maxShift` of them whatever was stored. */
export function shiftWeights(
  weights: PriorityWeights,
  shifts: PriorityFit['shifts'],
  maxShift: number,
): PriorityWeights {
  const shifted = (name: string, weight: number) => {
    const { low, high } = boundsOf(weight, maxShift);
    return weight + Math.min(high, Math.max(low, shifts[name] ?? 0));
  };
  const plans = Object.entries(weights.plans).map(([plan, weight]) => [
    plan,
    shifted(`plan:${plan}`, weight),
  ]);
  const result: PriorityWeights = { ...weights, plans: Object.fromEntries(plans) };
  for (const name of Object.keys(weights).filter(isSignal)) result[name] = shifted(name, weights[name]);
  return result;
}

function isSignal(name: string): name is Exclude<keyof PriorityWeights, 'plans'> {
  return name !== 'plans';
}

/** What raises a score never comes to lower it, and the other way round. */
function boundsOf(weight: number, maxShift: number): Bounds {
  return {
    low: weight >= 0 ? -Math.min(maxShift, weight) : -maxShift,
    high: weight >= 0 ? maxShift : Math.min(maxShift, -weight),
  };
}

function scoreOf({ signals }: PastTicket, weights: PriorityWeights, shifts: PriorityFit['shifts']): number {
  return signals.reduce(
    (sum, { name, strength }) => sum + strength * (weightOf(weights, name) + (shifts[name] ?? 0)),
    0,
  );
}

/** Log-odds of a bad end = intercept + scale * score, with the score's weights shifted. */
function learnShifts(past: PastTicket[], weights: PriorityWeights, maxShift: number): Record<string, number> {
  const scores = past.map((ticket) => scoreOf(ticket, weights, {}));
  const { start, scale } = scaleOf(
    scores,
    past.map(({ bad }) => bad),
  );
  const names = [...new Set(past.flatMap(({ signals }) => signals.map(({ name }) => name)))].filter(
    (name) => !NOT_LEARNED.has(name) && weightOf(weights, name) !== 0,
  );
  const columns = names.map((name) => ({
    name,
    // Most signals are not there in most tickets.
    cells: past.flatMap(({ signals }, row) => {
      const strength = signals.find((signal) => signal.name === name)?.strength ?? 0;
      return strength === 0 ? [] : [{ row, value: scale * strength, strength }];
    }),
    prior: 0,
    pull: PULL,
    ...boundsOf(weightOf(weights, name), maxShift),
  }));
  const outcomes = past.map(({ bad }, row) => ({
    happened: bad,
    importance: 1,
    odds: start + scale * (scores[row] ?? 0),
  }));
  const [, ...shifts] = regress([intercept(past.length), ...columns], outcomes);
  return withSameMean(
    columns.map((column, i) => ({ ...column, shift: shifts[i] ?? 0 })),
    past.length,
    weights,
    maxShift,
  );
}

/** The base gives back on average what the shifts add, so that there are about as many P1 as before. */
function withSameMean(
  columns: { name: string; shift: number; cells: { strength: number }[] }[],
  n: number,
  { base }: PriorityWeights,
  maxShift: number,
): Record<string, number> {
  const added = columns.reduce(
    (sum, { shift, cells }) => sum + cells.reduce((all, { strength }) => all + shift * strength, 0),
    0,
  );
  const { low, high } = boundsOf(base, maxShift);
  const shifts = [
    ...columns.map(({ name, shift }) => ({ name, shift })),
    { name: 'base', shift: Math.min(high, Math.max(low, -added / n)) },
  ];
  const rounded = shifts.map(({ name, shift }) => [name, Math.round(shift * 10) / 10] as const);
  return Object.fromEntries(rounded.filter(([, shift]) => shift !== 0));
}

/** Intercept and slope of the log-odds over the configured score. */
function scaleOf(scores: number[], bad: boolean[]): { start: number; scale: number } {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const level = intercept(scores.length);
  const slope = { ...level, cells: scores.map((score, row) => ({ row, value: score - mean })) };
  const [height = 0, rise = 0] = regress(
    [level, slope],
    bad.map((happened) => ({ happened, importance: 1, odds: 0 })),
  );
  const scale = Math.max(LEAST_SCALE, rise);
  return { start: height - scale * mean, scale };
}
