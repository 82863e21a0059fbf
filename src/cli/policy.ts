// `deskhand policy list|set`: what the bot may do by itself, category by category.
import Table from 'cli-table3';
import { Command } from 'commander';
import { nearestKey } from '../config/explain.ts';
import { proveThreshold } from '../engine/policy.ts';
import { modeOf } from '../flows/autonomy.ts';
import { MODES, modeSchema } from '../model/draft.ts';
import { AppError } from '../model/errors.ts';
import { withWorkspace } from './workspace.ts';

export function policyCommand(): Command {
  const command = new Command('policy');
  command
    .command('list')
    .description('mode of each category and how far it is proven')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await withWorkspace((store, { taxonomy, yaml }) =>
        Promise.all(
          taxonomy.categories.map(async ({ id, name, neverAuto }) => {
            const outcomes = await store.outcomesOf(id);
            const proof = proveThreshold(outcomes, yaml.modes.risk);
            return {
              category: id,
              name,
              mode: await modeOf({ store, settings: yaml }, id),
              neverAuto,
              reviewed: outcomes.length,
              errors: outcomes.filter((outcome) => outcome.error).length,
              threshold: proof.threshold,
              reviewsUntilAuto: proof.missing,
            };
          }),
        ),
      );
      if (json) return console.log(JSON.stringify(rows));
      const table = new Table({
        head: ['Category', 'Mode', 'Reviewed', 'Mistakes', 'Autonomy'],
        style: { head: [], border: [] },
      });
      for (const row of rows) table.push([row.category, row.mode, row.reviewed, row.errors, autonomy(row)]);
      console.log(table.toString());
    });
  command
    .command('set <category> <mode>')
    .description(`mode is one of ${MODES.join(', ')}`)
    .action(async (category: string, wanted: string) => {
      const mode = modeSchema.safeParse(wanted);
      if (!mode.success)
        throw new AppError('wrong_use', `The mode is "${wanted}"; it must be one of ${MODES.join(', ')}.`);
      await withWorkspace(async (store, { taxonomy }) => {
        const ids = taxonomy.categories.map(({ id }) => id);
        if (!ids.includes(category)) {
          const nearest = nearestKey(category, ids);
          throw new AppError(
            'wrong_use',
            `There is no category "${category}"; ${nearest ? `did you mean "${nearest}"?` : `one of: ${ids.join(', ')}.`}`,
          );
        }
        await store.setPolicy(category, mode.data, 'command line', new Date());
      });
      console.log(`${category} is now in mode ${mode.data}.`);
    });
  return command;
}

function autonomy(row: {
  neverAuto: boolean;
  threshold: number | null;
  reviewsUntilAuto: number | null;
}): string {
  if (row.neverAuto) return 'never: a person always sends';
  if (row.threshold !== null) return `proven from ${Math.round(row.threshold * 100)} % confidence`;
  return `${row.reviewsUntilAuto} more reviewed tickets until auto`;
}
