// Moments and spans of time as SQL.
import { type SQL, sql } from 'drizzle-orm';
import type { Span } from '../../../model/digest.ts';

export function instant(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`;
}

/** From the span's beginning, up to and without its end. */
export function within(column: SQL, { from, to }: Span): SQL {
  return sql`${column} >= ${instant(from)} and ${column} < ${instant(to)}`;
}
