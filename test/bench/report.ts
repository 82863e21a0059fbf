// Prints figures as a table, and keeps the generated part of docs/figures.md.
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { type Figure, megabytes } from './figures.ts';

const PAGE = fileURLToPath(new URL('../../docs/figures.md', import.meta.url));
const BEGIN = '<!-- figures: written by `npm run bench -- --write` -->';
const END = '<!-- end of figures -->';

export interface Section {
  title: string;
  figures: Figure[];
}

export function printSections(sections: Section[]): void {
  const table = new Table({
    head: ['what', 'measured', 'aim'],
    style: { head: [], border: [], compact: true },
  });
  for (const { title, figures } of sections) {
    table.push([{ colSpan: 3, content: title }]);
    for (const { name, value, aim = '' } of figures) table.push([name, value, aim]);
  }
  console.log(String(table));
}

/** One line about where and how the figures were taken. */
export function describeRun(command: string, loadBefore: number): string {
  const [cpu] = cpus();
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${megabytes(totalmem())} of memory`,
    `Node ${process.versions.node}`,
    `load of the machine before: ${loadBefore.toFixed(2)}, at the end: ${(loadavg()[0] ?? 0).toFixed(2)}`,
    `\`${command}\``,
  ].join(' · ');
}

/**
 * Replaces, between the markers, the sections that were measured; the others stay. Each tells its own run.
 * Throws when the page has lost its markers.
 */
export async function writeSections(measured: Section[], run: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const [kept, after] = rest?.split(END) ?? [];
  if (before === undefined || kept === undefined || after === undefined)
    throw new Error(`${PAGE} has no lines "${BEGIN}" and "${END}"`);
  const sections = new Map<string, string>();
  for (const section of kept.split(/^### /m).slice(1)) {
    const [title = '', ...lines] = section.trim().split('\n');
    sections.set(title, lines.join('\n').trim());
  }
  for (const { title, figures } of measured) sections.set(title, `${asTable(figures)}\n\n${run}`);
  const all = [...sections].map(([title, body]) => `### ${title}\n\n${body}\n`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${all.join('\n')}\n${END}${after}`);
}

function asTable(figures: Figure[]): string {
  return [
    '| what | measured | aim |',
    '|---|---|---|',
    ...figures.map(({ name, value, aim = '' }) => `| ${name} | ${value} | ${aim} |`),
  ].join('\n');
}
