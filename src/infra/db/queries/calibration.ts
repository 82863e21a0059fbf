// Queries about how drafts fared and what that taught about their confidence.
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { Calibration, Judged } from '../../../model/calibration.ts';
import type { Db } from '../index.ts';
import { calibration, outcome, rehearsal } from '../schema/learning.ts';
import { draft } from '../schema/work.ts';

/** The one row of the table. */
const CURRENT = 1;

export function calibrationQueries(db: Db) {
  return {
    /** Drafts with their outcome, newest first, and past tickets that were answered again; `limit` of each. */
    async judgedDrafts(limit: number): Promise<Judged[]> {
      const outcomes = await db
        .select({ evidence: draft.evidence, error: outcome.error })
        .from(outcome)
        .innerJoin(draft, eq(draft.id, outcome.draftId))
        .where(and(isNotNull(draft.evidence), eq(draft.answerable, true)))
        .orderBy(desc(outcome.id))
        .limit(limit);
      const rehearsals = await db
        .select({ evidence: rehearsal.evidence, error: rehearsal.error })
        .from(rehearsal)
        .orderBy(desc(rehearsal.ticketId))
        .limit(limit);
      const judge =
        (rehearsed: boolean) => (row: { evidence: Judged['evidence'] | null; error: number }) => ({
          evidence: row.evidence ?? {},
          error: row.error > 0,
          rehearsed,
        });
      return [...outcomes.map(judge(false)), ...rehearsals.map(judge(true))];
    },

    /** Takes the place of all earlier rehearsals. */
    async setRehearsals(rows: (typeof rehearsal.$inferInsert)[]): Promise<void> {
      await db.delete(rehearsal);
      if (rows.length > 0) await db.insert(rehearsal).values(rows);
    },

    /** Null: outcomes have taught nothing yet. */
    async calibration(): Promise<Calibration | null> {
      const [row] = await db.select().from(calibration).where(eq(calibration.id, CURRENT));
      return row?.fitted ?? null;
    },

    async setCalibration(fitted: Calibration, at: Date): Promise<void> {
      const row = { id: CURRENT, fitted, at };
      await db.insert(calibration).values(row).onConflictDoUpdate({ target: calibration.id, set: row });
    },
  };
}
