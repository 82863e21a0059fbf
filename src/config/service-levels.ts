// The part of config/deskhand.yaml that promises answers: by when, in which hours, and who hears before it is too late.
import { z } from 'zod';
import { MINUTE_MS } from '../model/duration.ts';

const LONGEST_MINUTES = 90 * 24 * 60;
const DURATION = 'a duration such as 30m, 4h or 1h30m, at most 2160h';
const HOURS = 'hours such as "09:00-18:00" or "09:00-12:30, 13:30-18:00"';

/** `1h30m`, in milliseconds. */
const duration = z
  .string()
  .regex(/^(?=\d)(\d{1,5}h)?(\d{1,6}m)?$/, DURATION)
  .transform((text) => {
    const [, hours = '0', minutes = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(text) ?? [];
    return Number(hours) * 60 + Number(minutes);
  })
  .refine((minutes) => minutes > 0 && minutes <= LONGEST_MINUTES, DURATION)
  .transform((minutes) => minutes * MINUTE_MS);

const promise = z
  .strictObject({
    firstAnswer: duration.optional().describe('Until the first answer, e.g. 30m'),
    resolution: duration
      .optional()
      .describe('Until it is solved, without the time it waits for the customer'),
    hours: z
      .enum(['business', 'always'])
      .default('business')
      .describe('always: round the clock, whatever businessHours says'),
  })
  .optional();

/** `09:00-12:30, 13:30-18:00` as spans, in order. */
const openingHours = z
  .string()
  .regex(/^\s*\d\d:\d\d\s*-\s*\d\d:\d\d\s*(,\s*\d\d:\d\d\s*-\s*\d\d:\d\d\s*){0,5}$/, HOURS)
  .transform((text) =>
    text.split(',').map((span) => {
      const [from = '', to = ''] = span.split('-').map((time) => time.trim());
      return { from, to };
    }),
  )
  .refine((spans) => {
    const times = spans.flatMap(({ from, to }) => [from, to]);
    const isTime = (time: string) => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(time);
    return times.every((time, index) => isTime(time) && time > (times[index - 1] ?? ''));
  }, `${HOURS}, each later than the one before`)
  .optional();

const holiday = z
  .string()
  .regex(
    /^([A-Z]{2}(-[A-Z0-9]{1,5}){0,2}|\d{4}-\d{2}-\d{2})$/,
    'a country such as FR, with its region DE-BY, or a day such as 2026-12-24',
  );

const share = z.number().min(0.05).max(1);

/** `timeZone` and `oneOrMore` are the fields that the rest of the configuration uses, too. */
export function serviceSchemas<Names extends z.ZodType<string[]>>(timeZone: z.ZodString, oneOrMore: Names) {
  return {
    serviceLevels: z
      .array(
        z.strictObject({
          plan: oneOrMore.optional().describe('Plans that it is for; without it for all'),
          P1: promise,
          P2: promise,
          P3: promise,
          P4: promise,
        }),
      )
      .default([])
      .describe('What is promised, by plan and priority; the first that fits and names a time counts'),
    businessHours: z
      .strictObject({
        timeZone: timeZone.optional().describe('Default: the workspace’s'),
        mon: openingHours,
        tue: openingHours,
        wed: openingHours,
        thu: openingHours,
        fri: openingHours,
        sat: openingHours,
        sun: openingHours,
        holidays: z
          .union([holiday, z.array(holiday)])
          .transform((given) => (Array.isArray(given) ? given : [given]))
          .default([])
          .describe('Countries or regions whose public holidays are closed, and days of your own'),
      })
      .refine(
        ({ mon, tue, wed, thu, fri, sat, sun }) => [mon, tue, wed, thu, fri, sat, sun].some(Boolean),
        'hours for at least one of mon to sun',
      )
      .optional()
      .describe('When somebody answers; without it promises count round the clock'),
    warnings: z
      .strictObject({
        at: share.default(0.75).describe('Share of the time that is used up when the channel is warned'),
        escalateAt: share.default(0.9).describe('The same for the escalation path'),
        escalation: z
          .array(z.string().min(1).max(320))
          .default([])
          .describe('lead, admin, team (of the category), team:NAME, or agents by name or e-mail'),
      })
      .prefault({})
      .describe('Before a promise is broken'),
  };
}
