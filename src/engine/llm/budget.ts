// What the language model may cost a day, counted over all processes.
import { AppError } from '../../model/errors.ts';
import { zonedDate } from '../../model/zone.ts';
import type { Clock } from '../../ports.ts';

/** One call of a model, as the ledger keeps it. */
export interface ModelCall {
  at: Date;
  /** Date in the workspace's time zone. */
  day: string;
  ticketId: number | null;
  step: string;
  model: string;
  prompt: string;
  inputTokens: number;
  outputTokens: number;
  cost: number;
  outcome: string;
  milliseconds: number;
}

interface Spent {
  tokens: number;
  cost: number;
}

/** Where calls are kept, shared by all processes. */
export interface ModelLedger {
  recordModelCall(call: ModelCall): Promise<void>;
  modelSpentOn(day: string): Promise<Spent>;
}

/** A ledger in memory, for commands that run without a database. */
export function createMemoryLedger(): ModelLedger {
  const calls: ModelCall[] = [];
  return {
    recordModelCall: async (call) => void calls.push(call),
    modelSpentOn: async (day) =>
      calls
        .filter((call) => call.day === day)
        .reduce(
          (sum, call) => ({
            tokens: sum.tokens + call.inputTokens + call.outputTokens,
            cost: sum.cost + call.cost,
          }),
          { tokens: 0, cost: 0 },
        ),
  };
}

export interface BudgetLimits {
  /** In and out. */
  tokens: number;
  /** In the currency of the prices. */
  cost: number;
}

export interface Budget {
  /** The date that a call made now is counted on. */
  today(): string;
  spent(): Promise<Spent>;
  /** Null while there is money left; else what is used up, in words with the remedy. */
  exhausted(): Promise<string | null>;
  /** Throws AppError `budget_spent` when today's is used up. Calls already under way may exceed it by what they take. */
  check(): Promise<void>;
}

export function createBudget(options: {
  limits: BudgetLimits;
  ledger: ModelLedger;
  clock: Clock;
  timeZone: string;
}): Budget {
  const { limits, ledger, clock, timeZone } = options;
  const today = () => zonedDate(clock.now(), timeZone);
  async function exhausted(): Promise<string | null> {
    const { tokens, cost } = await ledger.modelSpentOn(today());
    const used =
      tokens >= limits.tokens
        ? { what: `${amount(tokens)} of ${amount(limits.tokens)} tokens`, key: 'model.dailyTokens' }
        : cost >= limits.cost
          ? { what: `${amount(cost)} of ${amount(limits.cost)} in money`, key: 'model.dailyCost' }
          : null;
    return (
      used &&
      `The language model's budget of today is used up (${used.what}); the local engine works until midnight ${timeZone}. ${used.key} sets it.`
    );
  }
  return {
    today,
    spent: () => ledger.modelSpentOn(today()),
    exhausted,
    async check() {
      const why = await exhausted();
      if (why) throw new AppError('budget_spent', why);
    },
  };
}

function amount(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}
