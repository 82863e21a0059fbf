// The part of config/deskhand.yaml that promises answers: by when, in which hours, and who hears before it is too late.
import { z } from 'zod';
import { promiseSchema } from '../model/service-promise.ts';

const HOURS = 'hours such as "09:00-18:00" or "09:00-12:30, 13:30-18:00"';

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
  }, `${HOURS}, each later than the one before (a night: 22:00-24:00, then 00:00-06:00 the day after)`)
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
          P1: promiseSchema.optional(),
          P2: promiseSchema.optional(),
          P3: promiseSchema.optional(),
          P4: promiseSchema.optional(),
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
      .refine(({ at, escalateAt }) => at <= escalateAt, 'at no later than escalateAt')
      .prefault({})
      .describe('Before a promise is broken'),
  };
}
