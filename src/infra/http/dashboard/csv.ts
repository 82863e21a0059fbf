// CSV for spreadsheets: quoted as RFC 4180 has it, and nothing that a cell says is carried out as a formula.

type Cell = string | number | boolean | Date | null;

/** Excel takes a file for UTF-8 only with this mark at its beginning. */
const MARK = '\ufeff';

/**
 * Texts that a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also
 * behind blanks, which some programs skip.
 */
const FORMULA = /^[\s\u00a0]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;

/** The head, then one line a row. */
export function renderCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return MARK + [head, ...rows].map((row) => `${row.map(renderCell).join(',')}\r\n`).join('');
}

function renderCell(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
