// What queries expect of the rows that come back.

/** The row that an insert must have returned. */
export function inserted<Row>([row]: Row[]): Row {
  if (!row) throw new Error('insert returned no row');
  return row;
}
