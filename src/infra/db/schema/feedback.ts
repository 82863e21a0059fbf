// What agents think of drafts: a word a person and version.
import { boolean, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { ref, time } from './columns.ts';
import { draft } from './work.ts';

export const feedback = pgTable(
  'feedback',
  {
    draftId: ref()
      .notNull()
      .references(() => draft.id),
    /** The agent's name. */
    by: text().notNull(),
    helpful: boolean().notNull(),
    at: time().notNull(),
  },
  (t) => [primaryKey({ columns: [t.draftId, t.by] })],
);
