// Rows put into a test's database as they are, past the flows.
import type pg from 'pg';

/** Inserts a row, objects as JSON; its id, where it has one. */
export async function put(pool: pg.Pool, table: string, row: Record<string, unknown>): Promise<number> {
  const names = Object.keys(row);
  const values = Object.values(row).map((value) =>
    value !== null && typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : value,
  );
  const { rows } = await pool.query(
    `insert into ${table} (${names}) values (${names.map((_, n) => `$${n + 1}`)}) returning *`,
    values,
  );
  return Number(rows[0]?.id ?? 0);
}
