// `deskhand import tickets|customers|knowledge`: what the bot should know from the first day.
import { readFile } from 'node:fs/promises';
import cliProgress from 'cli-progress';
import { Command } from 'commander';
import { type ImportReport, importCustomers, importTickets } from '../flows/import.ts';
import { importKnowledge } from '../flows/knowledge.ts';
import { AppError } from '../model/errors.ts';
import { withWorkspace } from './workspace.ts';

const clock = { now: () => new Date() };
/** Rejected lines that are printed; `--json` prints all. */
const SHOWN = 20;

export function importCommand(): Command {
  const command = new Command('import').description(
    'import history, customers or knowledge; can be repeated and resumed',
  );
  const add = (
    name: string,
    argument: string,
    description: string,
    run: (path: string, options: Parameters<typeof importTickets>[1]) => Promise<ImportReport>,
  ) =>
    command
      .command(`${name} <${argument}>`)
      .description(description)
      .option('--json', 'print the report as JSON')
      .action(async (path: string, { json }: { json?: boolean }) => {
        const bar =
          json || !process.stderr.isTTY
            ? null
            : new cliProgress.SingleBar({ format: `${name} [{bar}] {value}/{total}` });
        const report = await withWorkspace(async (store) => {
          const onProgress = (done: number, total: number) =>
            bar?.isActive ? bar.update(done) : bar?.start(total, done);
          return run(path, { store, clock, onProgress });
        }).finally(() => bar?.stop());
        print(name, report, json ?? false);
      });
  add('tickets', 'file', 'tickets of the past, JSONL', async (path, o) => importTickets(await read(path), o));
  add('customers', 'file', 'customers with accounts, plans and usage, JSONL', async (path, o) =>
    importCustomers(await read(path), o),
  );
  add('knowledge', 'path', 'Markdown articles, a file or a folder', importKnowledge);
  return command;
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError('not_found', `${path} cannot be read; give a JSONL file.`, { cause: error });
  });
}

function print(name: string, report: ImportReport, json: boolean): void {
  if (json) console.log(JSON.stringify(report));
  else explain(name, report);
  // Something was wrong, though the rest is in: programs must be able to tell.
  if (report.rejected.length > 0) process.exitCode = 1;
}

function explain(name: string, report: ImportReport): void {
  const removed =
    'removed' in report && report.removed ? `, ${report.removed} no longer there and removed` : '';
  console.log(
    `${report.imported} ${name} imported, ${report.skipped} there already, ${report.rejected.length} rejected${removed}.`,
  );
  for (const { line, reason } of report.rejected.slice(0, SHOWN)) console.log(`  line ${line}: ${reason}`);
  const more = report.rejected.length - SHOWN;
  if (more > 0) console.log(`  and ${more} more; --json lists all`);
  if (report.imported > 0)
    console.log(
      name === 'knowledge'
        ? 'A bot that is running answers from them within a minute.'
        : 'A bot that is running reads them at its next start.',
    );
}
