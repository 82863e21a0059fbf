// Queries about calls of the language model: what a day and a ticket have cost.
import { eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { TicketSlice } from '../../../model/dashboard.ts';
import type { Db } from '../index.ts';
import { modelCall } from '../schema/model-calls.ts';
import { inSlice } from './ticket-slice.ts';

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

    /** Money of the days from `first` to `last`, both included: of all calls, or of those for a part of the tickets. */
    async modelCostIn(days: { first: string; last: string }, slice: TicketSlice = {}): Promise<number> {
      const isPart = Object.values(slice).some((condition) => condition !== undefined);
      const { rows } = await db.execute(sql`
        select coalesce(sum(m.cost), 0)::float8 as cost from model_call m
        ${isPart ? sql`join ticket t on t.id = m.ticket_id ${inSlice(slice)}` : sql``}
        where m.day between ${days.first} and ${days.last}`);
      return z.array(z.object({ cost: z.number() })).parse(rows)[0]?.cost ?? 0;
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
