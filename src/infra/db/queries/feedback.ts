// Queries about what agents think of drafts.
import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { OutcomeKind } from '../../../model/outcome.ts';
import type { Db } from '../index.ts';
import { feedback } from '../schema/feedback.ts';
import { outcome } from '../schema/learning.ts';

export function feedbackQueries(db: Db) {
  return {
    /** One word a person and draft: a later one takes the place of theirs. */
    async giveFeedback(row: typeof feedback.$inferInsert): Promise<void> {
      await db
        .insert(feedback)
        .values(row)
        .onConflictDoUpdate({
          target: [feedback.draftId, feedback.by],
          set: { helpful: row.helpful, at: row.at },
        });
    },

    /** How many people found a draft helpful, and how many did not. */
    async feedbackOn(draftId: number): Promise<{ helpful: number; unhelpful: number }> {
      const rows = await db
        .select({ helpful: feedback.helpful, people: count() })
        .from(feedback)
        .where(eq(feedback.draftId, draftId))
        .groupBy(feedback.helpful);
      const of = (helpful: boolean) => rows.find((row) => row.helpful === helpful)?.people ?? 0;
      return { helpful: of(true), unhelpful: of(false) };
    },

    /** Takes back that people found a draft unhelpful: what was sent of it counts again, if it was. */
    async forgetUnhelpful(draftId: number): Promise<void> {
      const unhelpful = and(eq(outcome.draftId, draftId), eq(outcome.kind, 'unhelpful'));
      await db.delete(outcome).where(and(unhelpful, isNull(outcome.editShare)));
      const sent = sql<OutcomeKind>`case when ${outcome.editShare} = 0 then 'unchanged' else 'retouched' end`;
      await db.update(outcome).set({ kind: sent, error: 0 }).where(unhelpful);
    },
  };
}
