// Lengths of time in milliseconds. A day of 24 hours: local days, which summer time makes longer or shorter, are in insights/calendar.
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The moment so many times 24 hours before `at`. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * DAY_MS);
}

/** The moment so many times 24 hours after `at`. */
export function daysAfter(at: Date, days: number): Date {
  return daysBefore(at, -days);
}
