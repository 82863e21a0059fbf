// What `deskhand doctor` says about promises to customers and about what makes a ticket important.
import type { Config } from '../config.ts';
import { openDatabase } from '../infra/db/index.ts';
import { createStore } from '../infra/db/queries/index.ts';
import { holidaysOf } from '../infra/holidays.ts';
import { errorText } from '../model/errors.ts';
import type { Log } from '../ports.ts';
import type { Check } from './doctor.ts';

/** One finding for the hours in which promises count, one for what history has taught. */
export async function serviceChecks({ yaml }: Config, databaseUrl: string, log: Log): Promise<Check[]> {
  return [await hoursCheck(yaml), await priorityCheck(yaml, databaseUrl, log)];
}

async function hoursCheck({ businessHours, workspace, warnings }: Config['yaml']): Promise<Check> {
  const part = 'service levels';
  const told = warnings.escalation.join(', ') || 'nobody besides the channel';
  const before = `before a promise is broken ${told} ${warnings.escalation.length > 1 ? 'are' : 'is'} told`;
  if (!businessHours) return { part, state: 'ok', detail: `count round the clock; ${before}` };
  const { timeZone = workspace.timeZone, holidays } = businessHours;
  try {
    const year = new Date().getUTCFullYear();
    for (const where of holidays) if (!/^\d/.test(where)) await holidaysOf(where, year);
    return { part, state: 'ok', detail: `count in business hours, ${timeZone}; ${before}` };
  } catch (error) {
    return { part, state: 'fault', detail: `businessHours: ${errorText(error)}` };
  }
}

async function priorityCheck({ priority }: Config['yaml'], databaseUrl: string, log: Log): Promise<Check> {
  const part = 'priorities';
  if (!priority.learn.enabled)
    return { part, state: 'ok', detail: 'the configured weights; learning is off' };
  const database = openDatabase(databaseUrl, { log, max: 1 });
  try {
    const fit = await createStore(database.db).latestPriorityFit();
    const detail = fit
      ? `${fit.verdict} (${fit.n} tickets); \`deskhand priority\` shows the weights`
      : 'the configured weights; history was not looked at yet';
    return { part, state: 'ok', detail };
  } catch {
    return { part, state: 'ok', detail: 'the configured weights; nothing has run on this database yet' };
  } finally {
    await database.close();
  }
}
