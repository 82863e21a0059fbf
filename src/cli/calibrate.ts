// `deskhand calibrate` and `deskhand eval drafts`: solved tickets are answered again, to learn how sure drafts may be.
import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { type Rehearsal, rehearse, reportOn } from '../engine/eval/drafts.ts';
import { calibrate } from '../flows/calibrate.ts';
import { readKnowledge, readMacros } from '../flows/knowledge.ts';
import { allModules } from '../main/adapters.ts';
import { AppError } from '../model/errors.ts';
import { type TicketImport, ticketImportSchema } from '../model/ticket.ts';
import type { Exemplar } from '../ports.ts';
import { measured, readRows, stderrLog } from './measure.ts';
import { withWorkspace } from './workspace.ts';

const clock = { now: () => new Date() };
/** Solved tickets that are answered again: the newest, a few minutes' work. */
const MOST = 1_000;
/** Fewer say nothing. */
const LEAST = 40;
const exampleRow = z.object({ text: z.string(), label: z.string() });

/** Answers the workspace's solved tickets again and fits the confidence to how that went. */
export function calibrateCommand(): Command {
  return new Command('calibrate')
    .option('--json', 'print the report as one line of JSON', false)
    .action(({ json }: { json: boolean }) =>
      withWorkspace(async (store, { taxonomy }) => {
        const tickets = await store.recentExemplars(MOST);
        refuseFew(tickets.length);
        const [articles, examples] = await Promise.all([store.allArticles(), store.recentExamples(20_000)]);
        await measured(json, async (embedder, onProgress) => {
          const options = { taxonomy, articles, examples, embedder, clock, log: stderrLog, onProgress };
          const rehearsals = await rehearse(tickets, options);
          await store.transaction((tx) => tx.setRehearsals(rowsOf(rehearsals)));
          await calibrate({ store, clock, log: stderrLog });
          return reportOn(rehearsals);
        });
      }),
    );
}

function rowsOf(rehearsals: Rehearsal[]) {
  return rehearsals
    .filter(({ answerable }) => answerable)
    .map(({ id, evidence, error }) => ({
      ticketId: Number(id.replace('T-', '')),
      evidence,
      error: error ? 1 : 0,
      at: clock.now(),
    }));
}

interface DraftsOptions {
  tickets: string[];
  knowledge: string;
  macros?: string;
  examples?: string;
  json: boolean;
}

/** The same for files, without keeping anything. */
export function draftsCommand(): Command {
  return new Command('drafts')
    .description('drafts: solved tickets with replies; each is answered by an engine that has not seen it')
    .requiredOption('--tickets <files...>', 'JSONL as `import tickets` reads it')
    .requiredOption('--knowledge <folder>', 'Markdown articles')
    .option('--macros <folder>', 'macros, Markdown')
    .option('--examples <file>', 'more rows of {"text", "label"} to learn topics from')
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: DraftsOptions) => {
      const { taxonomy } = loadConfig(allModules);
      const rows = await Promise.all(options.tickets.map((file) => readRows(file, ticketImportSchema)));
      const tickets = rows.flat().flatMap(exemplarOf);
      refuseFew(tickets.length);
      const known = await readKnowledge(options.knowledge);
      const macros = options.macros ? await readMacros(options.macros) : null;
      const articles = [...known.articles, ...(macros?.articles ?? [])];
      const labelled = options.examples ? await readRows(options.examples, exampleRow) : [];
      const examples = labelled.map(({ text, label }) => ({ text, category: label, corrected: false }));
      await measured(options.json, async (embedder, onProgress) =>
        reportOn(
          await rehearse(tickets, {
            taxonomy,
            articles,
            examples,
            embedder,
            clock,
            log: stderrLog,
            onProgress,
          }),
        ),
      );
    });
}

function refuseFew(count: number): void {
  if (count < LEAST)
    throw new AppError(
      'wrong_use',
      `There are ${count} solved tickets with category and reply; at least ${LEAST} are needed. Import more with \`deskhand import tickets\`.`,
    );
}

/** A ticket as the inbox learns it, or nothing when it lacks category or reply. */
function exemplarOf(line: TicketImport): Exemplar[] {
  const { id, subject, text, reply, category, kind, account, reopened, csat } = line;
  if (!category || !reply) return [];
  const quality = reopened || (csat ?? 5) <= 2 ? 0 : csat ? csat / 5 : 0.7;
  return [
    {
      id,
      text: [subject, text].filter(Boolean).join('\n'),
      reply,
      category,
      kind: kind ?? null,
      language: 'en',
      plan: account?.plan ?? null,
      quality,
    },
  ];
}
