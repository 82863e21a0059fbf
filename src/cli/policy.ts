// `deskhand policy list|set`: what the bot may do by itself, category by category.
import Table from 'cli-table3';
import { Command } from 'commander';
import { nearestKey } from '../config/explain.ts';
import { autonomyOf } from '../flows/autonomy.ts';
import type { Autonomy } from '../model/dashboard.ts';
import { MODES, modeSchema } from '../model/draft.ts';
import { AppError } from '../model/errors.ts';
import { exactly } from '../model/probability.ts';
import { withWorkspace } from './workspace.ts';

export function policyCommand(): Command {
  const command = new Command('policy');
  command
    .command('list')
    .description('mode of each category and how far it is proven')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await withWorkspace((store, { taxonomy, yaml }) =>
        autonomyOf({ store, taxonomy, settings: yaml }),
      );
      if (json)
        return console.log(
          JSON.stringify(rows.map(({ missing, ...row }) => ({ ...row, reviewsUntilAuto: missing }))),
        );
      const table = new Table({
        head: ['Category', 'Mode', 'Reviewed', 'Mistakes', 'Autonomy'],
        style: { head: [], border: [] },
      });
      for (const row of rows) table.push([row.category, row.mode, row.reviewed, row.errors, earned(row)]);
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

function earned({ neverAuto, threshold, missing }: Autonomy): string {
  if (neverAuto) return 'never: a person always sends';
  if (threshold !== null) return `proven from ${exactly(threshold)} confidence`;
  return `${missing} more reviewed tickets until auto`;
}
