// Queries about knowledge, exemplars, examples, outcomes and policies.
import { and, asc, desc, eq, notInArray, sql } from 'drizzle-orm';
import type { Evidence } from '../../../model/calibration.ts';
import type { Mode } from '../../../model/draft.ts';
import { NEWEST_OUTCOMES } from '../../../model/outcome.ts';
import type { Exemplar, KnowledgeArticle, LabelledText } from '../../../ports.ts';
import type { Db } from '../index.ts';
import { article, example, exemplar, outcome, policy } from '../schema/learning.ts';
import { draft } from '../schema/work.ts';

export function learningQueries(db: Db) {
  return {
    async allArticles(): Promise<KnowledgeArticle[]> {
      return db.select().from(article).orderBy(asc(article.id));
    },

    /** A text that changes when any article comes, goes or is written again. */
    async articlesState(): Promise<string> {
      const [row] = await db
        .select({ state: sql<string>`concat(count(*), ' ', max(${article.updatedAt}))` })
        .from(article);
      return row?.state ?? '';
    },

    async upsertArticles(articles: KnowledgeArticle[], now: Date): Promise<void> {
      for (const one of articles) {
        const row = { macro: null, ...one, updatedAt: now };
        await db.insert(article).values(row).onConflictDoUpdate({ target: article.id, set: row });
      }
    },

    /** Removes articles of one import root that are no longer there. */
    async removeArticles(prefix: string, keep: string[]): Promise<number> {
      const gone = and(
        sql`starts_with(${article.id}, ${prefix})`,
        keep.length > 0 ? notInArray(article.id, keep) : undefined,
      );
      const rows = await db.delete(article).where(gone).returning({ id: article.id });
      return rows.length;
    },

    /** Newest first, `limit` at most. */
    async recentExemplars(limit: number): Promise<Exemplar[]> {
      const rows = await db.select().from(exemplar).orderBy(desc(exemplar.ticketId)).limit(limit);
      return rows.map(({ ticketId, ...row }) => ({ ...row, id: `T-${ticketId}` }));
    },

    /** What one ticket taught, for another replica's engine. */
    async learnedFrom(
      ticketId: number,
    ): Promise<{ example: LabelledText | null; exemplar: Exemplar | null }> {
      const [label] = await db.select().from(example).where(eq(example.ticketId, ticketId));
      const [solved] = await db.select().from(exemplar).where(eq(exemplar.ticketId, ticketId));
      return {
        example: label
          ? { text: label.text, category: label.category, corrected: label.corrected > 0 }
          : null,
        exemplar: solved ? { ...solved, id: `T-${ticketId}` } : null,
      };
    },

    /** One a ticket, the newest. */
    async upsertExemplar(row: typeof exemplar.$inferInsert): Promise<void> {
      await db.insert(exemplar).values(row).onConflictDoUpdate({ target: exemplar.ticketId, set: row });
    },

    /** `quality`: worth of the reply, 0 (never used again) to 1. */
    async setExemplarQuality(ticketId: number, quality: number): Promise<void> {
      await db.update(exemplar).set({ quality }).where(eq(exemplar.ticketId, ticketId));
    },

    /** Newest first. */
    async recentExamples(limit: number): Promise<LabelledText[]> {
      const rows = await db.select().from(example).orderBy(desc(example.id)).limit(limit);
      return rows.map((row) => ({ text: row.text, category: row.category, corrected: row.corrected > 0 }));
    },

    /** Labelled texts that belong to no ticket, in one statement. */
    async addExamples(rows: (typeof example.$inferInsert)[]): Promise<void> {
      if (rows.length) await db.insert(example).values(rows);
    },

    /** One label a ticket; a person's correction is never overwritten by history. */
    async upsertExample(row: typeof example.$inferInsert): Promise<void> {
      await db
        .insert(example)
        .values(row)
        .onConflictDoUpdate({
          target: example.ticketId,
          set: { category: row.category, corrected: row.corrected ?? 0, at: row.at },
          setWhere: sql`${example.corrected} <= ${row.corrected ?? 0}`,
        });
    },

    /** One outcome a draft; a worse word replaces an earlier one, and any mistake that agents did not like it. */
    async recordOutcome(row: typeof outcome.$inferInsert): Promise<void> {
      await db
        .insert(outcome)
        .values(row)
        .onConflictDoUpdate({
          target: outcome.draftId,
          set: { kind: row.kind, error: row.error, at: row.at },
          setWhere: sql`${outcome.error} < ${row.error} or (${row.error} = 1 and ${outcome.kind} = 'unhelpful')`,
        });
    },

    /** The newest outcomes of a category; a holding reply, which never leaves alone, has none. */
    async outcomesOf(
      category: string,
    ): Promise<{ confidence: number; evidence: Evidence | null; error: boolean }[]> {
      const rows = await db
        .select({ confidence: outcome.confidence, evidence: draft.evidence, error: outcome.error })
        .from(outcome)
        .innerJoin(draft, eq(draft.id, outcome.draftId))
        .where(and(eq(outcome.category, category), eq(draft.answerable, true)))
        .orderBy(desc(outcome.id))
        .limit(NEWEST_OUTCOMES);
      return rows.map((row) => ({ ...row, error: row.error > 0 }));
    },

    /** What people have set, by category; others have the configuration's mode. */
    async policies(): Promise<{ category: string; mode: Mode; by: string; at: Date }[]> {
      return db.select().from(policy).orderBy(asc(policy.category));
    },

    async setPolicy(category: string, mode: Mode, by: string, at: Date): Promise<void> {
      const row = { category, mode, by, at };
      await db.insert(policy).values(row).onConflictDoUpdate({ target: policy.category, set: row });
    },
  };
}
