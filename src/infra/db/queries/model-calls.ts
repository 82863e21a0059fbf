// Queries about calls of the language model: what a day and a ticket have cost.
import { eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../index.ts';
import { modelCall } from '../schema/model-calls.ts';

export function modelCallQueries(db: Db) {
  const sums = {
    tokens: sql<number>`coalesce(sum(${modelCall.inputTokens} + ${modelCall.outputTokens}), 0)::float8`,
    cost: sql<number>`coalesce(sum(${modelCall.cost}), 0)::float8`,
  };
  const none = { tokens: 0, cost: 0 };

  return {
    async recordModelCall(row: typeof modelCall.$inferInsert): Promise<void> {
      await db.insert(modelCall).values(row);
    },

    /** Tokens and money of a day (`2026-03-02`), over all processes. */
    async modelSpentOn(day: string): Promise<{ tokens: number; cost: number }> {
      const [row] = await db.select(sums).from(modelCall).where(eq(modelCall.day, day));
      return row ?? none;
    },

    /** Removes the calls of days before `day`; answers how many. */
    async forgetModelCalls(day: string): Promise<number> {
      const { rowCount } = await db.delete(modelCall).where(lt(modelCall.day, day));
      return rowCount ?? 0;
    },

    /** Tokens and money of everything the model did for a ticket. */
    async modelSpentFor(ticketId: number): Promise<{ tokens: number; cost: number }> {
      const [row] = await db.select(sums).from(modelCall).where(eq(modelCall.ticketId, ticketId));
      return row ?? none;
    },
  };
}
