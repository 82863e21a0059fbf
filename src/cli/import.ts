// `deskhand import tickets|customers|macros|knowledge`: what the bot should know from the first day.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import cliProgress from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { type ImportOptions, type ImportReport, importCustomers, importTickets } from '../flows/import.ts';
import { importKnowledge, importMacros, keepArticles } from '../flows/knowledge.ts';
import { readSite } from '../flows/knowledge-site.ts';
import { createWebReader } from '../infra/web-reader.ts';
import { AppError } from '../model/errors.ts';
import { withWorkspace } from './workspace.ts';

const clock = { now: () => new Date() };
/** Rejected lines that are printed; `--json` prints all. */
const SHOWN = 20;
/** Help centres have some hundred articles; more is asked for. */
const SITE_PAGES = 500;

interface Flags {
  json?: boolean;
  limit?: number;
  allowPrivate?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import');
  const add = (
    name: string,
    argument: string,
    description: string,
    run: (path: string, options: ImportOptions, flags: Flags) => Promise<ImportReport>,
  ) =>
    command
      .command(`${name} <${argument}>`)
      .description(description)
      .option('--json', 'print the report as JSON')
      .action(async (path: string, flags: Flags) => {
        const { json } = flags;
        const bar =
          json || !process.stderr.isTTY
            ? null
            : new cliProgress.SingleBar({ format: `${name} [{bar}] {value}/{total}` });
        const report = await withWorkspace(async (store) => {
          const onProgress = (done: number, total: number) => {
            if (!bar?.isActive) return bar?.start(total, done);
            bar.setTotal(total);
            bar.update(done);
          };
          return run(path, { store, clock, onProgress }, flags);
        }).finally(() => bar?.stop());
        print(name, report, json ?? false);
      });
  add('tickets', 'file', 'tickets of the past, JSONL', async (path, o) => importTickets(await read(path), o));
  add('customers', 'file', 'customers with accounts, plans and usage, JSONL', async (path, o) =>
    importCustomers(await read(path), o),
  );
  add('macros', 'folder', 'ready answers, Markdown', importMacros);
  add(
    'knowledge',
    'path',
    'a folder of Markdown or HTML, a Zendesk or Intercom export (.json), or a website (https://…)',
    async (path, options, { limit = SITE_PAGES, allowPrivate = false }) => {
      if (!/^https?:\/\//i.test(path)) return importKnowledge(path, options);
      const web = createWebReader({ userAgent: 'deskhand (help-centre import)', allowPrivate });
      return keepArticles(await readSite(path, { ...options, web, wait, limit }), options);
    },
  )
    .option('--limit <pages>', `of a website, the most pages that are read (default ${SITE_PAGES})`, pages)
    .option('--allow-private', 'reads websites in private networks as well');
  return command;
}

function pages(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('give a whole number from 1.');
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

const FROM_STORE = 'A bot that is running answers from them within a minute.';
/** When a running bot uses what was imported. */
const IN_USE: Record<string, string> = {
  knowledge: FROM_STORE,
  macros: FROM_STORE,
  customers: 'A bot that is running knows them with their next message.',
  tickets: 'A bot that is running learns from them at its next start.',
};

function explain(name: string, report: ImportReport): void {
  const removed =
    'removed' in report && report.removed ? `, ${report.removed} no longer there and removed` : '';
  console.log(
    `${report.imported} ${name} imported, ${report.skipped} there already, ${report.rejected.length} rejected${removed}.`,
  );
  list(
    report.rejected.map(({ line, reason }) => (name === 'knowledge' ? reason : `line ${line}: ${reason}`)),
  );
  if ('leftOut' in report && Array.isArray(report.leftOut) && report.leftOut.length > 0) {
    console.log(`${report.leftOut.length} left out:`);
    list(report.leftOut.map(String));
  }
  if (report.imported > 0) console.log(IN_USE[name]);
}

function list(lines: string[]): void {
  for (const line of lines.slice(0, SHOWN)) console.log(`  ${line}`);
  const more = lines.length - SHOWN;
  if (more > 0) console.log(`  and ${more} more; --json lists all`);
}
