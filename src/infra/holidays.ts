// Public holidays by country and region, from the date-holidays package.
import { AppError } from '../model/errors.ts';

const known = new Map<string, ReadonlySet<string>>();

/**
 * The public holidays of a year as `YYYY-MM-DD`. `where` is a country (`FR`), with a state and region where they
 * differ (`DE-BY`). Throws AppError `unknown_country`.
 */
export async function holidaysOf(where: string, year: number): Promise<ReadonlySet<string>> {
  const key = `${where} ${year}`;
  const found = known.get(key);
  if (found) return found;
  // The rules of all countries are some megabytes, so they are loaded when somebody asks.
  const { default: Holidays } = await import('date-holidays');
  const [country = '', state, region] = where.split('-');
  const calendar = new Holidays();
  if (!(country in calendar.getCountries()) || (state && !(state in (calendar.getStates(country) ?? {}))))
    throw new AppError(
      'unknown_country',
      `holidays is "${where}"; give a country such as FR or a region such as DE-BY.`,
    );
  calendar.init(country, state, region);
  const days = new Set(
    calendar
      .getHolidays(year)
      .filter(({ type }) => type === 'public')
      .map(({ date }) => date.slice(0, 10)),
  );
  known.set(key, days);
  return days;
}
