// What the bot learns from: knowledge, exemplars, outcomes, policies, remembered embeddings.
import { sql } from 'drizzle-orm';
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Kind } from '../../../model/analysis.ts';
import type { Calibration, Evidence } from '../../../model/calibration.ts';
import type { Mode } from '../../../model/draft.ts';
import type { Macro } from '../../../model/engine.ts';
import type { OutcomeKind } from '../../../model/outcome.ts';
import { bytes, id, ref, time } from './columns.ts';
import { ticket } from './conversations.ts';
import { draft } from './work.ts';

export const article = pgTable('article', {
  /** Path or address it was imported from. */
  id: text().primaryKey(),
  title: text().notNull(),
  url: text(),
  category: text(),
  plans: jsonb().$type<string[]>().notNull(),
  language: text().notNull(),
  product: text(),
  body: text().notNull(),
  macro: jsonb().$type<Macro>(),
  updatedAt: time().notNull(),
});

export const exemplar = pgTable('exemplar', {
  ticketId: ref()
    .primaryKey()
    .references(() => ticket.id),
  text: text().notNull(),
  reply: text().notNull(),
  category: text().notNull(),
  kind: text().$type<Kind>(),
  language: text().notNull(),
  plan: text(),
  quality: doublePrecision().notNull(),
});

/** A text whose category a person has told. */
export const example = pgTable(
  'example',
  {
    id: id(),
    ticketId: ref().references(() => ticket.id),
    text: text().notNull(),
    category: text().notNull(),
    corrected: integer().notNull().default(0),
    at: time().notNull(),
  },
  (t) => [uniqueIndex().on(t.ticketId)],
);

/** How a draft fared: the evidence that confidence and autonomy rest on. */
export const outcome = pgTable(
  'outcome',
  {
    id: id(),
    ticketId: ref()
      .notNull()
      .references(() => ticket.id),
    draftId: ref()
      .notNull()
      .references(() => draft.id),
    category: text().notNull(),
    kind: text().$type<OutcomeKind>().notNull(),
    /** 1 = it would have been a mistake to send the draft as it was. */
    error: integer().notNull(),
    confidence: doublePrecision().notNull(),
    /** Share of the draft's words that the agent changed, 0..1. */
    editShare: doublePrecision(),
    at: time().notNull(),
  },
  (t) => [uniqueIndex().on(t.draftId), index().on(t.category)],
);

/** Past tickets that were answered again and compared with the reply that was sent: they calibrate the confidence. */
export const rehearsal = pgTable('rehearsal', {
  ticketId: ref()
    .primaryKey()
    .references(() => ticket.id),
  evidence: jsonb().$type<Evidence>().notNull(),
  /** 1 = the draft says something else than the reply. */
  error: integer().notNull(),
  at: time().notNull(),
});

/** The weights that confidence is computed with; at most one row. */
export const calibration = pgTable('calibration', {
  id: integer().primaryKey(),
  fitted: jsonb().$type<Calibration>().notNull(),
  at: time().notNull(),
});

export const policy = pgTable('policy', {
  category: text().primaryKey(),
  mode: text().$type<Mode>().notNull(),
  by: text().notNull(),
  at: time().notNull(),
});

/** Embeddings by content hash, so that a restart does not compute them again. */
export const embedding = pgTable(
  'embedding',
  { embedder: text().notNull(), hash: text().notNull(), vector: bytes().notNull() },
  (t) => [primaryKey({ columns: [t.embedder, t.hash] })],
);

/** Small durable values of adapters and of the bot itself. */
export const value = pgTable(
  'value',
  {
    owner: text().notNull(),
    /** Its collation is "C" (migration 20): in the order of its bytes, whatever the server's locale. */
    key: text().notNull(),
    value: jsonb().notNull(),
    updatedAt: time().notNull().defaultNow(),
    /** May be forgotten from then on; null: kept for ever. */
    expiresAt: time(),
  },
  (t) => [
    primaryKey({ columns: [t.owner, t.key] }),
    index('value_expiring').on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
  ],
);
