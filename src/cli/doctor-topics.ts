// What `deskhand doctor` says about the taxonomy: examples that stand in two topics, tickets of topics that it does not have.
import { z } from 'zod';
import type { Config } from '../config.ts';
import { openDatabase } from '../infra/db/index.ts';
import { createStore } from '../infra/db/queries/index.ts';
import { errorText } from '../model/errors.ts';
import { sharedExamples } from '../model/taxonomy.ts';
import type { Log } from '../ports.ts';
import type { Check } from './doctor.ts';

const part = 'taxonomy';
/** Categories that are named; of more their number is told. */
const NAMED = 5;

/** Two categories with the same examples are a slip that nothing else tells of. */
export function exampleChecks({ taxonomy }: Config): Check[] {
  const [first, ...more] = sharedExamples(taxonomy);
  if (!first) return [];
  const others = more.length > 0 ? `, and ${more.length} more` : '';
  return [
    {
      part,
      state: 'note',
      detail: `“${first.example}” is an example of ${first.categories.join(' and ')}${others}: messages like it cannot be told apart; leave it in one category`,
    },
  ];
}

/** How PostgreSQL says that nothing has run on this database yet. */
const noTable = z.object({ cause: z.object({ code: z.literal('42P01') }) });

/** Categories that were taken out, or that only imported tickets have. */
export async function strayTopics({ taxonomy }: Config, databaseUrl: string, log: Log): Promise<Check[]> {
  const database = openDatabase(databaseUrl, { log, max: 1 });
  try {
    const store = createStore(database.db);
    const stray = await store.otherCategories(taxonomy.categories.map(({ id }) => id));
    if (stray.length === 0) return [];
    const named = stray.slice(0, NAMED).map(({ category, tickets }) => `${category} (${tickets})`);
    const more = stray.length > NAMED ? ` and ${stray.length - NAMED} more` : '';
    return [
      {
        part,
        state: 'note',
        detail: `tickets have categories that it does not have: ${named.join(', ')}${more}; nothing new is given to them. Add them to keep them`,
      },
    ];
  } catch (error) {
    if (noTable.safeParse(error).success) return [];
    return [{ part, state: 'note', detail: `tickets' categories could not be read: ${errorText(error)}` }];
  } finally {
    await database.close();
  }
}
