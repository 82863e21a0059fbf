// The part of config/deskhand.yaml that says when digests come and what an agent's time is worth.
import { z } from 'zod';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** `timeZone` is the field that the rest of the configuration uses, too. */
export function digestSchema(timeZone: z.ZodString) {
  const times = {
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "08:30", in quotes')
      .meta({ description: 'When digests are posted, on the clocks of timeZone' }),
    timeZone: timeZone.describe('Days begin and end in it; default: the workspace’s'),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .describe('Days with a digest; it speaks of all days since the last'),
    holidays: z
      .string()
      .regex(/^[A-Z]{2}(-[A-Z0-9]{1,5}){0,2}$/, 'a country such as FR, with its region DE-BY')
      .describe('No digest on the public holidays of this country or region'),
    daily: z.boolean().describe('About the days since the last daily one'),
    weekly: z
      .union([z.enum(WEEKDAYS), z.literal(false)])
      .describe('Weekday, about the seven days before; or false'),
    monthly: z.boolean().describe('On the first working day, about the month before'),
  };
  return z
    .strictObject({
      at: times.at.default('08:30'),
      timeZone: times.timeZone.optional(),
      days: times.days.default(['mon', 'tue', 'wed', 'thu', 'fri']),
      holidays: times.holidays.optional(),
      daily: times.daily.default(true),
      weekly: times.weekly.default('mon'),
      monthly: times.monthly.default(true),
      channels: z
        .record(
          z.string().regex(/^[a-z]+:.+$/, 'platform:channel, as in channels.digests'),
          z.strictObject(times).partial(),
        )
        .default({})
        .describe('Other times for single channels of channels.digests'),
      minutes: z
        .strictObject({
          byHand: z.number().positive().max(1_440).describe('Minutes for an answer that an agent writes'),
          withDraft: z.number().min(0).max(1_440).describe('Minutes to check a draft and send it'),
        })
        .optional()
        .describe('Without it nothing is said about time saved'),
      cost: z
        .strictObject({
          hour: z.number().positive().describe('Cost of an agent’s hour'),
          currency: z.string().min(1).max(10).default('EUR'),
        })
        .optional()
        .describe('With minutes: cost per resolution'),
    })
    .prefault({});
}
